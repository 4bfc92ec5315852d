using ImageShare.Core.Sip;

using static ImageShare.Core.Sharing.ImageShareState;
using static ImageShare.Core.Sharing.StateMachine.InvitationOutcomes;
using static ImageShare.Core.Sharing.StateMachine.ShareEffect;
using static ImageShare.Core.Sharing.StateMachine.ShareInput;
using Transition = (ImageShare.Core.Sharing.StateMachine.ShareStatus Next, ImageShare.Core.Sharing.StateMachine.ShareEffect[] Effects);

namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>
/// The state machine of a share as a pure function, without clock, socket or thread: the four steps of the service (IR.79 §3) on both sides,
/// and what to do when SIP and MSRP, being separate connections, end in an unexpected order. There is one method per phase, and one row per
/// input that means something in it; every other input is late or repeated and is ignored.
/// </summary>
internal static class ShareMachine
{
    /// <summary>The initial state of a share this side sends, before its <see cref="StartOutgoing"/>.</summary>
    public static ShareStatus Outgoing { get; } = new(Querying, IsCaller: true, IsSender: true);

    /// <summary>The initial state of a share this side receives, before its <see cref="StartIncoming"/>.</summary>
    public static ShareStatus Incoming { get; } = new(Ringing, IsCaller: false, IsSender: false);

    /// <summary>Like <see cref="Outgoing"/>, for an image this side fetches.</summary>
    public static ShareStatus Fetching { get; } = Outgoing with { IsSender = false };

    /// <summary>Like <see cref="Incoming"/>, for an image the caller fetches from this side.</summary>
    public static ShareStatus Serving { get; } = Incoming with { IsSender = true };

    public static Transition Step(ShareStatus status, ShareInput input) => status switch
    {
        { IsFinal: true } => Ignore(status),
        _ when input is Broken broken => Break(status, broken.Outcome),
        { State: Querying } => WhileQuerying(status, input),
        { State: Inviting or Ringing, IsCaller: true } => WhileInviting(status, input),
        { State: Ringing } => WhileRinging(status, input),
        { State: Connecting or Transferring } => WhileTransferring(status, input),
        { AwaitsReason: true } => WhileAwaitingReason(status, input),
        { Ending: { } ending } => WhileEnding(status, ending, input),
        _ => WhileAwaitingResult(status, input),
    };

    // 1. Capability query (IR.79 §3.3).
    private static Transition WhileQuerying(ShareStatus status, ShareInput input) => input switch
    {
        StartOutgoing { QueryFirst: true } => (status, [new Query()]),
        StartOutgoing or PeerCapable => (status with { State = Inviting }, [new StartTimer(ShareTimer.Answer), new Invite()]),
        QueryFailed failed => Finish(status, failed.Outcome),
        CancelRequested => Finish(status, ShareOutcome.CancelledHere, new AbandonQuery()),
        _ => Ignore(status),
    };

    // 2. Invitation, sent: from the INVITE until its answer has been evaluated (RFC 3261 §13.2).
    private static Transition WhileInviting(ShareStatus status, ShareInput input) => input switch
    {
        // Responses.
        PeerTrying when status.State is Inviting => (status with { Heard = PeerSign.Trying }, []),
        PeerRinging when status.State is Inviting => (status with { State = Ringing, Heard = PeerSign.Ringing }, []),
        AnswerUnreadable => (status with { IsAnswerUnreadable = true }, []),

        // The peer's user has answered, even if evaluating the answer takes time.
        PeerAnswered => (status with { IsAnswered = true }, [new StopTimer(ShareTimer.Answer), new StartTimer(ShareTimer.Agreement)]),

        // The session is established, but its answer is still being evaluated: keep the event until then.
        PeerEnded or TransferRemoved or Replaced or DialogFailed => (status with { BeforeAnswer = status.BeforeAnswer ?? input }, []),
        InviteAccepted or InviteFailed or TimerFired { Timer: ShareTimer.Answer or ShareTimer.Agreement } when status.BeforeAnswer is { } early => CatchUp(status, early),

        // The result.
        InviteAccepted => (status with { State = Connecting, IsAnswered = false }, [new StopTimer(ShareTimer.Answer), new StopTimer(ShareTimer.Agreement), new ConnectMedia()]),
        AnswerUnusable { Outcome: var outcome } => Terminate(
            status, outcome, new StopTimer(ShareTimer.Answer), new StopTimer(ShareTimer.Agreement), new Bye(ShareEndReasons.Of(outcome)), new CloseMedia()),
        InviteFailed failed => Finish(status, failed.Outcome, new CloseMedia()),
        TimerFired { Timer: ShareTimer.Agreement } => Terminate(status, MediaAddressNotFound, new Bye(ShareEndReason.MediaNotConnected), new CloseMedia()),
        TimerFired { Timer: ShareTimer.Answer } => GiveUp(status),
        CancelRequested => CancelInvitation(status),
        _ => Ignore(status),
    };

