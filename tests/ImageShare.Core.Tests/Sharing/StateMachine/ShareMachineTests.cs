using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.StateMachine;
using static ImageShare.Core.Sharing.ImageShareState;

namespace ImageShare.Core.Tests.Sharing.StateMachine;

[TestFixture]
public sealed class ShareMachineTests
{
    private static readonly ShareOutcome Lost = ShareOutcome.Failed(ImageShareError.ConnectionLost, "lost");
    private static readonly ShareOutcome NotConnected = ShareOutcome.MediaNotConnected;
    private static readonly ShareOutcome Busy = ShareOutcome.Failed(ImageShareError.Busy, "busy");
    private static readonly ShareOutcome WrongHash = ShareOutcome.Failed(ImageShareError.HashMismatch, "hash");

    // One row: role, inputs, the states they lead through, and the effects of the last input (timer bookkeeping left out).
    private static IEnumerable<TestCaseData> Rows()
    {
        yield return Row("Sender: query, invite, transfer, teardown", true,
            [Start(true), new ShareInput.PeerCapable(), new ShareInput.PeerRinging(), new ShareInput.InviteAccepted(), new ShareInput.MediaConnected(), Done(), new ShareInput.Ended()],
            [Querying, Inviting, Ringing, Connecting, Transferring, Terminating, Completed], "CloseMedia Finish");
        yield return Row("Sender: no query wanted", true, [Start(false)], [Inviting], "Invite");
        yield return Row("Sender: peer cannot share images", true, [Start(true), new ShareInput.QueryFailed(ShareOutcome.Failed(ImageShareError.NotCapable, ""))], [Querying, Failed], "Finish");
        yield return Row("Sender: cancelled while querying", true, [Start(true), Cancel()], [Querying, Cancelled], "AbandonQuery Finish");
        yield return Row("Sender: declined", true, [Start(false), new ShareInput.InviteFailed(new ShareOutcome(Declined, ImageShareError.Declined))], [Inviting, Declined], "CloseMedia Finish");
        yield return Row("Sender: busy", true, [Start(false), new ShareInput.InviteFailed(Busy)], [Inviting, Failed], "CloseMedia Finish");
        yield return Row("Sender: cancelled while ringing", true,
            [Start(false), new ShareInput.PeerRinging(), Cancel(), new ShareInput.InviteFailed(Busy)], [Inviting, Ringing, Terminating, Cancelled], "CloseMedia Finish");
        yield return Row("Sender: CANCEL goes out", true, [Start(false), new ShareInput.PeerRinging(), Cancel()], [Inviting, Ringing, Terminating], "CancelInvite");
        yield return Row("Sender: nobody answers", true,
            [Start(false), new ShareInput.PeerRinging(), new ShareInput.TimerFired(ShareTimer.Answer), new ShareInput.InviteFailed(Busy)], [Inviting, Ringing, Terminating, Failed], "CloseMedia Finish");
        yield return Row("Sender: nothing heard, so the end waits for nothing", true,
            [Start(false), new ShareInput.TimerFired(ShareTimer.Answer)], [Inviting, Failed], "CancelInvite CloseMedia Finish");
        yield return Row("Sender: cancelled before anything was heard", true, [Start(false), Cancel()], [Inviting, Cancelled], "CancelInvite CloseMedia Finish");
        yield return Row("Sender: a 100, and cancelled", true, [Start(false), Trying, Cancel()], [Inviting, Inviting, Terminating], "CancelInvite");
        yield return Row("Sender: cancelled, and the CANCEL takes effect", true,
            [Start(false), Trying, Cancel(), new ShareInput.CancelAnswered()], [Inviting, Inviting, Terminating, Cancelled], "CloseMedia Finish");
        yield return Row("Sender: cancelled, and the peer is silent", true,
            [Start(false), Trying, Cancel(), new ShareInput.TimerFired(ShareTimer.Prompt)], [Inviting, Inviting, Terminating, Cancelled], "CloseMedia Finish");
        yield return Row("Sender: not answered, and the peer is silent", true,
            [Start(false), new ShareInput.PeerRinging(), new ShareInput.TimerFired(ShareTimer.Answer), new ShareInput.TimerFired(ShareTimer.Notice)], [Inviting, Ringing, Terminating, Failed], "CloseMedia Finish");
        yield return Row("Receiver: whole, and cancelled before the BYE is here", false,
            [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected(), Done(), Cancel()], [Ringing, Connecting, Transferring, Terminating, Terminating], "AnnounceSoon");
        yield return Row("Receiver: cancelled behind the peer's BYE", false,
            [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected(), new ShareInput.PeerEnded(), Cancel()], [Ringing, Connecting, Transferring, Terminating, Cancelled], "AbortTransfer CloseMedia Finish");
        yield return Row("Sender: unusable answer", true, [Start(false), new ShareInput.AnswerUnusable(Busy)], [Inviting, Terminating], "Bye CloseMedia");
        yield return Row("Sender: MSRP cannot be dialled", true,
            [Start(false), new ShareInput.InviteAccepted(), new ShareInput.MediaFailed(NotConnected)], [Inviting, Connecting, Terminating], "AbortTransfer Bye CloseMedia");
        yield return Row("Sender: connection lost in mid-transfer", true,
            [.. Moving, new ShareInput.MediaFailed(Lost), new ShareInput.TimerFired(ShareTimer.Grace), new ShareInput.Ended()],
            [.. MovingStates, Terminating, Terminating, Failed], "CloseMedia Finish");
        yield return Row("Sender: connection lost in mid-transfer, and the BYE of a peer whose user cancelled", true,
            [.. Moving, new ShareInput.MediaFailed(Lost), new ShareInput.PeerEnded(ShareEndReason.UserCancelled)], [.. MovingStates, Terminating, Cancelled], "CloseMedia Finish");
        yield return Row("Sender: connection lost in mid-transfer, and so it was for the peer", true,
            [.. Moving, new ShareInput.ImageFailed(Lost), new ShareInput.PeerEnded(ShareEndReason.ConnectionLost)], [.. MovingStates, Terminating, Failed], "CloseMedia Finish");
        yield return Row("Sender: the peer has let go of the session, and then says BYE", true,
            [.. Moving, new ShareInput.ImageFailed(Refused(481)), new ShareInput.PeerEnded(ShareEndReason.UserCancelled)], [.. MovingStates, Terminating, Cancelled], "CloseMedia Finish");
        yield return Row("Sender: the peer does not know the session, and never says BYE", true,
            [.. Moving, new ShareInput.ImageFailed(Refused(481)), new ShareInput.TimerFired(ShareTimer.Grace), new ShareInput.Ended()],
            [.. MovingStates, Terminating, Terminating, Failed], "CloseMedia Finish");
        yield return Row("Sender: the peer stopped it, and the user cancels before its BYE is here: ours goes out", true,
            [.. Moving, new ShareInput.ImageFailed(Refused(413)), Cancel()], [.. MovingStates, Terminating, Terminating], "AnnounceSoon Bye CloseMedia");
        yield return Row("Sender: connection lost, and the user cancels before the peer's BYE is here: ours goes out", true,
            [.. Moving, new ShareInput.MediaFailed(Lost), Cancel(), new ShareInput.Ended()], [.. MovingStates, Terminating, Terminating, Failed], "CloseMedia Finish");
        yield return Row("Sender: cancelled when every octet was acknowledged", true,
            [.. Moving, Cancel(), Done(), new ShareInput.Ended()], [.. MovingStates, Terminating, Terminating, Completed], "CloseMedia Finish");
        yield return Row("Sender: cancelled in mid-transfer", true,
            [Start(false), new ShareInput.InviteAccepted(), new ShareInput.MediaConnected(), Cancel()], [Inviting, Connecting, Transferring, Terminating], "AnnounceSoon AbortTransfer Bye");
        yield return Row("Sender: BYE overtakes the last 200s", true,
            [Start(false), new ShareInput.InviteAccepted(), new ShareInput.MediaConnected(), new ShareInput.PeerEnded(), Done()],
            [Inviting, Connecting, Transferring, Terminating, Completed], "CloseMedia Finish");
        yield return Row("Sender: peer ends it in mid-transfer", true,
            [Start(false), new ShareInput.InviteAccepted(), new ShareInput.MediaConnected(), new ShareInput.PeerEnded(), new ShareInput.MediaFailed(Lost)],
            [Inviting, Connecting, Transferring, Terminating, Cancelled], "AbortTransfer CloseMedia Finish");
        yield return Row("Sender: peer says BYE and leaves MSRP hanging", true,
            [Start(false), new ShareInput.InviteAccepted(), new ShareInput.MediaConnected(), new ShareInput.PeerEnded(), new ShareInput.TimerFired(ShareTimer.Grace)],
            [Inviting, Connecting, Transferring, Terminating, Cancelled], "AbortTransfer CloseMedia Finish");

        yield return Row("Sender: a BYE that comes while the answer is read", true,
            [Start(false), new ShareInput.PeerRinging(), new ShareInput.PeerEnded(ShareEndReason.UserCancelled), new ShareInput.InviteAccepted()],
            [Inviting, Ringing, Ringing, Cancelled], "AbortTransfer CloseMedia Finish");
        yield return Row("Sender: a BYE of something that failed comes while the answer is read", true,
            [Start(false), new ShareInput.PeerEnded(ShareEndReason.NotStored), new ShareInput.InviteAccepted()], [Inviting, Inviting, Failed], "AbortTransfer CloseMedia Finish");
        yield return Row("Sender: a BYE behind an unusable answer", true,
            [Start(false), new ShareInput.PeerEnded(), new ShareInput.AnswerUnusable(Busy)], [Inviting, Inviting, Terminating], "Bye CloseMedia");
        yield return Row("Sender: taken out of the session while the answer is read", true,
            [Start(false), Removed, new ShareInput.InviteAccepted()], [Inviting, Inviting, Terminating], "AbortTransfer Bye");
        yield return Row("Sender: the session is lost while the answer is read", true,
            [Start(false), new ShareInput.DialogFailed(Lost), new ShareInput.InviteAccepted()], [Inviting, Inviting, Failed], "AbortTransfer CloseMedia Finish");
        foreach (ShareInput end in (ShareInput[])[new ShareInput.TimerFired(ShareTimer.Answer), new ShareInput.TimerFired(ShareTimer.Agreement), new ShareInput.InviteFailed(Busy)])
        {
            yield return Row($"Sender: a BYE that comes while the answer is read, and then {(end as ShareInput.TimerFired)?.Timer.ToString() ?? end.GetType().Name}", true,
                [Start(false), new ShareInput.PeerRinging(), new ShareInput.PeerAnswered(), new ShareInput.PeerEnded(ShareEndReason.UserCancelled), end],
                [Inviting, Ringing, Ringing, Ringing, Cancelled], "AbortTransfer CloseMedia Finish");
        }

        yield return Row("Sender: taken out of the session while the answer is read, which takes too long", true,
            [Start(false), new ShareInput.PeerAnswered(), Removed, new ShareInput.TimerFired(ShareTimer.Agreement)], [Inviting, Inviting, Inviting, Terminating], "AbortTransfer Bye");
        yield return Row("Sender: the answer time is over while the answer is read", true,
            [Start(false), new ShareInput.PeerAnswered(), new ShareInput.TimerFired(ShareTimer.Answer)], [Inviting, Inviting, Inviting], string.Empty);
        yield return Row("Sender: the answer takes too long to be read", true,
            [Start(false), new ShareInput.PeerRinging(), new ShareInput.PeerAnswered(), new ShareInput.TimerFired(ShareTimer.Agreement)], [Inviting, Ringing, Ringing, Terminating], "Bye CloseMedia");
        yield return Row("Sender: cancelled while the answer is read", true,
            [Start(false), new ShareInput.PeerAnswered(), Cancel()], [Inviting, Inviting, Terminating], "AnnounceSoon Bye CloseMedia");
        yield return Row("Sender: cancelled while the answer is read, and its BYE is answered", true,
            [Start(false), new ShareInput.PeerRinging(), new ShareInput.PeerAnswered(), Cancel(), new ShareInput.Ended()], [Inviting, Ringing, Ringing, Terminating, Cancelled], "CloseMedia Finish");
        yield return Row("Sender: told to stop, its BYE is waited for", true, [.. Moving, Stopped], [.. MovingStates, Terminating], string.Empty);
        yield return Row("Sender: told to stop by a user", true, [.. Moving, Stopped, new ShareInput.PeerEnded()], [.. MovingStates, Terminating, Cancelled], "CloseMedia Finish");
        yield return Row("Sender: told to stop, and the connection is gone before the BYE is here", true,
            [.. Moving, Stopped, new ShareInput.MediaFailed(Lost), new ShareInput.PeerEnded()], [.. MovingStates, Terminating, Terminating, Cancelled], "CloseMedia Finish");
        yield return Row("Sender: told to stop because something failed", true,
            [.. Moving, Stopped, new ShareInput.PeerEnded(ShareEndReason.Failed)], [.. MovingStates, Terminating, Failed], "CloseMedia Finish");
        yield return Row("Sender: told to stop, and no BYE comes", true,
            [.. Moving, Stopped, new ShareInput.TimerFired(ShareTimer.Grace), new ShareInput.Ended()], [.. MovingStates, Terminating, Terminating, Failed], "CloseMedia Finish");
        yield return Row("Sender: told to stop, and cancels", true,
            [.. Moving, Stopped, Cancel(), new ShareInput.Ended()], [.. MovingStates, Terminating, Terminating, Failed], "CloseMedia Finish");
        yield return Row("Sender: BYE of a peer that failed, and then the refusal", true,
            [.. Moving, new ShareInput.PeerEnded(ShareEndReason.Failed), Stopped], [.. MovingStates, Terminating, Failed], "CloseMedia Finish");
        yield return Row("Sender: BYE of a peer that failed, and then the end of the connection", true,
            [.. Moving, new ShareInput.PeerEnded(ShareEndReason.Failed), new ShareInput.MediaFailed(Lost)], [.. MovingStates, Terminating, Failed], "AbortTransfer CloseMedia Finish");
        yield return Row("Sender: refused otherwise", true,
            [.. Moving, new ShareInput.ImageFailed(Refused(415))], [.. MovingStates, Terminating], "Bye CloseMedia");
        yield return Row("Sender: the image is taken out of the session", true, [.. Moving, Removed], [.. MovingStates, Terminating], "AbortTransfer Bye");
        yield return Row("Sender: told to stop, and the image is taken out of the session", true, [.. Moving, Stopped, Removed, new ShareInput.Ended()], [.. MovingStates, Terminating, Terminating, Cancelled], "CloseMedia Finish");
        yield return Row("Receiver: another transfer takes its place", false,
            [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected(), new ShareInput.Replaced()], [Ringing, Connecting, Transferring, Cancelled], "AbortTransfer CloseMedia Finish");
        yield return Row("Receiver: whole, and another transfer takes its place", false,
            [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected(), Done(), new ShareInput.Replaced()], [Ringing, Connecting, Transferring, Terminating, Completed], "AbortTransfer CloseMedia Finish");
        yield return Row("Receiver: whole, and the image is taken out of the session", false,
            [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected(), Done(), Removed], [Ringing, Connecting, Transferring, Terminating, Terminating], string.Empty);
        yield return Row("Receiver: cancelled, and its BYE is answered", false,
            [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected(), Cancel(), new ShareInput.Ended()],
            [Ringing, Connecting, Transferring, Terminating, Cancelled], "CloseMedia Finish");

        yield return Row("Sender: the 200 crosses the CANCEL", true,
            [Start(false), new ShareInput.PeerRinging(), Cancel(), new ShareInput.InviteAccepted()], [Inviting, Ringing, Terminating, Terminating], "Bye CloseMedia");
        yield return Row("Sender: an unusable 200 crosses the CANCEL", true,
            [Start(false), Trying, Cancel(), new ShareInput.AnswerUnusable(Busy), new ShareInput.Ended()], [Inviting, Inviting, Terminating, Terminating, Cancelled], "CloseMedia Finish");
        yield return Row("Sender: something breaks while querying", true, [Start(true), new ShareInput.Broken(Lost)], [Querying, Failed], "AbandonQuery AbortTransfer CloseMedia Finish");
        yield return Row("Sender: something breaks after the cancel", true, [Start(false), Trying, Cancel(), new ShareInput.Broken(Lost)], [Inviting, Inviting, Terminating, Cancelled], "AbandonQuery AbortTransfer CloseMedia Finish");

        yield return Row("Receiver: something breaks while ringing", false, [new ShareInput.StartIncoming(), new ShareInput.Broken(Lost)], [Ringing, Failed], "AbandonQuery AbortTransfer CloseMedia Finish");
        yield return Row("Receiver: accept, receive, wait for BYE", false,
            [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected(), Done(), new ShareInput.PeerEnded()],
            [Ringing, Connecting, Transferring, Terminating, Completed], "CloseMedia Finish");
        yield return Row("Receiver: whole, and others are still under way in the session", false,
            [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected(), Done()], [Ringing, Connecting, Transferring, Terminating], "AwaitBye");
        yield return Row("Receiver: declined", false, [new ShareInput.StartIncoming(), new ShareInput.UserDeclined(603)], [Ringing, Declined], "Reject CloseMedia Finish");
        yield return Row("Receiver: withdrawn", false, [new ShareInput.StartIncoming(), new ShareInput.InvitationWithdrawn(ShareOutcome.InvitationLost)], [Ringing, Cancelled], "CloseMedia Finish");
        yield return Row("Receiver: nobody decides", false, [new ShareInput.StartIncoming(), new ShareInput.TimerFired(ShareTimer.Answer)], [Ringing, Failed], "Reject CloseMedia Finish");
        yield return Row("Receiver: sender forgets its BYE", false,
            [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected(), Done(), new ShareInput.TimerFired(ShareTimer.Grace)],
            [Ringing, Connecting, Transferring, Terminating, Terminating], "Bye CloseMedia");
        yield return Row("Receiver: wrong hash", false,
            [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected(), new ShareInput.ImageFailed(WrongHash), new ShareInput.Ended()],
            [Ringing, Connecting, Transferring, Terminating, Failed], "CloseMedia Finish");
        yield return Row("Receiver: BYE overtakes the last octets", false,
            [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected(), new ShareInput.PeerEnded(), Done()],
            [Ringing, Connecting, Transferring, Terminating, Completed], "CloseMedia Finish");
        yield return Row("Receiver: BYE, and what came had the wrong hash", false,
            [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected(), new ShareInput.PeerEnded(), new ShareInput.ImageFailed(WrongHash)],
            [Ringing, Connecting, Transferring, Terminating, Failed], "CloseMedia Finish");
        yield return Row("Receiver: 200 never acknowledged", false,
            [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.AckMissing()], [Ringing, Connecting, Failed], "AbortTransfer CloseMedia Finish");
        yield return Row("Receiver: connection lost in mid-transfer", false,
            [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected(), new ShareInput.MediaFailed(Lost)],
            [Ringing, Connecting, Transferring, Terminating], "AbortTransfer");
        yield return Row("Receiver: connection lost in mid-transfer, and no BYE comes", false,
            [.. Receiving, new ShareInput.MediaFailed(Lost), new ShareInput.TimerFired(ShareTimer.Grace)], [.. ReceivingStates, Terminating, Terminating], "Bye CloseMedia");
        yield return Row("Receiver: the sender takes the image back", false,
            [.. Receiving, new ShareInput.PeerEnded(ShareEndReason.UserCancelled)], [.. ReceivingStates, Cancelled], "AbortTransfer CloseMedia Finish");
        yield return Row("Receiver: the image is whole, and then the sender takes it back", false,
            [.. Receiving, Done(), new ShareInput.PeerEnded(ShareEndReason.UserCancelled)], [.. ReceivingStates, Terminating, Completed], "CloseMedia Finish");
        yield return Row("Receiver: cancelled in mid-transfer", false,
            [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected(), Cancel()], [Ringing, Connecting, Transferring, Terminating], "AnnounceSoon AbortTransfer Bye");
    }

