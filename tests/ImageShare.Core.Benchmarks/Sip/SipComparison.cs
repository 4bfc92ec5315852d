using System.Diagnostics;
using System.Globalization;
using ImageShare.Core.Benchmarks.Peers;

namespace ImageShare.Core.Benchmarks.Sip;

/// <summary>
/// Reads and writes each message in interleaved rounds and prints one row per case: the library's speed as a ratio to the hand-written
/// code of the same run (medians), and the octets each allocates for one message. Only the ratios mean anything: the machine's speed is not ours.
/// </summary>
internal static class SipComparison
{
    public static int Run(string[] args)
    {
        var options = new RoundOptions(rounds: 15, times: 10_000);
        if (!options.TryRead("sip", args))
        {
            return RoundOptions.WrongUsage;
        }

        ComparePeers(options);
        int rounds = options.Rounds * 4;
        Console.WriteLine($"{"",-6}{"",-34}{"octets",7}{"by hand ns",12}{"library ns",12}{"speed",8}{"by hand B",11}{"library B",11}");
        foreach (SipCase message in SipCase.All)
        {
            Print("read", message, Compare(() => message.HandRead().Vias.Count, message.Read, rounds));
        }

        foreach (SipCase message in SipCase.All)
        {
            Print("write", message, Compare(message.HandWrite, message.Write, rounds));
        }

        return 0;
    }

    private static void ComparePeers(RoundOptions options)
    {
        using var table = new PeerTable("Sip", options.Rounds, options.Times);
        foreach ((string kind, Func<SipWork, SipWork> choose) in ((string, Func<SipWork, SipWork>)[])[("repeated", static w => w.Repeated()), ("new each time", static w => w)])
        {
            table.PrintHead($"every value {kind}");
            foreach (SipWork work in SipWork.All.Select(choose))
            {
                table.Print($"{work.Name}, {work.Text.Bytes.Length} bytes: parse, all typed", work.Parse, "parse", work.Text);
            }

            foreach (SipWork work in SipWork.All.Select(choose))
            {
                table.Print($"{work.Name}: parse, all typed, write", work.Write, "write", work.Text);
            }

            foreach (SipWork work in SipWork.All.Select(choose))
            {
                table.Print($"{work.Name}: parse and copy, nothing typed", work.Copy, "copy", work.Text);
            }
        }
    }

    private static void Print(string what, SipCase message, (Figures ByHand, Figures Library) result) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what,-6}{message.Name,-34}{message.Length,7}{result.ByHand.Nanoseconds,12:0}{result.Library.Nanoseconds,12:0}{result.ByHand.Nanoseconds / result.Library.Nanoseconds,8:0.00}{result.ByHand.Bytes,11}{result.Library.Bytes,11}"));

    /// <summary>Measures two ways to do the same in interleaved rounds; the medians.</summary>
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

    /// <summary>The time and the allocated octets of one time.</summary>
    public sealed record Figures(double Nanoseconds, long Bytes);
}
