using System.Globalization;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Sip.UserAgents.Calls;

/// <summary>Provisional responses with To tags, reliable and not, from callees whom the test plays itself.</summary>
[TestFixture]
internal sealed class EarlyDialogTests : AgentTest
{
    private readonly List<string> _heard = [];
    private OutgoingInvite _call = null!;
    private SipRequest _invite = null!;

    [Test]
    [Category("REL-005")]
    public async Task Each_new_reliable_response_gets_its_PRACK_in_its_dialog()
    {
        await CallAsync();
        Assert.That(_invite.Headers.Supported, Does.Contain("100rel"));
        Assert.That(_invite.Headers.Allow, Does.Contain("PRACK"));
        await AnswerAsync(180, "one", 500);
        SipRequest prack = Network.Named("PRACK").Single().Request!;
        Assert.Multiple(() =>
        {
            Assert.That(prack.RequestUri.ToString(), Is.EqualTo("sip:one@127.0.0.1:5099"));
            Assert.That(Network.Named("PRACK").Single().To.Port, Is.EqualTo(StrangerPort));
            Assert.That(prack.Headers.To!.Tag, Is.EqualTo("one"));
            Assert.That(prack.Headers.From, Is.EqualTo(_invite.Headers.From));
            Assert.That(prack.Headers.CallId, Is.EqualTo(_invite.Headers.CallId));
            Assert.That(prack.Headers.CSeq!.ToString(), Is.EqualTo("2 PRACK"));
            Assert.That(prack.Headers.GetString("RAck"), Is.EqualTo("500 1 INVITE"));
        });
        Accept(prack);
        await AnswerAsync(180, "one", 500);
        Assert.That(Network.Named("PRACK").Count(), Is.EqualTo(1), "a copy");
        await AnswerAsync(183, "one", 502);
        Assert.That(Network.Named("PRACK").Count(), Is.EqualTo(1), "one is missing before it");
        await AnswerAsync(182, "one", 501);
        Assert.That(Network.Named("PRACK").Select(e => e.Message.Headers.GetString("RAck")), Is.EqualTo(new[] { "500 1 INVITE", "501 1 INVITE" }));
        Assert.That(Network.Named("PRACK").Last().Message.Headers.CSeq!.Number, Is.EqualTo(3));
        await AnswerAsync(183, "one", 502);
        Assert.That(Network.Named("PRACK").Count(), Is.EqualTo(3));
        Assert.That(_heard, Is.EqualTo(new[] { "180 one", "182 one", "183 one" }));
        AcceptAll();
        await EndAsync("one", 5);
    }

    [Test]
    [Category("REL-005")]
    public async Task A_100_and_what_is_not_marked_get_none()
    {
        await CallAsync();
        await AnswerAsync(100, "one", 500);
        await AnswerAsync(180, "one", null);
        await AnswerAsync(180, "one", 0);
        SipResponse unmarked = Respond(180, "one");
        unmarked.Headers.Add("RSeq", "7");
        await InjectAsync(unmarked);
        Assert.That(Network.Named("PRACK"), Is.Empty);
        await EndAsync("one", 2);
    }

    [Test]
    [Category("DLG-023")]
    [Category("REL-005")]
    public async Task Each_To_tag_is_a_dialog_of_its_own()
    {
        await CallAsync();
        await AnswerAsync(180, "one", 500);
        await AnswerAsync(180, "two", 9);
        await AnswerAsync(183, "two", 10);
        await AnswerAsync(183, "one", 10);
        Assert.That(
            Network.Named("PRACK").Select(e => $"{e.Message.Headers.To!.Tag} {e.Message.Headers.CSeq!.Number} {e.Message.Headers.GetString("RAck")}"),
            Is.EqualTo(new[] { "one 2 500 1 INVITE", "two 2 9 1 INVITE", "two 3 10 1 INVITE" }));
        AcceptAll();

        // Both answer: the first is the call, the other is acknowledged and ended.
        await InjectAsync(Respond(200, "two"));
        await InjectAsync(Respond(200, "one"));
        var outcome = (InviteOutcome.Accepted)await Within(_call.Result);
        Assert.That(outcome.Dialog.Id.RemoteTag, Is.EqualTo("two"));
        Assert.That(Network.Named("ACK").Select(e => e.Message.Headers.To!.Tag), Is.EqualTo(new[] { "two", "one" }));
        SipRequest bye = Network.Named("BYE").Single().Request!;
        Assert.That((bye.Headers.To!.Tag, bye.Headers.CSeq!.Number), Is.EqualTo(("one", 3u)));
        AcceptAll();
        _ = outcome.Dialog.ByeAsync();
        await SettleAsync();
        Assert.That(Network.Named("BYE").Last().Message.Headers.CSeq!.Number, Is.EqualTo(4), "its count goes on where it was early");
        AcceptAll();
        await RunAsync(40);
    }

