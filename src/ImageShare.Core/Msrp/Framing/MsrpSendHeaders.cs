using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>
/// What all chunks of one message have in common (RFC 4975 §7.1.1), encoded once: a head then costs two copies, an id and a range.
/// Immutable.
/// </summary>
public sealed class MsrpSendHeaders
{
    /// <summary>The index of the transaction id in a head.</summary>
    internal const int IdStart = 5;

    private readonly byte[] _beforeRange;
    private readonly byte[] _afterRange;

    /// <summary>Encodes the headers.</summary>
    /// <param name="to">The whole path to the peer, in its order.</param>
    /// <param name="from">The path back to this side.</param>
    /// <param name="messageId">The id of the message; null makes one of 128 random bits.</param>
    /// <param name="contentType">The type of the body; null for a SEND without a body.</param>
    /// <param name="successReport">Whether success reports are wanted.</param>
    /// <param name="failureReport">Which responses are wanted; yes is what a missing header means, so it is not written.</param>
    /// <param name="contentDisposition">The value of Content-Disposition (RFC 2183); null for none.</param>
    /// <exception cref="ArgumentException">The id has the wrong form, or the disposition holds a line break or more than 4,096 characters.</exception>
    public MsrpSendHeaders(
        MsrpPath to,
        MsrpPath from,
        string? messageId = null,
        MediaType? contentType = null,
        bool successReport = false,
        MsrpFailureReport failureReport = MsrpFailureReport.Yes,
        string? contentDisposition = null)
    {
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(from);
        MessageId = messageId ?? MsrpIdent.NewMessageId();
        MsrpIdent.ThrowIfInvalid(MessageId, nameof(messageId));
        To = to;
        From = from;
        ContentType = contentType;
        SuccessReport = successReport;
        FailureReport = failureReport;
        ContentDisposition = contentDisposition is null ? null : CheckedDisposition(contentDisposition, contentType);

        _beforeRange = EncodeBeforeRange();
        _afterRange = EncodeAfterRange();
    }

    /// <summary>The path to the peer.</summary>
    public MsrpPath To { get; }

    /// <summary>The path back.</summary>
    public MsrpPath From { get; }

    /// <summary>The id of the message.</summary>
    public string MessageId { get; }

    /// <summary>The type of the body, null for a SEND without one.</summary>
    public MediaType? ContentType { get; }

    /// <summary>Whether success reports are wanted.</summary>
    public bool SuccessReport { get; }

    /// <summary>Which responses are wanted.</summary>
    public MsrpFailureReport FailureReport { get; }

    /// <summary>The value of Content-Disposition; null for none.</summary>
    public string? ContentDisposition { get; }

    /// <summary>The same message over another path.</summary>
    internal MsrpSendHeaders WithPath(MsrpPath to) => new(to, From, MessageId, ContentType, SuccessReport, FailureReport, ContentDisposition);

    /// <summary>The headers of the chunks after the first: Content-Disposition is needed only once.</summary>
    internal MsrpSendHeaders WithoutDisposition() =>
        ContentDisposition is null ? this : new(To, From, MessageId, ContentType, SuccessReport, FailureReport);

    // Half of the default MaxHeadBytes of a receiver.
    private static string CheckedDisposition(string value, MediaType? contentType)
    {
        if (contentType is null)
        {
            throw new ArgumentException("Without a body there is nothing to be disposed of.", nameof(value));
        }

        return value.Length is > 0 and <= 4096 && !value.Any(char.IsControl)
            ? value
            : throw new ArgumentException("A Content-Disposition has 1 to 4096 characters, and no control characters.", nameof(value));
    }

    /// <summary>Room enough for any head of this message.</summary>
    internal int MaxHeadLength(int idLength) => IdStart + idLength + _beforeRange.Length + ByteRange.MaxLength + _afterRange.Length;

    /// <summary>Writes a head into <paramref name="destination"/>; returns the bytes written.</summary>
    internal int FormatHead(Span<byte> destination, ReadOnlySpan<byte> transactionId, ByteRange range)
    {
        "MSRP "u8.CopyTo(destination);
        int length = IdStart;
        transactionId.CopyTo(destination[length..]);
        length += transactionId.Length;
        _beforeRange.CopyTo(destination[length..]);
        length += _beforeRange.Length;
        length += range.Format(destination[length..]);
        _afterRange.CopyTo(destination[length..]);
        return length + _afterRange.Length;
    }

    private byte[] EncodeBeforeRange()
    {
        using ScratchWriter output = ScratchWriter.Rent();
        output.Write(" SEND\r\nTo-Path: "u8);
        To.Write(output);
        output.Write("\r\nFrom-Path: "u8);
        From.Write(output);
        output.Write("\r\nMessage-ID: "u8);
        output.WriteUtf8(MessageId);
        output.Write("\r\nByte-Range: "u8);
        return output.WrittenSpan.ToArray();
    }

    private byte[] EncodeAfterRange()
    {
        using ScratchWriter output = ScratchWriter.Rent();
        output.WriteLineEnd();
        if (SuccessReport)
        {
            output.Write("Success-Report: yes\r\n"u8);
        }

        if (FailureReport != MsrpFailureReport.Yes)
        {
            output.Write(FailureReport == MsrpFailureReport.No ? "Failure-Report: no\r\n"u8 : "Failure-Report: partial\r\n"u8);
        }

        if (ContentDisposition is not null)
        {
            output.Write("Content-Disposition: "u8);
            output.WriteUtf8(ContentDisposition);
            output.WriteLineEnd();
        }

        if (ContentType is not null)
        {
            // The last of all (RFC 4975 §9).
            output.Write("Content-Type: "u8);
            ContentType.Write(output);
            output.Write("\r\n\r\n"u8);
        }

        return output.WrittenSpan.ToArray();
    }
}
