using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>
/// Writes requests and responses: To-Path and From-Path first, Content-Type last, one space after each colon (RFC 4975 §9).
/// The body of a SEND is written by the caller between <see cref="WriteSendHead"/> and <see cref="WriteEndLine"/>; it must not hold the
/// end-line of its transaction. Stateless.
/// </summary>
public static class MsrpWriter
{
    /// <summary>
    /// Writes the head of a SEND. With a Content-Type it ends with the empty line and a body may follow; without one
    /// the end-line must follow at once.
    /// </summary>
    /// <param name="output">Where to write.</param>
    /// <param name="transactionId">4 to 32 letters, digits and <c>. - + % =</c>.</param>
    /// <param name="headers">What the chunks of the message have in common.</param>
    /// <param name="range">The chunk's place in the message; <see cref="ByteRange.Empty"/> without a body (RFC 4975 §7.1.1).</param>
    /// <exception cref="ArgumentException">The transaction id has the wrong form.</exception>
    public static void WriteSendHead(IBufferWriter<byte> output, ReadOnlySpan<byte> transactionId, MsrpSendHeaders headers, ByteRange range)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(headers);
        ThrowIfNoId(transactionId);
        Span<byte> span = output.GetSpan(headers.MaxHeadLength(transactionId.Length));
        output.Advance(headers.FormatHead(span, transactionId, range));
    }

    /// <summary>Writes the end-line.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="transactionId">The id of the start line.</param>
    /// <param name="continuation">What becomes of the message.</param>
    /// <param name="afterBody">Whether the head had a Content-Type: the end-line is then set off by CRLF, even from an empty body.</param>
    public static void WriteEndLine(IBufferWriter<byte> output, ReadOnlySpan<byte> transactionId, MsrpContinuation continuation, bool afterBody)
    {
        ArgumentNullException.ThrowIfNull(output);
        Span<byte> span = output.GetSpan(transactionId.Length + 12);
        output.Advance(FormatEndLine(span, transactionId, continuation, afterBody));
    }

    /// <summary>Writes a SEND without a body, which binds or keeps a connection and is never shown to anyone (RFC 4975 §7.1).</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="transactionId">The id of the request.</param>
    /// <param name="headers">Its paths and Message-ID.</param>
    public static void WriteEmptySend(IBufferWriter<byte> output, ReadOnlySpan<byte> transactionId, MsrpSendHeaders headers)
    {
        WriteSendHead(output, transactionId, headers, ByteRange.Empty);
        WriteEndLine(output, transactionId, MsrpContinuation.Complete, afterBody: false);
    }

    /// <summary>Writes a response (RFC 4975 §7.2).</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="transactionId">The id of the request.</param>
    /// <param name="to">The first URI of a SEND's From-Path, the whole From-Path of any other request.</param>
    /// <param name="from">The URI this side has in the session.</param>
    /// <param name="status">The status code, three digits.</param>
    /// <param name="comment">A text for people; null for none.</param>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: the comment holds a line break.</exception>
    public static void WriteResponse(
        IBufferWriter<byte> output, ReadOnlySpan<byte> transactionId, MsrpPath to, MsrpPath from, int status, string? comment = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(from);
        SafeText.ThrowIfLineBreaking(comment);
        WriteStart(output, transactionId);
        MsrpReportStatus.WriteThreeDigits(output, status);
        if (!string.IsNullOrEmpty(comment))
        {
            output.WriteByte((byte)' ');
            output.WriteUtf8(comment);
        }

        WritePaths(output, to, from);
        WriteEndLine(output, transactionId, MsrpContinuation.Complete, afterBody: false);
    }

    /// <summary>Writes a REPORT without a body (RFC 4975 §7.1.2).</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="transactionId">A fresh id; a REPORT is never answered.</param>
    /// <param name="to">The whole From-Path of the SEND.</param>
    /// <param name="from">The path back to this side.</param>
    /// <param name="messageId">The Message-ID of the SEND.</param>
    /// <param name="range">The bytes reported on.</param>
    /// <param name="status">What became of them.</param>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: a text holds a line break.</exception>
    public static void WriteReport(
        IBufferWriter<byte> output,
        ReadOnlySpan<byte> transactionId,
        MsrpPath to,
        MsrpPath from,
        string messageId,
        ByteRange range,
        MsrpReportStatus status)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(from);
        ArgumentException.ThrowIfNullOrEmpty(messageId);
        ArgumentNullException.ThrowIfNull(status);
        SafeText.ThrowIfLineBreaking(messageId);
        WriteStart(output, transactionId);
        output.Write("REPORT"u8);
        WritePaths(output, to, from);
        output.Write("Message-ID: "u8);
        output.WriteUtf8(messageId);
        output.Write("\r\nByte-Range: "u8);
        range.Write(output);
        output.Write("\r\nStatus: "u8);
        status.Write(output);
        output.WriteLineEnd();
        WriteEndLine(output, transactionId, MsrpContinuation.Complete, afterBody: false);
    }

    /// <summary>The bytes an end-line can take at most beyond its id: CRLF, hyphens, sign, CRLF.</summary>
    internal const int EndLineOverhead = 12;

    /// <summary>Writes an end-line into <paramref name="destination"/>; returns the bytes written.</summary>
    internal static int FormatEndLine(Span<byte> destination, ReadOnlySpan<byte> transactionId, MsrpContinuation continuation, bool afterBody)
    {
        ReadOnlySpan<byte> lead = "\r\n-------"u8;
        if (!afterBody)
        {
            lead = lead[2..];
        }

        lead.CopyTo(destination);
        int length = lead.Length;
        transactionId.CopyTo(destination[length..]);
        length += transactionId.Length;
        destination[length++] = continuation.ToSign();
        destination[length++] = (byte)'\r';
        destination[length++] = (byte)'\n';
        return length;
    }

    private static void WriteStart(IBufferWriter<byte> output, ReadOnlySpan<byte> transactionId)
    {
        if (transactionId.ContainsAny(Grammar.LineBreaking))
        {
            ThrowIfNoId(transactionId);
        }

        output.Write("MSRP "u8);
        output.Write(transactionId);
        output.WriteByte((byte)' ');
    }

    private static void WritePaths(IBufferWriter<byte> output, MsrpPath to, MsrpPath from)
    {
        output.Write("\r\nTo-Path: "u8);
        to.Write(output);
        output.Write("\r\nFrom-Path: "u8);
        from.Write(output);
        output.WriteLineEnd();
    }

    private static void ThrowIfNoId(ReadOnlySpan<byte> transactionId)
    {
        if (!MsrpIdent.IsValid(transactionId, MsrpIdent.MaxWrittenLength))
        {
            throw new ArgumentException("A transaction id has 4 to 32 letters, digits and . - + % =, and begins with a letter or digit.", nameof(transactionId));
        }
    }
}
