namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>How a share ends: the final state, and for anything but Completed the reason.</summary>
/// <param name="State">Completed, Declined, Cancelled or Failed.</param>
/// <param name="Error">The reason, None for Completed.</param>
/// <param name="Message">A sentence for a person: what happened and what to do next.</param>
internal sealed record ShareOutcome(ImageShareState State, ImageShareError Error = ImageShareError.None, string? Message = null)
{
    public int? SipStatus { get; init; }

    public int? MsrpStatus { get; init; }

    /// <summary>Where a redirection leads: URIs.</summary>
    public IReadOnlyList<string> RedirectedTo { get; init; } = [];

    /// <summary>The system's own error behind the failure, for logs.</summary>
    public Exception? Cause { get; init; }

    /// <summary>Who or what ended it; follows from the error where nothing else is said.</summary>
    public ImageShareEndedBy EndedBy { get; init; } = OfError(State, Error);

    public static ShareOutcome Completed { get; } = new(ImageShareState.Completed);

    public static ShareOutcome CancelledHere { get; } =
        new(ImageShareState.Cancelled, ImageShareError.Cancelled, "The share was cancelled on this side.") { EndedBy = ImageShareEndedBy.User };

    public static ShareOutcome CancelledByPeer { get; } =
        new(ImageShareState.Cancelled, ImageShareError.Cancelled, "The peer ended the share before the image was complete; share it again if it is still wanted.") { EndedBy = ImageShareEndedBy.Peer };

    /// <summary>Why an invitation was over before it was decided; null for any other end.</summary>
    public ImageShareWithdrawal? Withdrawal { get; init; }

    /// <summary>The invitation ended without a word of the caller.</summary>
    public static ShareOutcome InvitationLost { get; } =
        Withdrawn(ImageShareWithdrawal.Lost, "The invitation is over: its time has passed, or the caller cannot be reached any more.") with { EndedBy = ImageShareEndedBy.Network };

    public static ShareOutcome Withdrawn(ImageShareWithdrawal reason, string message) =>
        new(ImageShareState.Cancelled, ImageShareError.Cancelled, message) { EndedBy = ImageShareEndedBy.Peer, Withdrawal = reason };

    public static ShareOutcome ConnectionLost { get; } = Failed(
        ImageShareError.ConnectionLost, "The MSRP connection was lost before the image was complete; check the network and share the image again.");

    public static ShareOutcome MediaNotConnected { get; } = Failed(
        ImageShareError.MediaNotConnected,
        "The invitation was accepted, but no MSRP connection was made in time; check that no firewall stands between the two and that the advertised addresses are right.");

    public static ShareOutcome Stalled { get; } = Failed(
        ImageShareError.TransferStalled, "The transfer stood still for too long and was given up; check the network and share the image again.");

    public static ShareOutcome ReceiverFailed { get; } = FailedAtPeer(
        ImageShareError.TransferRefused, "The peer could not take the image, for something failed on its side; share it again later.");

    public static ShareOutcome SenderFailed { get; } = FailedAtPeer(
        ImageShareError.TransferRefused, "The peer could not go on sending the image, for something failed on its side; ask for it again later.");

    public static ShareOutcome NotStoredAtPeer { get; } = FailedAtPeer(
        ImageShareError.TransferRefused, "The peer could not store the image; its disk may be full or its folder read-only. Share it again later.");

    public static ShareOutcome NotReadAtPeer { get; } = FailedAtPeer(
        ImageShareError.TransferRefused, "The peer could not read its image to the end; ask for it again later.");

    public static ShareOutcome AlteredOnTheWay { get; } = FailedAtPeer(
        ImageShareError.HashMismatch,
        "What arrived at the peer is not the image that was offered: its hash differs, and the peer dropped it. The file may have changed while it was sent; share it again.");

    public static ShareOutcome OtherSizeAtPeer { get; } = FailedAtPeer(
        ImageShareError.SizeMismatch,
        "What arrived at the peer has another size than was offered, and the peer dropped it. The file may have changed while it was sent; share it again.");

    public static ShareOutcome Failed(ImageShareError error, string message, Exception? cause = null) =>
        new(ImageShareState.Failed, error, message) { Cause = cause };

    private static ShareOutcome FailedAtPeer(ImageShareError error, string message) => Failed(error, message) with { EndedBy = ImageShareEndedBy.Peer };

    /// <summary>For what custom code threw: nothing else may end a share without a result.</summary>
    public static ShareOutcome FromUnexpected(Exception e) => e is ImageShareException known ? From(known) : Failed(
        ImageShareError.InvalidState, $"The share broke off because something on this side failed unexpectedly: {e.Message}", e);

    /// <summary>The MSRP connection failed: the peer itself was reached, it is its media that was not.</summary>
    public static ShareOutcome FromMedia(ImageShareException e) =>
        e.Error is ImageShareError.PeerUnreachable ? From(e) with { Error = ImageShareError.MediaNotConnected } : From(e);

    public static ShareOutcome From(ImageShareException e) => new(ImageShareState.Failed, e.Error, e.Message)
    {
        SipStatus = e.SipStatus,
        MsrpStatus = e.MsrpStatus,
        Cause = e,
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
