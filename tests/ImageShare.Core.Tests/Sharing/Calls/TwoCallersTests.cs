using System.Buffers;
using System.Net;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>A flood of one caller leaves room for another: bounds are per peer before they are for all.</summary>
[TestFixture]
public sealed class TwoCallersTests
{
    private InMemoryNetwork _network = null!;
    private ImageShareClient _bob = null!;
    private ImageShareClient _mallory = null!;
    private ImageShareClient _alice = null!;

    [SetUp]
    public async Task Start()
    {
        _network = new InMemoryNetwork();
        _bob = await StartAsync("bob", "127.0.0.1", ImageShareLimits.Default with { MaxConcurrentShares = 8 });
        _mallory = await StartAsync("mallory", "127.0.0.2", ImageShareLimits.Default);
        _alice = await StartAsync("alice", "127.0.0.3", ImageShareLimits.Default);
    }

    [TearDown]
    public async Task Stop()
    {
        await _alice.DisposeAsync();
        await _mallory.DisposeAsync();
        await _bob.DisposeAsync();
    }

    [Test]
    [Category("SEC-001")]
    public async Task Shares_that_one_caller_holds_open_leave_room_for_another()
    {
        List<ImageShareSession> held = [];
        for (int i = 0; i < 6; i++)
        {
            held.Add(await ShareAsync(_mallory));
            await NextAsync("mallory");
        }

        ImageShareSession refused = await ShareAsync(_mallory);
        Assert.That((await refused.Completion.WaitAsync(SharePair.Patience)).SipStatus, Is.EqualTo(486), "six of eight are three quarters");
        ImageShareSession welcome = await ShareAsync(_alice);
        ImageShareSession received = await (await NextAsync("alice")).AcceptAsync(ImageStore.InMemory());
        Assert.That((await welcome.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        Assert.That((await received.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);

        // Room comes back with each end.
        await held[0].CancelAsync();
        ImageShareSession again = await ShareAsync(_mallory);
        await (await NextAsync("mallory")).DeclineAsync();
        Assert.That((await again.Completion.WaitAsync(SharePair.Patience)).State, Is.EqualTo(ImageShareState.Declined));
    }

    // The peer has seen its BYE or CANCEL answered: how long this side's store takes to clean up is not its concern, and the next image is a new session.
    [Test]
    [Category("SEC-001")]
    public async Task A_share_that_only_cleans_up_takes_no_room_but_twice_the_limit_is_the_end()
    {
        var store = new SlowToEnd();
        await using ImageShareClient carol = await StartAsync("carol", "127.0.0.1", ImageShareLimits.Default with { MaxConcurrentShares = 2, MaxConcurrentSharesPerPeer = 2 });
        await using IAsyncEnumerator<ImageShareInvitation> invitations = carol.Invitations.GetAsyncEnumerator();
        Task<ImageShareSession> ShareAsync() => _mallory.ShareAsync(
            carol.Address, SharePair.Image(TestImage.Png(50_000)), new ShareSettings { QueryFirst = false, MaxBytesPerSecond = 1000 });
        for (int i = 0; i < 4; i++)
        {
            ImageShareSession share = await ShareAsync();
            Task<bool> invited = invitations.MoveNextAsync().AsTask();
            Assert.That(await Task.WhenAny(invited, share.Completion).WaitAsync(SharePair.Patience), Is.SameAs(invited), $"share {i + 1} was let in");
            await invitations.Current.AcceptAsync(store);
            Assert.That(await store.Written.WaitAsync(SharePair.Patience), Is.True);
            await share.CancelAsync().WaitAsync(SharePair.Patience);
        }

        ImageShareSession refused = await ShareAsync();
        Assert.That((await refused.Completion.WaitAsync(SharePair.Patience)).SipStatus, Is.EqualTo(486), "four are twice the limit");
        store.GoOn.SetResult();
    }

    [Test]
    [Category("SEC-001")]
    public async Task Invitations_of_one_caller_that_nobody_reads_leave_room_for_another()
    {
        await using ImageShareClient carol = await StartAsync("carol", "127.0.0.1", ImageShareLimits.Default with { MaxPendingInvitations = 4 });
        Task<ImageShareSession> ShareAsync(ImageShareClient caller) =>
            caller.ShareAsync(carol.Address, SharePair.Image(TestImage.Png(3000)), new ShareSettings { QueryFirst = false });
        for (int i = 0; i < 3; i++)
        {
            ImageShareSession waiting = await ShareAsync(_mallory);
            Assert.That(() => waiting.State, Is.EqualTo(ImageShareState.Ringing).After(30_000, 1));
        }

        ImageShareSession refused = await ShareAsync(_mallory);
        Assert.That((await refused.Completion.WaitAsync(SharePair.Patience)).SipStatus, Is.EqualTo(486), "three of four are three quarters");
        ImageShareSession welcome = await ShareAsync(_alice);
        Assert.That(() => welcome.State, Is.EqualTo(ImageShareState.Ringing).After(30_000, 1));
    }

    [Test]
    public void What_one_may_take_follows_what_all_may()
    {
        ImageShareLimits limits = ImageShareLimits.Default with { MaxConcurrentShares = 4, MaxPendingRequests = 100 };
        Assert.That((limits.MaxConcurrentSharesPerPeer, limits.MaxPendingRequestsPerSource), Is.EqualTo((3, 75)));
        limits = limits with { MaxConcurrentShares = 1, MaxPendingRequestsPerSource = 10 };
        Assert.That((limits.MaxConcurrentSharesPerPeer, limits.MaxPendingRequestsPerSource), Is.EqualTo((1, 10)));
    }

    private Task<ImageShareClient> StartAsync(string user, string address, ImageShareLimits limits) => ImageShareClient.StartAsync(new ImageShareOptions
    {
        Identity = SipUri.Parse($"sip:{user}@ims.example"),
        LocalEndPoint = new IPEndPoint(IPAddress.Parse(address), 0),
        Network = _network,
        Transport = SipTransportChoice.Udp,
        Limits = limits,
    });

    private Task<ImageShareSession> ShareAsync(ImageShareClient caller) =>
        caller.ShareAsync(_bob.Address, SharePair.Image(TestImage.Png(3000)), new ShareSettings { QueryFirst = false });

    private async Task<ImageShareInvitation> NextAsync(string caller)
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await foreach (ImageShareInvitation invitation in _bob.Invitations.WithCancellation(patience.Token))
        {
            Assert.That(invitation.Caller.User, Is.EqualTo(caller));
            return invitation;
        }

        throw new InvalidOperationException("The client was closed.");
    }

    /// <summary>A store that takes its time to release an image.</summary>
    private sealed class SlowToEnd : IImageStore, IImageSink
    {
        public SemaphoreSlim Written { get; } = new(0);

        public TaskCompletionSource GoOn { get; } = new();

        public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default) => new(this);

        public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
        {
            Written.Release();
            return default;
        }

        public ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default) => throw new InvalidOperationException("No image arrives whole.");

        public ValueTask AbandonAsync() => default;

        public ValueTask DisposeAsync() => new(GoOn.Task);
    }
}
