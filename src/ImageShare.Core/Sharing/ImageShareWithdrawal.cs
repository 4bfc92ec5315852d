namespace ImageShare.Core.Sharing;

/// <summary>Why an invitation was over before this side decided. The caller's word, in the Reason of its CANCEL (RFC 3326), where it gave one.</summary>
public enum ImageShareWithdrawal
{
    /// <summary>The caller took it back.</summary>
    ByCaller,

    /// <summary>The caller would wait no longer for an answer.</summary>
    NotAnsweredInTime,

    /// <summary>Another device of this side's user accepted it.</summary>
    AcceptedElsewhere,

    /// <summary>Another device of this side's user declined it.</summary>
    DeclinedElsewhere,

    /// <summary>It ended without a word of the caller: its time was over, or it cannot be reached any more.</summary>
    Lost,
}
