using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using ImageShare.Core.Bodies.Unwrapping;
using ImageShare.Core.Text;
using MimeKit;

namespace ImageShare.Core.Benchmarks.Bodies;

/// <summary>
/// Takes multiparts apart while they come, random octets in one binary part, 16 KiB at a time: fed directly, as the library does; the same reader behind a pipe,
/// read by a task of its own; and MimeKit alone over a pipe (<c>PipeReader.AsStream</c>), which has no limits, gives no events and keeps line ends in the content.
/// </summary>
internal static class WrappedComparison
{
    private const int PieceLength = 16 * 1024;

    private static readonly MediaType Type = MediaType.Parse("multipart/mixed;boundary=b");
    private static readonly byte[] Head = "--b\r\nContent-Type: image/png\r\n\r\n"u8.ToArray();
    private static readonly byte[] Tail = "\r\n--b--\r\n"u8.ToArray();
    private static readonly byte[] Piece = Random();

    public static async Task<int> RunAsync(string[] args)
    {
        int rounds = args is ["--rounds", string text, ..] ? int.Parse(text, CultureInfo.InvariantCulture) : 9;
        (string Name, Func<int, Task<long>> Run)[] ways = [("fed directly", DirectAsync), ("the same behind a pipe", PipedAsync), ("MimeKit alone over a pipe", BareAsync)];
        foreach ((int count, int megabytes) in ((int, int)[])[(1, 100), (100, 10)])
        {
            var samples = ways.ToDictionary(static w => w.Name, static _ => new List<(double Speed, double Allocated)>());
            for (int round = -2; round < rounds; round++)
            {
                foreach ((string name, Func<int, Task<long>> run) in ways)
                {
                    (double, double) sample = await MeasureAsync(run, count, megabytes);
                    if (round >= 0)
                    {
                        samples[name].Add(sample);
                    }
                }
            }

            foreach ((string name, List<(double Speed, double Allocated)> all) in samples)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{count,4} x {megabytes,3} MiB  {name,-26}{all.Select(static s => s.Speed).Order().ElementAt(rounds / 2),8:0} MiB/s{all.Select(static s => s.Allocated).Order().ElementAt(rounds / 2),8:0.0} MiB allocated"));
            }
        }

        return 0;
    }

    private static async Task<(double Speed, double Allocated)> MeasureAsync(Func<int, Task<long>> run, int count, int megabytes)
    {
        int pieces = megabytes * (1 << 20) / PieceLength;
        GC.Collect();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        long[] lengths = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(() => run(pieces))));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return lengths.Any(length => length / PieceLength != pieces)
            ? throw new InvalidOperationException("A message did not come through: this run measures nothing.")
            : (count * megabytes / seconds, (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)(1 << 20));
    }

    private static async Task<long> DirectAsync(int pieces)
    {
        var reading = new Reading();
        await reading.PushAsync(Head);
        for (int i = 0; i < pieces; i++)
        {
            await reading.PushAsync(Piece);
        }

        await reading.PushAsync(Tail);
        return await reading.EndAsync();
    }

    private static async Task<long> PipedAsync(int pieces)
    {
        var pipe = new Pipe();
        Task<long> read = Task.Run(async () =>
        {
            var reading = new Reading();
            while (true)
            {
                ReadResult result = await pipe.Reader.ReadAsync();
                foreach (ReadOnlyMemory<byte> octets in result.Buffer)
                {
                    await reading.PushAsync(octets);
                }

                pipe.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return await reading.EndAsync();
                }
            }
        });
        await WriteAsync(pipe.Writer, pieces);
        return await read;
    }

    private static async Task<long> BareAsync(int pieces)
    {
        var pipe = new Pipe();
        Task<long> read = Task.Run(async () =>
        {
            using Stream stream = pipe.Reader.AsStream();
            var reader = new Counter(stream);
            await reader.ReadEntityAsync();
            return reader.Length;
        });
        await pipe.Writer.WriteAsync("Content-Type: multipart/mixed;boundary=b\r\n\r\n"u8.ToArray());
        await WriteAsync(pipe.Writer, pieces);
        return await read;
    }

    private static async Task WriteAsync(PipeWriter output, int pieces)
    {
        await output.WriteAsync(Head);
        for (int i = 0; i < pieces; i++)
        {
            await output.WriteAsync(Piece);
        }

        await output.WriteAsync(Tail);
        await output.CompleteAsync();
    }

    private static byte[] Random()
    {
        byte[] octets = new byte[PieceLength];
        new Random(5547).NextBytes(octets);
        return octets;
    }

    private sealed class Reading
    {
        private readonly BodyUnwrapper _unwrapper = new(Type);
        private long _length;

        public async ValueTask PushAsync(ReadOnlyMemory<byte> octets)
        {
            await _unwrapper.PushAsync(octets);
            Take();
        }

        public async ValueTask<long> EndAsync()
        {
            await _unwrapper.EndAsync();
            Take();
            return _length;
        }

        private void Take()
        {
            while (_unwrapper.TryRead(out UnwrapEvent next))
            {
                _length += next.Content.Length;
            }
        }
    }

    private sealed class Counter(Stream stream) : MimeReader(stream)
    {
        public long Length { get; private set; }

        protected override void OnMimePartContentRead(byte[] buffer, int startIndex, int count, CancellationToken cancellationToken) => Length += count;
    }
}
