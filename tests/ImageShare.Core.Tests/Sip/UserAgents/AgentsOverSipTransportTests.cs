using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sip.UserAgents;

/// <summary>Agents on the library's own transport, over the in-memory network: octets, framing and all.</summary>
[TestFixture]
internal sealed class AgentsOverSipTransportTests
{
    private static readonly MediaType Sdp = MediaType.Parse("application/sdp");

    private readonly ConcurrentQueue<SipTraceEvent> _sent = [];
    private ManualTimeProvider _clock = null!;
    private InMemoryNetwork _network = null!;
    private SipTransport _aliceTransport = null!;
    private SipTransport _bobTransport = null!;
    private RecordingHandler _handler = null!;
    private SipUserAgent _alice = null!;
    private SipUserAgent _bob = null!;
    private int _datagramsOnTheWay;

    private SipUri BobUri => SipUri.Parse($"sip:bob@{_bobTransport.LocalEndPoint}");

    [SetUp]
    public void StartAgents()
    {
        _sent.Clear();
        _datagramsOnTheWay = 0;
        _clock = new ManualTimeProvider();
        _network = new InMemoryNetwork();
        _handler = new RecordingHandler();
        _aliceTransport = SipTransport.Create(_network, Options());
        _bobTransport = SipTransport.Create(_network, Options());
        _alice = SipUserAgent.Start(_aliceTransport, AgentOptions("sip:alice@ims.example"), new RecordingHandler());
        _bob = SipUserAgent.Start(_bobTransport, AgentOptions("sip:bob@ims.example"), _handler);
    }

    [TearDown]
    public async Task StopAgents()
    {
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
        await _aliceTransport.DisposeAsync();
        await _bobTransport.DisposeAsync();
        Assert.That(() => _clock.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    [Test]
    [Category("SIPT-005")]
    [Category("SIPT-007")]
    public async Task OPTIONS_is_answered()
    {
        SipResponse response = await Within(_alice.SendAsync(new SipRequest(SipMethod.Options, BobUri)));
        Assert.That(response.StatusCode, Is.EqualTo(200));
        Assert.That(response.Headers.TopVia!.RPort, Is.EqualTo(_aliceTransport.LocalEndPoint.Port));
        Assert.That(response.Headers.TopVia.Received, Is.EqualTo(_aliceTransport.LocalEndPoint.Address));
    }

    [TestCase(10, SipProtocol.Udp)]
    [TestCase(2000, SipProtocol.Tcp)]
    [Category("SIPT-001")]
    [Category("SIPT-002")]
    public async Task A_call_from_INVITE_to_BYE(int size, SipProtocol protocol)
    {
        var confirmed = new TaskCompletionSource<InviteDialog>(TaskCreationOptions.RunContinuationsAsynchronously);
        _handler.InviteReceived = async invite =>
        {
            invite.Ring();
            confirmed.SetResult(await invite.AcceptAsync("v=0\r\n"u8.ToArray(), Sdp));
        };
        var rang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        OutgoingInvite call = _alice.Invite(NewInvite(size), new InviteSettings { Provisional = _ => rang.TrySetResult() });
        await Within(rang.Task);
        var outcome = (InviteOutcome.Accepted)await Within(call.Result);
        InviteDialog bob = await Within(confirmed.Task);
        await Within(bob.ByeAsync());
        DialogEnd end = await Within(outcome.Dialog.Ended);
        Assert.Multiple(() =>
        {
            Assert.That(end.Reason, Is.EqualTo(DialogEndReason.RemoteBye));
            Assert.That(_handler.Invites.Single().Source.Protocol, Is.EqualTo(protocol));
            Assert.That(_handler.Invites.Single().Request.Headers.TopVia!.Transport, Is.EqualTo(protocol == SipProtocol.Tcp ? "TCP" : "UDP"));
            Assert.That(_sent.Select(e => e.Protocol).Distinct(), Is.EqualTo(new[] { protocol }));
        });
    }

    [Test]
    [Category("SIPT-012")]
    public async Task A_large_INVITE_goes_out_on_UDP_when_nobody_listens_on_TCP()
    {
        _network.ConnectFilter = static _ => false;
        _handler.InviteReceived = static invite => invite.Reject(486);
        OutgoingInvite call = _alice.Invite(NewInvite(2000));
        Assert.That(((InviteOutcome.Rejected)await Within(call.Result)).Response.StatusCode, Is.EqualTo(486));
        Assert.That(_handler.Invites.Single().Source.Protocol, Is.EqualTo(SipProtocol.Udp));
        Assert.That(_handler.Invites.Single().Request.Headers.TopVia!.Transport, Is.EqualTo("UDP"));
    }

    [Test]
    [Category("TXN-016")]
    public async Task A_peer_that_must_be_reached_by_TCP_and_is_not_there_is_PeerUnreachable()
    {
        _network.ConnectFilter = static _ => false;
        OutgoingInvite call = _alice.Invite(new SipRequest(SipMethod.Invite, SipUri.Parse($"sip:bob@{_bobTransport.LocalEndPoint};transport=tcp")));
        Assert.That(((InviteOutcome.Failed)await Within(call.Result)).Error.Error, Is.EqualTo(ImageShareError.PeerUnreachable));
    }

    [TestCase(11)]
    [TestCase(12)]
    [TestCase(13)]
    [Category("TXN-002")]
    [Category("TXN-008")]
    [Category("DLG-011")]
    public async Task A_call_survives_the_loss_of_datagrams(int seed)
    {
        var random = new Random(seed);
        _network.DatagramFilter = (_, _, _) =>
        {
            int copies = random.Next(10) switch { < 3 => 0, 9 => 2, _ => 1 };
            Interlocked.Add(ref _datagramsOnTheWay, copies);
            return copies;
        };
        _handler.InviteReceived = static invite => invite.AcceptAsync("v=0\r\n"u8.ToArray(), Sdp);
        OutgoingInvite call = _alice.Invite(NewInvite(10));
        await RunUntilAsync(call.Result);
        var outcome = (InviteOutcome.Accepted)await call.Result;
        Task bye = outcome.Dialog.ByeAsync();
        await RunUntilAsync(bye);
        await RunUntilAsync(_handler.Invites.Single().Dialog!.Ended);
    }

    [Test]
    public async Task Whatever_octets_come_the_agent_goes_on()
    {
        var random = new Random(20260102);
        byte[][] seeds =
        [
            .. new[] { "INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "PRACK" }.Select(method => Encoding.UTF8.GetBytes(
                $"""
                {method} sip:bob@127.0.0.1 SIP/2.0
                Via: SIP/2.0/UDP 127.0.0.1:5099;branch=z9hG4bK1;rport
                From: "x" <sip:stranger@ims.example>;tag=1
                To: <sip:bob@ims.example>
                Call-ID: call
                CSeq: 1 {method}
                Contact: <sip:stranger@127.0.0.1:5099>
                Record-Route: <sip:127.0.0.1:5098;lr>
                Require: 100rel
                Content-Length: 0


                """.ReplaceLineEndings("\r\n"))),
        ];
        var choices = new Random(20260103);
        _handler.InviteReceived = invite =>
        {
            if (choices.Next(2) == 0)
            {
                invite.AcceptAsync("v=0"u8.ToArray(), Sdp);
            }
            else
            {
                invite.Ring();
            }
        };
        await using IDatagramSocket stranger = _network.BindDatagram(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 5099));
        for (int i = 0; i < 3000; i++)
        {
            byte[] octets = [.. seeds[random.Next(seeds.Length)]];
            for (int j = random.Next(4); j > 0; j--)
            {
                octets[random.Next(octets.Length)] = (byte)random.Next(256);
            }

            await stranger.SendAsync(octets, _bobTransport.LocalEndPoint, CancellationToken.None);
            if (i % 100 == 0)
            {
                SipResponse alive = await Within(_alice.SendAsync(new SipRequest(SipMethod.Options, BobUri)));
                Assert.That(alive.StatusCode, Is.EqualTo(200));
            }
        }
    }

