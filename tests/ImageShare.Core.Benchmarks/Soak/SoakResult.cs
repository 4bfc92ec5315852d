namespace ImageShare.Core.Benchmarks.Soak;

/// <summary>What one run showed.</summary>
/// <param name="Failures">A line for each share that did not complete on both sides.</param>
/// <param name="Milliseconds">How long each share took, from the call to its result, in ascending order.</param>
/// <param name="Elapsed">The whole run.</param>
/// <param name="RetainedBytes">What the heap holds after the last share, the clients still open, beyond what it held when they were new.</param>
/// <param name="HandlesLeft">How many more files and sockets are open than when the clients were new; -1 where that cannot be told.</param>
internal sealed record SoakResult(IReadOnlyList<string> Failures, double[] Milliseconds, TimeSpan Elapsed, long RetainedBytes, int HandlesLeft)
{
    public int Shares => Milliseconds.Length;

    public double Rate => Shares / Elapsed.TotalSeconds;

    public double Percentile(double share) => Milliseconds[Math.Min(Shares - 1, (int)(Shares * share))];
}