    // The answer has been evaluated, and the session had already ended.
    private static Transition CatchUp(ShareStatus status, ShareInput early)
    {
        (ShareStatus next, ShareEffect[] effects) = Step(status with { State = Connecting, IsAnswered = false, BeforeAnswer = null }, early);
        return (next, [new StopTimer(ShareTimer.Answer), new StopTimer(ShareTimer.Agreement), .. effects]);
    }

    // The answer timeout expired.
    private static Transition GiveUp(ShareStatus status) => status switch
    {
        { IsAnswered: true } => Ignore(status),
        { Heard: PeerSign.None } => Finish(
            status, status.IsAnswerUnreadable ? UnreadableAnswer : NothingHeard, new CancelInvite(ShareEndReason.NotAnswered), new CloseMedia()),
        _ => Terminate(
            status,
            status.IsAnswerUnreadable ? UnreadableAnswer : status.Heard is PeerSign.Ringing ? NoAnswerFromPeer : OnlyTrying,
            new StartTimer(ShareTimer.Notice),
            new CancelInvite(ShareEndReason.NotAnswered)),
    };

    private static Transition CancelInvitation(ShareStatus status) => status switch
    {
        { IsAnswered: true } => Terminate(
            status,
            ShareOutcome.CancelledHere,
            new StopTimer(ShareTimer.Agreement),
            new AnnounceSoon(ShareOutcome.CancelledHere),
            new Bye(ShareEndReason.UserCancelled),
            new CloseMedia()),

        // CANCEL must wait for a provisional response (RFC 3261 §9.1), but the user does not have to.
        { Heard: PeerSign.None } => Finish(status, ShareOutcome.CancelledHere, new CancelInvite(), new CloseMedia()),
        _ => Terminate(status, ShareOutcome.CancelledHere, new StopTimer(ShareTimer.Answer), new StartTimer(ShareTimer.Prompt), new CancelInvite()),
    };

    // 2. Invitation, received: until the user has decided (IR.79 §3.4).
    private static Transition WhileRinging(ShareStatus status, ShareInput input) => input switch
    {
        StartIncoming => (status, [new StartTimer(ShareTimer.Answer), new Ring()]),
        UserAccepted => (status with { State = Connecting }, [new StopTimer(ShareTimer.Answer), new Answer(), new ConnectMedia()]),
        UserDeclined { SipStatus: var code } => Finish(status, DeclinedHere(code), new Reject(code), new CloseMedia()),
        InvitationWithdrawn withdrawn => Finish(status, withdrawn.Outcome, new CloseMedia()),
        CancelRequested => Finish(status, ShareOutcome.CancelledHere, new Reject(SipStatus.Decline), new CloseMedia()),
        TimerFired { Timer: ShareTimer.Answer } => Finish(status, NoAnswerHere, new Reject(480), new CloseMedia()),
        _ => Ignore(status),
    };

    // 3. Image transmission: from the agreement until one side ends it.
    private static Transition WhileTransferring(ShareStatus status, ShareInput input) => input switch
    {
        // MSRP.
        MediaConnected when status.State is Connecting => (status with { State = Transferring }, [new Transfer()]),
        ImageDone done when status.IsSender => Terminate(status, done.Outcome, new Bye(IsSettled: true), new CloseMedia()),

        // The sender ends the session (IR.79 §3.1); if it does not, this side will.
        ImageDone done => Terminate(status, done.Outcome, new StartTimer(ShareTimer.Grace), new AwaitBye()),
        ImageFailed failed => Fail(status, failed.Outcome),
        MediaFailed { Outcome: var outcome } when PeerMayExplain(status, outcome) => AwaitReason(status, outcome, new AbortTransfer(IsByPeer: true)),
        MediaFailed { Outcome: var outcome } => Terminate(status, outcome, new AbortTransfer(), new Bye(ShareEndReasons.Of(outcome)), new CloseMedia()),

        // This side. Keep the connection until the BYE is answered or times out: its end could overtake the BYE and look like a failure.
        CancelRequested => Terminate(status, ShareOutcome.CancelledHere, new AnnounceSoon(ShareOutcome.CancelledHere), new AbortTransfer(), new Bye(ShareEndReason.UserCancelled)),

        // The peer, and the SIP session.
        TransferRemoved removed => Terminate(status, removed.Outcome, new AbortTransfer(IsByPeer: true), new Bye()),
        Replaced => Finish(status, ShareOutcome.CancelledByPeer(status.IsSender), new AbortTransfer(IsByPeer: true), new CloseMedia()),
        PeerEnded { Reason: var reason } => EndByPeer(status, reason),
        DialogFailed failed => Finish(status, failed.Outcome, new AbortTransfer(), new CloseMedia()),
        AckMissing => Finish(status, NoAck, new AbortTransfer(), new CloseMedia()),
        _ => Ignore(status),
    };