    [TestCaseSource(nameof(Rows))]
    [Category("IS-018")]
    public void Follows_the_table(bool outgoing, object[] inputs, ImageShareState[] states, string lastEffects)
    {
        Follow(outgoing ? ShareMachine.Outgoing : ShareMachine.Incoming, inputs, states, lastEffects);
    }

    // Who called and who sends are two questions: the invitation is the caller's, the end of the session the sender's.
    private static IEnumerable<TestCaseData> PullRows()
    {
        TestCaseData Pull(string name, ShareStatus start, ShareInput[] inputs, ImageShareState[] states, string effects) =>
            new TestCaseData(start.IsCaller, inputs, states, effects).SetArgDisplayNames(name);
        ShareInput[] serving = [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected()];
        ImageShareState[] servingStates = [Ringing, Connecting, Transferring];
        ShareStatus fetch = ShareMachine.Fetching, serve = ShareMachine.Serving;
        yield return Pull("Fetcher: whole, the BYE is the server's", fetch, [.. Moving, Done()], [.. MovingStates, Terminating], "AwaitBye");
        yield return Pull("Fetcher: whole, and the BYE comes", fetch, [.. Moving, Done(), new ShareInput.PeerEnded()], [.. MovingStates, Terminating, Completed], "CloseMedia Finish");
        yield return Pull("Fetcher: whole, and the server forgets its BYE", fetch,
            [.. Moving, Done(), new ShareInput.TimerFired(ShareTimer.Grace)], [.. MovingStates, Terminating, Terminating], "Bye CloseMedia");
        yield return Pull("Fetcher: nobody answers", fetch, [Start(false), Trying, new ShareInput.TimerFired(ShareTimer.Answer)], [Inviting, Inviting, Terminating], "CancelInvite");
        yield return Pull("Fetcher: refused", fetch, [Start(false), new ShareInput.InviteFailed(Busy)], [Inviting, Failed], "CloseMedia Finish");
        yield return Pull("Fetcher: an unusable answer", fetch, [Start(false), new ShareInput.AnswerUnusable(Busy)], [Inviting, Terminating], "Bye CloseMedia");
        yield return Pull("Fetcher: the 200 crosses the CANCEL", fetch, [Start(false), Trying, Cancel(), new ShareInput.InviteAccepted()], [Inviting, Inviting, Terminating, Terminating], "Bye CloseMedia");
        yield return Pull("Fetcher: wrong hash", fetch, [.. Moving, new ShareInput.ImageFailed(WrongHash)], [.. MovingStates, Terminating], "AbortTransfer Bye CloseMedia");
        yield return Pull("Fetcher: a BYE of the server in mid-transfer that tells of a failure", fetch,
            [.. Moving, new ShareInput.PeerEnded(ShareEndReason.Failed), new ShareInput.TimerFired(ShareTimer.Grace)], [.. MovingStates, Terminating, Failed], "AbortTransfer CloseMedia Finish");
        yield return Pull("Fetcher: such a BYE overtakes the end of the chunk", fetch,
            [.. Moving, new ShareInput.PeerEnded(ShareEndReason.Failed), BrokenOff], [.. MovingStates, Terminating, Failed], "CloseMedia Finish");
        yield return Pull("Fetcher: a BYE of the server in mid-transfer that tells of none", fetch,
            [.. Moving, new ShareInput.PeerEnded(), BrokenOff], [.. MovingStates, Terminating, Cancelled], "CloseMedia Finish");
        yield return Pull("Fetcher: the server breaks off, its BYE is waited for", fetch, [.. Moving, BrokenOff], [.. MovingStates, Terminating], string.Empty);
        yield return Pull("Fetcher: the server breaks off because something failed", fetch,
            [.. Moving, BrokenOff, new ShareInput.PeerEnded(ShareEndReason.Failed)], [.. MovingStates, Terminating, Failed], "CloseMedia Finish");
        yield return Pull("Fetcher: the server's user breaks off", fetch,
            [.. Moving, BrokenOff, new ShareInput.PeerEnded()], [.. MovingStates, Terminating, Cancelled], "CloseMedia Finish");
        yield return Pull("Fetcher: the server breaks off and says no more", fetch,
            [.. Moving, BrokenOff, new ShareInput.TimerFired(ShareTimer.Grace)], [.. MovingStates, Terminating, Terminating], "Bye CloseMedia");
        yield return Pull("Fetcher: the server breaks off and takes the image out", fetch,
            [.. Moving, BrokenOff, Removed], [.. MovingStates, Terminating, Terminating], "Bye CloseMedia");
        yield return Pull("Server: sent, and ends the session", serve, [.. serving, Done(), new ShareInput.Ended()], [.. servingStates, Terminating, Completed], "CloseMedia Finish");
        yield return Pull("Server: its BYE", serve, [.. serving, Done()], [.. servingStates, Terminating], "Bye CloseMedia");
        yield return Pull("Server: connected, so it sends", serve, serving, servingStates, "Transfer");
        yield return Pull("Server: no such image", serve, [new ShareInput.StartIncoming(), new ShareInput.UserDeclined(488)], [Ringing, Declined], "Reject CloseMedia Finish");
        yield return Pull("Server: the catalogue never answers", serve, [new ShareInput.StartIncoming(), new ShareInput.TimerFired(ShareTimer.Answer)], [Ringing, Failed], "Reject CloseMedia Finish");
        yield return Pull("Server: told to stop, its BYE is waited for", serve, [.. serving, Stopped], [.. servingStates, Terminating], string.Empty);
        yield return Pull("Server: told to stop because something failed", serve, [.. serving, Stopped, new ShareInput.PeerEnded(ShareEndReason.Failed)], [.. servingStates, Terminating, Failed], "CloseMedia Finish");
        yield return Pull("Server: never acknowledged", serve, [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.AckMissing()], [Ringing, Connecting, Failed], "AbortTransfer CloseMedia Finish");
        yield return Pull("Server: another transfer takes its place", serve, [.. serving, new ShareInput.Replaced()], [.. servingStates, Cancelled], "AbortTransfer CloseMedia Finish");
    }

