using System.Diagnostics;

namespace ImageShare.Core.Tests.Testing;

/// <summary>The moment when everything in this process that has something to do has done it.</summary>
internal static class Calm
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(4);

    /// <summary>
    /// Completes at the next such moment. What is at work this very moment is in no queue, and its thread may have been put aside: a step takes a millisecond at
    /// least, and longer while other threads of the pool are at work.
    /// </summary>
    /// <param name="patience">How long other threads may be at work: one of them may wait for something that is none of ours. Four milliseconds when it is null.</param>
    public static async Task ComesAsync(TimeSpan? patience = null)
    {
        TimeSpan others = patience ?? Patience;
        long began = Stopwatch.GetTimestamp();
        for (int calm = 0; calm < 8 || Stopwatch.GetElapsedTime(began) < TimeSpan.FromMilliseconds(1);)
        {
            await Task.Yield();
            TimeSpan waited = Stopwatch.GetElapsedTime(began);
            bool isBusy = (ThreadPool.PendingWorkItemCount > 0 && waited < TimeSpan.FromSeconds(1)) || (OthersAreAtWork && waited < others);
            calm = isBusy ? 0 : calm + 1;
        }
    }

    private static bool OthersAreAtWork
    {
        get
        {
            ThreadPool.GetMaxThreads(out int most, out _);
            ThreadPool.GetAvailableThreads(out int available, out _);
            return most - available > 1;
        }
    }
}
