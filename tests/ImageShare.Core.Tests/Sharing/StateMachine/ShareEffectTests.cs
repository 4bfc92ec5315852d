using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.StateMachine;
using static ImageShare.Core.Sharing.ImageShareState;
using static ImageShare.Core.Sharing.StateMachine.ShareEffect;
using static ImageShare.Core.Sharing.StateMachine.ShareInput;

namespace ImageShare.Core.Tests.Sharing.StateMachine;

/// <summary>What the effects of a share carry, beside their order (<see cref="ShareMachineTests"/>): who ended the transfer, what BYE says, and what the user reads.</summary>
[TestFixture]
public sealed class ShareEffectTests
{
    private static readonly ShareOutcome Lost = ShareOutcome.ConnectionLost;
    private static readonly ShareOutcome Refused = ShareOutcome.Failed(ImageShareError.TransferRefused, "refused") with { MsrpStatus = 413 };

    private static readonly ShareInput[] Invited = [new StartOutgoing(false), new PeerRinging()];
    private static readonly ShareInput[] Sending = [new StartOutgoing(false), new InviteAccepted(), new MediaConnected()];
    private static readonly ShareInput[] Receiving = [new StartIncoming(), new UserAccepted(), new MediaConnected()];

    private static IEnumerable<TestCaseData> Aborts()
    {
        // What the peer ended needs no word of this side any more: neither a '#' nor a 413 (RFC 5547 §8.4).
        yield return new TestCaseData(ShareMachine.Outgoing, (ShareInput[])[.. Sending, new Replaced()], true).SetArgDisplayNames("another transfer took its place");
        yield return new TestCaseData(ShareMachine.Outgoing, (ShareInput[])[.. Sending[..2], new PeerEnded()], true).SetArgDisplayNames("BYE before the connection");
        yield return new TestCaseData(ShareMachine.Incoming, (ShareInput[])[.. Receiving, new PeerEnded(ShareEndReason.UserCancelled)], true).SetArgDisplayNames("the sender takes the image back");
        yield return new TestCaseData(ShareMachine.Incoming, (ShareInput[])[.. Receiving, new PeerEnded(), new CancelRequested()], true).SetArgDisplayNames("cancelled behind the peer's BYE");
        yield return new TestCaseData(ShareMachine.Incoming, (ShareInput[])[.. Receiving, new PeerEnded(), new Replaced()], true).SetArgDisplayNames("replaced behind the peer's BYE");
        yield return new TestCaseData(ShareMachine.Incoming, (ShareInput[])[.. Receiving, new PeerEnded(), new MediaFailed(Lost)], true).SetArgDisplayNames("BYE, and the connection is lost");
        yield return new TestCaseData(ShareMachine.Incoming, (ShareInput[])[.. Receiving, new PeerEnded(), new TimerFired(ShareTimer.Grace)], true).SetArgDisplayNames("BYE, and the rest does not come");
        yield return new TestCaseData(ShareMachine.Incoming, (ShareInput[])[.. Receiving, new TransferRemoved(ShareOutcome.CancelledByPeer(isSender: false))], true).SetArgDisplayNames("the peer takes the section out");
        yield return new TestCaseData(ShareMachine.Outgoing, (ShareInput[])[.. Sending, new MediaFailed(Lost)], true).SetArgDisplayNames("the connection is lost");
        yield return new TestCaseData(ShareMachine.Outgoing, (ShareInput[])[.. Sending, new CancelRequested()], false).SetArgDisplayNames("this user cancels");
        yield return new TestCaseData(ShareMachine.Incoming, (ShareInput[])[.. Receiving, new CancelRequested()], false).SetArgDisplayNames("this user, who receives, cancels");
        yield return new TestCaseData(ShareMachine.Incoming, (ShareInput[])[.. Receiving, new DialogFailed(Lost)], false).SetArgDisplayNames("the SIP session broke down");
    }

    [TestCaseSource(nameof(Aborts))]
    [Category("FT-028")]
    public void Who_ended_a_transfer_decides_whether_the_peer_is_told_in_MSRP(object start, object[] inputs, bool isByPeer) =>
        Assert.That(Last((ShareStatus)start, inputs).OfType<AbortTransfer>().Single().IsByPeer, Is.EqualTo(isByPeer));