    [TestCaseSource(nameof(PullRows))]
    [Category("IS-018")]
    public void Follows_the_table_when_the_caller_receives(bool fetches, object[] inputs, ImageShareState[] states, string lastEffects) =>
        Follow(fetches ? ShareMachine.Fetching : ShareMachine.Serving, inputs, states, lastEffects);

    private static void Follow(ShareStatus status, object[] inputs, ImageShareState[] states, string lastEffects)
    {
        var seen = new List<ImageShareState>();
        ShareEffect[] effects = [];
        foreach (object input in inputs)
        {
            (status, effects) = ShareMachine.Step(status, (ShareInput)input);
            seen.Add(status.State);
        }

        Assert.Multiple(() =>
        {
            Assert.That(seen, Is.EqualTo(states));
            Assert.That(string.Join(' ', effects.Where(e => e is not (ShareEffect.StartTimer or ShareEffect.StopTimer)).Select(e => e.GetType().Name)), Is.EqualTo(lastEffects));
        });
    }

    [Test]
    [Category("SEC-002")]
    public void Whatever_happens_in_whatever_order_a_share_ends_once_and_then_stays_ended()
    {
        ShareInput[] all =
        [
            Start(true), Start(false), new ShareInput.StartIncoming(), new ShareInput.PeerCapable(), new ShareInput.QueryFailed(Busy), new ShareInput.PeerRinging(),
            new ShareInput.InviteAccepted(), new ShareInput.AnswerUnusable(Busy), new ShareInput.InviteFailed(Busy), new ShareInput.UserAccepted(), new ShareInput.UserDeclined(603),
            new ShareInput.InvitationWithdrawn(ShareOutcome.InvitationLost), new ShareInput.AckMissing(), new ShareInput.MediaConnected(), new ShareInput.MediaFailed(Lost), Done(),
            new ShareInput.ImageFailed(WrongHash), Stopped, Removed, new ShareInput.Replaced(), new ShareInput.PeerEnded(), .. Enum.GetValues<ShareEndReason>().Select(reason => new ShareInput.PeerEnded(reason)), new ShareInput.DialogFailed(Lost), new ShareInput.Ended(), new ShareInput.Broken(Lost), Cancel(),
            new ShareInput.TimerFired(ShareTimer.Answer), new ShareInput.TimerFired(ShareTimer.Grace), new ShareInput.TimerFired(ShareTimer.Notice), new ShareInput.TimerFired(ShareTimer.Prompt),
            Trying, new ShareInput.PeerAnswered(), new ShareInput.TimerFired(ShareTimer.Agreement), new ShareInput.CancelAnswered(), new ShareInput.CancelUnanswered(),
        ];
        var random = new Random(20090224);
        for (int run = 0; run < 20000; run++)
        {
            ShareStatus status = run % 2 == 0 ? run % 8 < 4 ? ShareMachine.Outgoing : ShareMachine.Fetching : run % 8 < 4 ? ShareMachine.Incoming : ShareMachine.Serving;
            (status, _) = ShareMachine.Step(status, run % 2 == 0 ? Start(run % 4 == 0) : new ShareInput.StartIncoming());
            int finished = 0;
            for (int step = 0; step < 30; step++)
            {
                bool wasFinal = status.IsFinal;
                (status, ShareEffect[] effects) = ShareMachine.Step(status, all[random.Next(all.Length)]);
                finished += effects.Count(e => e is ShareEffect.Finish);
                if (wasFinal)
                {
                    Assert.That(effects, Is.Empty);
                }
            }

            Assert.That(finished, Is.EqualTo(status.IsFinal ? 1 : 0));
        }
    }

