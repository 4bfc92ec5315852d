namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>How a share ends: the final state, and for anything but Completed the reason.</summary>
/// <param name="State">Completed, Declined, Cancelled or Failed.</param>
/// <param name="Error">The reason, None for Completed.</param>
/// <param name="Message">A sentence for a person: what happened and what to do next.</param>
internal sealed record ShareOutcome(ImageShareState State, ImageShareError Error = ImageShareError.None, string? Message = null)
{
    public int? SipStatus { get; init; }

    public int? MsrpStatus { get; init; }

    /// <summary>The system's own error behind the failure, for logs.</summary>
    public Exception? Cause { get; init; }

    public static ShareOutcome Completed { get; } = new(ImageShareState.Completed);

    public static ShareOutcome CancelledHere { get; } =
        new(ImageShareState.Cancelled, ImageShareError.Cancelled, "The share was cancelled on this side.");

    public static ShareOutcome CancelledByPeer { get; } =
        new(ImageShareState.Cancelled, ImageShareError.Cancelled, "The peer ended the share before the image was complete; share it again if it is still wanted.");

    private static ShareOutcome ReceiverFailed { get; } = Failed(
        ImageShareError.TransferRefused, "The peer could not take the image, for something failed on its side; share it again later.");

    private static ShareOutcome SenderFailed { get; } = Failed(
        ImageShareError.TransferRefused, "The peer could not go on sending the image, for something failed on its side; ask for it again later.");

    public static ShareOutcome Withdrawn { get; } =
        new(ImageShareState.Cancelled, ImageShareError.Cancelled, "The caller took the invitation back.");

    public static ShareOutcome Failed(ImageShareError error, string message, Exception? cause = null) =>
        new(ImageShareState.Failed, error, message) { Cause = cause };

    /// <summary>The peer says that something failed on its side, in its BYE or in the offer that takes the image out.</summary>
    /// <param name="isSender">Whether this side sends the image.</param>
    public static ShareOutcome FailedAtPeer(bool isSender) => isSender ? ReceiverFailed : SenderFailed;

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
}
