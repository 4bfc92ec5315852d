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
public sealed record MsrpSendResult
{
    internal MsrpSendResult(MsrpSendOutcome outcome, string messageId, long acknowledgedBytes, int? status = null, long reportedBytes = 0)
    {
        Outcome = outcome;
        MessageId = messageId;
        AcknowledgedBytes = acknowledgedBytes;
        Status = status;
        ReportedBytes = reportedBytes;
    }

    /// <summary>The outcome.</summary>
    public MsrpSendOutcome Outcome { get; init; }

    /// <summary>Its id.</summary>
    public string MessageId { get; init; }

    /// <summary>The bytes the peer acknowledged.</summary>
    public long AcknowledgedBytes { get; init; }

    /// <summary>The MSRP status of a refusal, or null.</summary>
    public int? Status { get; init; }

    /// <summary>The bytes covered by success reports so far; 0 if none were requested.</summary>
    public long ReportedBytes { get; init; }
}

/// <summary>The end of a sent message, with what only this side knows.</summary>
/// <param name="Result">The outcome.</param>
/// <param name="IsCancelled">Whether the caller cancelled it.</param>
internal sealed record MsrpSendEnd(MsrpSendResult Result, bool IsCancelled);