    [Test]
    [Category("DLG-023")]
    public async Task An_early_dialog_that_nobody_answers_in_dies_64_T1_after_the_first_answer()
    {
        await CallAsync();
        await AnswerAsync(180, "one", null);
        await AnswerAsync(180, "two", null);
        Assert.That(await AskAliceAsync("OPTIONS", "two", 5), Is.EqualTo(200));
        Assert.That(await AskAliceAsync("OPTIONS", "three", 5), Is.EqualTo(481));
        await InjectAsync(Respond(200, "one"));
        await RunAsync(31);
        Assert.That(await AskAliceAsync("OPTIONS", "two", 6), Is.EqualTo(200));
        await RunAsync(2);
        Assert.That(await AskAliceAsync("OPTIONS", "two", 7), Is.EqualTo(481));
        Assert.That(await AskAliceAsync("OPTIONS", "one", 8), Is.EqualTo(200));
        _ = ((InviteOutcome.Accepted)await Within(_call.Result)).Dialog.ByeAsync();
        await SettleAsync();
        AcceptAll();
        await RunAsync(6);
    }

    [TestCase("OPTIONS", 9u, 200)]
    [TestCase("OPTIONS", 4u, 500)]
    [TestCase("INVITE", 9u, 491)]
    [TestCase("UPDATE", 9u, 491)]
    [TestCase("PRACK", 9u, 481)]
    [TestCase("INFO", 9u, 405)]
    [Category("DLG-023")]
    public async Task The_callee_may_ask_before_it_answers(string method, uint number, int status)
    {
        await CallAsync();
        await AnswerAsync(180, "one", null);
        await AskAliceAsync("OPTIONS", "one", 5);
        Assert.That(await AskAliceAsync(method, "one", number, method == "UPDATE" ? "v=0\r\n" : string.Empty), Is.EqualTo(status));
        if (method == "INVITE")
        {
            Network.Inject(Ask("ACK", "one", number, string.Empty, "z9hG4bKaskone9"), StrangerPort, AlicePort);
        }

        await EndAsync("one", 2);
    }

    [Test]
    [Category("REL-005")]
    public async Task An_answer_that_overtakes_the_PRACK_changes_nothing()
    {
        await CallAsync();
        await AnswerAsync(183, "one", 500);
        await InjectAsync(Respond(200, "one"));
        var outcome = (InviteOutcome.Accepted)await Within(_call.Result);
        Network.Inject(SipResponse.CreateFor(Network.Named("PRACK").Single().Request!, 481), StrangerPort, AlicePort);
        await SettleAsync();
        Assert.That(outcome.Dialog.Ended.IsCompleted, Is.False);
        await AnswerAsync(183, "one", 501);
        Assert.That(Network.Named("PRACK").Count(), Is.EqualTo(1), "the INVITE is answered");
        _ = outcome.Dialog.ByeAsync();
        await SettleAsync();
        Assert.That(Network.Named("BYE").Single().Message.Headers.CSeq!.Number, Is.EqualTo(3));
        AcceptAll();
        await RunAsync(40);
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("DLG-012")]
    public async Task The_answer_is_in_the_first_reliable_response_with_a_body_or_in_the_2xx(bool isReliable)
    {
        await CallAsync();
        await AnswerAsync(180, "one", isReliable ? 20u : null);
        SipResponse early = Respond(183, "one", isReliable ? 21u : null);
        early.Body = "early"u8.ToArray();
        await InjectAsync(early);
        SipResponse second = Respond(183, "one", isReliable ? 22u : null);
        second.Body = "second"u8.ToArray();
        await InjectAsync(second);
        AcceptAll();
        SipResponse final = Respond(200, "one");
        final.Body = "final"u8.ToArray();
        await InjectAsync(final);
        var outcome = (InviteOutcome.Accepted)await Within(_call.Result);
        Assert.That(System.Text.Encoding.UTF8.GetString(outcome.Answer.Body.Span), Is.EqualTo(isReliable ? "early" : "final"));
        Assert.That(outcome.Response.StatusCode, Is.EqualTo(200));
        Assert.That(_invite.Body.IsEmpty, Is.False, "the INVITE brought the offer");
        _ = outcome.Dialog.ByeAsync();
        await SettleAsync();
        AcceptAll();
        await RunAsync(40);
    }

