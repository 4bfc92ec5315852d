using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>
/// Runs all cases in interleaved rounds, sender and receiver in a process each, and prints one JSON line per case: throughput, its ratio to
/// the baseline and to the raw socket copy of the same round, CPU seconds per gigabyte of both ends and octets allocated per megabyte. Only the
/// ratios mean anything: the machine's speed is not ours.
/// </summary>
/// <remarks>
/// <c>transfer [--megabytes 256] [--rounds 5] [--warm-up 2] [--only TEXT] [--one-process] [--each]</c>: so many octets, so often, after so many seconds of
/// each case that do not count; only the cases whose name holds the text (the raw copy runs always); both ends in one process; every round as a line of its
/// own.
/// </remarks>
internal static class TransferBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        long octets = long.Parse(Argument(args, "--megabytes") ?? "256", CultureInfo.InvariantCulture) * 1_000_000L;
        int rounds = int.Parse(Argument(args, "--rounds") ?? "5", CultureInfo.InvariantCulture);
        var warmUp = TimeSpan.FromSeconds(double.Parse(Argument(args, "--warm-up") ?? "2", CultureInfo.InvariantCulture));
        string only = Argument(args, "--only") ?? string.Empty;
        bool oneProcess = args.Contains("--one-process");
        int[] cases = [.. Enumerable.Range(0, TransferCases.All.Count).Where(i => i == 0 || TransferCases.All[i].Name.Contains(only, StringComparison.OrdinalIgnoreCase))];
        var results = cases.ToDictionary(i => i, _ => new List<Sample>());
        try
        {
            await using IReceiverHost host = oneProcess ? new OwnProcess() : new ReceiverProcess();
            foreach (int i in cases)
            {
                await WarmUpAsync(host, i, octets, warmUp);
            }

            for (int round = 0; round < rounds; round++)
            {
                foreach (int i in cases)
                {
                    Sample sample = await MeasureAsync(host, i, octets);
                    results[i].Add(sample);
                    if (args.Contains("--each"))
                    {
                        Console.WriteLine(JsonSerializer.Serialize(new { round, @case = TransferCases.All[i].Name, sample }));
                    }
                }
            }
        }
        finally
        {
            TransferFiles.Clear();
        }

        Print(results, rounds, oneProcess);
        return 0;
    }

    // Until the code is compiled as it will stay: both processes run each case several times, and for some time.
    private static async Task WarmUpAsync(IReceiverHost host, int caseIndex, long octets, TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        do
        {
            await MeasureAsync(host, caseIndex, Math.Min(octets, 64_000_000));
        }
        while (Stopwatch.GetElapsedTime(start) < time);
    }

    private static void Print(Dictionary<int, List<Sample>> results, int rounds, bool oneProcess)
    {
        foreach (int i in results.Keys)
        {
            ITransferCase one = TransferCases.All[i];
            var own = Summary.Of(results[i]);
            List<Sample> baseline = Of(one.Baseline), raw = Of(RawSocketCopy.CaseName);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                @case = one.Name,
                processes = oneProcess ? 1 : 2,
                rounds,
                megabytesPerSecond = Math.Round(own.Throughput),
                minimum = Math.Round(own.Minimum),
                maximum = Math.Round(own.Maximum),
                ratioToBaseline = Ratio(results[i], baseline, static s => s.MegabytesPerSecond),
                ratioToRaw = Ratio(results[i], raw, static s => s.MegabytesPerSecond),
                cpuSecondsPerGigabyte = Math.Round(own.Cpu, 2),
                cpuRatioToBaseline = Ratio(results[i], baseline, static s => s.CpuSecondsPerGigabyte),
                senderCpuSecondsPerGigabyte = Math.Round(own.SenderCpu, 2),
                bytesAllocatedPerMegabyte = Math.Round(own.Allocated),
            }));
        }

        List<Sample> Of(string name) => results.FirstOrDefault(r => TransferCases.All[r.Key].Name == name).Value ?? [];
    }

    private static async Task<Sample> MeasureAsync(IReceiverHost host, int caseIndex, long octets)
    {
        octets /= TransferCases.All[caseIndex].Part;
        string address = await host.BeginAsync(caseIndex, octets);
        GC.Collect();
        Usage before = Usage.Now();
        long start = Stopwatch.GetTimestamp();
        await TransferCases.All[caseIndex].SendAsync(address, octets);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Usage sender = Usage.Now() - before;
        Usage receiver = await host.EndAsync();
        return new Sample(
            octets / 1e6 / seconds,
            (sender.CpuSeconds + receiver.CpuSeconds) / (octets / 1e9),
            sender.CpuSeconds / (octets / 1e9),
            (sender.AllocatedBytes + receiver.AllocatedBytes) / (octets / 1e6));
    }

    // The median of the ratios of each round, not the ratio of the medians: a machine that is slow for a while is slow for both.
    private static double? Ratio(List<Sample> own, List<Sample> baseline, Func<Sample, double> of) =>
        baseline.Count > 0 ? Math.Round(Summary.Median(own.Zip(baseline, (one, other) => of(one) / of(other))), 2) : null;

    private static string? Argument(string[] args, string name)
    {
        int index = Array.IndexOf(args, name);
        return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
    }

    private sealed record Sample(double MegabytesPerSecond, double CpuSecondsPerGigabyte, double SenderCpuSecondsPerGigabyte, double BytesPerMegabyte);

    private sealed record Summary(double Throughput, double Minimum, double Maximum, double Cpu, double SenderCpu, double Allocated)
    {
        public static Summary Of(List<Sample> samples) => new(
            Median(samples.Select(s => s.MegabytesPerSecond)),
            samples.Min(s => s.MegabytesPerSecond),
            samples.Max(s => s.MegabytesPerSecond),
            Median(samples.Select(s => s.CpuSecondsPerGigabyte)),
            Median(samples.Select(s => s.SenderCpuSecondsPerGigabyte)),
            Median(samples.Select(s => s.BytesPerMegabyte)));

        public static double Median(IEnumerable<double> values)
        {
            double[] sorted = [.. values.Order()];
            return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
        }
    }
}
