namespace ImageShare.Core.Msrp.Transfers;

/// <summary>The outcome of a sent message.</summary>
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

    /// <summary>A response did not arrive in time (RFC 4975 §7.1.1): the message has probably failed.</summary>
    TimedOut,

    /// <summary>
    /// Every byte was acknowledged, but the session ended before the awaited success report: the peer may or may not have the message
    /// (RFC 4975 §7.1.1).
    /// </summary>
    Unknown,
}

/// <summary>The end of a sent message.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="MessageId">Its id.</param>
/// <param name="AcknowledgedBytes">The bytes the peer acknowledged.</param>
/// <param name="Status">The MSRP status of a refusal, or null.</param>
/// <param name="ReportedBytes">The bytes covered by success reports so far; 0 if none were requested.</param>
public sealed record MsrpSendResult(
    MsrpSendOutcome Outcome, string MessageId, long AcknowledgedBytes, int? Status = null, long ReportedBytes = 0);

/// <summary>The end of a sent message, with what only this side knows.</summary>
/// <param name="Result">The outcome.</param>
/// <param name="IsCancelled">Whether the caller cancelled it.</param>
internal sealed record MsrpSendEnd(MsrpSendResult Result, bool IsCancelled);
