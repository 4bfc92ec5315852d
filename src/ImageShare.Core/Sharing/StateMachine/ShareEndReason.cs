namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>Why one side ends a share, as told to the other. <c>ReasonHeader</c> defines how it is written.</summary>
internal enum ShareEndReason
{
    /// <summary>No reason: the share completed, or the peer gives no reasons.</summary>
    None,

    /// <summary>The user cancelled the transfer, as sender or receiver.</summary>
    UserCancelled,

    /// <summary>The caller's timeout for the answer expired.</summary>
    NotAnswered,

    /// <summary>Another device of the same user accepted the invitation.</summary>
    AcceptedElsewhere,

    /// <summary>Another device of the same user declined the invitation.</summary>
    DeclinedElsewhere,

    /// <summary>The MSRP connection was lost.</summary>
    ConnectionLost,

    /// <summary>The MSRP connection was not established in time.</summary>
    MediaNotConnected,

    /// <summary>The transfer made no progress for too long.</summary>
    Stalled,

    /// <summary>The hash of the received image differs from the offer.</summary>
    HashMismatch,

    /// <summary>The size of the received image differs from the offer.</summary>
    SizeMismatch,

    /// <summary>The receiver could not store the image.</summary>
    NotStored,

    /// <summary>The sender could not read the image.</summary>
    NotRead,

    /// <summary>Something else failed.</summary>
    Failed,
}

/// <summary>Converts between outcomes and the reasons exchanged with the peer.</summary>
internal static class ShareEndReasons
{
    /// <summary>The reason to send to the peer.</summary>
    public static ShareEndReason Of(ShareOutcome outcome) => outcome switch
    {
        { State: ImageShareState.Completed } => ShareEndReason.None,
        { EndedBy: ImageShareEndedBy.User } => ShareEndReason.UserCancelled,
        { EndedBy: ImageShareEndedBy.Peer } => ShareEndReason.None,
        _ => outcome.Error switch
        {
            ImageShareError.NoAnswer => ShareEndReason.None,
            ImageShareError.ConnectionLost => ShareEndReason.ConnectionLost,
            ImageShareError.MediaNotConnected => ShareEndReason.MediaNotConnected,
            ImageShareError.TransferStalled => ShareEndReason.Stalled,
            ImageShareError.HashMismatch => ShareEndReason.HashMismatch,
            ImageShareError.SizeMismatch => ShareEndReason.SizeMismatch,
            ImageShareError.StoreNotWritable or ImageShareError.DiskFull => ShareEndReason.NotStored,
            ImageShareError.SourceUnreadable or ImageShareError.FileNotFound => ShareEndReason.NotRead,
            _ => ShareEndReason.Failed,
        },
    };

    /// <summary>The outcome of an invitation the caller cancelled for this reason.</summary>
    public static ShareOutcome ToWithdrawal(this ShareEndReason reason) => reason switch
    {
        ShareEndReason.NotAnswered => ShareOutcome.Withdrawn(
            ImageShareWithdrawal.NotAnsweredInTime, "The caller gave up before the invitation was answered; ask the caller to share the image again."),
        ShareEndReason.AcceptedElsewhere => ShareOutcome.Withdrawn(ImageShareWithdrawal.AcceptedElsewhere, "The invitation was accepted on another device."),
        ShareEndReason.DeclinedElsewhere => ShareOutcome.Withdrawn(ImageShareWithdrawal.DeclinedElsewhere, "The invitation was declined on another device."),
        _ => ShareOutcome.Withdrawn(ImageShareWithdrawal.ByCaller, "The caller cancelled the invitation."),
    };

    /// <summary>The outcome of a share the peer ended for this reason.</summary>
    /// <param name="reason">The reason sent by the peer.</param>
    /// <param name="isSender">Whether this side sends the image.</param>
    public static ShareOutcome ToOutcome(this ShareEndReason reason, bool isSender) => reason switch
    {
        ShareEndReason.None or ShareEndReason.UserCancelled or ShareEndReason.NotAnswered or ShareEndReason.AcceptedElsewhere or ShareEndReason.DeclinedElsewhere =>
            ShareOutcome.CancelledByPeer(isSender),
        ShareEndReason.ConnectionLost => ShareOutcome.ConnectionLost,
        ShareEndReason.MediaNotConnected => ShareOutcome.MediaNotConnected,
        ShareEndReason.Stalled => ShareOutcome.Stalled,
        ShareEndReason.HashMismatch when isSender => ShareOutcome.AlteredOnTheWay,
        ShareEndReason.SizeMismatch when isSender => ShareOutcome.OtherSizeAtPeer,
        ShareEndReason.NotStored when isSender => ShareOutcome.NotStoredAtPeer,
        ShareEndReason.NotRead when !isSender => ShareOutcome.NotReadAtPeer,
        _ => isSender ? ShareOutcome.ReceiverFailed : ShareOutcome.SenderFailed,
    };
}
