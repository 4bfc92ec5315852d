using System.Net;
using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Connections;

/// <summary>The signs of life of this side, which keep the bindings of NATs, and what they must not keep.</summary>
[TestFixture]
public sealed class MsrpKeepAliveTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    private InMemoryNetwork _network = null!;
    private ManualTimeProvider _time = null!;

    [SetUp]
    public void SetUp()
    {
        _network = new InMemoryNetwork();
        _time = new ManualTimeProvider();
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("REG-106")]
    public async Task After_each_interval_without_anything_sent_a_SEND_without_body_asks_for_no_response(bool active)
    {
        await using MsrpEndpoint endpoint = Start(Interval);
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync(endpoint, active);
        await using (peer)
        {
            string[] ids = new string[2];
            for (int i = 0; i < ids.Length; i++)
            {
                _time.Advance(Interval - TimeSpan.FromSeconds(1));
                Assert.That(peer.Stream.Input.TryRead(out _), Is.False, "not before its time");
                _time.Advance(TimeSpan.FromSeconds(1));
                string text = await ReadTextAsync(peer);
                ids[i] = text[..text.IndexOf('\r', StringComparison.Ordinal)];
                Assert.That(text, Does.Match(
                    $"^MSRP (\\w+) SEND\r\nTo-Path: {peer.Uri}\r\nFrom-Path: {session.LocalUri}\r\nMessage-ID: \\S+\r\nByte-Range: 1-0/0\r\nFailure-Report: no\r\n-------\\1\\$\r\n$"));
            }

            Assert.That(ids[0], Is.Not.EqualTo(ids[1]));
            await EndAsync(session);
        }
    }

    [Test]
    [Category("REG-106")]
    public async Task Whatever_else_is_sent_postpones_it()
    {
        await using MsrpEndpoint endpoint = Start(Interval);
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync(endpoint, active: true);
        await using (peer)
        {
            for (int i = 0; i < 3; i++)
            {
                _time.Advance(TimeSpan.FromSeconds(15));
                await peer.SendAsync(session.LocalUri, "ping", "Byte-Range: 1-0/0\r\n", null, '$');
                Assert.That(await peer.ReadLineAsync(), Is.EqualTo("ping 200"));
            }

            _time.Advance(Interval);
            Assert.That(await peer.ReadLineAsync(), Does.StartWith("SEND"));
            await EndAsync(session);
        }
    }

    [TestCase("200 OK")]
    [TestCase("481 No Such Session")]
    [Category("REG-106")]
    public async Task A_response_nobody_asked_for_changes_nothing(string response)
    {
        await using MsrpEndpoint endpoint = Start(Interval);
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync(endpoint, active: true);
        await using (peer)
        {
            _time.Advance(Interval);
            RawMsrpPeer.Message sign = (await peer.ReadAsync())!;
            await peer.SendAsync($"MSRP {sign.Id} {response}\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\n-------{sign.Id}$\r\n");
            await peer.SendAsync(session.LocalUri, "ping", "Byte-Range: 1-0/0\r\n", null, '$');
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("ping 200"));
            Assert.That(session.Ended.IsCompleted, Is.False);
            await EndAsync(session);
        }
    }

    [Test]
    [Category("REG-107")]
    public async Task They_do_not_prolong_the_idle_timeout_of_this_side()
    {
        await using MsrpEndpoint endpoint = Start(Interval);
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync(endpoint, active: true);
        await using (peer)
        {
            for (int i = 0; i < 2; i++)
            {
                _time.Advance(Interval);
                Assert.That(await peer.ReadLineAsync(), Does.StartWith("SEND"));
            }

            Assert.That(session.Ended.IsCompleted, Is.False);
            _time.Advance(Interval);
            Assert.That((await session.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.Idle), "60 s without a byte of use");
        }
    }

    [Test]
    [Category("REG-107")]
    public async Task A_receiver_that_gets_nothing_else_gives_up_in_its_time_and_is_shown_nothing()
    {
        await using MsrpEndpoint sender = Start(Interval, idleTimeout: TimeSpan.FromHours(1));
        await using MsrpEndpoint receiver = Start(interval: null);
        var collected = new CollectingReceiver();
        MsrpSession incoming = receiver.CreateSession(new() { Receiver = collected, ExpectsMessage = true });
        MsrpSession outgoing = sender.CreateSession(new());
        outgoing.SetPeerPath(new MsrpPath(incoming.LocalUri));
        incoming.SetPeerPath(new MsrpPath(outgoing.LocalUri));
        await Task.WhenAll(outgoing.ConnectAsync(active: true, CancellationToken.None), incoming.ConnectAsync(active: false, CancellationToken.None)).WaitAsync(RawMsrpPeer.Patience);
        TimeSpan before = _time.Elapsed;
        await _time.DriveAsync(incoming.Ended, stepSeconds: 5);
        Assert.Multiple(() =>
        {
            Assert.That(incoming.Ended.Result.Reason, Is.EqualTo(MsrpSessionEndReason.Idle));
            Assert.That(_time.Elapsed - before, Is.LessThanOrEqualTo(TimeSpan.FromSeconds(130)), "one to two intervals of 60 s");
            Assert.That(collected.Begins, Is.Zero);
        });
    }

    [Test]
    [Category("REG-106")]
    public async Task One_timer_for_each_connection_and_none_when_it_is_off()
    {
        int off = await TimersAsync(interval: null);
        int on = await TimersAsync(Interval);
        Assert.That(on - off, Is.EqualTo(1));
        Assert.That(_time.ArmedTimers, Is.Zero, "none is left behind");

        async Task<int> TimersAsync(TimeSpan? interval)
        {
            await using MsrpEndpoint endpoint = Start(interval);
            (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync(endpoint, active: true);
            await using (peer)
            {
                int armed = _time.ArmedTimers;
                await EndAsync(session);
                return armed;
            }
        }
    }

    [Test]
    [Category("REG-106")]
    public async Task Nothing_is_said_to_a_peer_that_has_not_agreed_yet()
    {
        await using MsrpEndpoint endpoint = Start(Interval);
        MsrpSession session = endpoint.CreateSession(new() { Receiver = new CollectingReceiver() });
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(_network, endpoint.LocalEndPoint);
        await peer.SendAsync(session.LocalUri, "bind", "", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("bind 200"));
        _time.Advance(Interval);
        Assert.That(peer.Stream.Input.TryRead(out _), Is.False);
        await EndAsync(session);
    }

    [TestCase(4.9)]
    [TestCase(0)]
    [TestCase(604801)]
    [Category("REG-106")]
    public void An_interval_out_of_its_range_is_refused_by_the_name_of_its_option(double seconds) => Assert.Multiple(() =>
    {
        Assert.That(
            () => new MsrpEndpointOptions { KeepAliveInterval = TimeSpan.FromSeconds(seconds) },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith("KeepAliveInterval must be between 5 seconds and 7 days"));
        Assert.That(
            () => new ImageShareOptions { Identity = Core.Sip.SipUri.Parse("sip:a@b.example"), MsrpKeepAlive = TimeSpan.FromSeconds(seconds) },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith("MsrpKeepAlive must be between 5 seconds and 7 days"));
    });

    private MsrpEndpoint Start(TimeSpan? interval, TimeSpan? idleTimeout = null) => MsrpEndpoint.Start(
        _network, new MsrpEndpointOptions { TimeProvider = _time, KeepAliveInterval = interval, IdleTimeout = idleTimeout ?? TimeSpan.FromSeconds(60) });

    private async Task<(MsrpSession Session, RawMsrpPeer Peer)> ConnectAsync(MsrpEndpoint endpoint, bool active)
    {
        MsrpSession session = endpoint.CreateSession(new() { Receiver = new CollectingReceiver() });
        if (!active)
        {
            RawMsrpPeer dialler = await RawMsrpPeer.DialAsync(_network, endpoint.LocalEndPoint);
            session.SetPeerPath(new MsrpPath(dialler.Uri));
            await dialler.SendAsync(session.LocalUri, "bind", "", null, '$');
            Assert.That(await dialler.ReadLineAsync(), Is.EqualTo("bind 200"));
            await session.ConnectAsync(active: false, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
            return (session, dialler);
        }

        await using IStreamListener listener = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        session.SetPeerPath(new MsrpPath(MsrpUri.Parse($"msrp://{listener.LocalEndPoint}/rawpeer;tcp")));
        Task connecting = session.ConnectAsync(active: true, CancellationToken.None);
        var peer = new RawMsrpPeer((await listener.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(RawMsrpPeer.Patience))!);
        await connecting.WaitAsync(RawMsrpPeer.Patience);
        RawMsrpPeer.Message opening = (await peer.ReadAsync())!;
        await peer.AnswerAsync(opening, 200, peer.Uri);

        // What was sent before has been handled when this is answered.
        await peer.SendAsync(session.LocalUri, "ping", "Byte-Range: 1-0/0\r\n", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("ping 200"));
        return (session, peer);
    }

    private static async Task<string> ReadTextAsync(RawMsrpPeer peer)
    {
        System.IO.Pipelines.ReadResult read = await peer.Stream.Input.ReadAsync().AsTask().WaitAsync(RawMsrpPeer.Patience);
        string text = Encoding.ASCII.GetString(read.Buffer);
        peer.Stream.Input.AdvanceTo(read.Buffer.End);
        return text;
    }

    private Task EndAsync(MsrpSession session) => _time.DriveAsync(session.CloseAsync().AsTask());
}