    [Test]
    [Category("SEC-002")]
    public void From_every_state_a_cancel_followed_by_the_end_of_its_BYE_or_CANCEL_leads_to_Cancelled()
    {
        ShareInput[] outgoing = [Start(true), new ShareInput.PeerCapable(), new ShareInput.PeerRinging(), new ShareInput.InviteAccepted(), new ShareInput.MediaConnected()];
        ShareInput[] incoming = [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected()];
        foreach ((ShareStatus start, ShareInput[] path) in new[] { (ShareMachine.Outgoing, outgoing), (ShareMachine.Incoming, incoming) })
        {
            for (int length = 1; length <= path.Length; length++)
            {
                ShareStatus status = path.Take(length).Aggregate(start, (s, input) => ShareMachine.Step(s, input).Next);
                status = ShareMachine.Step(status, Cancel()).Next;
                status = ShareMachine.Step(status, new ShareInput.Ended()).Next;
                Assert.That(status.State, Is.EqualTo(Cancelled), $"after {length} steps");
            }
        }
    }

    // The time for a user to answer is over with the answer; what is looked up for it has a time of its own.
    [Test]
    public void The_answer_stops_the_clock_of_the_user_and_starts_its_own()
    {
        (ShareStatus ringing, _) = ShareMachine.Step(ShareMachine.Step(ShareMachine.Outgoing, Start(false)).Next, new ShareInput.PeerRinging());
        (ShareStatus answered, ShareEffect[] effects) = ShareMachine.Step(ringing, new ShareInput.PeerAnswered());
        Assert.That(effects, Is.EqualTo((ShareEffect[])[new ShareEffect.StopTimer(ShareTimer.Answer), new ShareEffect.StartTimer(ShareTimer.Agreement)]));
        foreach (ShareInput next in (ShareInput[])[new ShareInput.InviteAccepted(), new ShareInput.AnswerUnusable(Busy), Cancel()])
        {
            Assert.That(ShareMachine.Step(answered, next).Effects, Does.Contain(new ShareEffect.StopTimer(ShareTimer.Agreement)), $"{next}");
        }
    }

