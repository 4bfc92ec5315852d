using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using ImageShare.Core.Text;
using MimeKit;

namespace ImageShare.Core.Bodies;

/// <summary>Writes multipart bodies with MimeKit. Header values are written unchanged on a single line.</summary>
internal static class MultipartWriter
{
    private const int HeaderRoom = 256;

    private static readonly FormatOptions Lines = Create();

    public static void Write(MultipartBody body, IBufferWriter<byte> output)
    {
        using Multipart multipart = ToMultipart(body, depth: 1);

        // Estimate for base64, the longest common encoding, and header lines.
        using var stream = new MemoryStream(body.AllParts().Sum(static part => HeaderRoom + (part.Content.Length * 3 / 2)));
        multipart.WriteTo(Lines, stream, contentOnly: true, CancellationToken.None);
        output.Write(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <summary>Writes the header fields of a part and the empty line after them.</summary>
    public static void WriteHeaders(BodyPart part, IBufferWriter<byte> output)
    {
        var headers = new HeaderList();
        Fill(headers, part);
        using var stream = new MemoryStream();
        headers.WriteTo(Lines, stream, CancellationToken.None);
        output.Write(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <exception cref="ImageShareException">The value contains a line break, or the name is not a token.</exception>
    public static void ThrowIfNoHeader(string name, string value)
    {
        SafeText.ThrowIfLineBreaking(value);
        if (!Grammar.IsMimeToken(name))
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "The name of a header field is not a token; use letters, digits and dashes.");
        }
    }

    private static Multipart ToMultipart(MultipartBody body, int depth)
    {
        if (body.Parts.IsEmpty || depth > MultipartLimits.DeepestNesting)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "A multipart body has no parts or is nested too deeply; add a part, or reduce the nesting.");
        }

        string? boundary = body.ContentType.Parameters.GetValue("boundary");
        Boundary.ThrowIfUnusable(boundary, body.Parts);
        var multipart = new Multipart(body.ContentType.Subtype) { Boundary = boundary! };
        foreach (BodyPart part in body.Parts)
        {
            MimeEntity entity = part.Multipart is { } inner ? ToMultipart(inner, depth + 1) : ToEntity(part);
            Fill(entity.Headers, part);
            multipart.Add(entity);
        }

        return multipart;
    }

    private static AsItIs ToEntity(BodyPart part)
    {
        ReadOnlyMemory<byte> bytes = part.TransferEncoding is TransferEncoding.QuotedPrintable ? EscapeAll(part.Content.Span) : part.Content;
        MemoryStream content = MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);
        return new AsItIs { Content = new MimeContent(content) };
    }

    // MimeKit's quoted-printable encoder is for text and would turn LF into CRLF; this one preserves every byte.
    private static ReadOnlyMemory<byte> EscapeAll(ReadOnlySpan<byte> bytes)
    {
        const int LineLength = 75;
        var output = new ArrayBufferWriter<byte>(Math.Max(1, bytes.Length));
        int column = 0;
        foreach (byte value in bytes)
        {
            bool isPlain = value is > (byte)' ' and < 127 and not (byte)'=';
            if (column + (isPlain ? 1 : 3) > LineLength)
            {
                output.Write("=\r\n"u8);
                column = 0;
            }

            output.WriteUtf8(isPlain ? ((char)value).ToString() : $"={value:X2}");
            column += isPlain ? 1 : 3;
        }

        return output.WrittenMemory;
    }

    private static void Fill(HeaderList headers, BodyPart part)
    {
        headers.Clear();
        Add(headers, "Content-Type", part.ContentType.ToString());
        if (ToHeaderValue(part.TransferEncoding) is { } encoding)
        {
            Add(headers, "Content-Transfer-Encoding", encoding);
        }

        if (part.ContentId is { } contentId)
        {
            if (!ContentIdUrl.IsContentId(contentId))
            {
                throw new ImageShareException(ImageShareError.InvalidValue, "A Content-ID is empty or contains brackets or spaces; use one like 'random@host'.");
            }

            Add(headers, "Content-ID", $"<{contentId}>");
        }

        if (part.Disposition is { } disposition)
        {
            Add(headers, "Content-Disposition", disposition.ToString());
        }

        foreach (BodyHeader header in part.OtherHeaders)
        {
            // Content-Length is meaningless in a part (RFC 5547 erratum 3190) and is not passed on.
            if (!header.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                Add(headers, header.Name, header.Value);
            }
        }
    }

    private static void Add(HeaderList headers, string name, string value)
    {
        ThrowIfNoHeader(name, value);
        headers.Add(new Line(name, value));
    }

    private static string? ToHeaderValue(TransferEncoding encoding) => encoding switch
    {
        TransferEncoding.SevenBit => "7bit",
        TransferEncoding.EightBit => "8bit",
        TransferEncoding.Binary => "binary",
        TransferEncoding.Base64 => "base64",
        TransferEncoding.QuotedPrintable => "quoted-printable",
        _ => null,
    };

    private static HeaderId IdOf(string name) => name.ToUpperInvariant() switch
    {
        "CONTENT-TYPE" => HeaderId.ContentType,
        "CONTENT-TRANSFER-ENCODING" => HeaderId.ContentTransferEncoding,
        _ => HeaderId.Unknown,
    };

    private static FormatOptions Create()
    {
        FormatOptions options = FormatOptions.Default.Clone();
        options.NewLineFormat = NewLineFormat.Dos;
        return options;
    }

    /// <summary>A header field on a single line, with its value unchanged.</summary>
    private sealed class Line(string name, string value)
        : Header(ParserOptions.Default, IdOf(name), name, Encoding.ASCII.GetBytes(name), Encoding.UTF8.GetBytes($" {value}\r\n"));

    /// <summary>
    /// A part whose content is written unchanged, unless it is base64. MimeKit would normalize line ends unless the encoding is binary, which
    /// a session description does not declare.
    /// </summary>
    private sealed class AsItIs : MimePart
    {
        public override void WriteTo(FormatOptions options, Stream stream, bool contentOnly, CancellationToken cancellationToken = default)
        {
            if (ContentTransferEncoding is ContentEncoding.Base64)
            {
                base.WriteTo(options, stream, contentOnly, cancellationToken);
                return;
            }

            if (!contentOnly)
            {
                Headers.WriteTo(options, stream, cancellationToken);
            }

            Content!.Stream!.CopyTo(stream);
        }
    }
}
