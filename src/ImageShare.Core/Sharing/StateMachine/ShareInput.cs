namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>What can happen to a share. Late or repeated inputs are absorbed by the machine.</summary>
internal abstract record ShareInput
{
    /// <summary>This side shares an image: query first, or invite at once.</summary>
    public sealed record StartOutgoing(bool QueryFirst) : ShareInput;

    /// <summary>A peer wants to share an image with this side.</summary>
    public sealed record StartIncoming : ShareInput;

    /// <summary>The query's answer: the peer can share images.</summary>
    public sealed record PeerCapable : ShareInput;

    /// <summary>The query failed, or the peer cannot share images.</summary>
    public sealed record QueryFailed(ShareOutcome Outcome) : ShareInput;

    /// <summary>100 Trying: the peer, or somebody on the way, has the invitation.</summary>
    public sealed record PeerTrying : ShareInput;

    /// <summary>A provisional response: the peer's user is being asked.</summary>
    public sealed record PeerRinging : ShareInput;

    /// <summary>A final response that could not be read and was dropped; a good one may still come.</summary>
    public sealed record AnswerUnreadable : ShareInput;

    /// <summary>2xx: the peer has accepted, and what its answer says is being read.</summary>
    public sealed record PeerAnswered : ShareInput;

    /// <summary>2xx with a usable answer.</summary>
    public sealed record InviteAccepted : ShareInput;

    /// <summary>2xx, but with an answer no image can be sent on.</summary>
    public sealed record AnswerUnusable(ShareOutcome Outcome) : ShareInput;

    /// <summary>The invitation ended without a dialog: refused, timed out, unreachable, or our own CANCEL took effect.</summary>
    public sealed record InviteFailed(ShareOutcome Outcome) : ShareInput;

    /// <summary>Our CANCEL took effect: the peer is there.</summary>
    public sealed record CancelAnswered : ShareInput;

    /// <summary>Our CANCEL was not answered, or could not be sent.</summary>
    public sealed record CancelUnanswered : ShareInput;

    /// <summary>The application takes the incoming image.</summary>
    public sealed record UserAccepted : ShareInput;

    /// <summary>The application does not take it; the SIP status says why (603 by default, IR.79 §3.4).</summary>
    public sealed record UserDeclined(int SipStatus) : ShareInput;

    /// <summary>The caller took its invitation back (CANCEL) before it was answered.</summary>
    public sealed record InvitationWithdrawn(ShareOutcome Outcome) : ShareInput;

    /// <summary>The 2xx was never acknowledged; the agent has sent BYE (RFC 3261 §13.3.1.4).</summary>
    public sealed record AckMissing : ShareInput;

    /// <summary>The MSRP session is bound to a connection.</summary>
    public sealed record MediaConnected : ShareInput;

    /// <summary>The MSRP connection could not be made, or was lost.</summary>
    public sealed record MediaFailed(ShareOutcome Outcome) : ShareInput;

    /// <summary>The peer has the whole image (sender), or it is stored and checked (receiver).</summary>
    public sealed record ImageDone(ShareOutcome Outcome) : ShareInput;

    /// <summary>The transfer broke off: refused, aborted, source or store failed, size or hash wrong.</summary>
    public sealed record ImageFailed(ShareOutcome Outcome) : ShareInput;

    /// <summary>The peer sent BYE; its Reason may say why.</summary>
    public sealed record PeerEnded(ShareEndReason Reason = ShareEndReason.None) : ShareInput;

    /// <summary>The peer's new offer took the image out of the session, or made another one of it (RFC 5547 §8.1, §8.4). It is answered already.</summary>
    public sealed record TransferRemoved(ShareOutcome Outcome) : ShareInput;

    /// <summary>The peer's new offer put another transfer in the place of this one (RFC 5547 §8.1): the dialog goes on without this share.</summary>
    public sealed record Replaced : ShareInput;

    /// <summary>The dialog ended for a reason other than BYE.</summary>
    public sealed record DialogFailed(ShareOutcome Outcome) : ShareInput;

    /// <summary>Our BYE (or CANCEL) has done its work.</summary>
    public sealed record Ended : ShareInput;

    /// <summary>Something failed on this side that no other input names: custom code threw, or the client was closed meanwhile.</summary>
    public sealed record Broken(ShareOutcome Outcome) : ShareInput;

    /// <summary>The application cancels.</summary>
    public sealed record CancelRequested : ShareInput;

    /// <summary>A timer the machine started has fired.</summary>
    public sealed record TimerFired(ShareTimer Timer) : ShareInput;
}
