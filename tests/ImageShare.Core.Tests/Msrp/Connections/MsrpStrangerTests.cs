using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Connections;

/// <summary>Peers that speak something else, or nothing, or hang up at once.</summary>
[TestFixture]
public sealed class MsrpStrangerTests : HostilePeerTest
{
    private static readonly string[] Strangers =
    [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST /x HTTP/1.0\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP x\r\n\r\n", "SIP/2.0 200 OK\r\n\r\n",
        "\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\u0000\u00a1\u0003\u0003", "SSH-2.0-OpenSSH\r\n", "EHLO x\r\n", "\n\n", "M\r\n", "MSRPS", "MSRP\r\n", "MSRP  aaaa SEND\r\n", "\0\0\0\0\0\0",
    ];

    [TestCaseSource(nameof(Strangers))]
    [Category("SEC-001")]
    [Category("MSRP-042")]
    public async Task Another_protocol_is_cut_off_at_its_first_octets_and_nothing_is_echoed(string octets)
    {
        (MsrpSession other, _, RawMsrpPeer bystander) = await BoundAsync();
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(Network, Endpoint.LocalEndPoint);
        await peer.SendAsync(octets);
        Assert.That(await ReadAllAsync(peer), Is.Empty);
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer bound) = await BoundAsync();
        await bound.SendAsync(octets);
        Assert.That(await ReadAllAsync(bound), Is.Empty);
        Assert.That((await session.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.ProtocolError));
        Assert.That(receiver.Begins, Is.Zero);
        string fault = octets.StartsWith("MSRP  ", StringComparison.Ordinal) ? "BadTransactionId" : "NotMsrp";
        Metrics.AssertCounted($"msrp.connections.ended reason=ProtocolError fault={fault} bound=False");
        Metrics.AssertCounted($"msrp.connections.ended reason=ProtocolError fault={fault} bound=True");
        await AssertUndisturbedAsync(other, bystander);
    }

    [Test]
    [Category("SEC-001")]
    public async Task A_thousand_requests_of_another_protocol_leave_nothing_behind()
    {
        int timers = Time.ArmedTimers;
        for (int i = 0; i < 1000; i++)
        {
            await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(Network, Endpoint.LocalEndPoint);
            await peer.SendAsync(Strangers[0]);
            Assert.That(await ReadAllAsync(peer), Is.Empty);
        }

        Metrics.AssertCounted("msrp.connections.ended reason=ProtocolError fault=NotMsrp bound=False", 1000);
        Assert.That(() => Time.ArmedTimers, Is.EqualTo(timers).After(30_000, 1), "each connection has timers of its own until it is released");
        Assert.That(Metrics.Count("msrp.connections.refused limit=MaxUnboundConnectionsPerAddress"), Is.Zero, "each makes room for the next");
    }

    [Test]
    [Category("MSRP-044")]
    [Category("SEC-001")]
    public async Task Thousands_of_half_open_connections_are_few_that_stay_and_none_that_stays_for_ever()
    {
        const int Kept = 200, Tried = 5000;
        await RestartAsync(new MsrpLimits { MaxUnboundConnections = Kept, MaxUnboundConnectionsPerAddress = Tried });
        (MsrpSession other, _, RawMsrpPeer bystander) = await BoundAsync();
        int timers = Time.ArmedTimers;
        List<RawMsrpPeer> peers = [];
        for (int i = 0; i < Tried; i++)
        {
            peers.Add(await RawMsrpPeer.DialAsync(Network, Endpoint.LocalEndPoint));
        }

        Metrics.AssertCounted("msrp.connections.refused limit=MaxUnboundConnections", Tried - Kept);
        Assert.That(Time.ArmedTimers, Is.EqualTo(timers + (3 * Kept)), "a connection that is refused is nothing but refused");
        await AssertUndisturbedAsync(other, bystander);
        Time.Advance(TimeSpan.FromSeconds(30));
        Metrics.AssertCounted("msrp.connections.ended reason=BindTimeout fault=None bound=False", Kept);
        await AssertUndisturbedAsync(other, bystander);
        (MsrpSession late, _, RawMsrpPeer peer) = await BoundAsync();
        await AssertUndisturbedAsync(late, peer);
        foreach (RawMsrpPeer gone in peers)
        {
            await gone.DisposeAsync();
        }
    }

    [Test]
    [Category("SEC-001")]
    public async Task Who_hangs_up_as_soon_as_dialled_is_not_dialled_again()
    {
        await using IStreamListener listener = Network.Listen(new(System.Net.IPAddress.Loopback, 0));
        int asked = 0;
        MsrpSession session = Endpoint.CreateSession(new()
        {
            DialPolicy = _ =>
            {
                asked++;
                return true;
            },
        });
        session.SetPeerPath(MsrpPath.Parse($"msrp://127.0.0.1:{listener.LocalEndPoint.Port}/x;tcp"));
        Task hangingUp = HangUpAsync();
        Task connecting = session.ConnectAsync(active: true, CancellationToken.None);
        try
        {
            await connecting.WaitAsync(RawMsrpPeer.Patience);
        }
        catch (ImageShareException e)
        {
            // It was noticed before the session was bound; otherwise the session ends.
            Assert.That(e.Error, Is.AnyOf(ImageShareError.PeerUnreachable, ImageShareError.MediaNotConnected));
        }

        if (connecting.IsCompletedSuccessfully)
        {
            await Time.DriveAsync(session.Ended);
        }

        Assert.That(asked, Is.EqualTo(1), "one attempt for a session");
        await listener.DisposeAsync();
        await hangingUp.WaitAsync(RawMsrpPeer.Patience);

        async Task HangUpAsync()
        {
            while (await listener.AcceptAsync(CancellationToken.None) is { } stream)
            {
                stream.Abort();
            }
        }
    }
}