    // Who waited in vain hears what for: each cause has another remedy.
    [Test]
    public void What_was_heard_before_the_time_was_over_is_in_the_result()
    {
        ShareInput late = new ShareInput.TimerFired(ShareTimer.Answer);
        ShareInput silent = new ShareInput.TimerFired(ShareTimer.Notice);
        ShareInput ringing = new ShareInput.PeerRinging();
        string[] messages =
        [
            .. new ShareInput[][] { [late], [Trying, late, silent], [ringing, late, new ShareInput.CancelAnswered()], [Trying, ringing, late, silent], [ringing, late, new ShareInput.CancelUnanswered()] }
                .Select(static inputs => inputs.Prepend(Start(false)).Aggregate(ShareMachine.Outgoing, static (status, input) => ShareMachine.Step(status, input).Next))
                .Select(static status => status is { State: Failed, Ending.Error: ImageShareError.NoAnswer } ? status.Ending.Message! : status.ToString()),
        ];
        Assert.That(messages, Is.EqualTo(new[]
        {
            "There was no response to the invitation; check the address and port, and that the peer is running.",
            "The invitation was received (100 Trying), but the peer neither rang nor answered in time; try again later.",
            "The peer was ringing, but its user did not answer in time; try again later.",
            "The peer was ringing, but did not respond to the CANCEL; it is probably no longer reachable. Try again later.",
            "The peer was ringing, but did not respond to the CANCEL; it is probably no longer reachable. Try again later.",
        }));
    }

