using System.Diagnostics;

namespace ImageShare.Core.Benchmarks.Bodies;

/// <summary>Measures two ways to do the same in interleaved rounds; the medians.</summary>
internal static class HandComparison
{
    public static (Figures ByHand, Figures Library) Compare(Func<int> byHand, Func<int> library, int rounds)
    {
        // Long enough for the compiler to come to its last tier.
        for (int i = 0; i < 3; i++)
        {
            Measure(byHand, 30_000);
            Measure(library, 30_000);
            Thread.Sleep(200);
        }

        var hand = new List<Figures>();
        var own = new List<Figures>();
        for (int round = 0; round < rounds; round++)
        {
            hand.Add(Measure(byHand, 4_000));
            own.Add(Measure(library, 4_000));
        }

        return (Median(hand), Median(own));
    }

    private static Figures Measure(Func<int> work, int times)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        int sum = 0;
        for (int i = 0; i < times; i++)
        {
            sum += work();
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        GC.KeepAlive(sum);
        return new Figures(elapsed.TotalNanoseconds / times, (GC.GetAllocatedBytesForCurrentThread() - allocated) / times);
    }

    private static Figures Median(List<Figures> figures) => new(
        figures.Select(f => f.Nanoseconds).Order().ElementAt(figures.Count / 2), figures.Select(f => f.Bytes).Order().ElementAt(figures.Count / 2));

    /// <summary>The time and the allocated bytes of one time.</summary>
    public sealed record Figures(double Nanoseconds, long Bytes);
}
