using System.Globalization;
using System.Runtime.CompilerServices;
using ImageShare.Core.Net;

namespace ImageShare.Core.Benchmarks.Share;

/// <summary>
/// What one small share costs, beside plain sockets that exchange the same messages in the same run. A share is recorded on the wire first; the plain sockets repeat
/// it. All run in interleaved rounds, with both ends in this process. Only the ratios mean anything: the machine's speed is not ours.
/// </summary>
internal static class ShareBenchmark
{
    private const int WrongUsage = 2;

    // For a round: a share that hangs must not hang the build.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <returns>0, or 2 for wrong arguments.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        int shares = 300, warmUp = 4000, rounds = 5, size = 20_000;
        bool showsWire = false;
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : string.Empty;
            switch (args[i])
            {
                case "--shares" when IsCount(value, out shares):
                case "--warm-up" when IsCount(value, out warmUp):
                case "--rounds" when IsCount(value, out rounds):
                case "--size" when IsCount(value, out size):
                    break;
                case "--wire":
                    (showsWire, i) = (true, i - 1);
                    break;
                default:
                    Console.Error.WriteLine("share [--shares N] [--warm-up N] [--rounds N] [--size BYTES] [--wire]");
                    return WrongUsage;
            }
        }

        Console.WriteLine($"{rounds} rounds of {shares} shares of {size} bytes, one after the other, both ends in one process; medians of the rounds");
        Comparison with = await Comparison.StartAsync(size, queries: true).ConfigureAwait(false);
        Comparison without = await Comparison.StartAsync(size, queries: false).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closingWith = with.ConfigureAwait(false), closingWithout = without.ConfigureAwait(false);
        Comparison[] comparisons = [with, without];
        foreach (Comparison comparison in comparisons)
        {
            if (showsWire)
            {
                Console.WriteLine(string.Join(Environment.NewLine, comparison.Wire.AsEnumerable()));
            }

            await comparison.RunAsync(warmUp).ConfigureAwait(false);
        }

        // Until the code is compiled as it will stay, in both: the last of it is after some 7000 shares.
        foreach (Comparison comparison in comparisons)
        {
            comparison.Forget();
            await comparison.RunAsync(warmUp).ConfigureAwait(false);
            comparison.Forget();
        }

        for (int i = 0; i < rounds; i++)
        {
            foreach (Comparison comparison in comparisons)
            {
                await comparison.RunAsync(shares).ConfigureAwait(false);
            }
        }

        Array.ForEach(comparisons, static comparison => comparison.Print());
        return 0;
    }

    private static bool IsCount(string value, out int count) => int.TryParse(value, CultureInfo.InvariantCulture, out count) && count > 0;

    /// <summary>The library and plain sockets with the same messages.</summary>
    private sealed class Comparison(bool queries, WireStep[] wire, SharePair library, BarePair bare) : IAsyncDisposable
    {
        private readonly List<ShareRound> _own = [];
        private readonly List<ShareRound> _bare = [];

        public WireStep[] Wire => wire;

        public static async Task<Comparison> StartAsync(int size, bool queries)
        {
            WireStep[] wire = await RecordAsync(size, queries).ConfigureAwait(false);
            SharePair library = await SharePair.StartAsync(size, queries, static _ => SystemNetwork.Instance).ConfigureAwait(false);
            return new Comparison(queries, wire, library, await BarePair.StartAsync(wire).ConfigureAwait(false));
        }

        /// <summary>One round of each.</summary>
        public async Task RunAsync(int shares)
        {
            _bare.Add(await ShareRound.RunAsync(shares, bare.ShareAsync).WaitAsync(Patience).ConfigureAwait(false));
            _own.Add(await ShareRound.RunAsync(shares, library.ShareAsync).WaitAsync(Patience).ConfigureAwait(false));
        }

        /// <summary>Discards the rounds so far.</summary>
        public void Forget()
        {
            _own.Clear();
            _bare.Clear();
        }

        public void Print()
        {
            (ShareRound own, ShareRound plain) = (ShareRound.Of(_own), ShareRound.Of(_bare));
            Console.WriteLine();
            Console.WriteLine($"{(queries ? "with OPTIONS" : "without OPTIONS"),-16} p50 ms   p90 ms   p99 ms   p99/p50   CPU ms      kB   items");
            Console.WriteLine(Row("library", own));
            Console.WriteLine(Row("plain sockets", plain));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{"ratio",-15} {own.Median / plain.Median,7:0.00}  {own.Percentile90 / plain.Percentile90,7:0.00}  {own.Percentile99 / plain.Percentile99,7:0.00}            {own.CpuMilliseconds / plain.CpuMilliseconds,7:0.00}"));
        }

        public async ValueTask DisposeAsync()
        {
            bare.Dispose();
            await library.DisposeAsync().ConfigureAwait(false);
        }

        private static string Row(string name, ShareRound round) => string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-15} {round.Median,7:0.000}  {round.Percentile90,7:0.000}  {round.Percentile99,7:0.000}   {round.Percentile99 / round.Median,7:0.0}  {round.CpuMilliseconds,7:0.000}  {round.Kilobytes,6:0.0}  {round.Hops,6:0.0}");

        // The second share: the first one also opens what stays open.
        private static async Task<WireStep[]> RecordAsync(int size, bool queries)
        {
            var record = new WireRecord();
            SharePair pair = await SharePair.StartAsync(size, queries, isCaller => new RecordingNetwork(record, isCaller)).ConfigureAwait(false);
            await using (pair.ConfigureAwait(false))
            {
                await pair.ShareAsync().ConfigureAwait(false);
                await Task.Delay(TimeSpan.FromMilliseconds(200)).ConfigureAwait(false);
                record.Start();
                await pair.ShareAsync().ConfigureAwait(false);
                await Task.Delay(TimeSpan.FromMilliseconds(200)).ConfigureAwait(false);
                return record.Stop();
            }
        }
    }
}