    [Test]
    [Category("REL-001")]
    [Category("REL-005")]
    [Category("REL-006")]
    public async Task Two_agents_do_it_by_themselves()
    {
        OutgoingInvite call = Alice.Invite(NewInvite());
        await SettleAsync();
        BobHandler.Invites.Single().Ring();
        await RunAsync(1);
        Assert.That(Network.Names, Is.EqualTo(new[] { "INVITE", "100 INVITE", "180 INVITE", "PRACK", "200 PRACK" }).Or.EqualTo(
            new[] { "INVITE", "180 INVITE", "PRACK", "200 PRACK" }));
        Task<InviteDialog> accepted = BobHandler.Invites.Single().AcceptAsync("v=0"u8.ToArray(), Sdp);
        await SettleAsync();
        await Within(((InviteOutcome.Accepted)await Within(call.Result)).Dialog.SendAsync(SipMethod.Options));
        await Within((await Within(accepted)).ByeAsync());
        Assert.That(Network.Named("180 INVITE").Count(), Is.EqualTo(1));
    }

    protected override SipUserAgentOptions AliceOptions(SipUserAgentOptions options) =>
        options with { AllowedMethods = [.. options.AllowedMethods, SipMethod.Update] };

    protected override SipUserAgentOptions BobOptions(SipUserAgentOptions options) => options with { Reliability = SipReliability.WhenSupported };

    private async Task CallAsync()
    {
        _heard.Clear();
        Network.Filter = static e => e.To.Port != BobPort;
        _call = Alice.Invite(NewInvite(), new InviteSettings
        {
            Provisional = response => _heard.Add($"{response.StatusCode} {response.Headers.To!.Tag}"),
        });
        await SettleAsync();
        _invite = Network.Named("INVITE").Single().Request!;
    }

    private SipResponse Respond(int status, string tag, uint? rseq = null)
    {
        SipResponse response = SipResponse.CreateFor(_invite, status, toTag: tag);
        if (status == 100)
        {
            response.Headers.Set("To", $"<sip:bob@127.0.0.1:5070>;tag={tag}");
        }

        response.Headers.Add("Contact", $"<sip:{tag}@127.0.0.1:{StrangerPort}>");
        if (rseq is { } number)
        {
            response.Headers.Add("Require", "100rel");
            response.Headers.Add("RSeq", number.ToString(CultureInfo.InvariantCulture));
        }

        return response;
    }

    private Task AnswerAsync(int status, string tag, uint? rseq) => InjectAsync(Respond(status, tag, rseq));

    private async Task InjectAsync(SipResponse response)
    {
        Network.Inject(response, BobPort, AlicePort);
        await SettleAsync();
    }

    private void Accept(SipRequest request) => Network.Inject(SipResponse.CreateFor(request, 200), StrangerPort, AlicePort);

    // Answers every request of alice's but INVITE and ACK.
    private void AcceptAll()
    {
        foreach (WireEntry entry in Network.Log.Where(e => e.Name is "PRACK" or "BYE"))
        {
            Accept(entry.Request!);
        }
    }

    private SipRequest Ask(string method, string tag, uint number, string body, string branch)
    {
        var request = new SipRequest(new SipMethod(method), SipUri.Parse("sip:alice@127.0.0.1:5060")) { Body = System.Text.Encoding.UTF8.GetBytes(body) };
        request.Headers.Add("Via", $"SIP/2.0/UDP 127.0.0.1:{StrangerPort};branch={branch}");
        request.Headers.Add("From", $"<sip:bob@127.0.0.1:5070>;tag={tag}");
        request.Headers.Add("To", _invite.Headers.From!);
        request.Headers.Add("Call-ID", _invite.Headers.CallId!);
        request.Headers.Add("CSeq", $"{number} {method}");
        return request;
    }

    private async Task<int> AskAliceAsync(string method, string tag, uint number, string body = "")
    {
        int before = Network.Log.Count;
        Network.Inject(Ask(method, tag, number, body, $"z9hG4bKask{tag}{number}"), StrangerPort, AlicePort);
        await SettleAsync();
        return Network.Log.Skip(before).Single(e => e.From.Port == AlicePort).Response!.StatusCode;
    }

    // The callee accepts and alice ends the call.
    private async Task EndAsync(string tag, uint number)
    {
        await InjectAsync(Respond(200, tag));
        var outcome = (InviteOutcome.Accepted)await Within(_call.Result);
        _ = outcome.Dialog.ByeAsync();
        await SettleAsync();
        Assert.That(Network.Named("BYE").Single().Message.Headers.CSeq!.Number, Is.EqualTo(number));
        AcceptAll();
        await RunAsync(40);
    }
}
