using System.Diagnostics;
using ImageShare.Core.Benchmarks.Transfer;

namespace ImageShare.Core.Benchmarks.Share;

/// <summary>What one round of shares took, for each of them and both ends together.</summary>
/// <param name="Median">Milliseconds from the call to the last result.</param>
/// <param name="Percentile90">The same, of the slowest tenth.</param>
/// <param name="Percentile99">The same, of the slowest hundredth.</param>
/// <param name="CpuMilliseconds">Processor time.</param>
/// <param name="Kilobytes">Allocated on the managed heap, in units of 1000 bytes.</param>
/// <param name="Hops">Work items of the thread pool.</param>
internal sealed record ShareRound(double Median, double Percentile90, double Percentile99, double CpuMilliseconds, double Kilobytes, double Hops)
{
    /// <summary>Runs so many, one after the other.</summary>
    public static async Task<ShareRound> RunAsync(int shares, Func<Task> share)
    {
        double[] times = new double[shares];
        long items = ThreadPool.CompletedWorkItemCount;
        Usage before = Usage.Now();
        for (int i = 0; i < shares; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await share().ConfigureAwait(false);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Usage used = Usage.Now() - before;
        items = ThreadPool.CompletedWorkItemCount - items;
        Array.Sort(times);
        return new ShareRound(At(times, 0.5), At(times, 0.9), At(times, 0.99), used.CpuSeconds * 1000 / shares, used.AllocatedBytes / 1000 / shares, (double)items / shares);
    }

    /// <summary>The medians of several rounds.</summary>
    public static ShareRound Of(IReadOnlyList<ShareRound> rounds) => new(
        Middle(rounds, static r => r.Median),
        Middle(rounds, static r => r.Percentile90),
        Middle(rounds, static r => r.Percentile99),
        Middle(rounds, static r => r.CpuMilliseconds),
        Middle(rounds, static r => r.Kilobytes),
        Middle(rounds, static r => r.Hops));

    private static double At(double[] sorted, double share) => sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];

    private static double Middle(IEnumerable<ShareRound> rounds, Func<ShareRound, double> value)
    {
        double[] sorted = [.. rounds.Select(value).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
