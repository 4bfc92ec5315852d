using System.Diagnostics;

namespace ImageShare.Core.Tests.Testing;

/// <summary>Moves a clock along with what happens, so that a test that waits for timers takes no time.</summary>
internal static class Driving
{
    /// <summary>Advances in steps until a task is done; before each step everything that has something to do does it.</summary>
    public static async Task DriveAsync(this ManualTimeProvider time, Task until, double stepSeconds = 0.25, double mostSeconds = 3600)
    {
        TimeSpan end = time.Elapsed + TimeSpan.FromSeconds(mostSeconds);
        await CalmAsync();
        while (!until.IsCompleted)
        {
            Assert.That(time.Elapsed, Is.LessThan(end), "It did not come to its end, whatever time passed.");
            time.Advance(TimeSpan.FromSeconds(stepSeconds));
            await CalmAsync();
        }

        await until;
    }

    public static async Task<T> DriveAsync<T>(this ManualTimeProvider time, Task<T> until, double stepSeconds = 0.25)
    {
        await DriveAsync(time, (Task)until, stepSeconds);
        return await until;
    }

    // What is at work this very moment is in no queue, and its thread may have been put aside: a step takes a millisecond at least.
    private static async Task CalmAsync()
    {
        long began = Stopwatch.GetTimestamp();
        for (int calm = 0; calm < 8 || Stopwatch.GetElapsedTime(began) < TimeSpan.FromMilliseconds(1);)
        {
            await Task.Yield();
            calm = ThreadPool.PendingWorkItemCount == 0 || Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(1) ? calm + 1 : 0;
        }
    }
}