    private static IEnumerable<TestCaseData> Byes()
    {
        yield return new TestCaseData(ShareMachine.Outgoing, (ShareInput[])[.. Sending, new ImageDone(ShareOutcome.Completed)], new Bye(ShareEndReason.None, IsSettled: true)).SetArgDisplayNames("complete");
        yield return new TestCaseData(ShareMachine.Outgoing, (ShareInput[])[.. Sending, new CancelRequested()], new Bye(ShareEndReason.UserCancelled)).SetArgDisplayNames("cancelled");
        yield return new TestCaseData(ShareMachine.Incoming, (ShareInput[])[.. Receiving, new ImageFailed(ShareOutcome.Failed(ImageShareError.DiskFull, "full"))], new Bye(ShareEndReason.NotStored)).SetArgDisplayNames("not stored");
        yield return new TestCaseData(ShareMachine.Outgoing, (ShareInput[])[.. Sending, new ImageFailed(ShareOutcome.Failed(ImageShareError.SourceUnreadable, "gone"))], new Bye(ShareEndReason.NotRead)).SetArgDisplayNames("not read");
        yield return new TestCaseData(ShareMachine.Outgoing, (ShareInput[])[.. Sending, new MediaFailed(Lost), new TimerFired(ShareTimer.Grace)], new Bye(ShareEndReason.ConnectionLost)).SetArgDisplayNames("the connection is lost and the peer says nothing");
        yield return new TestCaseData(ShareMachine.Incoming, (ShareInput[])[.. Receiving, new ImageDone(ShareOutcome.Completed), new TimerFired(ShareTimer.Grace)], new Bye()).SetArgDisplayNames("complete, and the sender forgets its BYE");
        yield return new TestCaseData(ShareMachine.Outgoing, (ShareInput[])[.. Sending, new TransferRemoved(ShareOutcome.CancelledByPeer(isSender: true))], new Bye()).SetArgDisplayNames("the peer took it out");
    }

    [TestCaseSource(nameof(Byes))]
    [Category("FT-028")]
    public void BYE_says_why_and_whether_the_image_is_settled(object start, object[] inputs, object bye) =>
        Assert.That(Last((ShareStatus)start, inputs).OfType<Bye>().Single(), Is.EqualTo(bye));

    [Test]
    public void A_second_end_before_the_answer_is_read_does_not_replace_the_first()
    {
        ShareStatus status = After(ShareMachine.Outgoing, [.. Invited, new PeerAnswered(), new PeerEnded(ShareEndReason.NotStored), new DialogFailed(Lost), new InviteAccepted()]);
        Assert.That(status.Ending, Is.EqualTo(ShareEndReason.NotStored.ToOutcome(isSender: true)));
    }

