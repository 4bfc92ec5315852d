using ImageShare.Core.Sip;

using static ImageShare.Core.Sharing.ImageShareState;
using static ImageShare.Core.Sharing.StateMachine.ShareEffect;
using static ImageShare.Core.Sharing.StateMachine.ShareInput;

namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>
/// The state machine of a share as a pure function, without clock, socket or thread: the four steps of the service (IR.79 §3) on both sides,
/// and what to do when SIP and MSRP, being separate connections, end in an unexpected order.
/// </summary>
internal static class ShareMachine
{
    private static readonly ShareEffect[] None = [];

    /// <summary>The initial state of a share this side sends, before its <see cref="StartOutgoing"/>.</summary>
    public static ShareStatus Outgoing { get; } = new(Querying, IsCaller: true, IsSender: true);

    /// <summary>The initial state of a share this side receives, before its <see cref="StartIncoming"/>.</summary>
    public static ShareStatus Incoming { get; } = new(Ringing, IsCaller: false, IsSender: false);

    /// <summary>Like <see cref="Outgoing"/>, for an image this side fetches.</summary>
    public static ShareStatus Fetching { get; } = Outgoing with { IsSender = false };

    /// <summary>Like <see cref="Incoming"/>, for an image the caller fetches from this side.</summary>
    public static ShareStatus Serving { get; } = Incoming with { IsSender = true };

