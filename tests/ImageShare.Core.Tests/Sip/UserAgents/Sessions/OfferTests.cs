using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Sip.UserAgents.Sessions;

/// <summary>Offers inside a session, by re-INVITE and UPDATE, from either side and from both at once.</summary>
[TestFixture]
internal sealed partial class OfferTests : AgentTest
{
    private static readonly byte[] Offer = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n"u8.ToArray();
    private static readonly byte[] OtherOffer = "v=0\r\no=- 7 8 IN IP4 127.0.0.1\r\n"u8.ToArray();

    [TestCase("INVITE", true)]
    [TestCase("INVITE", false)]
    [TestCase("UPDATE", true)]
    [TestCase("UPDATE", false)]
    [Category("DLG-027")]
    public async Task An_offer_is_answered_and_the_next_may_follow(string method, bool byCaller)
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        (InviteDialog from, InviteDialog to) = byCaller ? (alice, bob) : (bob, alice);
        to.OnRequest = static request => Accept(request, "answer");
        for (int i = 1; i <= 2; i++)
        {
            SipResponse response = await OfferAsync(from, method);
            Assert.That((response.StatusCode, Encoding.UTF8.GetString(response.Body.Span)), Is.EqualTo((200, "answer")));
            SipRequest request = Sent(method).Last();
            Assert.Multiple(() =>
            {
                Assert.That(request.Headers.To!.Tag, Is.Not.Null);
                Assert.That(request.Headers.Contacts, Has.Count.EqualTo(1));
                Assert.That(request.Headers.ContentType!.ToString(), Is.EqualTo("application/sdp"));
                Assert.That(request.Body.ToArray(), Is.EqualTo(Offer));
                Assert.That(request.Headers.CSeq!.Number, Is.EqualTo(byCaller ? i + 1 : i));
            });
            if (method == "INVITE")
            {
                SipRequest ack = Sent("ACK").Last();
                Assert.That(ack.Headers.CSeq!.Number, Is.EqualTo(request.Headers.CSeq!.Number));
                Assert.That(ack.Headers.TopVia!.Branch, Is.Not.EqualTo(request.Headers.TopVia!.Branch));
            }
        }

