namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>Why one side ends a share, as it tells the other. How it stands in a message is the business of <c>ReasonHeader</c>.</summary>
internal enum ShareEndReason
{
    /// <summary>Nothing was said: the share is through, or the peer is one that gives no reasons.</summary>
    None,

    /// <summary>A user took the image back, or wants no more of it.</summary>
    UserCancelled,

    /// <summary>The invitation was not answered in the time the caller had for it.</summary>
    NotAnswered,

    /// <summary>Another device of the same user accepted the invitation.</summary>
    AcceptedElsewhere,

    /// <summary>Another device of the same user declined the invitation.</summary>
    DeclinedElsewhere,

    /// <summary>The MSRP connection was lost.</summary>
    ConnectionLost,

    /// <summary>The MSRP connection was not made in time.</summary>
    MediaNotConnected,

    /// <summary>The transfer stood still for too long.</summary>
    Stalled,

    /// <summary>What arrived has another hash than the offer named.</summary>
    HashMismatch,

    /// <summary>What arrived has another size than the offer named.</summary>
    SizeMismatch,

    /// <summary>The receiver could not store the image.</summary>
    NotStored,

    /// <summary>The sender could not read the image.</summary>
    NotRead,

    /// <summary>Something else failed.</summary>
    Failed,
}

/// <summary>What an outcome is called when the peer is told of it, and what the peer's word means here.</summary>
internal static class ShareEndReasons
{
    /// <summary>What to tell the peer.</summary>
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

    /// <summary>How an invitation ends that the caller took back for this reason.</summary>
    public static ShareOutcome ToWithdrawal(this ShareEndReason reason) => reason switch
    {
        ShareEndReason.NotAnswered => ShareOutcome.Withdrawn(
            ImageShareWithdrawal.NotAnsweredInTime, "The invitation was not answered before the caller gave up; answer sooner, or ask the caller to share again."),
        ShareEndReason.AcceptedElsewhere => ShareOutcome.Withdrawn(ImageShareWithdrawal.AcceptedElsewhere, "The invitation was accepted on another device."),
        ShareEndReason.DeclinedElsewhere => ShareOutcome.Withdrawn(ImageShareWithdrawal.DeclinedElsewhere, "The invitation was declined on another device."),
        _ => ShareOutcome.Withdrawn(ImageShareWithdrawal.ByCaller, "The caller took the invitation back."),
    };

    /// <summary>How a share ends that the peer ended for this reason.</summary>
    /// <param name="reason">The peer's word.</param>
    /// <param name="isSender">Whether this side sends the image.</param>
    public static ShareOutcome ToOutcome(this ShareEndReason reason, bool isSender) => reason switch
    {
        ShareEndReason.None or ShareEndReason.UserCancelled or ShareEndReason.NotAnswered or ShareEndReason.AcceptedElsewhere or ShareEndReason.DeclinedElsewhere =>
            ShareOutcome.CancelledByPeer,
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
