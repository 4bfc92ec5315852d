using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Tests.Sip.UserAgents.Sessions;

/// <summary>A peer whose messages are faster than the application here, or than its own other messages.</summary>
[TestFixture]
internal sealed class FastPeerTests : AgentTest
{
    private static readonly byte[] Offer = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n"u8.ToArray();

    [TestCase("INVITE", true)]
    [TestCase("INVITE", false)]
    [TestCase("UPDATE", true)]
    [TestCase("UPDATE", false)]
    [Category("DLG-027")]
    public async Task An_offer_that_comes_before_the_handler_waits_for_it(string method, bool toCaller)
    {
        (InviteDialog alice, InviteDialog bob) = await EstablishAsync(takesOffers: true);
        (InviteDialog from, InviteDialog to) = toCaller ? (bob, alice) : (alice, bob);
        Task<SipResponse> offered = from.OfferAsync(new SipMethod(method), Offer, Sdp);
        await SettleAsync();
        Assert.That(offered.IsCompleted, Is.False);
        to.OnOffer = Accept;
        await SettleAsync();
        Assert.That((await Within(offered)).StatusCode, Is.EqualTo(200));
        await EndAsync(alice);
    }

    [Test]
    [Category("DLG-027")]
    public async Task Without_a_promise_of_a_handler_it_is_refused()
    {
        (InviteDialog alice, InviteDialog bob) = await EstablishAsync(takesOffers: false);
        Task<SipResponse> offered = bob.OfferAsync(SipMethod.Invite, Offer, Sdp);
        await SettleAsync();
        Assert.That((await Within(offered)).StatusCode, Is.EqualTo(488));
        await EndAsync(alice);
    }

    [Test]
    [Category("DLG-027")]
    public async Task An_offer_that_waits_for_the_handler_ends_with_the_session()
    {
        (InviteDialog alice, InviteDialog bob) = await EstablishAsync(takesOffers: true);
        Task<SipResponse> offered = bob.OfferAsync(SipMethod.Invite, Offer, Sdp);
        await SettleAsync();
        _ = alice.ByeAsync();
        await SettleAsync();
        Assert.That(Network.Named("487 INVITE"), Is.Not.Empty);
        Assert.That(offered.IsCompleted, Is.True);
        alice.OnOffer = static _ => Assert.Fail("the session is over");
        await RunAsync(6);
    }

    [Test]
    [Category("DLG-009")]
    public async Task A_BYE_that_is_slower_than_the_481_behind_it_still_says_why()
    {
        (InviteDialog alice, InviteDialog bob) = await EstablishAsync(takesOffers: false);
        int byes = 0;
        Network.Filter = e => e.Name != "BYE" || byes++ > 0;
        _ = bob.ByeAsync("SIP;cause=487;text=\"Cancelled by User\"");
        await SettleAsync();
        Task<SipResponse> offered = alice.OfferAsync(SipMethod.Invite, Offer, Sdp);
        await SettleAsync();
        Assert.That((await Within(offered)).StatusCode, Is.EqualTo(481));
        Assert.That(alice.Ended.IsCompleted, Is.False);
        await RunAsync(0.5);
        DialogEnd end = await Within(alice.Ended);
        Assert.That(end.Reason, Is.EqualTo(DialogEndReason.RemoteBye));
        Assert.That(end.Bye!.Headers.GetString("Reason"), Does.Contain("Cancelled by User"));
        await RunAsync(6);
    }

    private async Task<(InviteDialog Alice, InviteDialog Bob)> EstablishAsync(bool takesOffers)
    {
        Task<InviteDialog>? accepted = null;
        BobHandler.InviteReceived = invite =>
        {
            invite.HandlesOffers = takesOffers;
            accepted = invite.AcceptAsync("v=0\r\n"u8.ToArray(), Sdp);
        };
        OutgoingInvite call = Alice.Invite(NewInvite(), new InviteSettings { HandlesOffers = takesOffers });
        await SettleAsync();
        return (((InviteOutcome.Accepted)await Within(call.Result)).Dialog, await Within(accepted!));
    }

    private async Task EndAsync(InviteDialog dialog)
    {
        _ = dialog.ByeAsync();
        await RunAsync(6);
    }

    private static void Accept(IncomingRequest request)
    {
        SipResponse response = request.CreateResponse(200);
        response.Headers.Add("Content-Type", "application/sdp");
        response.Body = "answer"u8.ToArray();
        request.Respond(response);
    }
}
