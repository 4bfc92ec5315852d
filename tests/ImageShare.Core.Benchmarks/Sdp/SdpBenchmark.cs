using System.Globalization;

namespace ImageShare.Core.Benchmarks.Sdp;

/// <summary>
/// Reads the seed's offer from bytes: alone, with every RFC 5547 value of its file, and to write it again, beside libosip2 and sofia-sip, if they are
/// installed. Interleaved rounds; the medians of CPU time, as ratios to the peers: above 1 the library is faster. Only the ratios mean
/// anything: the machine's speed is not ours.
/// </summary>
internal static class SdpBenchmark
{
    private const int WrongUsage = 2;
    private const int WarmUps = 4;

    /// <returns>0, or 2 for wrong arguments.</returns>
    public static int Run(string[] args)
    {
        int rounds = 15, times = 20_000;
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : string.Empty;
            switch (args[i])
            {
                case "--rounds" when IsCount(value, out rounds):
                case "--times" when IsCount(value, out times):
                    break;
                default:
                    Console.Error.WriteLine("sdp [--rounds N] [--times N]");
                    return WrongUsage;
            }
        }

        DirectoryInfo directory = Directory.CreateTempSubdirectory("sdp-peers");
        try
        {
            SdpPeer?[] built =
            [
                SdpPeer.TryBuild("libosip2", "osip2", "libosip2", "libosip2-dev", directory.FullName),
                SdpPeer.TryBuild("sofia-sip", "sofia", "sofia-sip-ua", "libsofia-sip-ua-dev", directory.FullName),
            ];
            Compare([.. built.OfType<SdpPeer>()], rounds, times);
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        return 0;
    }

    private static void Compare(SdpPeer[] peers, int rounds, int times)
    {
        Console.WriteLine($"{Samples.Sdp.Length} bytes; {rounds} rounds of {times}; medians of the CPU time of one; a ratio above 1: the library is faster");
        Console.WriteLine($"{"",-44}{"library ns",12}{"bytes",8}{string.Concat(peers.Select(static p => $"{p.Name + " ns",14}{"ratio",8}"))}");
        SdpWork same = new(varies: false), varied = new(varies: true);

        // The peers leave the values of RFC 5547 as text. "typed" is measured against their parsing alone, and against them with the values
        // taken from the text by the C code here.
        Print("parse", same.Parse, "parse");
        Print("parse, every value typed / parse", same.Typed, "parse");
        Print("parse, every value typed / same", same.Typed, "typed");
        Print("  the same, new values each time", varied.Typed, "typed");
        Print("parse and write", same.Write, "write");
        Print("  the same, new values each time", varied.Write, "write");

        void Print(string name, Func<int> own, string theirs)
        {
            for (int i = 0; i < WarmUps; i++)
            {
                Measure(own, times);
                Thread.Sleep(150);
            }

            var samples = new List<(double Nanoseconds, long Bytes)>();
            List<double>[] others = [.. peers.Select(static _ => new List<double>())];
            for (int round = 0; round < rounds; round++)
            {
                samples.Add(Measure(own, times));
                for (int i = 0; i < peers.Length; i++)
                {
                    others[i].Add(peers[i].Measure(theirs, times));
                }
            }

            double median = Median(samples.Select(static s => s.Nanoseconds));
            string ratios = string.Concat(others.Select(o => string.Create(CultureInfo.InvariantCulture, $"{Median(o),14:0}{Median(o) / median,8:0.00}")));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-44}{median,12:0}{samples[rounds / 2].Bytes,8}{ratios}"));
        }
    }

    // CPU time of the whole process: what collecting the garbage takes counts, too.
    private static (double Nanoseconds, long Bytes) Measure(Func<int> work, int times)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan start = Environment.CpuUsage.TotalTime;
        int sum = 0;
        for (int i = 0; i < times; i++)
        {
            sum += work();
        }

        TimeSpan used = Environment.CpuUsage.TotalTime - start;
        GC.KeepAlive(sum);
        return (used.TotalNanoseconds / times, (GC.GetAllocatedBytesForCurrentThread() - allocated) / times);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return ordered[ordered.Length / 2];
    }

    private static bool IsCount(string value, out int count) => int.TryParse(value, CultureInfo.InvariantCulture, out count) && count > 0;
}
