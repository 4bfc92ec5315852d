using System.Buffers;
using System.Buffers.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>The words and the codecs of <see cref="TransferEncoding"/> (RFC 2045 §6).</summary>
internal static class TransferEncodings
{
    private const int Base64LineLength = 76;

    private static readonly SearchValues<byte> WhiteSpace = SearchValues.Create(" \t\r\n"u8);

    public static string? ToHeaderValue(TransferEncoding encoding) => encoding switch
    {
        TransferEncoding.SevenBit => "7bit",
        TransferEncoding.EightBit => "8bit",
        TransferEncoding.Binary => "binary",
        TransferEncoding.Base64 => "base64",
        TransferEncoding.QuotedPrintable => "quoted-printable",
        _ => null,
    };

    /// <summary>Reads a header value, case and a comment behind it ignored.</summary>
    public static TransferEncoding FromHeaderValue(string value)
    {
        int end = value.AsSpan().IndexOfAny(" \t(;");
        ReadOnlySpan<char> word = end < 0 ? value : value.AsSpan(0, end);
        foreach (TransferEncoding encoding in (ReadOnlySpan<TransferEncoding>)[TransferEncoding.SevenBit, TransferEncoding.EightBit,
            TransferEncoding.Binary, TransferEncoding.Base64, TransferEncoding.QuotedPrintable])
        {
            if (word.Equals(ToHeaderValue(encoding), StringComparison.OrdinalIgnoreCase))
            {
                return encoding;
            }
        }

        return TransferEncoding.Unknown;
    }

    /// <summary>
    /// Decodes base64: white space and line breaks are passed over, anything else that is not of the alphabet is an error, so is
    /// anything behind the padding. Padding that was left out is put back and reported.
    /// </summary>
    public static bool TryDecodeBase64(ReadOnlySpan<byte> text, out byte[] octets, out bool paddingWasMissing)
    {
        // Line by line into one run of the alphabet, which decodes at once and into an array of the right size.
        byte[] run = ArrayPool<byte>.Shared.Rent(text.Length + 2);
        int length = CopyWithoutWhiteSpace(text, run);
        int missing = (4 - (length % 4)) % 4;
        paddingWasMissing = missing > 0;
        octets = [];
        bool isDecodable = missing < 3 && (missing == 0 || !run.AsSpan(0, length).Contains((byte)'='));
        if (isDecodable)
        {
            run.AsSpan(length, missing).Fill((byte)'=');
            length += missing;
            int padding = run.AsSpan(0, length).EndsWith("=="u8) ? 2 : run.AsSpan(0, length).EndsWith("="u8) ? 1 : 0;
            octets = new byte[(length / 4 * 3) - padding];
            isDecodable = Base64.DecodeFromUtf8(run.AsSpan(0, length), octets, out _, out int written) == OperationStatus.Done && written == octets.Length;
        }

        ArrayPool<byte>.Shared.Return(run);
        return isDecodable;
    }

    private static int CopyWithoutWhiteSpace(ReadOnlySpan<byte> text, Span<byte> run)
    {
        int length = 0;
        while (true)
        {
            int end = text.IndexOfAny(WhiteSpace);
            ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
            line.CopyTo(run[length..]);
            length += line.Length;
            if (end < 0)
            {
                return length;
            }

            text = text[(end + 1)..];
        }
    }

    /// <summary>Decodes quoted-printable; an equals sign that escapes nothing stays as it is (RFC 2045 §6.7).</summary>
    public static byte[] DecodeQuotedPrintable(ReadOnlySpan<byte> text)
    {
        // The last line may be one more than those that end.
        byte[] octets = new byte[text.Length + 2];
        int length = 0;
        while (!text.IsEmpty)
        {
            int end = text.IndexOf((byte)'\n');
            length += DecodeQuotedPrintableLine(end < 0 ? text : text[..end], end >= 0, octets.AsSpan(length));
            text = end < 0 ? default : text[(end + 1)..];
        }

        Array.Resize(ref octets, length);
        return octets;
    }

    /// <summary>Decodes one line, given without its LF; the output needs two octets more than the line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="hasEnd">Whether an LF stands behind it.</param>
    /// <param name="octets">Where the decoded octets go, a line end that is not soft among them.</param>
    /// <returns>How many there are.</returns>
    public static int DecodeQuotedPrintableLine(ReadOnlySpan<byte> line, bool hasEnd, Span<byte> octets)
    {
        bool hasCarriageReturn = hasEnd && line.EndsWith("\r"u8);

        // White space at the end of a line was added on the way.
        line = (hasCarriageReturn ? line[..^1] : line).TrimEnd(" \t"u8);
        bool isSoft = line.EndsWith("="u8);
        int length = DecodeEscapes(isSoft ? line[..^1] : line, octets);
        if (!hasEnd || isSoft)
        {
            return length;
        }

        "\r\n"u8[(hasCarriageReturn ? 0 : 1)..].CopyTo(octets[length..]);
        return length + (hasCarriageReturn ? 2 : 1);
    }

    /// <summary>Decodes what holds no line end; returns how many octets that gives.</summary>
    public static int DecodeEscapes(ReadOnlySpan<byte> text, Span<byte> octets)
    {
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '=' && i + 2 < text.Length
                && Convert.FromHexString(text.Slice(i + 1, 2), octets.Slice(length, 1), out _, out _) == OperationStatus.Done)
            {
                length++;
                i += 2;
            }
            else
            {
                octets[length++] = text[i];
            }
        }

        return length;
    }

    /// <summary>Writes base64 in lines of 76 characters, without a line end behind the last one.</summary>
    public static void WriteBase64(IBufferWriter<byte> output, ReadOnlySpan<byte> octets)
    {
        const int OctetsPerLine = Base64LineLength / 4 * 3;
        while (!octets.IsEmpty)
        {
            ReadOnlySpan<byte> line = octets[..Math.Min(OctetsPerLine, octets.Length)];
            octets = octets[line.Length..];
            Base64.EncodeToUtf8(line, output.GetSpan(Base64LineLength), out _, out int written);
            output.Advance(written);
            if (!octets.IsEmpty)
            {
                output.WriteLineEnd();
            }
        }
    }

    /// <summary>Writes quoted-printable with every line break escaped, so that any octets come back as they were.</summary>
    public static void WriteQuotedPrintable(IBufferWriter<byte> output, ReadOnlySpan<byte> octets)
    {
        int column = 0;
        foreach (byte octet in octets)
        {
            bool isPlain = octet is > (byte)' ' and < 127 and not (byte)'=';
            int width = isPlain ? 1 : 3;
            if (column + width > Base64LineLength - 1)
            {
                output.Write("=\r\n"u8);
                column = 0;
            }

            Span<byte> span = output.GetSpan(3);
            span[0] = isPlain ? octet : (byte)'=';
            if (!isPlain)
            {
                Convert.TryToHexString([octet], span[1..], out _);
            }

            output.Advance(width);
            column += width;
        }
    }
}
