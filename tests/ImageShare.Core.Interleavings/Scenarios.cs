using ImageShare.Core.Images.Stores;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Text;

namespace ImageShare.Core.Interleavings;

/// <summary>What several do at the same time. Each run of a scenario is one order of events; it throws if that order leads to something wrong.</summary>
internal static class Scenarios
{
    private static readonly MediaType Png = new("image", "png");

    // Real time: a run that takes longer hangs.
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(20);

    public static IReadOnlyDictionary<string, Func<Task>> All { get; } = new Dictionary<string, Func<Task>>
    {
        ["shared-connection"] = SharedConnectionAsync,
        ["next-session"] = NextSessionAsync,
        ["one-partial"] = OnePartialAsync,
        ["window-and-disposal"] = WindowAndDisposalAsync,
    };

    /// <summary>Sessions of one host open, join, use and leave a connection to another (RFC 4975 §5.4): every message arrives.</summary>
    private static async Task SharedConnectionAsync()
    {
        var network = new InMemoryNetwork();
        await using MsrpEndpoint alice = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        await using MsrpEndpoint bob = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => SendOneAsync(alice, bob)))).WaitAsync(Most).ConfigureAwait(false);
    }

    /// <summary>One session ends while the first request of the next one is on its way over the same connection.</summary>
    private static async Task NextSessionAsync()
    {
        var network = new InMemoryNetwork();
        await using MsrpEndpoint alice = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        await using MsrpEndpoint bob = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        MsrpSession keeper = alice.CreateSession(new());
        var receiver = new Received();
        MsrpSession kept = bob.CreateSession(new() { Receiver = receiver });
        keeper.SetPeerPath(kept.LocalPath());
        kept.SetPeerPath(keeper.LocalPath());
        await keeper.ConnectAsync(active: true, CancellationToken.None).ConfigureAwait(false);
        Task closing = Task.Run(async () =>
        {
            await kept.CloseAsync().ConfigureAwait(false);
            await keeper.CloseAsync().ConfigureAwait(false);
        });
        await Task.WhenAll(closing, Task.Run(() => SendOneAsync(alice, bob))).WaitAsync(Most).ConfigureAwait(false);
    }

    private static async Task SendOneAsync(MsrpEndpoint alice, MsrpEndpoint bob)
    {
        var receiver = new Received();
        MsrpSession from = alice.CreateSession(new());
        MsrpSession to = bob.CreateSession(new() { Receiver = receiver });
        from.SetPeerPath(to.LocalPath());
        to.SetPeerPath(from.LocalPath());
        await Task.WhenAll(from.ConnectAsync(active: true, CancellationToken.None), to.ConnectAsync(active: false, CancellationToken.None)).ConfigureAwait(false);
        MsrpSendResult result = await from.SendAsync(MsrpOutgoingContent.FromMemory(Png, new byte[5000]), null, CancellationToken.None).ConfigureAwait(false);
        Check.That(result.Outcome == MsrpSendOutcome.Completed, $"A message to a session that is open was {result.Outcome} {result.Status}.");
        await receiver.Whole.ConfigureAwait(false);
        await Task.WhenAll(from.CloseAsync().AsTask(), to.CloseAsync().AsTask()).ConfigureAwait(false);
    }

    /// <summary>Two transfers resume one partial file: only one of them gets it.</summary>
    private static async Task OnePartialAsync()
    {
        string folder = KeptBeginning.Copy();
        try
        {
            IImageStore store = ImageStore.InDirectory(folder, KeptBeginning.Options);
            int owners = 0;
            bool[] got = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            {
                try
                {
                    IImageSink sink = await store.CreateAsync(KeptBeginning.Rest, CancellationToken.None).ConfigureAwait(false);
                    Check.That(Interlocked.Increment(ref owners) == 1, "Only one of them has the beginning.");
                    await Task.Yield();
                    Interlocked.Decrement(ref owners);
                    await sink.DisposeAsync().ConfigureAwait(false);
                    return true;
                }
                catch (ImageShareException e) when (e.Error is ImageShareError.NothingToResume)
                {
                    return false;
                }
            }))).WaitAsync(Most).ConfigureAwait(false);
            Check.That(got.Contains(true), "One of them has the beginning.");
            Check.That(store.FindPartial(KeptBeginning.Image, KeptBeginning.Rest.Sender) is not null, "It is there for the next one.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A message is in flight, its 200s come, its sender gives it up and both ends are disposed of: every call ends.</summary>
    private static async Task WindowAndDisposalAsync()
    {
        var network = new InMemoryNetwork();
        MsrpEndpoint alice = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        MsrpEndpoint bob = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        MsrpSession from = alice.CreateSession(new());
        MsrpSession to = bob.CreateSession(new() { Receiver = new Received() });
        from.SetPeerPath(to.LocalPath());
        to.SetPeerPath(from.LocalPath());
        await Task.WhenAll(from.ConnectAsync(active: true, CancellationToken.None), to.ConnectAsync(active: false, CancellationToken.None)).WaitAsync(Most).ConfigureAwait(false);
        using var giveUp = new CancellationTokenSource();
        Task sending = Task.Run(async () =>
        {
            try
            {
                await from.SendAsync(MsrpOutgoingContent.FromMemory(Png, new byte[60_000]) with { ChunkSize = 2048, MaxUnanswered = 4 }, null, giveUp.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ImageShareException)
            {
                // Given up, or over.
            }
        });
        await Task.WhenAll(
            sending,
            Task.Run(giveUp.Cancel),
            Task.Run(async () => await from.CloseAsync().ConfigureAwait(false)),
            Task.Run(async () => await bob.DisposeAsync().ConfigureAwait(false))).WaitAsync(Most).ConfigureAwait(false);
        await alice.DisposeAsync().AsTask().WaitAsync(Most).ConfigureAwait(false);
        await Task.WhenAll(from.Ended, to.Ended).WaitAsync(Most).ConfigureAwait(false);
    }

    private static MsrpPath LocalPath(this MsrpSession session) => session.AdvertisedPath;
}
