using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sip.UserAgents.Calls;

/// <summary>An INVITE that brings no offer asks the callee for one (RFC 3261 §13.2.1).</summary>
[TestFixture]
internal sealed class OfferlessInviteTests : AgentTest
{
    private readonly List<string> _offers = [];

    [Test]
    [Category("DLG-025")]
    public async Task The_offer_is_in_the_2xx_and_the_answer_in_the_ACK()
    {
        BobHandler.InviteReceived = static invite => invite.AcceptAsync("offer"u8.ToArray(), Sdp);
        OutgoingInvite call = Alice.Invite(Offerless(), Answering());
        await SettleAsync();
        var outcome = (InviteOutcome.Accepted)await Within(call.Result);
        InviteDialog bob = BobHandler.Invites.Single().Dialog!;
        SipRequest ack = Network.Named("ACK").Single().Request!;
        Assert.Multiple(() =>
        {
            Assert.That(Text(Network.Named("200 INVITE").Single().Message), Is.EqualTo("offer"));
            Assert.That((Text(ack), ack.Headers.ContentType!.ToString()), Is.EqualTo(("answer to offer", "application/sdp")));
            Assert.That(Text(bob.Ack!), Is.EqualTo("answer to offer"));
            Assert.That(_offers, Is.EqualTo(new[] { "offer" }));
        });
        await EndAsync(outcome.Dialog);
    }

