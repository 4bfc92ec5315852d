using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Sip.UserAgents.Sessions;

/// <summary>Session timers of a caller who wants them (RFC 4028), and the refreshes themselves.</summary>
[TestFixture]
internal sealed class SessionTimerAgentTests : AgentTest
{
    private const string Offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n";
    private const string Answer = "v=0\r\no=- 2 2 IN IP4 127.0.0.1\r\n";

    private InviteDialog Session => BobHandler.Invites.Single().Dialog!;

    [Test]
    [Category("DLG-031")]
    public async Task Less_than_we_take_gets_422_with_what_we_take()
    {
        SipResponse response = (await AskBobAsync(Ask("INVITE", null, 1, "60"))).Single();
        Assert.That((response.StatusCode, response.Headers.GetString("Min-SE")), Is.EqualTo((422, "90")));
        Assert.That(BobHandler.Invites, Is.Empty);
        string tag = await EstablishAsync("100;refresher=uac");
        foreach (string method in (string[])["UPDATE", "INVITE"])
        {
            response = (await AskBobAsync(Ask(method, tag, method == "UPDATE" ? 12u : 13, "60"))).Single();
            Assert.That((response.StatusCode, response.Headers.GetString("Min-SE")), Is.EqualTo((422, "90")));
        }

        await RunAsync(69);
        Assert.That((await Within(Session.Ended)).Reason, Is.EqualTo(DialogEndReason.Failed), "what was refused refreshed nothing");
        AnswerBye();
    }

    [TestCase("UPDATE", "")]
    [TestCase("UPDATE", Offer)]
    [TestCase("INVITE", Offer)]
    [Category("DLG-031")]
    public async Task A_refresh_is_answered_without_the_application_and_begins_the_time_anew(string method, string body)
    {
        string tag = await EstablishAsync("90;refresher=uac");
        Session.OnRequest = static _ => Assert.Fail("Nobody needs to be asked.");
        for (uint i = 0; i < 3; i++)
        {
            await RunAsync(50);
            SipResponse response = (await AskBobAsync(Ask(method, tag, 20 + i, "90;refresher=uac", body))).Single();
            Assert.Multiple(() =>
            {
                Assert.That(response.StatusCode, Is.EqualTo(200));
                Assert.That(response.Headers.GetString("Session-Expires"), Is.EqualTo("90;refresher=uac"));
                Assert.That(response.Headers.Require, Is.EqualTo(new[] { "timer" }));
                Assert.That(Encoding.UTF8.GetString(response.Body.Span), Is.EqualTo(body.Length == 0 ? string.Empty : Answer));
                Assert.That(response.Headers.Contacts, Has.Count.EqualTo(1));
            });
            if (method == "INVITE")
            {
                await AskBobAsync(Raw("ACK", tag, $"z9hG4bKack{20 + i}", number: 20 + i));
            }
        }

        Assert.That(Session.Ended.IsCompleted, Is.False);
        Assert.That((await AskBobAsync(Raw("BYE", tag, "z9hG4bKbye", number: 30))).Single().StatusCode, Is.EqualTo(200));
        await RunAsync(33);
    }

    [Test]
    [Category("DLG-031")]
    public async Task Without_a_refresh_the_session_is_ended_before_its_time_is_up()
    {
        await EstablishAsync("90;refresher=uac");
        await RunAsync(59);
        Assert.That(Network.Named("BYE"), Is.Empty);
        await RunAsync(2);
        Assert.That(Network.Named("BYE").Count(), Is.GreaterThanOrEqualTo(1));
        Assert.That((await Within(Session.Ended)).Reason, Is.EqualTo(DialogEndReason.Failed));
        AnswerBye();
        await RunAsync(6);
    }

    [Test]
    [Category("DLG-031")]
    public async Task A_refresh_that_wants_no_timer_any_more_ends_the_timer()
    {
        string tag = await EstablishAsync("90;refresher=uac");
        Assert.That((await AskBobAsync(Ask("UPDATE", tag, 20, null))).Single().Headers.Contains("Session-Expires"), Is.False);
        await RunAsync(200);
        Assert.That(Session.Ended.IsCompleted, Is.False);
        await AskBobAsync(Raw("BYE", tag, "z9hG4bKbye", number: 30));
    }