    private static TestCaseData Row(string name, bool outgoing, ShareInput[] inputs, ImageShareState[] states, string lastEffects) =>
        new TestCaseData(outgoing, inputs, states, lastEffects).SetName("Follows_the_table: " + name);

    private static ShareInput[] Moving => [Start(false), new ShareInput.InviteAccepted(), new ShareInput.MediaConnected()];

    private static ImageShareState[] MovingStates => [Inviting, Connecting, Transferring];

    private static ShareInput[] Receiving => [new ShareInput.StartIncoming(), new ShareInput.UserAccepted(), new ShareInput.MediaConnected()];

    private static ImageShareState[] ReceivingStates => [Ringing, Connecting, Transferring];

    private static ShareInput Trying => new ShareInput.PeerTrying();

    private static ShareInput Stopped => new ShareInput.ImageFailed(Refused(413));

    private static ShareInput BrokenOff => new ShareInput.ImageFailed(ShareOutcome.CancelledByPeer(isSender: false));

    private static ShareInput Removed => new ShareInput.TransferRemoved(ShareOutcome.CancelledByPeer(isSender: true));

    private static ShareOutcome Refused(int status) => ShareOutcome.Failed(ImageShareError.TransferRefused, "refused") with { MsrpStatus = status };

    private static ShareInput Start(bool query) => new ShareInput.StartOutgoing(query);

    private static ShareInput Done() => new ShareInput.ImageDone(ShareOutcome.Completed);

    private static ShareInput Cancel() => new ShareInput.CancelRequested();
}
