using System.Collections.Concurrent;
using System.Diagnostics;
using ImageShare.Core.Images;
using ImageShare.Core.Text;

namespace ImageShare.Core.Benchmarks.Soak;

/// <summary>So many shares, so many of them at a time.</summary>
/// <param name="atATime">How many run at the same time.</param>
/// <param name="shares">How many there are.</param>
/// <param name="size">The size of an image in bytes.</param>
/// <param name="isFresh">Whether both clients are made anew for each hundred shares.</param>
internal sealed class SoakRun(int atATime, int shares, int size, bool isFresh)
{
    private const int SharesOfFreshClients = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentQueue<string> _failures = new();
    private readonly double[] _milliseconds = new double[shares];
    private int _begun;

    public async Task<SoakResult> RunAsync()
    {
        byte[] octets = new byte[size];
        new Random(1).NextBytes(octets);
        "\x89PNG\r\n\x1a\n"u8.CopyTo(octets);
        ImageSource image = ImageSource.FromBytes(octets, "soak.png", new MediaType("image", "png"));
        SoakPair pair = await SoakPair.StartAsync(atATime).ConfigureAwait(false);
        (long memory, int handles) = (GC.GetTotalMemory(forceFullCollection: true), OpenHandles());
        long began = Stopwatch.GetTimestamp();
        while (_begun < shares)
        {
            int until = isFresh ? Math.Min(shares, _begun + SharesOfFreshClients) : shares;
            SoakPair clients = pair;
            await Task.WhenAll(Enumerable.Range(0, atATime).Select(_ => Task.Run(() => ShareUntilAsync(clients, image, until)))).ConfigureAwait(false);
            _begun = until;
            if (isFresh && until < shares)
            {
                await pair.DisposeAsync().ConfigureAwait(false);
                pair = await SoakPair.StartAsync(atATime).ConfigureAwait(false);
            }
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(began);
        long retained = GC.GetTotalMemory(forceFullCollection: true) - memory;
        int left = handles < 0 ? -1 : OpenHandles() - handles;
        await pair.DisposeAsync().ConfigureAwait(false);
        Array.Sort(_milliseconds);
        return new SoakResult([.. _failures], _milliseconds, elapsed, retained, left);
    }

    private async Task ShareUntilAsync(SoakPair clients, ImageSource image, int until)
    {
        int number;
        while ((number = Interlocked.Increment(ref _begun) - 1) < until)
        {
            long began = Stopwatch.GetTimestamp();
            try
            {
                string? failure = await clients.ShareAsync(image, toBob: number % 2 == 0, Patience).ConfigureAwait(false);
                if (failure is not null)
                {
                    _failures.Enqueue($"share {number}: {failure}");
                }
            }
            catch (Exception e)
            {
                // Whatever it was, the run goes on, and the share counts as failed.
                _failures.Enqueue($"share {number}: {e.GetType().Name}: {e.Message}");
            }

            _milliseconds[number] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
    }

    private static int OpenHandles() => Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : -1;
}
