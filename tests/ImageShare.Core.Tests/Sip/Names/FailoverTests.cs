using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Names;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Tests.Sip.Transport;
using ImageShare.Core.Tests.Sip.UserAgents;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sip.Names;

/// <summary>Requests to a name with two targets, on the library's transport over a network in memory (RFC 3263 §4.3).</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FailoverTests : IAsyncDisposable
{
    private static readonly MediaType Sdp = MediaType.Parse("application/sdp");

    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryNetwork _network = new();
    private readonly InMemorySipResolver _dns = new();
    private readonly ConcurrentQueue<SipTraceEvent> _sent = [];
    private readonly List<IAsyncDisposable> _started = [];
    private readonly RecordingHandler _first = new();
    private readonly RecordingHandler _second = new();
    private readonly SipUserAgent _alice;
    private readonly int _firstPort;
    private readonly int _secondPort;

    public FailoverTests()
    {
        _alice = Start(new RecordingHandler(), out _, e => _sent.Enqueue(e));
        Start(_first, out _firstPort);
        Start(_second, out _secondPort);
        _dns.SetAddresses("a.ims.test", IPAddress.Loopback);
        foreach (string service in (string[])["_sip._udp", "_sip._tcp"])
        {
            _dns.SetSrv(service + ".ims.test", new SrvRecord(2, 0, _secondPort, "a.ims.test."), new SrvRecord(1, 0, _firstPort, "a.ims.test."));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable started in _started)
        {
            await started.DisposeAsync();
        }

        Assert.That(() => _clock.ArmedTimers, Is.Zero.After(30_000, 1), "timers left behind");
    }

    [TestCase("OPTIONS")]
    [TestCase("INVITE")]
    [Category("DNS-008")]
    public async Task A_target_that_refuses_the_connection_is_left_at_once(string method)
    {
        _network.ConnectFilter = to => to.Port != _firstPort;
        await AskAsync(method, ";transport=tcp", timePasses: false);
        Assert.That((Count(_first), Count(_second)), Is.EqualTo((0, 1)));
    }

    [Test]
    [Category("DNS-008")]
    public async Task A_large_INVITE_goes_to_another_target_by_TCP_rather_than_to_the_same_by_UDP()
    {
        _network.ConnectFilter = to => to.Port != _firstPort;
        await AskAsync("INVITE", string.Empty, size: 3000);
        Assert.That((Count(_first), Count(_second)), Is.EqualTo((0, 1)));
        Assert.That(_second.Invites.Single().Source.Protocol, Is.EqualTo(SipProtocol.Tcp));
    }

    [Test]
    [Category("DNS-008")]
    [Category("SIPT-012")]
    public async Task A_large_INVITE_goes_by_UDP_when_no_target_listens_on_TCP()
    {
        _network.ConnectFilter = static _ => false;
        await AskAsync("INVITE", string.Empty, size: 3000);
        Assert.That(Count(_first) + Count(_second), Is.EqualTo(1));
    }

    [TestCase("OPTIONS")]
    [TestCase("INVITE")]
    [Category("DNS-008")]
    [Category("DNS-011")]
    public async Task A_target_that_says_503_is_left_for_the_next_with_the_same_request_in_another_transaction(string method)
    {
        _first.RequestReceived = static request => request.Respond(503);
        _first.InviteReceived = static invite => invite.Reject(503);
        await AskAsync(method, string.Empty);
        SipRequest before = _first.Requests.Select(static r => r.Request).Concat(_first.Invites.Select(static i => i.Request)).Single();
        SipRequest after = _second.Requests.Select(static r => r.Request).Concat(_second.Invites.Select(static i => i.Request)).Single();
        Assert.Multiple(() =>
        {
            Assert.That(after.Headers.TopVia!.Branch, Is.Not.EqualTo(before.Headers.TopVia!.Branch));
            Assert.That(after.Headers.CallId, Is.EqualTo(before.Headers.CallId));
            Assert.That(after.Headers.CSeq, Is.EqualTo(before.Headers.CSeq));
            Assert.That(after.Headers.From!.Tag, Is.EqualTo(before.Headers.From!.Tag));
            Assert.That(after.RequestUri, Is.EqualTo(before.RequestUri));
            Assert.That(after.Headers.Contacts, Has.Count.EqualTo(before.Headers.Contacts.Count));
            Assert.That(after.Body.ToArray(), Is.EqualTo(before.Body.ToArray()));
        });
        if (method == "INVITE")
        {
            // The ACK of the 503 goes where its INVITE went (RFC 3263 §4); the ACK of the 200 to the callee.
            Assert.That(Sent("ACK").Select(static e => e.Remote.Port), Is.EquivalentTo([_firstPort, _secondPort]));
        }
    }

    [Test]
    [Category("DNS-008")]
    public async Task The_503_is_the_answer_when_there_is_no_other_target()
    {
        _first.RequestReceived = static request => request.Respond(503);
        _second.RequestReceived = static request => request.Respond(503, "Both");
        SipResponse response = await _clock.DriveAsync(_alice.SendAsync(Request(SipMethod.Options, string.Empty)));
        Assert.That((response.StatusCode, response.ReasonPhrase), Is.EqualTo((503, "Both")));
        Assert.That((Count(_first), Count(_second)), Is.EqualTo((1, 1)));
    }

    [Test]
    [Category("DNS-008")]
    [Category("DNS-011")]
    public async Task An_INVITE_that_nobody_answers_goes_to_the_next_target_and_its_BYE_too()
    {
        _network.DatagramFilter = (_, to, _) => to.Port == _firstPort ? 0 : 1;
        var outcome = (InviteOutcome.Accepted)await AskAsync("INVITE", string.Empty);
        Assert.That(_clock.Elapsed.TotalSeconds, Is.EqualTo(32).Within(2));
        await _clock.DriveAsync(outcome.Dialog.ByeAsync());
        Assert.That(Sent("BYE").Select(static e => e.Remote.Port).Distinct(), Is.EqualTo([_secondPort]));
        Assert.That(Sent("ACK").Select(static e => e.Remote.Port).Distinct(), Is.EqualTo([_secondPort]));
    }

    [Test]
    [Category("DNS-009")]
    [Category("DNS-010")]
    public async Task A_request_that_was_sent_and_not_answered_is_not_doubled_but_the_next_one_starts_elsewhere()
    {
        _network.DatagramFilter = (_, to, _) => to.Port == _firstPort ? 0 : 1;
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(
            () => _clock.DriveAsync(_alice.SendAsync(Request(SipMethod.Options, string.Empty))));
        Assert.That(error!.Error, Is.EqualTo(ImageShareError.NoAnswer));
        Assert.That(Count(_second), Is.Zero);

        TimeSpan before = _clock.Elapsed;
        await AskAsync("OPTIONS", string.Empty);
        Assert.That(Count(_second), Is.EqualTo(1));
        Assert.That(_clock.Elapsed - before, Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    [Test]
    [Category("DNS-010")]
    public async Task A_target_that_says_when_to_come_back_is_left_alone_until_then()
    {
        _first.RequestReceived = static request =>
        {
            SipResponse busy = request.CreateResponse(503);
            busy.Headers.Add("Retry-After", "300");
            request.Respond(busy);
        };
        await AskAsync("OPTIONS", string.Empty);
        await AskAsync("OPTIONS", string.Empty);
        Assert.That((Count(_first), Count(_second)), Is.EqualTo((1, 2)));
        _clock.Advance(TimeSpan.FromSeconds(290));
        await AskAsync("OPTIONS", string.Empty);
        Assert.That((Count(_first), Count(_second)), Is.EqualTo((1, 3)));
        _clock.Advance(TimeSpan.FromSeconds(10));
        _first.RequestReceived = static request => request.Respond(200);
        await AskAsync("OPTIONS", string.Empty);
        Assert.That((Count(_first), Count(_second)), Is.EqualTo((2, 3)));
    }

    [Test]
    [Category("DNS-009")]
    public async Task An_INVITE_that_rings_is_not_sent_elsewhere_when_the_target_dies()
    {
        await using IStreamListener dying = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _dns.SetSrv("_sip._tcp.ims.test", new SrvRecord(1, 0, dying.LocalEndPoint.Port, "a.ims.test."), new SrvRecord(2, 0, _secondPort, "a.ims.test."));
        var rang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        OutgoingInvite call = _alice.Invite(Request(SipMethod.Invite, ";transport=tcp"), new InviteSettings { Provisional = _ => rang.TrySetResult() });
        await using IStreamConnection connection = (await dying.AcceptAsync(CancellationToken.None))!;
        var invite = (SipRequest)await connection.ReadMessageAsync();
        await connection.WriteAsync(System.Text.Encoding.UTF8.GetString(SipResponse.CreateFor(invite, 180, toTag: "b").ToArray()));
        await rang.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await dying.DisposeAsync();
        connection.Abort();
        Assert.That(await _clock.DriveAsync(call.Result), Is.InstanceOf<InviteOutcome.Failed>());
        Assert.That(Count(_second), Is.Zero);
    }

    [Test]
    [Category("DNS-009")]
    public async Task An_INVITE_that_was_given_up_goes_to_no_other_target()
    {
        _network.DatagramFilter = (_, to, _) => to.Port == _firstPort ? 0 : 1;
        OutgoingInvite call = _alice.Invite(Request(SipMethod.Invite, string.Empty));
        _clock.Advance(TimeSpan.FromSeconds(1));
        call.Cancel();
        Assert.That(await _clock.DriveAsync(call.Result), Is.InstanceOf<InviteOutcome.Cancelled>());
        Assert.That(Count(_second), Is.Zero);
    }

    [Test]
    [Category("DNS-011")]
    public async Task A_CANCEL_goes_to_the_target_its_INVITE_went_to()
    {
        _first.InviteReceived = static invite => invite.Reject(503);
        var rang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _second.InviteReceived = static invite => invite.Ring();
        OutgoingInvite call = _alice.Invite(Request(SipMethod.Invite, string.Empty), new InviteSettings { Provisional = _ => rang.TrySetResult() });
        await _clock.DriveAsync(rang.Task);
        call.Cancel();
        Assert.That(await _clock.DriveAsync(call.Result), Is.InstanceOf<InviteOutcome.Cancelled>());
        Assert.That(Sent("CANCEL").Select(static e => e.Remote.Port).Distinct(), Is.EqualTo([_secondPort]));
    }

    [Test]
    [Category("DNS-009")]
    public async Task A_target_that_accepts_after_it_was_left_is_acknowledged_and_told_that_it_came_too_late()
    {
        bool isLost = true;
        _network.DatagramFilter = (from, _, _) => Volatile.Read(ref isLost) && from.Port == _firstPort ? 0 : 1;
        var accepted = new TaskCompletionSource<InviteDialog>(TaskCreationOptions.RunContinuationsAsynchronously);
        IncomingInvite? waiting = null;
        _first.InviteReceived = invite => waiting = invite;
        Task<InviteOutcome> outcome = AskAsync("INVITE", string.Empty);
        while (waiting is null)
        {
            await Calm.ComesAsync();
        }

        Task<InviteDialog> late = waiting.AcceptAsync("v=0\r\n"u8.ToArray(), Sdp);
        Assert.That(await outcome, Is.InstanceOf<InviteOutcome.Accepted>());
        Volatile.Write(ref isLost, false);
        waiting = null;
        _first.InviteReceived = null;

        // Its 2xx was lost until its time was over; a retransmission that is on its way all the same comes now.
        SipRequest invite = _first.Invites.First().Request;
        await LateAnswerAsync(invite);
        await _clock.DriveAsync(late.ContinueWith(static _ => { }, TaskScheduler.Default));
        Assert.That(Sent("BYE").Select(static e => e.Remote.Port).Distinct(), Is.EqualTo([_firstPort]));
    }

    [Test]
    [Category("DNS-009")]
    public async Task When_all_targets_fail_each_was_tried_once()
    {
        ConcurrentQueue<int> tried = [];
        _network.ConnectFilter = to =>
        {
            tried.Enqueue(to.Port);
            return false;
        };
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(
            () => _clock.DriveAsync(_alice.SendAsync(Request(SipMethod.Options, ";transport=tcp"))));
        Assert.That(error!.Error, Is.EqualTo(ImageShareError.PeerUnreachable));
        Assert.That(tried, Is.EqualTo([_firstPort, _secondPort]));
    }

    // The 200 of the first target as its last retransmission.
    private async Task LateAnswerAsync(SipRequest invite)
    {
        SipResponse answer = SipResponse.CreateFor(invite, 200, toTag: "late");
        answer.Headers.Add("Contact", new NameAddress(SipUri.Parse($"sip:bob@127.0.0.1:{_firstPort}")));
        await using IDatagramSocket socket = _network.BindDatagram(new IPEndPoint(IPAddress.Loopback, 0));
        await socket.SendAsync(answer.ToArray(), new IPEndPoint(IPAddress.Loopback, invite.Headers.TopVia!.Port!.Value), CancellationToken.None);
        while (!Sent("BYE").Any())
        {
            await Calm.ComesAsync();
        }
    }

    private static int Count(RecordingHandler handler) => handler.Invites.Count + handler.Requests.Count;

    private IEnumerable<SipTraceEvent> Sent(string method) => _sent.Where(e => e.IsOutgoing && e.Message is SipRequest request && request.Method.ToString() == method);

    private SipRequest Request(SipMethod method, string parameters, int size = 10)
    {
        var request = new SipRequest(method, SipUri.Parse("sip:bob@ims.test" + parameters));
        if (method == SipMethod.Invite)
        {
            request.Body = System.Text.Encoding.ASCII.GetBytes("v=0\r\n" + new string('a', size));
            request.Headers.Add("Content-Type", "application/sdp");
        }

        return request;
    }

    private async Task<InviteOutcome> AskAsync(string method, string parameters, int size = 10, bool timePasses = true)
    {
        _second.InviteReceived ??= static invite => _ = invite.AcceptAsync("v=0\r\n"u8.ToArray(), Sdp);
        _first.InviteReceived ??= static invite => _ = invite.AcceptAsync("v=0\r\n"u8.ToArray(), Sdp);
        if (method == "INVITE")
        {
            return await OutcomeAsync(_alice.Invite(Request(SipMethod.Invite, parameters, size)).Result, timePasses);
        }

        Assert.That((await OutcomeAsync(_alice.SendAsync(Request(SipMethod.Options, parameters)), timePasses)).StatusCode, Is.EqualTo(200));
        return null!;
    }

    // Without the passing of time, it comes at once or not at all.
    private Task<T> OutcomeAsync<T>(Task<T> outcome, bool timePasses) => timePasses ? _clock.DriveAsync(outcome) : outcome.WaitAsync(TimeSpan.FromSeconds(30));

    private SipUserAgent Start(RecordingHandler handler, out int port, Action<SipTraceEvent>? trace = null)
    {
        SipTransport transport = SipTransport.Create(_network, new SipTransportOptions { TimeProvider = _clock, Resolver = _dns, Trace = trace });
        var options = new SipUserAgentOptions { Identity = new NameAddress(SipUri.Parse("sip:x@ims.example")), TimeProvider = _clock };
        SipUserAgent agent = SipUserAgent.Start(transport, options, handler);
        _started.InsertRange(0, [agent, transport]);
        port = transport.LocalEndPoint.Port;
        return agent;
    }
}
