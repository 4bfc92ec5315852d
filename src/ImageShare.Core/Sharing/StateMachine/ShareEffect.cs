namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>What the machine wants done. The shell performs the effects of one step in their order.</summary>
internal abstract record ShareEffect
{
    /// <summary>Send OPTIONS.</summary>
    public sealed record Query : ShareEffect;

    /// <summary>Stop waiting for the query's answer.</summary>
    public sealed record AbandonQuery : ShareEffect;

    /// <summary>Send INVITE with the offer.</summary>
    public sealed record Invite : ShareEffect;

    /// <summary>Send CANCEL (as soon as a provisional response allows it).</summary>
    public sealed record CancelInvite(ShareEndReason Reason = ShareEndReason.UserCancelled) : ShareEffect;

    /// <summary>Send 180 and tell the application of the invitation.</summary>
    public sealed record Ring : ShareEffect;

    /// <summary>Send 200 with the answer.</summary>
    public sealed record Answer : ShareEffect;

    /// <summary>The user hears of this outcome soon, whatever is still to be done with a peer that may be gone; unless it is over before.</summary>
    public sealed record AnnounceSoon(ShareOutcome Outcome) : ShareEffect;

    /// <summary>Refuse the invitation.</summary>
    public sealed record Reject(int SipStatus) : ShareEffect;

    /// <summary>Dial, or wait to be dialled, as negotiated.</summary>
    public sealed record ConnectMedia : ShareEffect;

    /// <summary>Start to send the image (nothing to do for the receiver).</summary>
    public sealed record Transfer : ShareEffect;

    /// <summary>
    /// Break the transfer off: the sender ends its chunk with <c>#</c>, the receiver refuses the rest. What says so in MSRP has left when the next effect is performed, or
    /// the peer does not read; a receiver says nothing of its own to a peer that broke it off itself.
    /// </summary>
    public sealed record AbortTransfer(bool IsByPeer = false) : ShareEffect;

    /// <summary>
    /// Send BYE, with the reason: it lets the peer tell a user who cancels from something that failed. Where other images are still in the
    /// session this one only leaves it; its section is taken out by an offer, unless it is settled: the image is through, or the peer broke it off.
    /// </summary>
    public sealed record Bye(ShareEndReason Reason = ShareEndReason.None, bool IsSettled = false) : ShareEffect;

    /// <summary>The image is stored, and the sender owes its BYE. Where others are still in the session, it comes with the last of them, and this one does not wait.</summary>
    public sealed record AwaitBye : ShareEffect;

    /// <summary>Release the MSRP session; the side that opened the connection closes it with its last session.</summary>
    public sealed record CloseMedia : ShareEffect;

    /// <summary>Start a timer, anew if it already runs.</summary>
    public sealed record StartTimer(ShareTimer Timer) : ShareEffect;

    /// <summary>Stop a timer if it runs.</summary>
    public sealed record StopTimer(ShareTimer Timer) : ShareEffect;

    /// <summary>Let go of everything, publish the result; nothing follows.</summary>
    public sealed record Finish(ShareOutcome Outcome) : ShareEffect;
}
