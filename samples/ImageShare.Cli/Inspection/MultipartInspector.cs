using System.Text;
using ImageShare.Cli.Terminals;
using ImageShare.Core.Bodies;
using ImageShare.Core.Text;

namespace ImageShare.Cli.Inspection;

/// <summary>Multipart bodies, with or without the header that names their boundary.</summary>
internal static class MultipartInspector
{
    /// <summary>A file: an optional header ending in an empty line, then the body. Without a header, the first line that is not empty is the delimiter.</summary>
    public static IEnumerable<Finding> InspectFile(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        ReadOnlySpan<byte> first = span.TrimStart("\r\n"u8);
        if (first.StartsWith("--"u8))
        {
            int end = first.IndexOfAny((byte)'\r', (byte)'\n');
            ReadOnlySpan<byte> boundary = (end < 0 ? first : first[..end])[2..];
            if (boundary.IsEmpty || boundary.ContainsAny("\"\\\0"u8))
            {
                return [new Finding { Kind = "multipart", Error = "BadBoundary" }];
            }

            string text = Encoding.Latin1.GetString(boundary.TrimEnd(" \t"u8));
            return Inspect(new MediaType("multipart", "mixed", ParameterList.Empty.With("boundary", text, quoted: true)), bytes, 0);
        }

        int headerEnd = span.IndexOf("\r\n\r\n"u8);
        int skip = headerEnd >= 0 ? headerEnd + 4 : span.IndexOf("\n\n"u8) + 2;
        string header = Encoding.UTF8.GetString(headerEnd >= 0 ? span[..headerEnd] : skip > 1 ? span[..(skip - 2)] : span);
        return MediaType.TryParse(Encoding.UTF8.GetBytes(MimeHeader.ContentType(header)), out MediaType? type)
            ? Inspect(type, bytes[Math.Max(skip, 0)..], Math.Max(skip, 0))
            : [new Finding { Kind = "multipart", Error = "MissingContentType" }];
    }

    public static IEnumerable<Finding> Inspect(MediaType type, ReadOnlyMemory<byte> body, long offset)
    {
        MultipartReadResult result = MultipartCodec.Read(type, body);
        if (!result.IsSuccess)
        {
            return [new Finding { Kind = "multipart", Start = type.ToString(), Error = result.Error.ToString(), Offset = offset + result.Offset }];
        }

        var finding = new Finding
        {
            Kind = "multipart",
            Start = type.ToString(),
            Offset = offset,
            BodyLength = body.Length,
            Warnings = [.. result.Warnings.Select(w => new FoundWarning(w.Code.ToString(), offset + w.Offset))],
        };
        foreach (BodyPart part in result.Body.AllParts())
        {
            string content = part.IsDamaged ? "damaged" : Shown.Bytes(part.Content.Length);
            finding.Fields.Add(("part", $"{part.ContentType}, {part.TransferEncoding}, {content}"));
            if (part.ContentId is { } id)
            {
                finding.Fields.Add(("  content id", id));
            }

            if (part.Disposition is { } disposition)
            {
                finding.Fields.Add(("  disposition", disposition.ToString()));
            }
        }

        Finding[] inner = result.Body.FindSessionDescription() is { } sdp ? [SdpInspector.Inspect(sdp.Content, offset + OffsetOf(sdp.Content, body))] : [];
        return [finding, .. inner];
    }

    // Content that had to be decoded lies nowhere in the file: its offsets count from the body's beginning.
    private static int OffsetOf(ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> body) =>
        body.Span.Overlaps(content.Span, out int offset) ? offset : 0;
}
