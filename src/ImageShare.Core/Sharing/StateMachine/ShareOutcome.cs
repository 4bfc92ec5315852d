using ImageShare.Core.Sip;

namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>How a share ends: the final state and, unless it completed, the reason.</summary>
/// <param name="State">Completed, Declined, Cancelled or Failed.</param>
/// <param name="Error">The reason; None for Completed.</param>
/// <param name="Message">A message for users: what happened and what to do next.</param>
internal sealed record ShareOutcome(ImageShareState State, ImageShareError Error = ImageShareError.None, string? Message = null)
{
    public int? SipStatus { get; init; }

    public int? MsrpStatus { get; init; }

    /// <summary>The target URIs of a redirection.</summary>
    public IReadOnlyList<string> RedirectedTo { get; init; } = [];

    /// <summary>The underlying exception, for logs.</summary>
    public Exception? Cause { get; init; }

    /// <summary>Who or what ended it; derived from the error by default.</summary>
    public ImageShareEndedBy EndedBy { get; init; } = OfError(State, Error);

    public static ShareOutcome Completed { get; } = new(ImageShareState.Completed);

    public static ShareOutcome CancelledHere { get; } =
        new(ImageShareState.Cancelled, ImageShareError.Cancelled, "The share was cancelled on this side.") { EndedBy = ImageShareEndedBy.User };

    private static ShareOutcome CancelledByReceiver { get; } =
        new(ImageShareState.Cancelled, ImageShareError.Cancelled, "The peer ended the share before the image was complete; share it again if it is still wanted.") { EndedBy = ImageShareEndedBy.Peer };

    private static ShareOutcome CancelledBySender { get; } =
        new(ImageShareState.Cancelled, ImageShareError.Cancelled, "The peer ended the share before the image was complete; ask the peer for it again if it is still wanted.") { EndedBy = ImageShareEndedBy.Peer };

    /// <summary>The peer's user ended the share.</summary>
    /// <param name="isSender">Whether this side sends the image: it can share it again, a receiver can only ask for it.</param>
    public static ShareOutcome CancelledByPeer(bool isSender) => isSender ? CancelledByReceiver : CancelledBySender;

    /// <summary>Why an invitation ended before it was accepted or declined; null for any other end.</summary>
    public ImageShareWithdrawal? Withdrawal { get; init; }

    /// <summary>The invitation ended without a message from the caller.</summary>
    public static ShareOutcome InvitationLost { get; } =
        Withdrawn(ImageShareWithdrawal.Lost, "The invitation is over: it timed out, or the caller is no longer reachable.") with { EndedBy = ImageShareEndedBy.Network };

    public static ShareOutcome Withdrawn(ImageShareWithdrawal reason, string message) =>
        new(ImageShareState.Cancelled, ImageShareError.Cancelled, message) { EndedBy = ImageShareEndedBy.Peer, Withdrawal = reason };

    public static ShareOutcome ConnectionLost { get; } = Failed(
        ImageShareError.ConnectionLost, "The MSRP connection was lost before the image was complete; check the network and try again.");

    public static ShareOutcome MediaNotConnected { get; } = Failed(
        ImageShareError.MediaNotConnected,
        "The invitation was accepted, but no MSRP connection was established in time; check that no firewall blocks it and that the advertised addresses are correct.");

    public static ShareOutcome Stalled { get; } = Failed(
        ImageShareError.TransferStalled, "The transfer made little or no progress for too long and was aborted; check the network and try again.");

    public static ShareOutcome ReceiverFailed { get; } = FailedAtPeer(
        ImageShareError.TransferRefused, "The peer could not receive the image because of a failure on its side; share it again later.");

    public static ShareOutcome SenderFailed { get; } = FailedAtPeer(
        ImageShareError.TransferRefused, "The peer could not continue sending the image because of a failure on its side; ask for it again later.");

    public static ShareOutcome NotStoredAtPeer { get; } = FailedAtPeer(
        ImageShareError.TransferRefused, "The peer could not store the image; its disk may be full or its folder read-only. Share it again later.");

    public static ShareOutcome NotReadAtPeer { get; } = FailedAtPeer(
        ImageShareError.TransferRefused, "The peer could not read its image completely; ask for it again later.");

    public static ShareOutcome AlteredOnTheWay { get; } = FailedAtPeer(
        ImageShareError.HashMismatch,
        "The image that arrived at the peer has a different hash than the offered one, so the peer discarded it. The file may have changed while it was being sent; share it again.");

    public static ShareOutcome OtherSizeAtPeer { get; } = FailedAtPeer(
        ImageShareError.SizeMismatch,
        "The image that arrived at the peer has a different size than the offered one, so the peer discarded it. The file may have changed while it was being sent; share it again.");

    public static ShareOutcome Failed(ImageShareError error, string message, Exception? cause = null) =>
        new(ImageShareState.Failed, error, message) { Cause = cause };

    private static ShareOutcome FailedAtPeer(ImageShareError error, string message) => Failed(error, message) with { EndedBy = ImageShareEndedBy.Peer };

    /// <summary>The outcome for any exception of custom code.</summary>
    public static ShareOutcome FromUnexpected(Exception e) => e is ImageShareException known ? From(known) : Failed(
        ImageShareError.InvalidState, $"The share failed because of an unexpected error on this side: {e.Message}", e);

    /// <summary>The outcome of a failed MSRP connection: the peer was reached in SIP, but its media was not.</summary>
    public static ShareOutcome FromMedia(ImageShareException e) =>
        e.Error is ImageShareError.PeerUnreachable ? From(e) with { Error = ImageShareError.MediaNotConnected } : From(e);

    public static ShareOutcome From(ImageShareException e) => new(ImageShareState.Failed, e.Error, e.Message)
    {
        SipStatus = e.SipStatus,
        MsrpStatus = e.MsrpStatus,
        Cause = e,
    };

    /// <summary>What the application is told, apart from what only the media knows.</summary>
    public ImageShareResult ToResult(long bytesTransferred) => new()
    {
        State = State,
        Error = Error,
        EndedBy = EndedBy,
        Withdrawal = Withdrawal,
        Message = Message,
        SipStatus = SipStatus,
        RedirectedTo = [.. RedirectedTo.Select(SipUri.Parse)],
        MsrpStatus = MsrpStatus,
        BytesTransferred = bytesTransferred,
    };

    private static ImageShareEndedBy OfError(ImageShareState state, ImageShareError error) => error switch
    {
        ImageShareError.None when state == ImageShareState.Completed => ImageShareEndedBy.Nobody,
        ImageShareError.PeerUnreachable or ImageShareError.ConnectionLost or ImageShareError.MediaNotConnected or ImageShareError.RelayUnreachable => ImageShareEndedBy.Network,
        ImageShareError.NoAnswer or ImageShareError.TransferStalled or ImageShareError.TooLarge => ImageShareEndedBy.Limit,
        ImageShareError.TypeNotAccepted or ImageShareError.Declined or ImageShareError.Busy or ImageShareError.NotCapable or ImageShareError.Rejected
            or ImageShareError.AuthenticationFailed or ImageShareError.Cancelled or ImageShareError.TransferRefused or ImageShareError.MalformedMessage
            or ImageShareError.UnacceptableOffer or ImageShareError.ImageNotFound or ImageShareError.RelayRefused or ImageShareError.ImageMissing
            or ImageShareError.ImageAmbiguous => ImageShareEndedBy.Peer,
        _ => ImageShareEndedBy.ThisSide,
    };
}
