using System.Diagnostics;
using System.Text.Json;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>
/// What a chunk costs on a connection whose messages are all held to a rate: one message, then more and more at a time, of the same rate together. Prints one JSON line for
/// each: the processor time of a chunk, both ends included.
/// </summary>
/// <remarks><c>throttled [--transfers 1000] [--chunks 1000] [--seconds 5]</c>: at most so many at a time, so many chunks a second together, for so long.</remarks>
internal static class ThrottledBenchmark
{
    private const int ChunkSize = 2048;
    private static readonly MediaType Png = new("image", "png");

    public static async Task<int> RunAsync(string[] args)
    {
        int most = NumberArgument.Of(args, "--transfers", 1000);
        int chunks = NumberArgument.Of(args, "--chunks", 1000);
        int seconds = NumberArgument.Of(args, "--seconds", 5);
        await MeasureAsync(1, chunks, 2);
        for (int count = 1; count <= most; count *= 10)
        {
            Sample sample = await MeasureAsync(count, chunks, seconds);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                @case = "throttled transfers on one connection",
                transfers = count,
                chunks = sample.Chunks,
                chunksPerSecond = Math.Round(sample.Chunks / sample.Seconds),
                cpuMicrosecondsPerChunk = Math.Round(sample.CpuSeconds * 1e6 / sample.Chunks, 1),
            }));
        }

        return 0;
    }

    private static async Task<Sample> MeasureAsync(int count, int chunksPerSecond, int seconds)
    {
        // At least two chunks each: the first of all leave together.
        int each = Math.Max(2, chunksPerSecond * seconds / count);
        await using SharedConnection pairs = await SharedConnection.BindAsync(count);
        MsrpOutgoingContent content = MsrpOutgoingContent.FromSequence(Png, Pieces.Of((long)each * ChunkSize)) with
        {
            MaxBytesPerSecond = Math.Max(1, (long)chunksPerSecond * ChunkSize / count),
        };
        GC.Collect();
        Usage before = Usage.Now();
        long start = Stopwatch.GetTimestamp();
        await pairs.SendAsync(content);
        return new Sample(each * count, Stopwatch.GetElapsedTime(start).TotalSeconds, (Usage.Now() - before).CpuSeconds);
    }

    private sealed record Sample(int Chunks, double Seconds, double CpuSeconds);
}
