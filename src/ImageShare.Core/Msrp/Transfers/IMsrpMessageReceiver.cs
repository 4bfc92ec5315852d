using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// Receives the messages of one session, one after the other. Called by the reader loop of the connection, one call at a time: until a call
/// completes, nothing more is read, and eventually the peer's TCP window closes. Do not wait here for the session to close. An exception
/// refuses the rest of the message with 413, or with its <see cref="ImageShareException.MsrpStatus"/> if it has one.
/// </summary>
/// <remarks>
/// Messages that are refused at their first chunk never reach the receiver: a second message while one is incomplete (413), one that exceeds
/// <see cref="Sessions.MsrpSessionOptions.MaxMessageSize"/> or the limits (413), and one that contradicts itself (400). A receiver that wants to
/// see oversized messages leaves <see cref="Sessions.MsrpSessionOptions.MaxMessageSize"/> unset and checks
/// <see cref="MsrpMessageInfo.Total"/> in <see cref="BeginAsync"/>.
/// </remarks>
public interface IMsrpMessageReceiver
{
    /// <summary>A message begins. No memory has been allocated for its announced size.</summary>
    ValueTask<MsrpAcceptance> BeginAsync(MsrpMessageInfo message, CancellationToken cancellationToken = default);

    /// <summary>Bytes of the message. They may arrive out of order and more than once; later ones replace earlier ones.</summary>
    /// <param name="offset">Their offset in the message, counted from 0.</param>
    /// <param name="data">The bytes, in memory of the connection: valid until the returned task completes.</param>
    /// <param name="cancellationToken">Cancelled when the connection ends.</param>
    ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default);

    /// <summary>Every byte has arrived. The sender gets the last response when the returned task completes.</summary>
    ValueTask CompleteAsync(long length, CancellationToken cancellationToken = default);

    /// <summary>The message will not be completed. Called at most once for each message begun and accepted, and never after completion.</summary>
    ValueTask AbortAsync(MsrpAbortReason reason);
}

/// <summary>What the first chunk says about a message.</summary>
public sealed record MsrpMessageInfo
{
    internal MsrpMessageInfo(string messageId, MediaType? contentType, long? total, bool successReport, IReadOnlyList<KeyValuePair<string, string>> otherHeaders)
    {
        MessageId = messageId;
        ContentType = contentType;
        Total = total;
        SuccessReport = successReport;
        OtherHeaders = otherHeaders;
    }

    /// <summary>The Message-ID; generated here if the peer sent none.</summary>
    public string MessageId { get; init; }

    /// <summary>The type, or null if the peer sent none.</summary>
    public MediaType? ContentType { get; init; }

    /// <summary>The announced length in bytes, or null.</summary>
    public long? Total { get; init; }

    /// <summary>Whether the sender requests success reports.</summary>
    public bool SuccessReport { get; init; }

    /// <summary>The headers that RFC 4975 itself does not define, such as Content-Disposition.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> OtherHeaders { get; init; }
}

/// <summary>Whether a message is accepted.</summary>
public readonly record struct MsrpAcceptance
{
    internal MsrpAcceptance(int status)
    {
        Status = status;
    }

    /// <summary>200 to accept it; otherwise the status for its chunks, such as 413 or 415.</summary>
    public int Status { get; init; }

    /// <summary>The message is accepted.</summary>
    public static MsrpAcceptance Accept { get; } = new(200);

    /// <summary>The message is refused.</summary>
    /// <param name="status">403, 413 or 415 (RFC 4975 §10).</param>
    public static MsrpAcceptance Refuse(int status)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        return new MsrpAcceptance(status);
    }
}

/// <summary>Why an incoming message will not be completed.</summary>
public enum MsrpAbortReason
{
    /// <summary>The sender aborted it (<c>#</c>).</summary>
    BySender,

    /// <summary>The connection ended before the message did.</summary>
    ConnectionLost,

    /// <summary>This side closed the session, or is about to.</summary>
    SessionClosed,

    /// <summary>It is larger than announced or allowed.</summary>
    TooLarge,

    /// <summary>Its chunks contradict each other.</summary>
    Inconsistent,

    /// <summary>The receiver failed.</summary>
    ReceiverFailed,

    /// <summary>More of it arrived out of order than <see cref="MsrpLimits.MaxGaps"/> or <see cref="MsrpLimits.MaxReorderBytes"/> allow.</summary>
    TooScattered,
}