    [Test]
    [Category("DLG-031")]
    public async Task Where_it_is_for_us_we_refresh_with_UPDATE()
    {
        string tag = await EstablishAsync("90;refresher=uas");
        for (int i = 1; i <= 3; i++)
        {
            await RunAsync(45);
            SipRequest update = Network.Named("UPDATE").Last().Request!;
            Assert.Multiple(() =>
            {
                Assert.That(Network.Named("UPDATE").Count(), Is.EqualTo(i));
                Assert.That(update.Headers.GetString("Session-Expires"), Is.EqualTo("90;refresher=uac"));
                Assert.That(update.Headers.Supported, Does.Contain("timer"));
                Assert.That(update.Headers.Contacts, Has.Count.EqualTo(1));
                Assert.That(update.Body.IsEmpty, Is.True);
            });
            SipResponse response = SipResponse.CreateFor(update, 200);
            response.Headers.Add("Session-Expires", "90;refresher=uac");
            Network.Inject(response, StrangerPort, BobPort);
            await SettleAsync();
        }

        Assert.That(Session.Ended.IsCompleted, Is.False);
        await AskBobAsync(Raw("BYE", tag, "z9hG4bKbye", number: 30));
        await RunAsync(6);
    }

    [TestCase(481)]
    [TestCase(0)]
    [Category("DLG-031")]
    public async Task A_refresh_of_ours_that_fails_for_good_ends_the_session(int status)
    {
        await EstablishAsync("90;refresher=uas");
        await RunAsync(45);
        if (status != 0)
        {
            Network.Inject(SipResponse.CreateFor(Network.Named("UPDATE").Last().Request!, status), StrangerPort, BobPort);
        }

        await RunAsync(status == 0 ? 33 : 2);
        Assert.That((await Within(Session.Ended)).Reason, Is.EqualTo(DialogEndReason.Failed));
        AnswerBye();
        await RunAsync(6);
    }

    [TestCase(new[] { "120" }, new[] { "90;refresher=uac", "120;refresher=uac|120" })]
    [TestCase(new[] { "120", "300" }, new[] { "90;refresher=uac", "120;refresher=uac|120", "300;refresher=uac|300" })]
    [TestCase(new[] { "90" }, new[] { "90;refresher=uac" })]
    [TestCase(new[] { "nonsense" }, new[] { "90;refresher=uac" })]
    [TestCase(new[] { "100", "110", "120", "130" }, new[] { "90;refresher=uac", "100;refresher=uac|100", "110;refresher=uac|110", "120;refresher=uac|120" })]
    [Category("DLG-031")]
    public async Task A_refresh_of_ours_that_asks_for_too_little_asks_again_for_what_the_peer_takes(string[] least, string[] asked)
    {
        string tag = await EstablishAsync("90;refresher=uas");
        await RunAsync(45);
        foreach (string seconds in least)
        {
            SipResponse refusal = SipResponse.CreateFor(Network.Named("UPDATE").Last().Request!, 422);
            refusal.Headers.Add("Min-SE", seconds);
            Network.Inject(refusal, StrangerPort, BobPort);
            await SettleAsync();
        }

        Assert.That(
            Network.Named("UPDATE").Select(e => string.Join('|', new[] { e.Message.Headers.GetString("Session-Expires"), e.Message.Headers.GetString("Min-SE") }.OfType<string>())),
            Is.EqualTo(asked));
        if (asked.Length == least.Length + 1)
        {
            // Agreed: the next refresh comes half-way of what was agreed, and still names the least.
            SipRequest last = Network.Named("UPDATE").Last().Request!;
            SipResponse ok = SipResponse.CreateFor(last, 200);
            ok.Headers.Add("Session-Expires", last.Headers.GetString("Session-Expires")!);
            Network.Inject(ok, StrangerPort, BobPort);
            double half = last.Headers.SessionExpires!.Seconds / 2.0;
            await RunAsync(half - 1);
            Assert.That(Network.Named("UPDATE").Count(), Is.EqualTo(asked.Length));
            await RunAsync(1.2);
            Assert.That(Network.Named("UPDATE").Last().Message.Headers.GetString("Min-SE"), Is.EqualTo(least[^1]));
        }
        else
        {
            // Not agreed: what runs goes on running, and ends the session in time.
            await RunAsync(20);
            Assert.That((await Within(Session.Ended)).Reason, Is.EqualTo(DialogEndReason.Failed));
            AnswerBye();
        }

        Network.Filter = static _ => false;
        await RunAsync(40);
        Assert.That(tag, Is.Not.Empty);
    }

