using System.Diagnostics;

namespace ImageShare.Core.Interleavings.Orders;

/// <summary>
/// The thread pool. What the runtime itself puts there (file accesses, the enumeration of a channel) is out of reach; a step is over when it is, so nothing runs beside
/// the next step.
/// </summary>
internal static class Pool
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    private static readonly int Threads = Count(ThreadPool.GetMaxThreads);

    private delegate void Counter(out int workers, out int completions);

    public static void WaitUntilQuiet()
    {
        var spin = default(SpinWait);
        long start = 0;
        while (ThreadPool.PendingWorkItemCount > 0 || Count(ThreadPool.GetAvailableThreads) < Threads)
        {
            start = start == 0 ? Stopwatch.GetTimestamp() : start;
            if (Stopwatch.GetElapsedTime(start) > Longest)
            {
                throw new WrongOrderException("Something runs on the thread pool for ever.");
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private static int Count(Counter counter)
    {
        counter(out int workers, out _);
        return workers;
    }
}