    public static (ShareStatus Next, ShareEffect[] Effects) Step(ShareStatus status, ShareInput input) => (status.State, input) switch
    {
        // 1. Capability query.
        (Querying, StartOutgoing { QueryFirst: true }) => (status, [new Query()]),
        (Querying, StartOutgoing) => (status with { State = Inviting }, [new StartTimer(ShareTimer.Answer), new Invite()]),
        (Querying, PeerCapable) => (status with { State = Inviting }, [new StartTimer(ShareTimer.Answer), new Invite()]),
        (Querying, QueryFailed failed) => Finish(status, failed.Outcome),
        (Querying, CancelRequested) => Finish(status, ShareOutcome.CancelledHere, new AbandonQuery()),

        // 2. Invitation, sent.
        (Inviting, PeerTrying) => (status with { Heard = PeerSign.Trying }, None),
        (Inviting, PeerRinging) => (status with { State = Ringing, Heard = PeerSign.Ringing }, None),
        (Inviting or Ringing, PeerAnswered) when status.IsCaller =>
            // The peer's user has answered, even if evaluating the answer takes time.
            (status with { IsAnswered = true }, [new StopTimer(ShareTimer.Answer), new StartTimer(ShareTimer.Agreement)]),
        (Inviting or Ringing, PeerEnded or TransferRemoved or Replaced or DialogFailed) when status.IsCaller =>
            // The session is established, but its answer is still being evaluated.
            (status with { BeforeAnswer = status.BeforeAnswer ?? input }, None),
        (Inviting or Ringing, InviteAccepted or InviteFailed or TimerFired { Timer: ShareTimer.Answer or ShareTimer.Agreement }) when status is { IsCaller: true, BeforeAnswer: { } early } =>
            After(Step(status with { State = Connecting, IsAnswered = false, BeforeAnswer = null }, early), new StopTimer(ShareTimer.Answer), new StopTimer(ShareTimer.Agreement)),
        (Inviting or Ringing, InviteAccepted) when status.IsCaller =>
            (status with { State = Connecting, IsAnswered = false }, [new StopTimer(ShareTimer.Answer), new StopTimer(ShareTimer.Agreement), new ConnectMedia()]),
        (Inviting or Ringing, TimerFired { Timer: ShareTimer.Agreement }) when status.IsCaller =>
            Terminate(status, NotFound, new Bye(ShareEndReason.MediaNotConnected), new CloseMedia()),
        (Inviting or Ringing, TimerFired { Timer: ShareTimer.Answer }) when status.IsAnswered => (status, None),
        (Inviting or Ringing, CancelRequested) when status.IsAnswered =>
            Terminate(status, ShareOutcome.CancelledHere, new StopTimer(ShareTimer.Agreement), new AnnounceSoon(ShareOutcome.CancelledHere), new Bye(ShareEndReason.UserCancelled), new CloseMedia()),
        (Inviting or Ringing, AnswerUnusable unusable) when status.IsCaller =>
            Terminate(status, unusable.Outcome, new StopTimer(ShareTimer.Answer), new StopTimer(ShareTimer.Agreement), new Bye(ShareEndReasons.Of(unusable.Outcome)), new CloseMedia()),
        (Inviting or Ringing, InviteFailed failed) when status.IsCaller => Finish(status, failed.Outcome, new CloseMedia()),
        (Inviting, CancelRequested) when status is { IsCaller: true, Heard: PeerSign.None } =>
            // CANCEL must wait for a provisional response (RFC 3261 §9.1), but the user does not have to.
            Finish(status, ShareOutcome.CancelledHere, new CancelInvite(), new CloseMedia()),
        (Inviting or Ringing, CancelRequested) when status.IsCaller =>
            Terminate(status, ShareOutcome.CancelledHere, new StopTimer(ShareTimer.Answer), new StartTimer(ShareTimer.Prompt), new CancelInvite()),
        (Inviting, TimerFired { Timer: ShareTimer.Answer }) when status is { IsCaller: true, Heard: PeerSign.None } =>
            Finish(status, status.IsAnswerUnreadable ? UnreadableAnswer : NothingHeard, new CancelInvite(ShareEndReason.NotAnswered), new CloseMedia()),
        (Inviting or Ringing, TimerFired { Timer: ShareTimer.Answer }) when status.IsCaller =>
            Terminate(
                status,
                status.IsAnswerUnreadable ? UnreadableAnswer : status.Heard is PeerSign.Ringing ? NoAnswerFromPeer : OnlyTrying,
                new StartTimer(ShareTimer.Notice),
                new CancelInvite(ShareEndReason.NotAnswered)),
        (Inviting or Ringing, AnswerUnreadable) when status.IsCaller => (status with { IsAnswerUnreadable = true }, None),

        // 2. Invitation, received.
        (Ringing, StartIncoming) => (status, [new StartTimer(ShareTimer.Answer), new Ring()]),
        (Ringing, UserAccepted) => (status with { State = Connecting }, [new StopTimer(ShareTimer.Answer), new Answer(), new ConnectMedia()]),
        (Ringing, UserDeclined declined) => Finish(status, DeclinedHere(declined.SipStatus), new Reject(declined.SipStatus), new CloseMedia()),
        (Ringing, InvitationWithdrawn withdrawn) => Finish(status, withdrawn.Outcome, new CloseMedia()),
        (Ringing, CancelRequested) => Finish(status, ShareOutcome.CancelledHere, new Reject(SipStatus.Decline), new CloseMedia()),
        (Ringing, TimerFired { Timer: ShareTimer.Answer }) => Finish(status, NoAnswerHere, new Reject(480), new CloseMedia()),
        (Connecting or Transferring, AckMissing) => Finish(status, NoAck, new AbortTransfer(), new CloseMedia()),

        // 3. Image transmission.
        (Connecting, MediaConnected) => (status with { State = Transferring }, [new Transfer()]),
        (Connecting or Transferring, ImageDone done) when status.IsSender =>
            Terminate(status, done.Outcome, new Bye(IsSettled: true), new CloseMedia()),
        (Connecting or Transferring, ImageDone done) =>
            // The sender ends the session (IR.79 §3.1); if it does not, this side will.
            (status with { State = Terminating, Ending = done.Outcome }, [new StartTimer(ShareTimer.Grace), new AwaitBye()]),
        (Connecting or Transferring, ImageFailed failed) when PeerMayExplain(status, failed.Outcome) =>
            // SIP and MSRP are separate connections: the end of the transfer may be the peer's decision, and its BYE says whether its user
            // cancelled or something failed. A receiver that aborts sends 413 and a sender '#' before they end the session (RFC 5547 §8.4);
            // others just close the connection.
            (status with { State = Terminating, Ending = failed.Outcome, AwaitsReason = true }, [new StartTimer(ShareTimer.Grace)]),
        (Connecting or Transferring, ImageFailed failed) =>
            // A receiver reports the failure in MSRP first. A sender that aborted has done so and removes its image from the session itself
            // (RFC 5547 §8.4).
            Terminate(
                status,
                failed.Outcome,
                [
                    .. status.IsSender ? None : [new AbortTransfer()],
                    new Bye(ShareEndReasons.Of(failed.Outcome), IsSettled: failed.Outcome.Error is ImageShareError.Cancelled),
                    new CloseMedia(),
                ]),
        (Connecting or Transferring, MediaFailed failed) when PeerMayExplain(status, failed.Outcome) =>
            (status with { State = Terminating, Ending = failed.Outcome, AwaitsReason = true }, [new StartTimer(ShareTimer.Grace), new AbortTransfer(IsByPeer: true)]),
        (Connecting or Transferring, MediaFailed failed) =>
            Terminate(status, failed.Outcome, new AbortTransfer(), new Bye(ShareEndReasons.Of(failed.Outcome)), new CloseMedia()),
        (Connecting or Transferring, CancelRequested) =>
            // Keep the connection until the BYE is answered or times out: its end could overtake the BYE and look like a failure.
            Terminate(status, ShareOutcome.CancelledHere, new AnnounceSoon(ShareOutcome.CancelledHere), new AbortTransfer(), new Bye(ShareEndReason.UserCancelled)),
        (Connecting or Transferring, TransferRemoved removed) => Terminate(status, removed.Outcome, new AbortTransfer(IsByPeer: true), new Bye()),
        (Connecting or Transferring, Replaced) => Finish(status, ShareOutcome.CancelledByPeer, new AbortTransfer(IsByPeer: true), new CloseMedia()),
        (Connecting, PeerEnded ended) => Finish(status, ByPeer(status, ended.Reason), new AbortTransfer(IsByPeer: true), new CloseMedia()),
        (Transferring, PeerEnded { Reason: ShareEndReason.UserCancelled } ended) when !status.IsSender =>
            // The sender cancelled: accept nothing more, even if bytes are still in flight. An image already stored completely is kept.
            Finish(status, ByPeer(status, ended.Reason), new AbortTransfer(IsByPeer: true), new CloseMedia()),
        (Transferring, PeerEnded ended) =>
            // BYE may have overtaken the last bytes or their 200s: give MSRP a moment to report the result.
            (status with { State = Terminating, Ending = null, PeerReason = ended.Reason }, [new StartTimer(ShareTimer.Grace)]),
        (Connecting or Transferring, DialogFailed failed) => Finish(status, failed.Outcome, new AbortTransfer(), new CloseMedia()),

        // The peer accepted just when this side gave up: the established session has to be ended (RFC 3261 §9.1).
        (Terminating, InviteAccepted or AnswerUnusable) when status is { IsCaller: true, Ending: not null } =>
            (status, [new Bye(ShareEndReasons.Of(status.Ending)), new CloseMedia()]),

        // Every byte was acknowledged before the cancellation took effect: the peer has the image, and the result says so.
        (Terminating, ImageDone done) when status is { IsSender: true, Ending: { Error: ImageShareError.Cancelled, EndedBy: ImageShareEndedBy.User } } =>
            (status with { Ending = done.Outcome }, None),

        // The transfer stopped; the peer's BYE explains it, or does not come.
        (Terminating, PeerEnded ended) when status.AwaitsReason => Finish(status, Explained(status, ByPeer(status, ended.Reason)), new CloseMedia()),
        (Terminating, TransferRemoved removed) when status.AwaitsReason =>
            // The peer aborted by an offer instead of BYE (RFC 5547 §8.4): this side then sends the BYE.
            (status with { AwaitsReason = false, Ending = Explained(status, removed.Outcome) }, [new StopTimer(ShareTimer.Grace), new Bye(), new CloseMedia()]),
        (Terminating, CancelRequested) when status.AwaitsReason =>
            (status with { AwaitsReason = false }, [new AnnounceSoon(status.Ending!), new StopTimer(ShareTimer.Grace), new Bye(ShareEndReasons.Of(status.Ending!)), new CloseMedia()]),

        // The invitation was cancelled; the peer's response shows whether it is still reachable.
        (Terminating, CancelAnswered) when status is { IsCaller: true, Ending: { } ending } => Finish(status, ending, new CloseMedia()),
        (Terminating, CancelUnanswered or TimerFired { Timer: ShareTimer.Notice or ShareTimer.Prompt }) when status is { IsCaller: true, Ending: { } ending } =>
            Finish(status, ending == NoAnswerFromPeer ? FellSilent : ending, new CloseMedia()),
        (Terminating, CancelRequested) when status.Ending is { } ending => (status, [new AnnounceSoon(ending)]),
        (Terminating, CancelRequested) => Finish(status, ByPeer(status, status.PeerReason), new AbortTransfer(IsByPeer: true), new CloseMedia()),

        (Terminating, Replaced) => Finish(status, status.Ending ?? ShareOutcome.CancelledByPeer, new AbortTransfer(IsByPeer: true), new CloseMedia()),

        // 4. Termination: our BYE or CANCEL is out, or the peer's BYE is in, or the receiver waits for it.
        (Terminating, ImageDone done) when status.Ending is null => Finish(status, done.Outcome, new CloseMedia()),
        (Terminating, ImageFailed failed) when status.Ending is null => Finish(status, PeerEndedEarly(status, failed.Outcome), new CloseMedia()),
        (Terminating, MediaFailed failed) when status.Ending is null => Finish(status, PeerEndedEarly(status, failed.Outcome), new AbortTransfer(IsByPeer: true), new CloseMedia()),
        (Terminating, TimerFired { Timer: ShareTimer.Grace }) when status.Ending is null =>
            Finish(status, ByPeer(status, status.PeerReason), new AbortTransfer(IsByPeer: true), new CloseMedia()),
        (Terminating, TimerFired { Timer: ShareTimer.Grace }) => (status, [new Bye(ShareEndReasons.Of(status.Ending!)), new CloseMedia()]),
        (Terminating, PeerEnded or Ended or InviteFailed or AckMissing or DialogFailed) when status.Ending is { } ending =>
            Finish(status, ending, new CloseMedia()),

        // Finish also ends what is left of the SIP session.
        (_, Broken broken) when !status.IsFinal => Finish(status, status.Ending ?? broken.Outcome, new AbandonQuery(), new AbortTransfer(), new CloseMedia()),

        // Everything else is late or repeated and is ignored.
        _ => (status, None),
    };

