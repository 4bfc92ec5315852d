using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sip.UserAgents.Requests;

[TestFixture]
internal sealed class RequestTests : AgentTest
{
    [Test]
    [Category("SIPG-011")]
    [Category("SIPG-013")]
    [Category("SIPT-007")]
    public async Task OPTIONS_is_filled_in_sent_and_answered()
    {
        Task<SipResponse> asked = Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri), new ParameterList(new Parameter("+g.3gpp.cs-voice")));
        await SettleAsync();
        SipResponse response = await Within(asked);
        SipRequest sent = Network.Named("OPTIONS").Single().Request!;
        SipHeaders headers = sent.Headers;
        Assert.Multiple(() =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(200));
            Assert.That(response.Headers.To!.Tag, Is.Not.Empty);
            Assert.That(response.Headers.Allow, Is.EqualTo(new[] { "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "PRACK", "UPDATE" }));
            Assert.That(sent.RequestUri, Is.EqualTo(BobUri));
            Assert.That(headers.TopVia!.ToString(), Does.Match("^SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK[A-Za-z0-9]{22};rport$"));
            Assert.That(headers.MaxForwards, Is.EqualTo(70));
            Assert.That(headers.From!.Uri.ToString(), Is.EqualTo("sip:alice@ims.example"));
            Assert.That(headers.From.Tag, Has.Length.EqualTo(22));
            Assert.That(headers.To!.ToString(), Is.EqualTo("<sip:bob@127.0.0.1:5070>"));
            Assert.That(headers.CallId, Has.Length.EqualTo(22));
            Assert.That(headers.CSeq!.ToString(), Is.EqualTo("1 OPTIONS"));
            Assert.That(headers.GetString("User-Agent"), Is.EqualTo("test"));
            Assert.That(headers.GetString("Contact"), Is.EqualTo("<sip:alice@127.0.0.1:5060>;+g.3gpp.cs-voice"));
            Assert.That(headers.Contains("Route"), Is.False);
        });
    }

    [Test]
    public async Task What_the_application_wrote_stays_and_its_request_is_not_changed()
    {
        var request = new SipRequest(SipMethod.Options, BobUri);
        request.Headers.Add("X-Mine", "1");
        request.Headers.Add("From", "<sip:other@ims.example>");
        request.Headers.Add("Call-ID", "mine");
        Task<SipResponse> asked = Alice.SendAsync(request);
        await SettleAsync();
        await Within(asked);
        SipHeaders headers = Network.Named("OPTIONS").Single().Request!.Headers;
        Assert.Multiple(() =>
        {
            Assert.That(headers.GetString("X-Mine"), Is.EqualTo("1"));
            Assert.That(headers.CallId, Is.EqualTo("mine"));
            Assert.That(headers.From!.Uri.User, Is.EqualTo("other"));
            Assert.That(headers.From.Tag, Is.Not.Empty);
            Assert.That(request.Headers, Has.Count.EqualTo(3));
        });
    }

    [Test]
    [Category("TXN-008")]
    public async Task Lost_requests_are_repeated()
    {
        int lost = 2;
        Network.Filter = e => e.Name != "OPTIONS" || lost-- <= 0;
        Task<SipResponse> asked = Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri));
        await RunAsync(5);
        Assert.That((await Within(asked)).StatusCode, Is.EqualTo(200));
        Assert.That(Network.TimesOf("OPTIONS"), Is.EqualTo(new[] { 0, .5, 1.5 }));
    }

    [Test]
    [Category("TXN-015")]
    public async Task A_lost_response_is_sent_again_without_asking_the_application_again()
    {
        int lost = 1;
        Network.Filter = e => e.Name != "200 OPTIONS" || lost-- <= 0;
        Task<SipResponse> asked = Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri));
        await RunAsync(5);
        SipResponse response = await Within(asked);
        WireEntry[] answers = [.. Network.Named("200 OPTIONS")];
        Assert.Multiple(() =>
        {
            Assert.That(answers, Has.Length.EqualTo(2));
            Assert.That(answers[0].Message.ToArray(), Is.EqualTo(answers[1].Message.ToArray()));
            Assert.That(BobHandler.Requests, Has.Count.EqualTo(1));
            Assert.That(response.StatusCode, Is.EqualTo(200));
        });
    }

    [Test]
    [Category("TXN-008")]
    [Category("TXN-020")]
    public async Task Nobody_there_is_NoAnswer_after_32_seconds()
    {
        Network.Filter = static _ => false;
        Task<SipResponse> asked = Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri));
        await RunAsync(31.9);
        Assert.That(asked.IsCompleted, Is.False);
        await RunAsync(.2);
        Assert.That(() => Within(asked), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NoAnswer));

        SipRequest sent = Network.Named("OPTIONS").First().Request!;
        Network.Filter = static _ => true;
        Network.Inject(SipResponse.CreateFor(sent, 200, toTag: "late"), BobPort, AlicePort);
        await SettleAsync();
    }

    [Test]
    [Category("TXN-016")]
    public async Task What_cannot_be_sent_is_PeerUnreachable_at_once()
    {
        AliceTransport.SendError = new ImageShareException(ImageShareError.PeerUnreachable, "no route");
        Task<SipResponse> asked = Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri));
        await SettleAsync();
        Assert.That(() => Within(asked), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.PeerUnreachable));
        Assert.That(() => Clock.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    [Test]
    public async Task An_unknown_host_is_PeerUnreachable()
    {
        Task<SipResponse> asked = Alice.SendAsync(new SipRequest(SipMethod.Options, SipUri.Parse("sip:bob@nowhere.example")));
        await SettleAsync();
        Assert.That(() => Within(asked), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.PeerUnreachable));
    }

    [Test]
    [Category("TXN-018")]
    public async Task A_slow_application_gets_100_sent_for_it_after_3_and_a_half_seconds()
    {
        BobHandler.RequestReceived = static _ => { };
        Task<SipResponse> asked = Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri));
        await RunAsync(5);
        Assert.That(Network.TimesOf("100 OPTIONS").First(), Is.EqualTo(3.5));
        Assert.That(BobHandler.Requests.Single(), Is.Not.Null);
        BobHandler.Requests.Single().Respond(200);
        await SettleAsync();
        Assert.That((await Within(asked)).StatusCode, Is.EqualTo(200));
    }

    [Test]
    [Category("TXN-018")]
    public async Task An_application_that_never_answers_leaves_nothing_behind()
    {
        BobHandler.RequestReceived = static _ => { };
        Task<SipResponse> asked = Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri));
        await RunAsync(33);
        Assert.That(() => Within(asked), Throws.TypeOf<ImageShareException>());
        Assert.That(() => Clock.ArmedTimers, Is.Zero.After(30_000, 1));
        Assert.That(Network.Log.Where(e => e.From.Port == BobPort).Select(e => e.Name).Distinct(), Is.EqualTo(new[] { "100 OPTIONS" }));
    }

    [Test]
    public async Task A_handler_that_throws_is_answered_for_with_500_and_the_agent_goes_on()
    {
        BobHandler.RequestReceived = static _ => throw new InvalidOperationException("broken");
        Task<SipResponse> first = Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri));
        await SettleAsync();
        Assert.That((await Within(first)).StatusCode, Is.EqualTo(500));
        BobHandler.RequestReceived = static request => request.Respond(200);
        Task<SipResponse> second = Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri));
        await SettleAsync();
        Assert.That((await Within(second)).StatusCode, Is.EqualTo(200));
    }

    [Test]
    [Category("SIPT-002")]
    public async Task A_large_request_goes_over_TCP_and_its_Via_says_so()
    {
        var request = new SipRequest(SipMethod.Options, BobUri) { Body = new byte[1200] };
        request.Headers.Add("Content-Type", "application/octet-stream");
        Task<SipResponse> asked = Alice.SendAsync(request);
        await SettleAsync();
        Assert.That((await Within(asked)).StatusCode, Is.EqualTo(200));
        WireEntry sent = Network.Named("OPTIONS").Single();
        Assert.That((sent.Protocol, sent.Message.Headers.TopVia!.Transport), Is.EqualTo((SipProtocol.Tcp, "TCP")));
    }

    [Test]
    [Category("SIPT-002")]
    public async Task The_size_that_decides_includes_the_Via()
    {
        var probe = new SipRequest(SipMethod.Options, BobUri) { Body = new byte[800] };
        probe.Headers.Add("Content-Type", "application/octet-stream");
        await AskAsync(probe);
        int length = Network.Named("OPTIONS").Single().Message.ToArray().Length;

        probe.Body = new byte[800 + (1300 - length)];
        await AskAsync(probe);
        WireEntry atLimit = Network.Named("OPTIONS").Last();
        probe.Body = new byte[800 + (1301 - length)];
        await AskAsync(probe);
        WireEntry above = Network.Named("OPTIONS").Last();
        Assert.Multiple(() =>
        {
            Assert.That(atLimit.Message.ToArray(), Has.Length.EqualTo(1300));
            Assert.That(atLimit.Protocol, Is.EqualTo(SipProtocol.Udp));
            Assert.That(above.Protocol, Is.EqualTo(SipProtocol.Tcp));
        });

        async Task AskAsync(SipRequest request)
        {
            Task<SipResponse> asked = Alice.SendAsync(request);
            await SettleAsync();
            await Within(asked);
        }
    }

    [Test]
    [Category("SIPT-012")]
    public async Task When_nobody_listens_on_TCP_a_large_request_goes_out_on_UDP_after_all()
    {
        Network.AcceptsStreams = false;
        var request = new SipRequest(SipMethod.Options, BobUri) { Body = new byte[2000] };
        request.Headers.Add("Content-Type", "application/octet-stream");
        Task<SipResponse> asked = Alice.SendAsync(request);
        await SettleAsync();
        Assert.That((await Within(asked)).StatusCode, Is.EqualTo(200));
        WireEntry sent = Network.Named("OPTIONS").Single();
        Assert.That((sent.Protocol, sent.Message.Headers.TopVia!.Transport), Is.EqualTo((SipProtocol.Udp, "UDP")));
    }

    [Test]
    public async Task Cancelling_the_wait_is_not_wrapped()
    {
        Network.Filter = static _ => false;
        using var cancel = new CancellationTokenSource();
        Task<SipResponse> asked = Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri), cancellationToken: cancel.Token);
        await SettleAsync();
        await cancel.CancelAsync();
        Assert.That(() => Within(asked), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Closing_the_agent_ends_every_wait_and_every_timer()
    {
        Network.Filter = static _ => false;
        Task<SipResponse> asked = Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri));
        OutgoingInvite call = Alice.Invite(NewInvite());
        await SettleAsync();
        Assert.That(Clock.ArmedTimers, Is.Not.Zero);
        await Alice.DisposeAsync();
        Assert.Multiple(() =>
        {
            Assert.That(() => Clock.ArmedTimers, Is.Zero.After(30_000, 1));
            Assert.That(() => Within(asked), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
            Assert.That(() => Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri)), Throws.TypeOf<ImageShareException>());
        });
        Assert.That(((InviteOutcome.Failed)await Within(call.Result)).Error.Error, Is.EqualTo(ImageShareError.InvalidState));
        Assert.That(((InviteOutcome.Failed)await Within(Alice.Invite(NewInvite()).Result)).Error.Error, Is.EqualTo(ImageShareError.InvalidState));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_part_that_cannot_be_written_fails_the_request_and_nothing_else(bool onlyInStartLine)
    {
        var request = new SipRequest(SipMethod.Options, SipUri.Parse("sip:bob@127.0.0.1;x=y") with
        {
            Parameters = new ParameterList(new Parameter("x", "y\r\nVia: x")),
        });
        if (onlyInStartLine)
        {
            request.Headers.Add("To", "<sip:bob@127.0.0.1>");
        }

        Task<SipResponse> asked = Alice.SendAsync(request);
        await SettleAsync();
        Assert.That(() => Within(asked), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue));
    }
}
