using System.Net;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>Sessions that come to a connection while others leave it: none may be lost (RFC 4975 §5.4).</summary>
[TestFixture]
[Category("MSRP-050")]
public sealed class SharedConnectionTests
{
    private static readonly MediaType Png = new("image", "png");

    [Test]
    public async Task A_session_whose_first_request_is_on_its_way_finds_the_connection_that_the_last_one_has_left()
    {
        var network = new InMemoryNetwork();
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        MsrpSession first = endpoint.CreateSession(new()), second = endpoint.CreateSession(new());
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(network, endpoint.LocalEndPoint);
        await peer.SendAsync(first.LocalUri, "first001", "Byte-Range: 1-0/0\r\n", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("first001 200"));

        await first.CloseAsync();
        await peer.SendAsync(second.LocalUri, "second01", "Byte-Range: 1-0/0\r\n", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("second01 200"));
        Assert.That(second.Ended.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_connection_that_nobody_comes_back_to_is_closed_after_a_while()
    {
        var network = new InMemoryNetwork();
        var time = new ManualTimeProvider();
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions { TimeProvider = time });
        MsrpSession first = endpoint.CreateSession(new()), second = endpoint.CreateSession(new());
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(network, endpoint.LocalEndPoint);
        foreach (MsrpSession session in (MsrpSession[])[first, second])
        {
            await peer.SendAsync(session.LocalUri, "bind0001", "Byte-Range: 1-0/0\r\n", null, '$');
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("bind0001 200"));
            await session.CloseAsync();
            time.Advance(TimeSpan.FromSeconds(4.9));
        }

        Task<RawMsrpPeer.Message?> end = peer.ReadAsync();
        Assert.That(end.IsCompleted, Is.False, "the time runs from the last session's end, not from the first's");
        await time.DriveAsync(end, mostSeconds: 0.5);
        Assert.That(await end, Is.Null);
    }

    [Test]
    public async Task A_connection_that_this_side_opened_closes_behind_its_last_session()
    {
        var network = new InMemoryNetwork();
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        await using IStreamListener listener = network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        MsrpSession session = endpoint.CreateSession(new() { OpenWithEmptySend = false });
        session.SetPeerPath(MsrpPath.Parse($"msrp://127.0.0.1:{listener.LocalEndPoint.Port}/a;tcp"));
        await session.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        await using RawMsrpPeer peer = new((await listener.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(RawMsrpPeer.Patience))!);
        Task<RawMsrpPeer.Message?> end = peer.ReadAsync();
        await session.CloseAsync();
        Assert.That(await end, Is.Null);
    }

    [Test]
    public async Task A_session_is_inside_before_others_can_find_the_connection_that_was_opened_for_it()
    {
        var network = new InMemoryNetwork();
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        await using IStreamListener listener = network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        MsrpUri uri = MsrpUri.Parse($"msrp://127.0.0.1:{listener.LocalEndPoint.Port}/a;tcp");
        MsrpSession first = endpoint.CreateSession(new() { OpenWithEmptySend = false }), second = endpoint.CreateSession(new());
        first.SetPeerPath(new MsrpPath(uri));
        second.SetPeerPath(new MsrpPath(uri));

        // The first has opened it and has not yet come to use it, when the second uses and ends it.
        await first.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        MsrpConnection opened = first.Binding.Connection!;
        await second.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        await second.CloseAsync();
        Assert.That(first.Binding.Connection, Is.SameAs(opened));
        Assert.That(opened.WhenReleased.IsCompleted, Is.True, "it is not closing");
        Assert.That(first.Ended.IsCompleted, Is.False);
    }

    [TestCase(1.9, false)]
    [TestCase(2.1, true)]
    public async Task A_session_does_not_wait_behind_one_whose_peer_does_not_read(double seconds, bool hasItsOwn)
    {
        var network = new InMemoryNetwork();
        var time = new ManualTimeProvider();
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions { TimeProvider = time });
        await using IStreamListener listener = network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        MsrpSession first = endpoint.CreateSession(new()), second = endpoint.CreateSession(new());
        first.SetPeerPath(MsrpPath.Parse($"msrp://127.0.0.1:{listener.LocalEndPoint.Port}/a;tcp"));
        second.SetPeerPath(MsrpPath.Parse($"msrp://127.0.0.1:{listener.LocalEndPoint.Port}/b;tcp"));
        await first.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        Task<MsrpSendResult> sending = first.SendAsync(MsrpOutgoingContent.FromMemory(Png, new byte[20_000_000]), null, CancellationToken.None);
        Assert.That(() => first.Binding.Connection!.Writer.FlushingSince, Is.Not.Null.After(30_000, 1));
        time.Advance(TimeSpan.FromSeconds(seconds));
        await second.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        Assert.That(ReferenceEquals(first.Binding.Connection, second.Binding.Connection), Is.EqualTo(!hasItsOwn));
        await time.DriveAsync(endpoint.DisposeAsync().AsTask());
        Assert.That((await sending.WaitAsync(RawMsrpPeer.Patience)).Outcome, Is.Not.EqualTo(MsrpSendOutcome.Completed));
    }

    // Many short sessions, each on whatever connection there is when it comes: every order of joining and leaving that the scheduler makes.
    [Test]
    [CancelAfter(120_000)]
    public async Task Short_sessions_at_the_same_time_all_complete()
    {
        const int Workers = 6, Each = 250;
        var network = new InMemoryNetwork();
        await using MsrpEndpoint alice = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        await using MsrpEndpoint bob = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        byte[] data = new byte[3000];
        MsrpSendResult[][] results = await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(async () =>
        {
            var ends = new List<MsrpSendResult>();
            for (int i = 0; i < Each; i++)
            {
                var receiver = new CollectingReceiver();
                await using MsrpSession outgoing = alice.CreateSession(new());
                await using MsrpSession incoming = bob.CreateSession(new() { Receiver = receiver });
                outgoing.SetPeerPath(new MsrpPath(incoming.LocalUri));
                await outgoing.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
                ends.Add(await outgoing.SendAsync(MsrpOutgoingContent.FromMemory(Png, data), null, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience));
            }

            return ends.ToArray();
        })));
        Assert.That(results.SelectMany(r => r).Count(r => r.Outcome == MsrpSendOutcome.Completed), Is.EqualTo(Workers * Each));
    }
}