        await RunAsync(5);
        Assert.That(Network.Named("200 INVITE").Count(), Is.EqualTo(method == "INVITE" ? 3 : 1), "acknowledged, so not repeated");
        await EndAsync(alice);
    }

    [TestCase(488)]
    [TestCase(500)]
    [TestCase(606)]
    [Category("DLG-029")]
    public async Task A_refused_offer_leaves_the_session_as_it_was(int status)
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        bob.OnRequest = request => request.Respond(status);
        Assert.That((await OfferAsync(alice, "INVITE")).StatusCode, Is.EqualTo(status));
        Assert.That((alice.Ended.IsCompleted, bob.Ended.IsCompleted), Is.EqualTo((false, false)));
        bob.OnRequest = static request => Accept(request, "answer");
        Assert.That((await OfferAsync(alice, "UPDATE")).StatusCode, Is.EqualTo(200));
        await EndAsync(alice);
    }

    [TestCase("INVITE")]
    [TestCase("UPDATE")]
    [Category("DLG-022")]
    public async Task The_2xx_to_our_offer_says_where_the_peer_is_and_the_ACK_goes_there(string method)
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        bob.OnRequest = static request =>
        {
            SipResponse response = request.CreateResponse(200);
            response.Headers.Add("Contact", "<sip:moved@127.0.0.1:5098>");
            response.Headers.Add("Content-Type", "application/sdp");
            response.Body = "answer"u8.ToArray();
            request.Respond(response);
        };
        await OfferAsync(alice, method);
        Assert.That(alice.RemoteTarget.Port, Is.EqualTo(5098));
        Assert.That(Network.Named("ACK").Last().To.Port, Is.EqualTo(method == "INVITE" ? 5098 : BobPort));
        _ = alice.ByeAsync();
        await SettleAsync();
        Assert.That(Network.Named("BYE").Last().To.Port, Is.EqualTo(5098));
    }

    [Test]
    [Category("DLG-027")]
    public async Task Only_one_offer_of_ours_may_be_open()
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        List<IncomingRequest> asked = [];
        bob.OnRequest = asked.Add;
        Task<SipResponse> first = alice.OfferAsync(SipMethod.Invite, Offer, Sdp);
        await SettleAsync();
        Assert.That(
            async () => await Within(alice.OfferAsync(SipMethod.Update, Offer, Sdp)),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
        Accept(asked.Single(), "answer");
        await SettleAsync();
        Assert.That((await Within(first)).StatusCode, Is.EqualTo(200));
        Assert.That(Sent("UPDATE"), Is.Empty);
        await EndAsync(alice);
    }

    [Test]
    public async Task A_challenged_offer_is_made_again_with_credentials_and_so_is_its_ACK()
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        bob.OnRequest = static request =>
        {
            if (request.Request.Headers.Contains("Authorization"))
            {
                Accept(request, "answer");
                return;
            }

            SipResponse response = request.CreateResponse(401);
            response.Headers.Add("WWW-Authenticate", """Digest realm="ims.example", nonce="n", qop="auth" """);
            request.Respond(response);
        };
        Assert.That((await OfferAsync(alice, "INVITE")).StatusCode, Is.EqualTo(200));
        Assert.That(Sent("INVITE").Select(r => r.Headers.CSeq!.Number), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(Sent("ACK").Last().Headers.GetString("Authorization"), Is.EqualTo(Sent("INVITE").Last().Headers.GetString("Authorization")));
        await EndAsync(alice);
    }

    [Test]
    public async Task A_lost_ACK_is_sent_again_with_each_copy_of_the_2xx()
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        bob.OnRequest = static request => Accept(request, "answer");
        int lost = 0;
        Network.Filter = e => e.Name != "ACK" || lost++ > 1;
        Assert.That((await OfferAsync(alice, "INVITE")).StatusCode, Is.EqualTo(200));
        await RunAsync(10);
        Assert.That(Network.Named("200 INVITE").Count(), Is.EqualTo(4));
        Assert.That(bob.Ended.IsCompleted, Is.False);
        await EndAsync(alice, 33);
    }

    [Test]
    [Category("DLG-009")]
    public async Task An_offer_nobody_answers_ends_the_session_and_one_that_rings_too_long_is_cancelled()
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        bob.OnRequest = static _ => { };
        Task<SipResponse> ringing = alice.OfferAsync(SipMethod.Invite, Offer, Sdp);
        await RunAsync(59);
        Assert.That(ringing.IsCompleted, Is.False);
        await RunAsync(3);
        Assert.That((await Within(ringing)).StatusCode, Is.EqualTo(487));
        Assert.That(Network.Names, Does.Contain("CANCEL"));
        Assert.That(alice.Ended.IsCompleted, Is.False);
        Network.Filter = static e => e.Name != "INVITE";
        Task<SipResponse> lost = alice.OfferAsync(SipMethod.Invite, Offer, Sdp);
        await RunAsync(34);
        Assert.That(async () => await Within(lost), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NoAnswer));
        Assert.That((await Within(alice.Ended)).Reason, Is.EqualTo(DialogEndReason.Failed));
    }

    [Test]
    [Category("DLG-018")]
    public async Task A_BYE_ends_an_open_offer_of_either_side()
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        bob.OnRequest = static _ => { };
        Task<SipResponse> offered = alice.OfferAsync(SipMethod.Invite, Offer, Sdp);
        await SettleAsync();
        Task<SipResponse> waiting = bob.OfferAsync(SipMethod.Update, OtherOffer, Sdp);
        await SettleAsync();
        await EndAsync(bob);
        Assert.That((await Within(offered)).StatusCode, Is.EqualTo(487));
        Assert.That(async () => await Within(waiting), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
        await RunAsync(70);
        Assert.That(() => Clock.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    [Test]
    public async Task What_is_no_offer_is_refused_at_once()
    {
        (InviteDialog alice, _, _) = await EstablishAsync();
        Assert.That(() => alice.OfferAsync(SipMethod.Info, Offer, Sdp), Throws.ArgumentException);
        Assert.That(() => alice.OfferAsync(SipMethod.Invite, default, Sdp), Throws.ArgumentException);
        await EndAsync(alice);
        Assert.That(
            async () => await Within(alice.OfferAsync(SipMethod.Invite, Offer, Sdp)),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
    }

    protected override SipUserAgentOptions AliceOptions(SipUserAgentOptions options) =>
        options with { InviteTimeLimit = TimeSpan.FromMinutes(1), Credentials = new("alice", "secret") };

    private IEnumerable<SipRequest> Sent(string method) => Network.Named(method).Select(e => e.Request!);

    private async Task<SipResponse> OfferAsync(InviteDialog dialog, string method)
    {
        Task<SipResponse> offered = dialog.OfferAsync(new SipMethod(method), Offer, Sdp);
        await SettleAsync();
        return await Within(offered);
    }

    private async Task EndAsync(InviteDialog dialog, double seconds = 0)
    {
        Task bye = dialog.ByeAsync();
        await SettleAsync();
        await Within(bye);
        await RunAsync(seconds);
    }

    private static void Accept(IncomingRequest request, string answer)
    {
        SipResponse response = request.CreateResponse(200);
        response.Headers.Add("Content-Type", "application/sdp");
        response.Body = Encoding.UTF8.GetBytes(answer);
        request.Respond(response);
    }
}