    [Test]
    public void Behind_an_answer_that_is_over_already_the_share_counts_as_answered_no_more()
    {
        ShareStatus status = After(ShareMachine.Outgoing, [.. Invited, new PeerAnswered(), new PeerEnded(), new InviteAccepted()]);
        Assert.That(status.IsAnswered, Is.False);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void An_answer_that_could_not_be_read_is_the_reason_when_the_time_is_over(bool hasRung)
    {
        ShareInput[] inputs = [new StartOutgoing(false), .. hasRung ? (ShareInput[])[new PeerRinging()] : [], new AnswerUnreadable(), new TimerFired(ShareTimer.Answer)];
        Assert.That(After(ShareMachine.Outgoing, inputs).Ending?.Error, Is.EqualTo(ImageShareError.MalformedMessage));
        Assert.That(After(ShareMachine.Outgoing, [.. inputs.Where(static i => i is not AnswerUnreadable)]).Ending?.Error, Is.EqualTo(ImageShareError.NoAnswer));
    }

    [TestCase(null, 413)]
    [TestCase(481, 481)]
    public void The_MSRP_status_that_stopped_a_sender_stays_in_the_result_unless_the_peer_names_another(int? said, int expected)
    {
        ShareOutcome removed = ShareOutcome.CancelledByPeer(isSender: true) with { MsrpStatus = said };
        ShareStatus status = After(ShareMachine.Outgoing, [.. Sending, new ImageFailed(Refused), new TransferRemoved(removed)]);
        Assert.Multiple(() =>
        {
            Assert.That(status.Ending!.MsrpStatus, Is.EqualTo(expected));
            Assert.That(status.AwaitsReason, Is.False);
        });
    }

    [TestCase(ShareEndReason.Failed, true, ImageShareEndedBy.Peer, "could not receive")]
    [TestCase(ShareEndReason.Failed, false, ImageShareEndedBy.Peer, "could not")]
    [TestCase(ShareEndReason.NotStored, false, ImageShareEndedBy.Peer, "")]
    public void What_failed_at_the_peer_depends_on_who_sends(object reason, bool isSender, ImageShareEndedBy endedBy, string words)
    {
        ShareOutcome outcome = ((ShareEndReason)reason).ToOutcome(isSender);
        Assert.Multiple(() =>
        {
            Assert.That(outcome, Is.EqualTo(isSender ? ShareOutcome.ReceiverFailed : ShareOutcome.SenderFailed));
            Assert.That(outcome.EndedBy, Is.EqualTo(endedBy));
            Assert.That(outcome.Message, Does.Contain(words));
        });
    }

    // A sender can share the image again; a receiver can only ask for it.
    [TestCase(true, "share it again")]
    [TestCase(false, "ask the peer for it again")]
    public void Behind_a_cancellation_of_the_peer_the_advice_fits_the_side(bool isSender, string advice)
    {
        (ShareStatus start, ShareInput[] running) = isSender ? (ShareMachine.Outgoing, Sending) : (ShareMachine.Incoming, Receiving);
        ShareInput[][] ends = [[new PeerEnded(), new TimerFired(ShareTimer.Grace)], [new PeerEnded(ShareEndReason.UserCancelled), new CancelRequested()], [new PeerEnded(), new Replaced()], [new Replaced()]];
        foreach (ShareInput[] end in ends)
        {
            ShareOutcome ending = After(start, [.. running, .. end]).Ending!;
            Assert.That((ending.Error, ending.EndedBy), Is.EqualTo((ImageShareError.Cancelled, ImageShareEndedBy.Peer)));
            Assert.That(ending.Message, Does.Contain(advice));
        }
    }

    [Test]
    public void An_image_that_could_not_be_read_is_the_sender_s_failure() => Assert.Multiple(() =>
    {
        Assert.That(ShareEndReason.NotRead.ToOutcome(isSender: false), Is.EqualTo(ShareOutcome.NotReadAtPeer));
        Assert.That(ShareEndReason.NotRead.ToOutcome(isSender: true), Is.EqualTo(ShareOutcome.ReceiverFailed));
    });

    [Test]
    public void What_the_machine_waited_for_is_forgotten_when_it_has_come() => Assert.Multiple(() =>
    {
        Assert.That(After(ShareMachine.Outgoing, [.. Invited, new PeerAnswered(), new InviteAccepted()]).IsAnswered, Is.False);
        Assert.That(After(ShareMachine.Outgoing, [.. Sending, new ImageFailed(Refused), new CancelRequested()]).AwaitsReason, Is.False);
        Assert.That(ShareOutcome.Completed.EndedBy, Is.EqualTo(ImageShareEndedBy.Nobody));
    });

    [TestCase(ShareEndReason.None, ImageShareWithdrawal.ByCaller)]
    [TestCase(ShareEndReason.UserCancelled, ImageShareWithdrawal.ByCaller)]
    [TestCase(ShareEndReason.NotAnswered, ImageShareWithdrawal.NotAnsweredInTime)]
    [TestCase(ShareEndReason.AcceptedElsewhere, ImageShareWithdrawal.AcceptedElsewhere)]
    [TestCase(ShareEndReason.DeclinedElsewhere, ImageShareWithdrawal.DeclinedElsewhere)]
    public void A_withdrawal_says_why_and_has_words_for_it(object reason, ImageShareWithdrawal withdrawal)
    {
        ShareOutcome outcome = ((ShareEndReason)reason).ToWithdrawal();
        Assert.That((outcome.State, outcome.Withdrawal, outcome.Message is { Length: > 10 }), Is.EqualTo((Cancelled, withdrawal, true)));
    }

    [TestCase(ImageShareError.PeerUnreachable, ImageShareError.MediaNotConnected)]
    [TestCase(ImageShareError.ConnectionLost, ImageShareError.ConnectionLost)]
    [TestCase(ImageShareError.CertificateNotTrusted, ImageShareError.CertificateNotTrusted)]
    public void A_media_connection_that_fails_is_not_an_unreachable_peer(ImageShareError thrown, ImageShareError expected) =>
        Assert.That(ShareOutcome.FromMedia(new ImageShareException(thrown, "m")).Error, Is.EqualTo(expected));

    [Test]
    public void What_an_application_s_code_throws_is_in_the_message() =>
        Assert.That(ShareOutcome.FromUnexpected(new InvalidOperationException("the store is on fire")).Message, Does.Contain("the store is on fire"));

    // Every error has one who ended it: a table, so that a new error has to find its place.
    [TestCase(ImageShareError.PeerUnreachable, ImageShareEndedBy.Network)]
    [TestCase(ImageShareError.ConnectionLost, ImageShareEndedBy.Network)]
    [TestCase(ImageShareError.MediaNotConnected, ImageShareEndedBy.Network)]
    [TestCase(ImageShareError.RelayUnreachable, ImageShareEndedBy.Network)]
    [TestCase(ImageShareError.NoAnswer, ImageShareEndedBy.Limit)]
    [TestCase(ImageShareError.TransferStalled, ImageShareEndedBy.Limit)]
    [TestCase(ImageShareError.TooLarge, ImageShareEndedBy.Limit)]
    [TestCase(ImageShareError.TypeNotAccepted, ImageShareEndedBy.Peer)]
    [TestCase(ImageShareError.Declined, ImageShareEndedBy.Peer)]
    [TestCase(ImageShareError.Busy, ImageShareEndedBy.Peer)]
    [TestCase(ImageShareError.NotCapable, ImageShareEndedBy.Peer)]
    [TestCase(ImageShareError.Rejected, ImageShareEndedBy.Peer)]
    [TestCase(ImageShareError.AuthenticationFailed, ImageShareEndedBy.Peer)]
    [TestCase(ImageShareError.Cancelled, ImageShareEndedBy.Peer)]
    [TestCase(ImageShareError.TransferRefused, ImageShareEndedBy.Peer)]
    [TestCase(ImageShareError.MalformedMessage, ImageShareEndedBy.Peer)]
    [TestCase(ImageShareError.UnacceptableOffer, ImageShareEndedBy.Peer)]
    [TestCase(ImageShareError.ImageNotFound, ImageShareEndedBy.Peer)]
    [TestCase(ImageShareError.RelayRefused, ImageShareEndedBy.Peer)]
    [TestCase(ImageShareError.ImageMissing, ImageShareEndedBy.Peer)]
    [TestCase(ImageShareError.ImageAmbiguous, ImageShareEndedBy.Peer)]
    [TestCase(ImageShareError.DiskFull, ImageShareEndedBy.ThisSide)]
    [TestCase(ImageShareError.SourceUnreadable, ImageShareEndedBy.ThisSide)]
    public void An_error_says_who_ended_the_share(ImageShareError error, ImageShareEndedBy endedBy) =>
        Assert.That(ShareOutcome.Failed(error, "m").EndedBy, Is.EqualTo(endedBy));

    private static IEnumerable<TestCaseData> Endings()
    {
        yield return new TestCaseData(ShareMachine.Outgoing, (ShareInput[])[new StartOutgoing(false), new AnswerUnreadable(), new TimerFired(ShareTimer.Answer)], "trace");
        yield return new TestCaseData(ShareMachine.Outgoing, (ShareInput[])[.. Invited, new PeerAnswered(), new TimerFired(ShareTimer.Agreement)], "names");
        yield return new TestCaseData(ShareMachine.Incoming, (ShareInput[])[new StartIncoming(), new TimerFired(ShareTimer.Answer)], "answered in time");
        yield return new TestCaseData(ShareMachine.Incoming, (ShareInput[])[.. Receiving, new AckMissing()], "acknowledge");
        yield return new TestCaseData(ShareMachine.Incoming, (ShareInput[])[new StartIncoming(), new UserDeclined(603)], "declined");
    }

    [TestCaseSource(nameof(Endings))]
    public void An_ending_has_words_for_the_user(object start, object[] inputs, string words) =>
        Assert.That(After((ShareStatus)start, inputs).Ending?.Message, Does.Contain(words));

    private static ShareStatus After(ShareStatus start, IEnumerable<object> inputs) =>
        inputs.Aggregate(start, static (status, input) => ShareMachine.Step(status, (ShareInput)input).Next);

    private static ShareEffect[] Last(ShareStatus start, object[] inputs) => ShareMachine.Step(After(start, inputs[..^1]), (ShareInput)inputs[^1]).Effects;
}
