using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Endings;

/// <summary>Why an invitation is over before anybody decided, and why it was not accepted: both sides are told (RFC 3326).</summary>
[TestFixture]
[Category("DLG-014")]
public sealed class WithdrawalTests
{
    [TestCase(null, ImageShareWithdrawal.ByCaller)]
    [TestCase("SIP;cause=487;text=\"Cancelled by User\"", ImageShareWithdrawal.ByCaller)]
    [TestCase("SIP;cause=200;text=\"Call completed elsewhere\"", ImageShareWithdrawal.AcceptedElsewhere)]
    [TestCase("SIP;cause=603;text=\"Declined\"", ImageShareWithdrawal.DeclinedElsewhere)]
    [TestCase("SIP;cause=408", ImageShareWithdrawal.NotAnsweredInTime)]
    [TestCase("Q.850;cause=16", ImageShareWithdrawal.ByCaller)]
    public async Task A_caller_says_why_it_takes_its_invitation_back(string? reason, ImageShareWithdrawal withdrawal)
    {
        var network = new InMemoryNetwork();
        await using var phone = new RawPhone(network);
        await using ImageShareClient bob = await ImageShareClient.StartAsync(
            new ImageShareOptions { Identity = SipUri.Parse("sip:bob@ims.example"), Network = network, Transport = SipTransportChoice.Udp });
        await phone.SendAsync(bob.Address, phone.Request("INVITE", bob.Address, "call", body: phone.Offer("type:image/png size:10"), branch: "one"));
        ImageShareInvitation invitation = await FirstAsync(bob);
        await phone.ReceiveAsync("SIP/2.0 180");
        await phone.SendAsync(
            bob.Address, phone.Request("CANCEL", bob.Address, "call", branch: "one", extra: reason is null ? string.Empty : $"Reason: {reason}\r\n"));
        ImageShareResult result = await invitation.Completion.WaitAsync(SharePair.Patience);
        string refusal = await phone.ReceiveAsync("SIP/2.0 487");
        await phone.SendAsync(bob.Address, phone.Request("ACK", bob.Address, "call", RawPhone.TagOf(refusal), branch: "one"));
        Assert.Multiple(() =>
        {
            Assert.That(result.State, Is.EqualTo(ImageShareState.Cancelled));
            Assert.That(result.Withdrawal, Is.EqualTo(withdrawal), result.Message);
            Assert.That(result.EndedBy, Is.EqualTo(ImageShareEndedBy.Peer));
        });
    }

    [TestCase(true, ImageShareWithdrawal.ByCaller)]
    [TestCase(false, ImageShareWithdrawal.NotAnsweredInTime)]
    public async Task One_of_this_library_says_whether_its_user_or_its_time_gave_up(bool isUser, ImageShareWithdrawal withdrawal)
    {
        var time = new ManualTimeProvider();
        await using SharePair pair = await SharePair.StartAsync(
            alice: o => o with { TimeProvider = time, Limits = o.Limits with { AnswerTimeout = TimeSpan.FromSeconds(20) }, Transport = SipTransportChoice.Udp });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(1000)), new ShareSettings { QueryFirst = false });
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        Task<ImageShareResult> ending = isUser ? outgoing.CancelAsync() : outgoing.Completion;
        await time.DriveAsync(invitation.Completion);
        Assert.That((await invitation.Completion).Withdrawal, Is.EqualTo(withdrawal));
        ImageShareResult sent = await time.DriveAsync(ending);
        Assert.That(sent.EndedBy, Is.EqualTo(isUser ? ImageShareEndedBy.User : ImageShareEndedBy.Limit));
        Assert.That(sent.Withdrawal, Is.Null);
    }

    [TestCase(DeclineReason.ByUser, ImageShareState.Declined, 603, ImageShareError.Declined)]
    [TestCase(DeclineReason.Busy, ImageShareState.Failed, 486, ImageShareError.Busy)]
    [TestCase(DeclineReason.NotStorable, ImageShareState.Failed, 500, ImageShareError.Rejected)]
    public async Task A_sender_is_told_why_its_image_is_not_accepted(DeclineReason reason, ImageShareState state, int status, ImageShareError error)
    {
        await using SharePair pair = await SharePair.StartAsync();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(1000)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await invitation.DeclineAsync(reason);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience), declined = await invitation.Completion;
        Assert.Multiple(() =>
        {
            Assert.That((sent.State, sent.SipStatus, sent.Error), Is.EqualTo((state, (int?)status, error)), sent.Message);
            Assert.That(sent.EndedBy, Is.EqualTo(ImageShareEndedBy.Peer));
            Assert.That(sent.Message!.Contains("could not store", StringComparison.Ordinal), Is.EqualTo(reason == DeclineReason.NotStorable), sent.Message);
            Assert.That((declined.State, declined.EndedBy), Is.EqualTo((ImageShareState.Declined, ImageShareEndedBy.User)));
        });
    }

    private static async Task<ImageShareInvitation> FirstAsync(ImageShareClient client)
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await foreach (ImageShareInvitation invitation in client.Invitations.WithCancellation(patience.Token))
        {
            return invitation;
        }

        throw new InvalidOperationException("The client was closed.");
    }
}