    private SipTransportOptions Options() => new()
    {
        TimeProvider = _clock,
        Trace = e =>
        {
            if (e.IsOutgoing)
            {
                _sent.Enqueue(e);
            }
            else if (e.Protocol == SipProtocol.Udp)
            {
                Interlocked.Decrement(ref _datagramsOnTheWay);
            }
        },
    };

    private SipUserAgentOptions AgentOptions(string identity) =>
        new() { Identity = new NameAddress(SipUri.Parse(identity)), TimeProvider = _clock };

    private SipRequest NewInvite(int size)
    {
        var invite = new SipRequest(SipMethod.Invite, BobUri) { Body = Encoding.UTF8.GetBytes(new string('x', size)) };
        invite.Headers.Add("Content-Type", "application/sdp");
        return invite;
    }

    // Time goes on only when no datagram is on its way and neither agent has anything to do.
    private async Task RunUntilAsync(Task task)
    {
        var guard = Stopwatch.StartNew();
        for (int i = 0; i < 700 && !task.IsCompleted; i++)
        {
            long before = -1;
            while (true)
            {
                long now = await Within(_alice.IdleAsync()) + await Within(_bob.IdleAsync());
                if (now == before && Volatile.Read(ref _datagramsOnTheWay) == 0)
                {
                    break;
                }

                before = now;
                Assert.That(guard.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)), "never at rest");
                await Task.Yield();
            }

            if (!task.IsCompleted)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(100));
            }
        }

        Assert.That(task.IsCompletedSuccessfully);
    }

    private static Task<T> Within<T>(Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(30));

    private static Task Within(Task task) => task.WaitAsync(TimeSpan.FromSeconds(30));
}
