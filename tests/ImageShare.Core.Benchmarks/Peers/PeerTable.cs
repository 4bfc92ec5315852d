using System.Globalization;

namespace ImageShare.Core.Benchmarks.Peers;

/// <summary>
/// Measures work of the library beside the same work of libosip2 and sofia-sip, if they are installed. Interleaved rounds; the medians of CPU time, as
/// ratios to the peers: above 1 the library is faster. Only the ratios mean anything: the machine's speed is not ours.
/// </summary>
internal sealed class PeerTable : IDisposable
{
    private const int WarmUps = 4;

    private readonly DirectoryInfo _directory;
    private readonly Peer[] _peers;
    private readonly int _rounds;
    private readonly int _times;

    /// <param name="area">The folder of the benchmark, with the programs in its folder Peers.</param>
    /// <param name="rounds">Rounds of each row.</param>
    /// <param name="times">How often the work is done in a round.</param>
    public PeerTable(string area, int rounds, int times)
    {
        (_rounds, _times) = (rounds, times);
        _directory = Directory.CreateTempSubdirectory("peers");
        Peer?[] built =
        [
            Peer.TryBuild("libosip2", Path.Combine(area, "Peers", "osip2.c"), "libosip2", "libosip2-dev", _directory.FullName),
            Peer.TryBuild("sofia-sip", Path.Combine(area, "Peers", "sofia.c"), "sofia-sip-ua", "libsofia-sip-ua-dev", _directory.FullName),
        ];
        _peers = [.. built.OfType<Peer>()];
        Console.WriteLine($"{rounds} rounds of {times}; medians of the CPU time of one; a ratio above 1: the library is faster");
    }

    public void PrintHead(string title) =>
        Console.WriteLine($"{title,-48}{"library ns",12}{"bytes",8}{string.Concat(_peers.Select(static p => $"{p.Name + " ns",14}{"ratio",8}"))}");

    /// <summary>Measures and prints one row.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="own">The library's work with the text.</param>
    /// <param name="theirs">The name of the peers' work.</param>
    /// <param name="text">The text.</param>
    public void Print(string name, Func<int> own, string theirs, VariedText text)
    {
        string file = Path.Combine(_directory.FullName, "text");
        File.WriteAllBytes(file, text.Bytes);
        for (int i = 0; i < WarmUps; i++)
        {
            Measure(own);
            Thread.Sleep(150);
        }

        var samples = new List<(double Nanoseconds, long Bytes)>();
        List<double>[] others = [.. _peers.Select(static _ => new List<double>())];
        for (int round = 0; round < _rounds; round++)
        {
            samples.Add(Measure(own));
            for (int i = 0; i < _peers.Length; i++)
            {
                others[i].Add(_peers[i].Measure(theirs, _times, file, text.Places));
            }
        }

        double median = Median(samples.Select(static s => s.Nanoseconds));
        string ratios = string.Concat(others.Select(o => string.Create(CultureInfo.InvariantCulture, $"{Median(o),14:0}{Median(o) / median,8:0.00}")));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-48}{median,12:0}{samples[_rounds / 2].Bytes,8}{ratios}"));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    // CPU time of the whole process: what collecting the garbage takes counts, too.
    private (double Nanoseconds, long Bytes) Measure(Func<int> work)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan start = Environment.CpuUsage.TotalTime;
        int sum = 0;
        for (int i = 0; i < _times; i++)
        {
            sum += work();
        }

        TimeSpan used = Environment.CpuUsage.TotalTime - start;
        GC.KeepAlive(sum);
        return (used.TotalNanoseconds / _times, (GC.GetAllocatedBytesForCurrentThread() - allocated) / _times);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return ordered[ordered.Length / 2];
    }
}