    private static ShareOutcome NothingHeard { get; } = ShareOutcome.Failed(
        ImageShareError.NoAnswer, "There was no response to the invitation; check the address and port, and that the peer is running.");

    private static ShareOutcome OnlyTrying { get; } = ShareOutcome.Failed(
        ImageShareError.NoAnswer, "The invitation was received (100 Trying), but the peer neither rang nor answered in time; try again later.");

    private static ShareOutcome NoAnswerFromPeer { get; } = ShareOutcome.Failed(
        ImageShareError.NoAnswer, "The peer was ringing, but its user did not answer in time; try again later.");

    private static ShareOutcome FellSilent { get; } = ShareOutcome.Failed(
        ImageShareError.NoAnswer, "The peer was ringing, but did not respond to the CANCEL; it is probably no longer reachable. Try again later.");

    private static ShareOutcome UnreadableAnswer { get; } = ShareOutcome.Failed(
        ImageShareError.MalformedMessage,
        "An answer to the invitation came that could not be read; inspect it in a trace, and check the software of the peer and its proxies.");

    private static ShareOutcome NotFound { get; } = ShareOutcome.Failed(
        ImageShareError.MediaNotConnected,
        "The invitation was accepted, but the peer's media address could not be resolved in time; check that the host names in its answer can be looked up.");