    [TestCase("UPDATE")]
    [TestCase("INVITE")]
    [Category("DLG-031")]
    public async Task A_refresh_towards_a_caller_whose_INVITE_held_more_than_its_offer_is_answered_by_what_the_session_is(string method)
    {
        BobHandler.InviteReceived = static invite => invite.AcceptAsync(Encoding.UTF8.GetBytes(Answer), Sdp);
        SipRequest invite = NewInvite("--x\r\nContent-Type: application/sdp\r\n\r\n" + Offer + "--x--\r\n");
        invite.Headers.Set("Content-Type", "multipart/mixed;boundary=x");
        OutgoingInvite call = Alice.Invite(invite);
        await SettleAsync();
        InviteDialog alice = ((InviteOutcome.Accepted)await Within(call.Result)).Dialog;
        alice.OnRequest = static _ => Assert.Fail("Nobody needs to be asked.");
        alice.Describe(Encoding.UTF8.GetBytes(Offer), Encoding.UTF8.GetBytes(Answer));
        Task<SipResponse> refreshed = Session.OfferAsync(new SipMethod(method), Encoding.UTF8.GetBytes(Answer), Sdp);
        await SettleAsync();
        SipResponse response = await Within(refreshed);
        Assert.Multiple(() =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(200));
            Assert.That(response.Headers.GetString("Content-Type"), Is.EqualTo("application/sdp"));
            Assert.That(Encoding.UTF8.GetString(response.Body.Span), Is.EqualTo(Offer));
        });
        Task bye = alice.ByeAsync();
        await SettleAsync();
        await Within(bye);
    }

    [Test]
    public async Task A_timer_of_years_is_as_good_as_none()
    {
        BobHandler.InviteReceived = static invite => invite.AcceptAsync(Encoding.UTF8.GetBytes(Answer), Sdp);
        SipResponse ok = (await AskBobAsync(Ask("INVITE", null, 11, "4294967295;refresher=uac", Offer))).Single();
        Assert.That(ok.StatusCode, Is.EqualTo(200));
        await AskBobAsync(Raw("ACK", ok.Headers.To!.Tag, "z9hG4bKack", number: 11));
        Assert.That((await AskBobAsync(Raw("BYE", ok.Headers.To.Tag, "z9hG4bKbye", number: 30))).Single().StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task The_ACK_of_a_call_without_an_offer_is_there_with_the_answer_in_it()
    {
        BobHandler.InviteReceived = static invite => invite.AcceptAsync(Encoding.UTF8.GetBytes(Offer), Sdp);
        SipResponse ok = (await AskBobAsync(WithoutOffer(Raw("INVITE")))).Single();
        Assert.That(Encoding.UTF8.GetString(ok.Body.Span), Is.EqualTo(Offer));
        Assert.That(Session.Ack, Is.Null);
        SipRequest ack = Raw("ACK", ok.Headers.To!.Tag, "z9hG4bKack");
        ack.Body = Encoding.UTF8.GetBytes(Answer);
        await AskBobAsync(ack);
        Assert.That(Encoding.UTF8.GetString(Session.Ack!.Body.Span), Is.EqualTo(Answer));
    }

    [Test]
    public void Nobody_may_take_less_than_90_seconds() => Assert.That(
        () => BobOptions(new SipUserAgentOptions { Identity = new(BobUri), ShortestSessionInterval = TimeSpan.FromSeconds(89) }),
        Throws.TypeOf<ArgumentOutOfRangeException>());

    private static SipRequest Ask(string method, string? tag, uint number, string? expires, string body = "")
    {
        SipRequest request = Raw(method, tag, $"z9hG4bK{method}{number}", number: number);
        request.Headers.Add("Supported", "timer");
        request.Headers.Add("Require", "timer");
        request.Headers.Add("Allow", "INVITE, ACK, BYE, UPDATE");
        if (expires is not null)
        {
            request.Headers.Add("Session-Expires", expires);
        }

        if (body.Length > 0)
        {
            request.Headers.Add("Content-Type", "application/sdp");
            request.Body = Encoding.UTF8.GetBytes(body);
        }

        return request;
    }

    // A stranger's call with that timer, accepted and acknowledged; gives bob's tag.
    private async Task<string> EstablishAsync(string expires)
    {
        BobHandler.InviteReceived = static invite => invite.AcceptAsync(Encoding.UTF8.GetBytes(Answer), Sdp);
        SipResponse ok = (await AskBobAsync(Ask("INVITE", null, 11, expires, Offer))).Single();
        Assert.That(ok.Headers.GetString("Session-Expires"), Is.EqualTo(expires));
        await AskBobAsync(Raw("ACK", ok.Headers.To!.Tag, "z9hG4bKack", number: 11));
        return ok.Headers.To.Tag!;
    }

    private void AnswerBye() => Network.Inject(SipResponse.CreateFor(Network.Named("BYE").Last().Request!, 200), StrangerPort, BobPort);
}
