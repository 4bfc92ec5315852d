namespace ImageShare.Core.Sharing;

/// <summary>Why an invitation ended before this side decided, according to the Reason header of the caller's CANCEL (RFC 3326), if any.</summary>
public enum ImageShareWithdrawal
{
    /// <summary>The caller cancelled it.</summary>
    ByCaller,

    /// <summary>The caller stopped waiting for an answer.</summary>
    NotAnsweredInTime,

    /// <summary>Another device of this side's user accepted it.</summary>
    AcceptedElsewhere,

    /// <summary>Another device of this side's user declined it.</summary>
    DeclinedElsewhere,

    /// <summary>It ended without a message from the caller: it timed out, or the caller is no longer reachable.</summary>
    Lost,
}