    private static ShareOutcome NoAnswerHere { get; } = ShareOutcome.Failed(
        ImageShareError.NoAnswer, "The invitation was not answered in time and was refused; accept or decline sooner, or raise ImageShareLimits.AnswerTimeout.");

    private static ShareOutcome NoAck { get; } = ShareOutcome.Failed(
        ImageShareError.NoAnswer, "The caller did not acknowledge the accepted invitation; it is probably no longer reachable. Ask it to share the image again.");

    private static (ShareStatus, ShareEffect[]) Terminate(ShareStatus status, ShareOutcome outcome, params ShareEffect[] effects) =>
        (status with { State = Terminating, Ending = outcome }, effects);

    private static (ShareStatus, ShareEffect[]) After((ShareStatus Next, ShareEffect[] Effects) step, params ShareEffect[] first) => (step.Next, [.. first, .. step.Effects]);

    private static (ShareStatus, ShareEffect[]) Finish(ShareStatus status, ShareOutcome outcome, params ShareEffect[] before) =>
        (status with { State = outcome.State, Ending = outcome },
         [new StopTimer(ShareTimer.Answer), new StopTimer(ShareTimer.Agreement), new StopTimer(ShareTimer.Notice), new StopTimer(ShareTimer.Prompt), new StopTimer(ShareTimer.Grace), .. before, new ShareEffect.Finish(outcome)]);

    private static ShareOutcome DeclinedHere(int sipStatus) =>
        new(Declined, ImageShareError.Declined, "The invitation was declined on this side.") { SipStatus = sipStatus, EndedBy = ImageShareEndedBy.User };

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
