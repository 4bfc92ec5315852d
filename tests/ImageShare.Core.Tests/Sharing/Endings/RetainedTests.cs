using System.Buffers;
using System.Runtime.CompilerServices;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Endings;

/// <summary>What two clients hold of shares that are over, before the time SIP remembers them for has gone by: it stands still here.</summary>
[TestFixture]
[Category("Load")]
[NonParallelizable]
public sealed class RetainedTests
{
    private const int ImageSize = 1_000_000;
    private const int Shares = 100;
    private const int Rounds = 8;
    private const long Most = 4096;

    private ManualTimeProvider _time = null!;
    private ImageShareClient _alice = null!;
    private ImageShareClient _bob = null!;
    private byte[] _octets = null!;

    // Over sockets: what the network inside the process holds is none of theirs.
    [SetUp]
    public async Task Start()
    {
        _time = new ManualTimeProvider();
        _octets = TestImage.Png(ImageSize);
        ImageShareOptions Options(string user) => new()
        {
            Identity = SipUri.Parse($"sip:{user}@ims.example"),
            Network = SystemNetwork.Instance,
            TimeProvider = _time,
        };
        _alice = await ImageShareClient.StartAsync(Options("alice"));
        _bob = await ImageShareClient.StartAsync(Options("bob"));
    }

    [TearDown]
    public async Task Stop()
    {
        await _time.DriveAsync(_alice.DisposeAsync().AsTask());
        await _time.DriveAsync(_bob.DisposeAsync().AsTask());
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("SEC-001")]
    public async Task Of_a_finished_share_both_ends_together_hold_4_kB_at_most(bool inMemory)
    {
        // Pools of buffers grow to what they need, in the first rounds: what is held of each share is held in every round.
        long least = long.MaxValue;
        for (int round = 0; round < Rounds && least > Most; round++)
        {
            long before = Held();
            await ShareManyAsync(inMemory);
            least = Math.Min(least, (Held() - before) / Shares);
        }

        Assert.That(least, Is.LessThanOrEqualTo(Most), "octets for each share");
    }

    [Test]
    public async Task Session_sink_and_image_are_let_go_of_with_the_result()
    {
        List<WeakReference> parts = await ShareOneAsync();
        await ShareManyAsync(inMemory: false, count: 3);
        for (int i = 0; i < 20 && parts.Any(static part => part.IsAlive); i++)
        {
            GC.Collect();
            await Task.Yield();
        }

        Assert.That(parts.Select(static part => part.IsAlive), Is.All.False, "the sessions of both sides, the sink, the octets of both sides");
    }

    private static long Held()
    {
        long held = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            held = Math.Min(held, GC.GetTotalMemory(forceFullCollection: true));
        }

        return held;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task ShareManyAsync(bool inMemory, int count = Shares)
    {
        for (int i = 0; i < count; i++)
        {
            await ShareAsync(_octets, inMemory ? ImageStore.InMemory() : new NoStore());
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<List<WeakReference>> ShareOneAsync()
    {
        byte[] octets = TestImage.Png(ImageSize);
        var store = new NoStore();
        (ImageShareSession sent, ImageShareSession received) = await ShareAsync(octets, store);
        return [new(sent), new(received), new(store.Sink), new(octets)];
    }

    private async Task<(ImageShareSession Sent, ImageShareSession Received)> ShareAsync(byte[] octets, IImageStore store)
    {
        Task<ImageShareInvitation> invited = NextAsync();
        ImageShareSession sent = await _alice.ShareAsync(_bob.Address, SharePair.Image(octets), new ShareSettings { QueryFirst = true });
        ImageShareSession received = await (await invited).AcceptAsync(store);
        Assert.That((await sent.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        Assert.That((await received.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        await sent.DisposeAsync();
        await received.DisposeAsync();
        return (sent, received);
    }

    private async Task<ImageShareInvitation> NextAsync()
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await foreach (ImageShareInvitation invitation in _bob.Invitations.WithCancellation(patience.Token))
        {
            return invitation;
        }

        throw new InvalidOperationException("The client was closed.");
    }

    // Keeps nothing, so that all that is held is the library's.
    private sealed class NoStore : IImageStore
    {
        public object? Sink { get; private set; }

        public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default)
        {
            var sink = new NoSink();
            Sink = sink;
            return ValueTask.FromResult<IImageSink>(sink);
        }

        private sealed class NoSink : IImageSink
        {
            private long _octets;

            public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
            {
                _octets += data.Length;
                return default;
            }

            public ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(new StoredImage { Name = "x" });

            public ValueTask AbandonAsync() => default;

            public ValueTask DisposeAsync() => default;
        }
    }
}
