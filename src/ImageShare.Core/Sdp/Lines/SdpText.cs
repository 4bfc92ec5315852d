using System.Buffers;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.Lines;

/// <summary>Reads and writes lines and fields of a description, and checks that no value ends its field or line.</summary>
internal static class SdpText
{
    private const int LongField = 16;

    // What ends a line, and white space.
    private static readonly SearchValues<char> FieldBreaking = SearchValues.Create("\r\n\0 \t");

    public static void WriteLine(IBufferWriter<byte> output, char type, string value)
    {
        SafeText.ThrowIfLineBreaking(value);
        int most = Encoding.UTF8.GetMaxByteCount(value.Length);
        Span<byte> line = output.GetSpan(most + 4);
        line[0] = (byte)type;
        line[1] = (byte)'=';
        int length = 2 + Encoding.UTF8.GetBytes(value, line[2..]);
        line[length] = (byte)'\r';
        line[length + 1] = (byte)'\n';
        output.Advance(length + 2);
    }

    /// <summary>Writes a field that ends at the next space.</summary>
    /// <exception cref="ImageShareException">The value is empty or contains a character that would end its field or line.</exception>
    public static void WriteField(IBufferWriter<byte> output, string value)
    {
        if (string.IsNullOrEmpty(value) || value.AsSpan().ContainsAny(FieldBreaking))
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue,
                "A field of a session description is empty or contains a space or a line break; use a value without them.");
        }

        output.WriteUtf8(value);
    }

    public static string Print(Action<IBufferWriter<byte>> write)
    {
        using ScratchWriter output = ScratchWriter.Rent();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>A field as a string. The words of almost every description need neither a look into the cache nor a new string.</summary>
    public static string ToText(ReadOnlySpan<byte> field) => field.Length switch
    {
        1 when field[0] == '-' => "-",
        2 when field.SequenceEqual("IN"u8) => "IN",
        3 when field.SequenceEqual("IP4"u8) => "IP4",
        7 when field.SequenceEqual("message"u8) => "message",
        8 when field.SequenceEqual("TCP/MSRP"u8) => "TCP/MSRP",
        _ => WellKnownText.GetString(field),
    };

    /// <summary>Reads a field and the spaces after it.</summary>
    public static bool TryReadField(ref AsciiCursor cursor, out ReadOnlySpan<byte> field)
    {
        // Not vectorized at first: most fields are short.
        ReadOnlySpan<byte> rest = cursor.Rest;
        int length = 0;
        while (length < rest.Length && !Grammar.IsWhiteSpace(rest[length]))
        {
            if (++length == LongField)
            {
                int more = rest[length..].IndexOfAny((byte)' ', (byte)'\t');
                length = more < 0 ? rest.Length : length + more;
                break;
            }
        }

        field = rest[..length];
        cursor.Advance(length);
        cursor.SkipWhiteSpace();
        return length > 0;
    }

    /// <summary>Reads up to white space outside double quotes; false at the end, and if a quote is not closed.</summary>
    public static bool TryReadWord(ref AsciiCursor cursor, out ReadOnlySpan<byte> word)
    {
        ReadOnlySpan<byte> rest = cursor.Rest;
        int length = 0;
        while (true)
        {
            int stop = rest[length..].IndexOfAny((byte)' ', (byte)'\t', (byte)'"');
            length = stop < 0 ? rest.Length : length + stop;
            if (length == rest.Length || rest[length] != '"')
            {
                break;
            }

            int quoted = rest[(length + 1)..].IndexOf((byte)'"');
            if (quoted < 0)
            {
                word = default;
                return false;
            }

            length += quoted + 2;
        }

        word = rest[..length];
        cursor.Advance(length);
        cursor.SkipWhiteSpace();
        return length > 0;
    }
}
