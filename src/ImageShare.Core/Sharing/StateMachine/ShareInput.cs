namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>An event of a share. The state machine ignores late or repeated inputs.</summary>
internal abstract record ShareInput
{
    /// <summary>This side shares or fetches an image: query first, or invite at once.</summary>
    public sealed record StartOutgoing(bool QueryFirst) : ShareInput;

    /// <summary>A peer invites this side.</summary>
    public sealed record StartIncoming : ShareInput;

    /// <summary>The answer to the query: the peer can share images.</summary>
    public sealed record PeerCapable : ShareInput;

    /// <summary>The query failed, or the peer cannot share images.</summary>
    public sealed record QueryFailed(ShareOutcome Outcome) : ShareInput;

    /// <summary>100 Trying: the peer or a proxy has received the INVITE.</summary>
    public sealed record PeerTrying : ShareInput;

    /// <summary>A provisional response: the peer's user is deciding.</summary>
    public sealed record PeerRinging : ShareInput;

    /// <summary>A malformed final response was dropped; a valid one may still arrive.</summary>
    public sealed record AnswerUnreadable : ShareInput;

    /// <summary>2xx: the peer accepted, and its answer is being evaluated.</summary>
    public sealed record PeerAnswered : ShareInput;

    /// <summary>2xx with a usable answer.</summary>
    public sealed record InviteAccepted : ShareInput;

    /// <summary>2xx with an unusable answer.</summary>
    public sealed record AnswerUnusable(ShareOutcome Outcome) : ShareInput;

    /// <summary>The invitation ended without a dialog: refused, timed out, unreachable, or our own CANCEL took effect.</summary>
    public sealed record InviteFailed(ShareOutcome Outcome) : ShareInput;

    /// <summary>Our CANCEL took effect, so the peer is reachable.</summary>
    public sealed record CancelAnswered : ShareInput;

    /// <summary>Our CANCEL was not answered, or could not be sent.</summary>
    public sealed record CancelUnanswered : ShareInput;

    /// <summary>The application accepted the invitation.</summary>
    public sealed record UserAccepted : ShareInput;

    /// <summary>The application declined the invitation with a SIP status (603 by default, IR.79 §3.4).</summary>
    public sealed record UserDeclined(int SipStatus) : ShareInput;

    /// <summary>The caller cancelled the invitation before it was answered.</summary>
    public sealed record InvitationWithdrawn(ShareOutcome Outcome) : ShareInput;

    /// <summary>The 2xx was never acknowledged; the agent has sent BYE (RFC 3261 §13.3.1.4).</summary>
    public sealed record AckMissing : ShareInput;

    /// <summary>The MSRP session is bound to a connection.</summary>
    public sealed record MediaConnected : ShareInput;

    /// <summary>The MSRP connection could not be established or was lost.</summary>
    public sealed record MediaFailed(ShareOutcome Outcome) : ShareInput;

    /// <summary>The peer has the whole image (sender), or the image is stored and verified (receiver).</summary>
    public sealed record ImageDone(ShareOutcome Outcome) : ShareInput;

    /// <summary>The transfer failed: it was refused or aborted, the source or store failed, or size or hash is wrong.</summary>
    public sealed record ImageFailed(ShareOutcome Outcome) : ShareInput;

    /// <summary>The peer sent BYE; its Reason may say why.</summary>
    public sealed record PeerEnded(ShareEndReason Reason = ShareEndReason.None) : ShareInput;

    /// <summary>
    /// The peer's new offer removed the image from the session or replaced it by another file (RFC 5547 §8.1, §8.4). It has been answered.
    /// </summary>
    public sealed record TransferRemoved(ShareOutcome Outcome) : ShareInput;

    /// <summary>The peer's new offer replaced this transfer by another one (RFC 5547 §8.1): the dialog continues without this share.</summary>
    public sealed record Replaced : ShareInput;

    /// <summary>The dialog ended for a reason other than BYE.</summary>
    public sealed record DialogFailed(ShareOutcome Outcome) : ShareInput;

    /// <summary>Our BYE or CANCEL has completed.</summary>
    public sealed record Ended : ShareInput;

    /// <summary>An unexpected failure on this side: custom code threw, or the client was closed.</summary>
    public sealed record Broken(ShareOutcome Outcome) : ShareInput;

    /// <summary>The application cancelled the share.</summary>
    public sealed record CancelRequested : ShareInput;

    /// <summary>A timer the machine started has fired.</summary>
    public sealed record TimerFired(ShareTimer Timer) : ShareInput;
}
