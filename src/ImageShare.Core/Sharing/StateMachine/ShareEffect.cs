namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>An action requested by the state machine. The session performs the effects of a step in order.</summary>
internal abstract record ShareEffect
{
    /// <summary>Send OPTIONS.</summary>
    public sealed record Query : ShareEffect;

    /// <summary>Stop waiting for the answer to the query.</summary>
    public sealed record AbandonQuery : ShareEffect;

    /// <summary>Send INVITE with the offer.</summary>
    public sealed record Invite : ShareEffect;

    /// <summary>Send CANCEL (as soon as a provisional response allows it).</summary>
    public sealed record CancelInvite(ShareEndReason Reason = ShareEndReason.UserCancelled) : ShareEffect;

    /// <summary>Send 180 and show the invitation to the application.</summary>
    public sealed record Ring : ShareEffect;

    /// <summary>Send 200 with the answer.</summary>
    public sealed record Answer : ShareEffect;

    /// <summary>Publish this outcome shortly, even if the peer does not respond, unless the share ends before.</summary>
    public sealed record AnnounceSoon(ShareOutcome Outcome) : ShareEffect;

    /// <summary>Refuse the invitation.</summary>
    public sealed record Reject(int SipStatus) : ShareEffect;

    /// <summary>Connect, or wait for the peer to connect, as negotiated.</summary>
    public sealed record ConnectMedia : ShareEffect;

    /// <summary>Start sending the image. Does nothing for the receiver.</summary>
    public sealed record Transfer : ShareEffect;

    /// <summary>
    /// Abort the transfer: the sender ends its chunk with <c>#</c>, the receiver refuses the rest. The next effect is performed after that
    /// has been sent, or if the peer does not read. If the peer aborted, a receiver sends nothing.
    /// </summary>
    public sealed record AbortTransfer(bool IsByPeer = false) : ShareEffect;

    /// <summary>
    /// Send BYE with the reason, which lets the peer distinguish a user's cancellation from a failure. If the session contains other images,
    /// this one only leaves it: an offer removes its section, unless it is settled, that is, complete or aborted by the peer.
    /// </summary>
    public sealed record Bye(ShareEndReason Reason = ShareEndReason.None, bool IsSettled = false) : ShareEffect;

    /// <summary>
    /// The image is stored; wait for the sender's BYE. If the session contains other images, BYE comes with the last one, and this one does
    /// not wait.
    /// </summary>
    public sealed record AwaitBye : ShareEffect;

    /// <summary>Release the MSRP session. The side that opened the connection closes it with its last session.</summary>
    public sealed record CloseMedia : ShareEffect;

    /// <summary>Start or restart a timer.</summary>
    public sealed record StartTimer(ShareTimer Timer) : ShareEffect;

    /// <summary>Stop a timer if it runs.</summary>
    public sealed record StopTimer(ShareTimer Timer) : ShareEffect;

    /// <summary>Release all resources and publish the result. Always the last effect.</summary>
    public sealed record Finish(ShareOutcome Outcome) : ShareEffect;
}