    // SIP and MSRP are separate connections: the end of the transfer may be the peer's decision, and its BYE says whether its user cancelled
    // or something failed. A receiver that aborts sends 413 and a sender '#' before they end the session (RFC 5547 §8.4); others just close
    // the connection. Any other failure is reported by this side: a receiver does so in MSRP first. A sender that aborted has done so and
    // removes its image from the session itself (RFC 5547 §8.4).
    private static Transition Fail(ShareStatus status, ShareOutcome outcome)
    {
        var bye = new Bye(ShareEndReasons.Of(outcome), IsSettled: outcome.Error is ImageShareError.Cancelled);
        return PeerMayExplain(status, outcome) ? AwaitReason(status, outcome)
            : status.IsSender ? Terminate(status, outcome, bye, new CloseMedia())
            : Terminate(status, outcome, new AbortTransfer(), bye, new CloseMedia());
    }

    private static Transition EndByPeer(ShareStatus status, ShareEndReason reason) =>

        // If the sender cancelled, accept nothing more, even if bytes are still in flight. An image already stored completely is kept.
        status.State is Connecting || (reason is ShareEndReason.UserCancelled && !status.IsSender)
            ? Finish(status, ByPeer(status, reason), new AbortTransfer(IsByPeer: true), new CloseMedia())

            // BYE may have overtaken the last bytes or their 200s: give MSRP a moment to report the result.
            : (status with { State = Terminating, Ending = null, PeerReason = reason }, [new StartTimer(ShareTimer.Grace)]);

    // 4. Termination, after the peer's BYE: MSRP may still report the result.
    private static Transition WhileAwaitingResult(ShareStatus status, ShareInput input) => input switch
    {
        ImageDone done => Finish(status, done.Outcome, new CloseMedia()),
        ImageFailed failed => Finish(status, PeerEndedEarly(status, failed.Outcome), new CloseMedia()),
        MediaFailed failed => Finish(status, PeerEndedEarly(status, failed.Outcome), new AbortTransfer(IsByPeer: true), new CloseMedia()),
        CancelRequested or TimerFired { Timer: ShareTimer.Grace } => Finish(status, ByPeer(status, status.PeerReason), new AbortTransfer(IsByPeer: true), new CloseMedia()),
        Replaced => Finish(status, ShareOutcome.CancelledByPeer(status.IsSender), new AbortTransfer(IsByPeer: true), new CloseMedia()),
        _ => Ignore(status),
    };

    // 4. Termination, after the transfer has stopped: the peer's BYE explains it, or does not come.
    private static Transition WhileAwaitingReason(ShareStatus status, ShareInput input) => input switch
    {
        PeerEnded ended => Finish(status, Explained(status, ByPeer(status, ended.Reason)), new CloseMedia()),

        // The peer aborted by an offer instead of BYE (RFC 5547 §8.4): this side then sends the BYE.
        TransferRemoved removed =>
            (status with { AwaitsReason = false, Ending = Explained(status, removed.Outcome) }, [new StopTimer(ShareTimer.Grace), new Bye(), new CloseMedia()]),
        CancelRequested =>
            (status with { AwaitsReason = false }, [new AnnounceSoon(status.Ending!), new StopTimer(ShareTimer.Grace), new Bye(ShareEndReasons.Of(status.Ending!)), new CloseMedia()]),
        _ => WhileEnding(status, status.Ending!, input),
    };

