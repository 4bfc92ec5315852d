using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Sip.UserAgents.Sessions;

[TestFixture]
internal sealed class InDialogTests : AgentTest
{
    private SipResponse _answer = null!;

    [Test]
    public async Task OPTIONS_inside_a_dialog_is_answered_with_Allow()
    {
        (InviteDialog alice, _, _) = await EstablishAsync();
        Task<SipResponse> asked = alice.SendAsync(SipMethod.Options);
        await SettleAsync();
        SipResponse response = await Within(asked);
        Assert.That((response.StatusCode, response.Headers.GetString("Allow")), Is.EqualTo((200, "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK")));
        Assert.That(Network.Named("OPTIONS").Single().Message.Headers.CSeq!.Number, Is.EqualTo(2));
    }

    [Test]
    public async Task The_application_may_answer_what_comes_inside_the_dialog()
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        Task<SipResponse> unheard = alice.SendAsync(SipMethod.Info);
        await SettleAsync();
        Assert.That((await Within(unheard)).StatusCode, Is.EqualTo(405));
        bob.OnRequest = static request => request.Respond(request.Request.Headers.Contains("X") ? 299 : 400);
        var headers = new SipHeaders();
        headers.Add("X", "y");
        headers.Add("Content-Type", "text/plain");
        Task<SipResponse> heard = alice.SendAsync(SipMethod.Info, headers, "v"u8.ToArray());
        await SettleAsync();
        Assert.That((await Within(heard)).StatusCode, Is.EqualTo(299));
        bob.OnRequest = static _ => throw new InvalidOperationException("broken");
        Task<SipResponse> broken = alice.SendAsync(SipMethod.Info);
        await SettleAsync();
        Assert.That((await Within(broken)).StatusCode, Is.EqualTo(500));
    }

    [TestCase(481)]
    [TestCase(408)]
    [Category("DLG-009")]
    public async Task A_request_answered_with_481_or_408_ends_the_session(int status)
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        Network.Filter = e =>
        {
            if (e.Name == "INFO")
            {
                Network.Inject(SipResponse.CreateFor(e.Request!, status), BobPort, AlicePort);
                return false;
            }

            return true;
        };
        Task<SipResponse> asked = alice.SendAsync(SipMethod.Info);
        await SettleAsync();
        Assert.That((await Within(asked)).StatusCode, Is.EqualTo(status));
        if (status == 481)
        {
            // The peer's BYE may be on its way (4·T1).
            Assert.That(alice.Ended.IsCompleted, Is.False);
            await RunAsync(2);
        }

        Assert.That((await Within(alice.Ended)).Reason, Is.EqualTo(DialogEndReason.Failed));
        Assert.That((await Within(bob.Ended)).Reason, Is.EqualTo(DialogEndReason.RemoteBye));
    }

    [Test]
    [Category("DLG-009")]
    public async Task A_request_without_answer_ends_the_session()
    {
        (InviteDialog alice, _, _) = await EstablishAsync();
        Network.Filter = static e => e.Name != "INFO";
        Task<SipResponse> asked = alice.SendAsync(SipMethod.Info);
        await RunAsync(33);
        Assert.That(() => Within(asked), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NoAnswer));
        Assert.That((await Within(alice.Ended)).Reason, Is.EqualTo(DialogEndReason.Failed));
        Assert.That(() => alice.SendAsync(SipMethod.Info), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
    }

    [Test]
    [Category("DLG-017")]
    public async Task The_session_is_over_with_the_BYE_even_when_nobody_answers_it()
    {
        (InviteDialog alice, _, _) = await EstablishAsync();
        Network.Filter = static e => e.Name != "BYE";
        Task bye = alice.ByeAsync();
        await SettleAsync();
        Assert.That((await Within(alice.Ended)).Reason, Is.EqualTo(DialogEndReason.LocalBye));
        Assert.That(bye.IsCompleted, Is.False);
        await RunAsync(33);
        await Within(bye);
    }

    [Test]
    [Category("DLG-016")]
    public async Task The_callees_BYE_waits_for_the_ACK()
    {
        Network.Filter = static e => e.Name != "ACK";
        BobHandler.InviteReceived = static invite => invite.AcceptAsync("v=0"u8.ToArray(), Sdp);
        Alice.Invite(NewInvite());
        await SettleAsync();
        Task bye = BobHandler.Invites.Single().Dialog!.ByeAsync();
        await SettleAsync();
        Assert.That(Network.Names, Does.Not.Contain("BYE"));
        Network.Filter = static _ => true;
        await RunAsync(1);
        await Within(bye);
        Assert.That(Network.Names.TakeLast(4), Is.EqualTo(new[] { "200 INVITE", "ACK", "BYE", "200 BYE" }));
    }

    [Test]
    [Category("DLG-007")]
    public async Task A_request_out_of_order_gets_500()
    {
        string tag = await AcceptStrangerAsync();
        Assert.That((await AskBobAsync(Raw("INFO", tag, "z9hG4bK10", number: 10))).Single().StatusCode, Is.EqualTo(405));
        Assert.That((await AskBobAsync(Raw("BYE", tag, "z9hG4bK9", number: 9))).Single().StatusCode, Is.EqualTo(500));
        Assert.That((await AskBobAsync(Raw("BYE", tag, "z9hG4bK11", number: 11))).Single().StatusCode, Is.EqualTo(200));
        Assert.That((await AskBobAsync(Raw("BYE", tag, "z9hG4bK12", number: 12))).Single().StatusCode, Is.EqualTo(481));
    }

    [Test]
    [Category("DLG-029")]
    public async Task A_re_INVITE_nobody_cares_for_gets_488_and_the_session_goes_on()
    {
        string tag = await AcceptStrangerAsync();
        Assert.That((await AskBobAsync(Raw("INVITE", tag, "z9hG4bK2", number: 2))).Single().StatusCode, Is.EqualTo(488));
        Assert.That(BobHandler.Invites.Single().Dialog!.Ended.IsCompleted, Is.False);
    }

    [Test]
    [Category("DLG-022")]
    public async Task An_accepted_re_INVITE_changes_the_target_and_its_2xx_is_repeated_until_the_ACK()
    {
        string tag = await AcceptStrangerAsync();
        InviteDialog bob = BobHandler.Invites.Single().Dialog!;
        bob.OnRequest = static request => request.Respond(200);
        SipRequest reinvite = Raw("INVITE", tag, "z9hG4bK2", number: 2);
        reinvite.Headers.Set("Contact", "<sip:moved@127.0.0.1:5098>");
        SipResponse ok = (await AskBobAsync(reinvite)).Single();
        Assert.That(ok.Headers.Contacts.Single().Uri.ToString(), Is.EqualTo("sip:bob@127.0.0.1:5070"));
        await RunAsync(2);
        int answers = Network.Named("200 INVITE").Count();
        await AskBobAsync(Raw("ACK", tag, "z9hG4bKoldack", number: 1));
        await RunAsync(2);
        Assert.That(Network.Named("200 INVITE").Count(), Is.GreaterThan(answers), "the ACK of the first INVITE is not the one waited for");
        answers = Network.Named("200 INVITE").Count();
        await AskBobAsync(Raw("ACK", tag, "z9hG4bKack2", number: 2));
        await RunAsync(10);
        Assert.That(Network.Named("200 INVITE").Count(), Is.EqualTo(answers));
        Assert.That(bob.RemoteTarget.Port, Is.EqualTo(5098));
        _ = bob.ByeAsync();
        await SettleAsync();
        Assert.That(Network.Named("BYE").Single().To.Port, Is.EqualTo(5098));
    }

    [Test]
    [Category("DLG-018")]
    [Category("DLG-028")]
    public async Task A_BYE_during_a_re_INVITE_ends_both()
    {
        string tag = await AcceptStrangerAsync();
        BobHandler.Invites.Single().Dialog!.OnRequest = static _ => { };
        Assert.That(await AskBobAsync(Raw("INVITE", tag, "z9hG4bK2", number: 2)), Is.Empty);
        Assert.That((await AskBobAsync(Raw("INVITE", tag, "z9hG4bK3", number: 3))).Single().StatusCode, Is.EqualTo(500));
        SipResponse[] answers = await AskBobAsync(Raw("BYE", tag, "z9hG4bK4", number: 4));
        Assert.That(answers.Select(r => $"{r.StatusCode} {r.Headers.CSeq}"), Is.EqualTo(new[] { "200 4 BYE", "487 2 INVITE" }));
    }

    [Test]
    public async Task A_re_INVITE_can_be_cancelled()
    {
        string tag = await AcceptStrangerAsync();
        BobHandler.Invites.Single().Dialog!.OnRequest = static _ => { };
        await AskBobAsync(Raw("INVITE", tag, "z9hG4bK2", number: 2));
        SipResponse[] answers = await AskBobAsync(Raw("CANCEL", tag, "z9hG4bK2", number: 2));
        Assert.That(answers.Select(r => $"{r.StatusCode} {r.Headers.CSeq}"), Is.EqualTo(new[] { "200 2 CANCEL", "487 2 INVITE" }));
        Assert.That(BobHandler.Invites.Single().Dialog!.Ended.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_CANCEL_reaches_the_re_INVITE_whatever_request_came_after_it()
    {
        string tag = await AcceptStrangerAsync();
        var received = new List<IncomingRequest>();
        BobHandler.Invites.Single().Dialog!.OnRequest = received.Add;
        await AskBobAsync(Raw("INVITE", tag, "z9hG4bK2", number: 2));
        await AskBobAsync(Raw("INFO", tag, "z9hG4bK3", number: 3));
        await AskBobAsync(Raw("CANCEL", tag, "z9hG4bK2", number: 2));
        Assert.That(() => received[0].Cancelled.IsCancellationRequested, Is.True.After(30_000, 1), "the re-INVITE");
        Assert.That(received[1].Cancelled.IsCancellationRequested, Is.False, "the INFO");
    }

    [Test]
    public async Task An_offer_that_waits_for_the_peers_is_not_sent_when_the_session_ends()
    {
        string tag = await AcceptStrangerAsync();
        InviteDialog bob = BobHandler.Invites.Single().Dialog!;
        bob.OnRequest = static _ => { };
        await AskBobAsync(Raw("INVITE", tag, "z9hG4bK2", number: 2));
        Task<SipResponse> offered = bob.OfferAsync(SipMethod.Invite, "v=1"u8.ToArray(), Sdp);
        await AskBobAsync(Raw("BYE", tag, "z9hG4bK4", number: 4));
        Assert.That(() => Within(offered), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
        Assert.That(Network.Log.Where(static e => e.To.Port == StrangerPort).Select(static e => e.Name), Has.None.EqualTo("INVITE"));
    }

    protected override SipUserAgentOptions BobOptions(SipUserAgentOptions options) =>
        options with { AllowedMethods = [.. options.AllowedMethods, SipMethod.Info, SipMethod.Update] };

    private async Task<string> AcceptStrangerAsync()
    {
        BobHandler.InviteReceived = static invite => invite.AcceptAsync("v=0"u8.ToArray(), Sdp);
        _answer = (await AskBobAsync(Raw("INVITE"))).Single();
        string tag = _answer.Headers.To!.Tag!;
        await AskBobAsync(Raw("ACK", tag, "z9hG4bKack"));
        return tag;
    }
}
