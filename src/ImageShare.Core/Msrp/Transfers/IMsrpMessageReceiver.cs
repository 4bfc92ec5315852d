using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// Takes the messages of one session, one after the other. Called by the loop that reads the connection, one call at a time: while a call
/// is not done nothing more is read, and the peer's window closes. Do not wait here for the session to close. An exception
/// refuses the rest of the message with 413, an <see cref="ImageShareException"/> with its <see cref="ImageShareException.MsrpStatus"/> if it has one.
/// </summary>
/// <remarks>
/// What is refused before it begins is not shown here, since nothing of it was ever wanted: a message beside one that is not complete (413), one
/// whose first chunk exceeds <see cref="Sessions.MsrpSessionOptions.MaxMessageSize"/> or the limits (413), one that contradicts itself (400). A
/// receiver that wants to know of messages that are too large leaves <see cref="Sessions.MsrpSessionOptions.MaxMessageSize"/> alone and judges
/// <see cref="MsrpMessageInfo.Total"/> in <see cref="BeginAsync"/>.
/// </remarks>
public interface IMsrpMessageReceiver
{
    /// <summary>A message begins. Nothing has been reserved for what it claims to be.</summary>
    ValueTask<MsrpAcceptance> BeginAsync(MsrpMessageInfo message, CancellationToken cancellationToken);

    /// <summary>Bytes of the message. They may come out of order and more than once; the later ones count.</summary>
    /// <param name="offset">Where they belong in the message, counted from 0.</param>
    /// <param name="data">The bytes, in the connection's own memory: valid until the returned task is done.</param>
    /// <param name="cancellationToken">Cancelled when the connection is given up.</param>
    ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken);

    /// <summary>Every byte from the first to the last is there. The sender learns of it when the returned task is done.</summary>
    ValueTask CompleteAsync(long length, CancellationToken cancellationToken);

    /// <summary>The message will not be completed. Called at most once for each message begun and accepted, and never after completion.</summary>
    ValueTask AbortAsync(MsrpAbortReason reason);
}

/// <summary>What is known of a message when its first chunk comes.</summary>
/// <param name="MessageId">Its id; made here when the peer gave none.</param>
/// <param name="ContentType">Its type, null when the peer gave none.</param>
/// <param name="Total">Its length in bytes as the peer claims it; null when it does not.</param>
/// <param name="SuccessReport">Whether the sender wants success reports.</param>
/// <param name="OtherHeaders">The headers beyond those of RFC 4975 itself, such as Content-Disposition.</param>
public sealed record MsrpMessageInfo(
    string MessageId,
    MediaType? ContentType,
    long? Total,
    bool SuccessReport,
    IReadOnlyList<KeyValuePair<string, string>> OtherHeaders);

/// <summary>Whether a message is taken.</summary>
/// <param name="Status">200 to take it; otherwise the status its chunks are answered with, such as 413 or 415.</param>
public readonly record struct MsrpAcceptance(int Status)
{
    /// <summary>The message is taken.</summary>
    public static MsrpAcceptance Accept { get; } = new(200);

    /// <summary>The message is not taken.</summary>
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
    /// <summary>The sender gave it up (<c>#</c>).</summary>
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

    /// <summary>More of it came out of order than <see cref="MsrpLimits.MaxGaps"/> or <see cref="MsrpLimits.MaxReorderBytes"/> allow.</summary>
    TooScattered,
}
