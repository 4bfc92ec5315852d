using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>
/// The library's own reader and writer of multipart bodies (RFC 2046 §5.1). It matches whole delimiter lines, reads what peers send
/// with warnings instead of refusing it, and leaves the octets of binary parts alone. Holds no state: all calls may overlap.
/// </summary>
public sealed class MultipartCodec : IMultipartCodec
{
    /// <summary>The codec; one is enough.</summary>
    public static MultipartCodec Default { get; } = new();

    /// <inheritdoc/>
    public MultipartReadResult Read(MediaType contentType, ReadOnlyMemory<byte> body, MultipartLimits limits)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        ArgumentNullException.ThrowIfNull(limits);
        return contentType.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase)
            ? new MultipartReader(body, limits).Read(contentType)
            : new MultipartReadResult(MultipartError.NotMultipart, 0, null, []);
    }

    /// <inheritdoc/>
    public void Write(MultipartBody body, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(output);
        WriteLevel(body, output, depth: 1);
        output.WriteLineEnd();
    }

    private static void WriteLevel(MultipartBody body, IBufferWriter<byte> output, int depth)
    {
        if (body.Parts.IsEmpty || depth > MultipartLimits.DeepestNesting)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "A multipart body has no parts, or is nested too deeply; give it at least one part.");
        }

        string? boundary = body.ContentType.Parameters.GetValue("boundary");
        Boundary.ThrowIfUnusable(boundary, body.Parts);
        foreach (BodyPart part in body.Parts)
        {
            output.WriteUtf8("--");
            output.WriteUtf8(boundary);
            output.WriteLineEnd();
            WriteHeaders(output, part);
            output.WriteLineEnd();
            WriteContent(part, output, depth);
            output.WriteLineEnd();
        }

        output.WriteUtf8("--");
        output.WriteUtf8(boundary);
        output.WriteUtf8("--");
    }

    /// <summary>Writes the header lines of a part, without the empty line behind them.</summary>
    internal static void WriteHeaders(IBufferWriter<byte> output, BodyPart part)
    {
        output.Write("Content-Type: "u8);
        part.ContentType.Write(output);
        output.WriteLineEnd();
        if (TransferEncodings.ToHeaderValue(part.TransferEncoding) is { } encoding)
        {
            WriteHeader(output, "Content-Transfer-Encoding", encoding);
        }

        if (part.ContentId is { } contentId)
        {
            if (contentId.AsSpan().ContainsAny("<> \t") || contentId.Length == 0)
            {
                throw new ImageShareException(ImageShareError.InvalidValue, "A Content-ID is empty or holds brackets or spaces; use one like 'random@host'.");
            }

            WriteHeader(output, "Content-ID", $"<{contentId}>");
        }

        if (part.Disposition is { } disposition)
        {
            output.Write("Content-Disposition: "u8);
            disposition.Write(output);
            output.WriteLineEnd();
        }

        foreach (BodyHeader header in part.OtherHeaders)
        {
            // A length has no meaning here (RFC 5547 erratum 3190), so one that was read is not passed on.
            if (!header.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                WriteHeader(output, header.Name, header.Value);
            }
        }
    }

    private static void WriteContent(BodyPart part, IBufferWriter<byte> output, int depth)
    {
        if (part.Multipart is { } inner)
        {
            WriteLevel(inner, output, depth + 1);
        }
        else if (part.TransferEncoding == TransferEncoding.Base64)
        {
            TransferEncodings.WriteBase64(output, part.Content.Span);
        }
        else if (part.TransferEncoding == TransferEncoding.QuotedPrintable)
        {
            TransferEncodings.WriteQuotedPrintable(output, part.Content.Span);
        }
        else
        {
            output.Write(part.Content.Span);
        }
    }

    internal static void WriteHeader(IBufferWriter<byte> output, string name, string value)
    {
        SafeText.ThrowIfLineBreaking(value);
        if (name.Length == 0 || name.Any(c => c > 126 || !Grammar.MimeToken.Contains((byte)c)))
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "The name of a header field is no token; use letters, digits and dashes.");
        }

        output.WriteUtf8(name);
        output.Write(": "u8);
        output.WriteUtf8(value);
        output.WriteLineEnd();
    }
}
