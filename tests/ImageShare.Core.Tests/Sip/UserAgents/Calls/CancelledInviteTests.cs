using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Tests.Sip.UserAgents.Calls;

[TestFixture]
internal sealed class CancelledInviteTests : AgentTest
{
    [Test]
    [Category("DLG-013")]
    [Category("DLG-015")]
    [Category("TXN-010")]
    public async Task Cancelling_while_it_rings()
    {
        BobHandler.InviteReceived = static invite => invite.Ring();
        OutgoingInvite call = Alice.Invite(NewInvite());
        await SettleAsync();
        call.Cancel("SIP;cause=487");
        await SettleAsync();
        Assert.That(await Within(call.Result), Is.TypeOf<InviteOutcome.Cancelled>());
        IncomingInvite incoming = BobHandler.Invites.Single();
        SipRequest invite = Network.Named("INVITE").Single().Request!;
        SipRequest cancel = Network.Named("CANCEL").Single().Request!;
        string? tag = Network.Named("180 INVITE").Single().Response!.Headers.To!.Tag;
        Assert.Multiple(() =>
        {
            Assert.That(Network.Names, Is.EquivalentTo(new[] { "INVITE", "180 INVITE", "CANCEL", "200 CANCEL", "487 INVITE", "ACK" }));
            Assert.That(incoming.Cancelled.IsCancellationRequested);
            Assert.That(cancel.RequestUri, Is.EqualTo(invite.RequestUri));
            Assert.That(cancel.Headers.Vias, Is.EqualTo(new[] { invite.Headers.TopVia }));
            Assert.That(cancel.Headers.From, Is.EqualTo(invite.Headers.From));
            Assert.That(cancel.Headers.To, Is.EqualTo(invite.Headers.To));
            Assert.That(cancel.Headers.CallId, Is.EqualTo(invite.Headers.CallId));
            Assert.That(cancel.Headers.CSeq, Is.EqualTo(new CSeq(invite.Headers.CSeq!.Number, SipMethod.Cancel)));
            Assert.That(cancel.Headers.GetString("Reason"), Is.EqualTo("SIP;cause=487"));
            Assert.That(cancel.Headers.Contains("Require"), Is.False);
            Assert.That(Network.Named("200 CANCEL").Single().Response!.Headers.To!.Tag, Is.EqualTo(tag));
            Assert.That(Network.Named("487 INVITE").Single().Response!.Headers.To!.Tag, Is.EqualTo(tag));
        });

        Task<InviteDialog> tooLate = incoming.AcceptAsync("v=0"u8.ToArray(), Sdp);
        await SettleAsync();
        Assert.That(() => Within(tooLate), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.Cancelled));
    }

    [Test]
    [Category("DLG-014")]
    public async Task A_CANCEL_before_the_first_provisional_waits_for_it()
    {
        OutgoingInvite call = Alice.Invite(NewInvite());
        call.Cancel();
        await RunAsync(.1);
        Assert.That(Network.Names, Does.Not.Contain("CANCEL"));
        await RunAsync(.2);
        Assert.That(Network.TimesOf("CANCEL"), Is.EqualTo(new[] { .2 }), "with 100 Trying");
        Assert.That(await Within(call.Result), Is.TypeOf<InviteOutcome.Cancelled>());
    }

    [Test]
    [Category("DLG-014")]
    [Category("TXN-020")]
    public async Task An_answer_that_crosses_the_CANCEL_is_acknowledged_and_ended()
    {
        BobHandler.InviteReceived = static invite => invite.Ring();
        OutgoingInvite call = Alice.Invite(NewInvite());
        await SettleAsync();
        Network.Filter = static e => e.Name != "CANCEL";
        call.Cancel();
        Task<InviteDialog> accepted = BobHandler.Invites.Single().AcceptAsync("v=0"u8.ToArray(), Sdp);
        await SettleAsync();
        Network.Filter = static _ => true;
        await RunAsync(2);
        Assert.That(await Within(call.Result), Is.TypeOf<InviteOutcome.Cancelled>());
        InviteDialog bob = await Within(accepted);
        Assert.That((await Within(bob.Ended)).Reason, Is.EqualTo(DialogEndReason.RemoteBye));
        Assert.That(Network.Named("ACK").Count(), Is.EqualTo(1));
        Assert.That(Network.Named("BYE").Single().From.Port, Is.EqualTo(AlicePort));
        Assert.That(Network.Named("200 CANCEL").Count(), Is.EqualTo(1), "a CANCEL after the answer changes nothing");
    }

    [Test]
    [Category("DLG-014")]
    public async Task A_cancelled_call_whose_peer_falls_silent_is_given_up_after_64_T1()
    {
        BobHandler.InviteReceived = static invite => invite.Ring();
        OutgoingInvite call = Alice.Invite(NewInvite());
        await SettleAsync();
        Network.Filter = static _ => false;
        call.Cancel();
        await RunAsync(31.9);
        Assert.That(call.Result.IsCompleted, Is.False);
        await RunAsync(.2);
        Assert.That(await Within(call.Result), Is.TypeOf<InviteOutcome.Cancelled>());
    }
}
