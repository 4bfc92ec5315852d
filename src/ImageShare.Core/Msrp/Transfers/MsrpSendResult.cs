namespace ImageShare.Core.Msrp.Transfers;

/// <summary>What became of a message.</summary>
public enum MsrpSendOutcome
{
    /// <summary>The peer acknowledged every byte.</summary>
    Completed,

    /// <summary>The peer refused it; the status says why.</summary>
    Refused,

    /// <summary>This side closed the session first.</summary>
    Aborted,

    /// <summary>The connection ended first.</summary>
    ConnectionLost,

    /// <summary>A response did not come in time (RFC 4975 §7.1.1): the message has probably failed.</summary>
    TimedOut,

    /// <summary>
    /// Every byte was acknowledged, but the session ended before the success report that was waited for: the peer may have the message or not
    /// (RFC 4975 §7.1.1).
    /// </summary>
    Unknown,
}

/// <summary>The end of a message sent.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="MessageId">Its id.</param>
/// <param name="AcknowledgedBytes">The bytes the peer acknowledged.</param>
/// <param name="Status">The MSRP status of a refusal, null when there was none.</param>
/// <param name="ReportedBytes">The bytes that success reports have covered by now; 0 when none were asked for.</param>
public sealed record MsrpSendResult(
    MsrpSendOutcome Outcome, string MessageId, long AcknowledgedBytes, int? Status = null, long ReportedBytes = 0);

/// <summary>The end of a message sent, with what only this side knows.</summary>
/// <param name="Result">The outcome.</param>
/// <param name="IsCancelled">Whether the caller gave it up.</param>
internal sealed record MsrpSendEnd(MsrpSendResult Result, bool IsCancelled);
