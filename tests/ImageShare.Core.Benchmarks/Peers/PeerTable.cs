using System.Globalization;

namespace ImageShare.Core.Benchmarks.Peers;

/// <summary>
/// Measures work of the library beside the same work of libosip2 and sofia-sip, if they are installed. In each round all rows are measured, one after the other, each beside its
/// peers: what disturbs the machine for a while disturbs one round of all rows. The medians of CPU time, and of its ratios to the peers: above 1 the library is faster. Only the
/// ratios mean anything: the machine's speed is not ours.
/// </summary>
internal sealed class PeerTable : IDisposable
{
    // The work of one row is compiled anew several times, and until it is, its round has the compiler's time in it: of the rows of a table the first had nearly all of it.
    private const int WarmUps = 10;
    private const int WarmUpTimes = 15_000;

    private readonly DirectoryInfo _directory;
    private readonly Peer[] _peers;
    private readonly int _rounds;
    private readonly int _times;
    private readonly List<Row> _rows = [];

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
    }

    /// <summary>Adds a row.</summary>
    /// <param name="group">What the rows have in common.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="own">The library's work with the text.</param>
    /// <param name="theirs">The name of the peers' work.</param>
    /// <param name="text">The text.</param>
    public void Add(string group, string name, Func<int> own, string theirs, VariedText text)
    {
        string file = Path.Combine(_directory.FullName, $"text{_rows.Count}");
        File.WriteAllBytes(file, text.Bytes);
        _rows.Add(new Row(group, name, own, theirs, text, file, [.. _peers.Select(static _ => new List<double>())]));
    }

    /// <summary>Measures all rows and prints them.</summary>
    public void Run()
    {
        for (int i = 0; i < WarmUps; i++)
        {
            _rows.ForEach(static row => Measure(row.Own, WarmUpTimes));
            Thread.Sleep(150);
        }

        for (int round = 0; round < _rounds; round++)
        {
            _rows.ForEach(MeasureRound);
        }

        Console.WriteLine($"{_rounds} rounds of {_times}; medians of the CPU time of one, and of the ratios (in brackets their quartiles); a ratio above 1: the library is faster");
        foreach (IGrouping<string, Row> group in _rows.GroupBy(static row => row.Group))
        {
            Console.WriteLine($"{group.Key,-48}{"library ns",12}{"bytes",8}{string.Concat(_peers.Select(static p => $"{p.Name + " ns",14}{"ratio",20}"))}");
            foreach (Row row in group)
            {
                Print(row);
            }
        }
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private void MeasureRound(Row row)
    {
        row.Samples.Add(Measure(row.Own, _times));
        for (int i = 0; i < _peers.Length; i++)
        {
            row.Others[i].Add(_peers[i].Measure(row.Theirs, _times, row.File, row.Text.Places));
        }
    }

    private static void Print(Row row)
    {
        double[] own = [.. row.Samples.Select(static s => s.Nanoseconds)];
        string ratios = string.Concat(row.Others.Select(others => Ratios(others, own)));
        long bytes = (long)Quantile(row.Samples.Select(static s => (double)s.Bytes), 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Name,-48}{Quantile(own, 2),12:0}{bytes,8}{ratios}"));
    }

    // Of each round by itself: what disturbs both sides of it does not count.
    private static string Ratios(List<double> others, double[] own)
    {
        double[] ratios = [.. others.Zip(own, static (other, mine) => other / mine)];
        string quartiles = string.Create(CultureInfo.InvariantCulture, $"({Quantile(ratios, 1):0.00}-{Quantile(ratios, 3):0.00})");
        return string.Create(CultureInfo.InvariantCulture, $"{Quantile(others, 2),14:0}{Quantile(ratios, 2),8:0.00}{quartiles,12}");
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

    private static double Quantile(IEnumerable<double> values, int quarters)
    {
        double[] ordered = [.. values.Order()];
        return ordered[ordered.Length * quarters / 4];
    }

    private sealed record Row(string Group, string Name, Func<int> Own, string Theirs, VariedText Text, string File, List<double>[] Others)
    {
        public List<(double Nanoseconds, long Bytes)> Samples { get; } = [];
    }
}
