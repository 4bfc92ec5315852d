using System.Diagnostics;
using System.Text.Json;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>
/// Many messages at a time between two endpoints, over the connection they share, beside one message of as many octets as all of them
/// together, in interleaved rounds. Prints one JSON line: the throughput of all as a ratio to that of the one, and the memory that came on
/// top while they ran, both ends and their sessions included.
/// </summary>
/// <remarks><c>many [--transfers 1000] [--kilobytes 1000] [--rounds 7]</c>: so many at a time, so many octets each.</remarks>
internal static class ManyBenchmark
{
    private static readonly MediaType Png = new("image", "png");

    public static async Task<int> RunAsync(string[] args)
    {
        int count = NumberArgument.Of(args, "--transfers", 1000);
        long octets = NumberArgument.Of(args, "--kilobytes", 1000) * 1000L;
        int rounds = NumberArgument.Of(args, "--rounds", 7);
        await MeasureAsync(1, octets * count);
        await MeasureAsync(count, octets);
        var one = new List<Sample>();
        var many = new List<Sample>();
        for (int round = 0; round < rounds; round++)
        {
            one.Add(await MeasureAsync(1, octets * count));
            many.Add(await MeasureAsync(count, octets));
        }

        Console.WriteLine(JsonSerializer.Serialize(new
        {
            @case = "transfers at a time on one connection",
            transfers = count,
            octetsEach = octets,
            rounds,
            megabytesPerSecond = Math.Round(Median(many, s => s.Throughput)),
            minimum = Math.Round(many.Min(s => s.Throughput)),
            maximum = Math.Round(many.Max(s => s.Throughput)),
            ratioToOne = Math.Round(Median(many, s => s.Throughput) / Median(one, s => s.Throughput), 2),
            residentBytesEach = Math.Round(Median(many, s => s.Resident) / count),
            managedBytesEach = Math.Round(Median(many, s => s.Managed) / count),
            connections = many[^1].Connections,
        }));
        return 0;
    }

    private static async Task<Sample> MeasureAsync(int count, long octets)
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        long managed = GC.GetTotalMemory(forceFullCollection: true);
        long resident = Resident();
        await using SharedConnection pairs = await SharedConnection.BindAsync(count);
        var content = MsrpOutgoingContent.FromSequence(Png, Pieces.Of(octets));
        long start = Stopwatch.GetTimestamp();
        Task all = pairs.SendAsync(content);
        long mostManaged = 0, mostResident = 0;
        while (!all.IsCompleted)
        {
            await Task.WhenAny(all, Task.Delay(10));
            mostManaged = Math.Max(mostManaged, GC.GetTotalMemory(forceFullCollection: false) - managed);
            mostResident = Math.Max(mostResident, Resident() - resident);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await all;
        return new Sample(octets * count / 1e6 / seconds, mostResident, mostManaged, pairs.Connections);
    }

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static double Median(List<Sample> samples, Func<Sample, double> of) => samples.Select(of).Order().ElementAt(samples.Count / 2);

    private sealed record Sample(double Throughput, double Resident, double Managed, int Connections);
}