    [Test]
    [Category("DLG-025")]
    public async Task An_ACK_without_an_answer_ends_the_call()
    {
        Task<InviteDialog>? accepting = null;
        BobHandler.InviteReceived = invite => accepting = invite.AcceptAsync("offer"u8.ToArray(), Sdp);
        OutgoingInvite call = Alice.Invite(Offerless());
        await SettleAsync();
        var outcome = (InviteOutcome.Accepted)await Within(call.Result);
        Assert.That(async () => await Within(accepting!), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.MalformedMessage));
        Assert.That((await Within(outcome.Dialog.Ended)).Reason, Is.EqualTo(DialogEndReason.RemoteBye));
        Assert.That(Network.Named("BYE").Single().From.Port, Is.EqualTo(BobPort));
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("DLG-025")]
    public async Task The_offer_is_in_the_first_reliable_response_and_the_answer_in_its_PRACK(bool isRequired)
    {
        SipRequest invite = Offerless();
        if (isRequired)
        {
            invite.Headers.Add("Require", "100rel");
        }

        OutgoingInvite call = Alice.Invite(invite, Answering());
        await SettleAsync();
        IncomingInvite incoming = BobHandler.Invites.Single();
        incoming.Ring();
        await SettleAsync();
        WireEntry[] rung = [.. Network.Named("180 INVITE")];
        Assert.That(rung, Has.Length.EqualTo(isRequired ? 0 : 1), "not reliably: the first reliable response is the one with the offer");
        Assert.That(rung.Any(e => e.Message.Headers.Contains("RSeq")), Is.False);
        Task<SipRequest> offering = incoming.OfferAsync("offer"u8.ToArray(), Sdp);
        await SettleAsync();
        Assert.That(Text(await Within(offering)), Is.EqualTo("answer to offer"));
        SipResponse first = Network.Named("183 INVITE").Single().Response!;
        Assert.That((Text(first), first.Headers.RSeq is not null), Is.EqualTo(("offer", true)));
        incoming.Ring();
        await SettleAsync();
        WireEntry later = Network.Named("180 INVITE").Last();
        Assert.That((later.Message.Headers.RSeq, later.Message.Body.Length), Is.EqualTo((first.Headers.RSeq + 1, 0)), "from here on reliably, and without a body");
        Task<InviteDialog> accepting = incoming.AcceptAsync(default, Sdp);
        await SettleAsync();
        var outcome = (InviteOutcome.Accepted)await Within(call.Result);
        await Within(accepting);
        Assert.Multiple(() =>
        {
            Assert.That(Network.Named("PRACK").Select(e => Text(e.Message)), Is.EqualTo(new[] { "answer to offer", string.Empty }));
            Assert.That(Network.Named("200 INVITE").Single().Message.Headers.Contains("Content-Type"), Is.False);
            Assert.That(Network.Named("ACK").Single().Message.Body.IsEmpty, Is.True, "answered already");
            Assert.That(_offers, Is.EqualTo(new[] { "offer" }));
        });
        await EndAsync(outcome.Dialog);
    }

    [Test]
    [Category("DLG-025")]
    public async Task A_PRACK_without_an_answer_gets_400_and_so_does_the_INVITE()
    {
        OutgoingInvite call = Alice.Invite(Offerless());
        await SettleAsync();
        Task<SipRequest> offering = BobHandler.Invites.Single().OfferAsync("offer"u8.ToArray(), Sdp);
        await SettleAsync();
        Assert.That(async () => await Within(offering), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.MalformedMessage));
        Assert.That(((InviteOutcome.Rejected)await Within(call.Result)).Response.StatusCode, Is.EqualTo(400));
        Assert.That(Network.Names, Does.Contain("400 PRACK"));
    }

    /// <summary>RFC 3262 §3: no 2xx before the PRACK of a reliable response that holds a session description.</summary>
    [Test]
    [Category("DLG-025")]
    public async Task A_2xx_waits_for_the_PRACK_of_the_offer([Values] bool isAnswered)
    {
        OutgoingInvite call = Alice.Invite(Offerless(), Answering());
        await SettleAsync();
        IncomingInvite incoming = BobHandler.Invites.Single();
        int lost = 0;
        Network.Filter = e => e.Name != "PRACK" || (isAnswered && ++lost > 2);
        Task<SipRequest> offering = incoming.OfferAsync("offer"u8.ToArray(), Sdp);
        await SettleAsync();
        Task<InviteDialog> accepting = incoming.AcceptAsync(default, Sdp);
        await RunAsync(1);
        Assert.That(Network.Names, Has.None.EqualTo("200 INVITE"), "the offer has no answer yet");
        Assert.That((offering.IsCompleted, accepting.IsCompleted), Is.EqualTo((false, false)));
        await RunAsync(40);
        if (isAnswered)
        {
            Assert.That(Text(await Within(offering)), Is.EqualTo("answer to offer"));
            var outcome = (InviteOutcome.Accepted)await Within(call.Result);
            await Within(accepting);
            string[] names = [.. Network.Names];
            Assert.That(Array.IndexOf(names, "200 PRACK"), Is.InRange(0, Array.IndexOf(names, "200 INVITE")));
            await EndAsync(outcome.Dialog);
            return;
        }

        Assert.That(async () => await Within(offering), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.Cancelled));
        Assert.That(async () => await Within(accepting), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.Cancelled));
        Assert.That(((InviteOutcome.Rejected)await Within(call.Result)).Response.StatusCode, Is.EqualTo(504));
        Assert.That(Network.Names, Has.None.EqualTo("200 INVITE"));
    }

    [Test]
    [Category("DLG-025")]
    public async Task An_accept_that_waits_for_a_PRACK_ends_when_the_caller_gives_up_or_the_agent_closes([Values] bool closes)
    {
        OutgoingInvite call = Alice.Invite(Offerless(), Answering());
        await SettleAsync();
        IncomingInvite incoming = BobHandler.Invites.Single();
        Network.Filter = static e => e.Name != "PRACK";
        Task<SipRequest> offering = incoming.OfferAsync("offer"u8.ToArray(), Sdp);
        Task<InviteDialog> accepting = incoming.AcceptAsync(default, Sdp);
        await SettleAsync();
        if (closes)
        {
            await Bob.DisposeAsync();
        }
        else
        {
            call.Cancel();
            await SettleAsync();
            Assert.That(await Within(call.Result), Is.InstanceOf<InviteOutcome.Cancelled>());
        }

        Assert.That(async () => await Within(offering), Throws.TypeOf<ImageShareException>());
        Assert.That(async () => await Within(accepting), Throws.TypeOf<ImageShareException>());
        if (!closes)
        {
            await RunAsync(40);
        }
    }

    [Test]
    public async Task Nobody_waits_for_an_answer_when_the_call_is_over()
    {
        OutgoingInvite call = Alice.Invite(Offerless());
        await SettleAsync();
        Network.Filter = static e => e.Name != "PRACK";
        Task<SipRequest> offering = BobHandler.Invites.Single().OfferAsync("offer"u8.ToArray(), Sdp);
        await SettleAsync();
        call.Cancel();
        await SettleAsync();
        Assert.That(async () => await Within(offering), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.Cancelled));
        await RunAsync(40);
    }

    [Test]
    public async Task Our_offer_is_made_once_and_only_where_it_is_asked_for()
    {
        Alice.Invite(NewInvite());
        Alice.Invite(Offerless(), Answering());
        await SettleAsync();
        IncomingInvite[] invites = [.. BobHandler.Invites];
        Assert.That(() => invites[0].OfferAsync("offer"u8.ToArray(), Sdp), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
        Task<SipRequest> offering = invites[1].OfferAsync("offer"u8.ToArray(), Sdp);
        Assert.That(() => invites[1].OfferAsync("offer"u8.ToArray(), Sdp), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
        await SettleAsync();
        await Within(offering);
        invites[0].Reject(486);
        invites[1].Reject(486);
        await SettleAsync();
    }

    protected override SipUserAgentOptions BobOptions(SipUserAgentOptions options) => options with { Reliability = SipReliability.WhenSupported };

    private InviteSettings Answering()
    {
        _offers.Clear();
        return new InviteSettings
        {
            Answer = offer =>
            {
                _offers.Add(Text(offer));
                return (Encoding.UTF8.GetBytes("answer to " + Text(offer)), MediaType.Parse("application/sdp"));
            },
        };
    }

    private static SipRequest Offerless() => new(SipMethod.Invite, BobUri);

    private static string Text(SipMessage message) => Encoding.UTF8.GetString(message.Body.Span);

    private async Task EndAsync(InviteDialog dialog)
    {
        Task bye = dialog.ByeAsync();
        await SettleAsync();
        await Within(bye);
    }
}