    // 4. Termination with a known outcome: our BYE or CANCEL is out, or the receiver waits for the sender's BYE.
    private static Transition WhileEnding(ShareStatus status, ShareOutcome ending, ShareInput input) => input switch
    {
        PeerEnded or Ended or InviteFailed or AckMissing or DialogFailed => Finish(status, ending, new CloseMedia()),
        Replaced => Finish(status, ending, new AbortTransfer(IsByPeer: true), new CloseMedia()),
        CancelRequested => (status, [new AnnounceSoon(ending)]),
        TimerFired { Timer: ShareTimer.Grace } => (status, [new Bye(ShareEndReasons.Of(ending)), new CloseMedia()]),

        // Every byte was acknowledged before the cancellation took effect: the peer has the image, and the result says so.
        ImageDone done when status.IsSender && ending is { Error: ImageShareError.Cancelled, EndedBy: ImageShareEndedBy.User } => (status with { Ending = done.Outcome }, []),

        // The peer accepted just when this side gave up: the established session has to be ended (RFC 3261 §9.1).
        InviteAccepted or AnswerUnusable when status.IsCaller => (status, [new Bye(ShareEndReasons.Of(ending)), new CloseMedia()]),

        // The invitation was cancelled; the peer's response shows whether it is still reachable.
        CancelAnswered when status.IsCaller => Finish(status, ending, new CloseMedia()),
        CancelUnanswered or TimerFired { Timer: ShareTimer.Notice or ShareTimer.Prompt } when status.IsCaller =>
            Finish(status, ending == NoAnswerFromPeer ? FellSilent : ending, new CloseMedia()),
        _ => Ignore(status),
    };

    // In any phase. Finish also ends what is left of the SIP session.
    private static Transition Break(ShareStatus status, ShareOutcome outcome) =>
        Finish(status, status.Ending ?? outcome, new AbandonQuery(), new AbortTransfer(), new CloseMedia());

    private static Transition Ignore(ShareStatus status) => (status, []);

    private static Transition AwaitReason(ShareStatus status, ShareOutcome outcome, params ShareEffect[] effects) =>
        (status with { State = Terminating, Ending = outcome, AwaitsReason = true }, [new StartTimer(ShareTimer.Grace), .. effects]);

    private static Transition Terminate(ShareStatus status, ShareOutcome outcome, params ShareEffect[] effects) =>
        (status with { State = Terminating, Ending = outcome }, effects);

    // Every share needs them, and they never change.
    private static readonly ShareEffect[] StopAll =
        [new StopTimer(ShareTimer.Answer), new StopTimer(ShareTimer.Agreement), new StopTimer(ShareTimer.Notice), new StopTimer(ShareTimer.Prompt), new StopTimer(ShareTimer.Grace)];

    private static Transition Finish(ShareStatus status, ShareOutcome outcome, params ShareEffect[] before) =>
        (status with { State = outcome.State, Ending = outcome },
         [.. StopAll, .. before, new ShareEffect.Finish(outcome)]);

    private static ShareOutcome ByPeer(ShareStatus status, ShareEndReason reason) => reason.ToOutcome(status.IsSender);

    // Failures the peer may have caused and may explain: a receiver that stops (413), has released the session (481) or moved it to another
    // connection (506), a sender that aborts, and the end of the connection.
    private static bool PeerMayExplain(ShareStatus status, ShareOutcome outcome) => outcome switch
    {
        { Error: ImageShareError.ConnectionLost } => true,
        { Error: ImageShareError.TransferRefused, MsrpStatus: 413 } => status.IsSender,
        { Error: ImageShareError.TransferRefused or ImageShareError.MediaNotConnected, MsrpStatus: 481 or 506 } => true,
        { Error: ImageShareError.Cancelled, EndedBy: ImageShareEndedBy.Peer } => !status.IsSender,
        _ => false,
    };

    // Keep the MSRP status that stopped a sender in the result.
    private static ShareOutcome Explained(ShareStatus status, ShareOutcome outcome) => outcome with { MsrpStatus = outcome.MsrpStatus ?? status.Ending?.MsrpStatus };

    // After the peer's BYE, an aborted transfer is the peer's decision or failure; a wrong size or hash remains what it is.
    private static ShareOutcome PeerEndedEarly(ShareStatus status, ShareOutcome outcome) => outcome.Error switch
    {
        ImageShareError.ConnectionLost or ImageShareError.TransferRefused or ImageShareError.MediaNotConnected or ImageShareError.TransferStalled or ImageShareError.Cancelled =>
            ByPeer(status, status.PeerReason) with { MsrpStatus = outcome.MsrpStatus },
        _ => outcome,
    };
}
