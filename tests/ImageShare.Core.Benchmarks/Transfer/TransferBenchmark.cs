using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>
/// Runs all cases in interleaved rounds and prints one JSON line per case: median throughput, its ratio to the raw socket copy of the same
/// run, CPU seconds per gigabyte and octets allocated per megabyte. Only the ratios mean anything: the machine's speed is not ours.
/// </summary>
internal static class TransferBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        long octets = Argument(args, "--megabytes", 256) * 1_000_000L;
        int rounds = (int)Argument(args, "--rounds", 5);
        ITransferCase[] cases = [new RawSocketCopy(), new IdealMsrp(2048), new LibraryMsrp(2048), new IdealMsrp(65536), new LibraryMsrp(65536)];
        var results = cases.ToDictionary(c => c, _ => new List<Sample>());
        foreach (ITransferCase one in cases)
        {
            await one.RunAsync(Math.Min(octets, 16_000_000));
        }

        for (int round = 0; round < rounds; round++)
        {
            foreach (ITransferCase one in cases)
            {
                results[one].Add(await MeasureAsync(one, octets));
            }
        }

        double raw = Median(results[cases[0]].Select(s => s.MegabytesPerSecond));
        foreach (ITransferCase one in cases)
        {
            List<Sample> samples = results[one];
            double median = Median(samples.Select(s => s.MegabytesPerSecond));
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                @case = one.Name,
                rounds,
                megabytesPerSecond = Math.Round(median),
                minimum = Math.Round(samples.Min(s => s.MegabytesPerSecond)),
                maximum = Math.Round(samples.Max(s => s.MegabytesPerSecond)),
                ratioToRaw = Math.Round(median / raw, 2),
                cpuSecondsPerGigabyte = Math.Round(Median(samples.Select(s => s.CpuSecondsPerGigabyte)), 2),
                bytesAllocatedPerMegabyte = Math.Round(Median(samples.Select(s => s.BytesPerMegabyte))),
            }));
        }

        return 0;
    }

    private static async Task<Sample> MeasureAsync(ITransferCase one, long octets)
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = process.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        await one.RunAsync(octets);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        return new Sample(
            octets / 1e6 / seconds,
            (process.TotalProcessorTime - cpu).TotalSeconds / (octets / 1e9),
            (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (octets / 1e6));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static long Argument(string[] args, string name, long value)
    {
        int index = Array.IndexOf(args, name);
        return index >= 0 && index + 1 < args.Length ? long.Parse(args[index + 1], CultureInfo.InvariantCulture) : value;
    }

    private sealed record Sample(double MegabytesPerSecond, double CpuSecondsPerGigabyte, double BytesPerMegabyte);
}
