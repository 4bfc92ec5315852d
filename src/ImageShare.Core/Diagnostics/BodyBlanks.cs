using System.Buffers;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Diagnostics;

/// <summary>
/// Overwrites with dots what may be an image in the body of a SIP message: everything but descriptions and texts. The length stays, so that Content-Length does,
/// and the parts of a multipart body can still be told apart. Stateless.
/// </summary>
internal static class BodyBlanks
{
    /// <summary>The bytes of text.</summary>
    public static readonly SearchValues<byte> Text = SearchValues.Create([(byte)'\t', (byte)'\r', (byte)'\n', .. Enumerable.Range(' ', 95).Select(static c => (byte)c)]);

    private static readonly SearchValues<byte> EndOfValue = SearchValues.Create("; \t\r"u8);

    /// <summary>Overwrites in place.</summary>
    /// <returns>How many bytes.</returns>
    public static int Blank(Span<byte> message)
    {
        int head = message.IndexOf("\r\n\r\n"u8);
        if (head >= 0)
        {
            return BlankBody(message[(head + 4)..], message[..(head + 2)], depth: 0);
        }

        // A message that was not read because its lines do not end in CR LF has a body all the same.
        int body = message.IndexOf("\n\n"u8);
        return body < 0 ? 0 : Fill(message[(body + 2)..]);
    }

    private static int BlankBody(Span<byte> body, ReadOnlySpan<byte> headers, int depth)
    {
        ReadOnlySpan<byte> type = ValueOf(headers, "Content-Type"u8, depth == 0 ? "c"u8 : default);
        if (type.IsEmpty || IsKept(type))
        {
            // A part without a type is text (RFC 2046 §5.1); it is kept as far as it is text.
            return type.IsEmpty && body.ContainsAnyExcept(Text) ? Fill(body) : 0;
        }

        // Nested deeper than anything sends: nothing is shown.
        byte[]? boundary = depth < 4 && StartsWith(type, "multipart/"u8) ? BoundaryOf(type) : null;
        return boundary is null ? Fill(body) : BlankParts(body, boundary, depth);
    }

    private static int BlankParts(Span<byte> body, byte[] delimiter, int depth)
    {
        int blanked = 0;
        int at = body.StartsWith(delimiter) ? 0 : Next(body, 0, delimiter);
        while (at >= 0)
        {
            int start = at + delimiter.Length;
            int end = Next(body, start, delimiter);
            Span<byte> part = body[start..(end < 0 ? body.Length : end - 2)];
            int head = part.IndexOf("\r\n\r\n"u8);
            if (head >= 0)
            {
                blanked += BlankBody(part[(head + 4)..], part[..(head + 2)], depth + 1);
            }

            at = end;
        }

        return blanked;
    }

    // Where the next delimiter line begins.
    private static int Next(ReadOnlySpan<byte> body, int from, byte[] delimiter)
    {
        while (true)
        {
            int at = body[from..].IndexOf(delimiter);
            if (at < 0)
            {
                return -1;
            }

            at += from;
            if (at >= 2 && body[at - 2] == '\r' && body[at - 1] == '\n')
            {
                return at;
            }

            from = at + 1;
        }
    }

    private static int Fill(Span<byte> body)
    {
        body.Fill((byte)'.');
        return body.Length;
    }

    private static bool IsKept(ReadOnlySpan<byte> type) =>
        StartsWith(type, "text/"u8) || StartsWith(type, "application/sdp"u8) || StartsWith(type, "message/sipfrag"u8) || IsXml(type);

    private static bool IsXml(ReadOnlySpan<byte> type)
    {
        int end = type.IndexOfAny(EndOfValue);
        return (end < 0 ? type : type[..end]).EndsWith("+xml"u8) && StartsWith(type, "application/"u8);
    }

    private static bool StartsWith(ReadOnlySpan<byte> value, ReadOnlySpan<byte> start) => value.Length >= start.Length && Ascii.EqualsIgnoreCase(value[..start.Length], start);

    // The delimiter: two hyphens and the parameter boundary (RFC 2046 §5.1.1).
    private static byte[]? BoundaryOf(ReadOnlySpan<byte> type)
    {
        string text = Encoding.Latin1.GetString(type);
        int at = text.IndexOf("boundary=", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        string value = text[(at + "boundary=".Length)..];
        value = value.StartsWith('"') ? value[1..].Split('"')[0] : value.Split(';', ' ', '\t')[0];
        return value.Length == 0 ? null : Encoding.Latin1.GetBytes("--" + value.Trim());
    }

    // The value of a header, folded lines joined, without line ends.
    private static byte[] ValueOf(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> name, ReadOnlySpan<byte> compact)
    {
        var value = new ArrayBufferWriter<byte>();
        bool isFound = false;
        foreach (Range range in headers.Split("\r\n"u8))
        {
            ReadOnlySpan<byte> line = headers[range];
            if (!line.IsEmpty && Grammar.IsWhiteSpace(line[0]))
            {
                value.Write(isFound ? line : default);
                continue;
            }

            if (isFound)
            {
                break;
            }

            int colon = line.IndexOf((byte)':');
            ReadOnlySpan<byte> found = Grammar.TrimWhiteSpace(line[..Math.Max(colon, 0)]);
            isFound = colon > 0 && (Ascii.EqualsIgnoreCase(found, name) || (!compact.IsEmpty && Ascii.EqualsIgnoreCase(found, compact)));
            value.Write(isFound ? Grammar.TrimWhiteSpace(line[(colon + 1)..]) : default);
        }

        return value.WrittenSpan.ToArray();
    }
}
