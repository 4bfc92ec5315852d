using System.Buffers;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.Lines;

/// <summary>How every line and field of a description is written, and the checks that keep a value inside its own field.</summary>
internal static class SdpText
{
    public static void WriteLine(IBufferWriter<byte> output, char type, string value)
    {
        SafeText.ThrowIfLineBreaking(value);
        output.WriteByte((byte)type);
        output.WriteByte((byte)'=');
        output.WriteUtf8(value);
        output.WriteLineEnd();
    }

    /// <summary>Writes a field that ends at the next space.</summary>
    /// <exception cref="ImageShareException">The value is empty or would end its field or its line.</exception>
    public static void WriteField(IBufferWriter<byte> output, string value)
    {
        if (string.IsNullOrEmpty(value) || value.AsSpan().ContainsAny(' ', '\t') || SafeText.IsLineBreaking(value))
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue,
                "A field of a session description is empty or holds a space or a line break; give it a value without them.");
        }

        output.WriteUtf8(value);
    }

    public static string Print(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Reads one field and the spaces behind it.</summary>
    public static bool TryReadField(ref AsciiCursor cursor, out ReadOnlySpan<byte> field)
    {
        field = cursor.ReadUntilAny(" \t"u8);
        cursor.SkipWhiteSpace();
        return !field.IsEmpty;
    }

    /// <summary>Reads up to white space that stands outside double quotes; false at the end and when a quote is not closed.</summary>
    public static bool TryReadWord(ref AsciiCursor cursor, out ReadOnlySpan<byte> word)
    {
        ReadOnlySpan<byte> rest = cursor.Rest;
        int length = 0;
        while (length < rest.Length && !Grammar.IsWhiteSpace(rest[length]))
        {
            if (rest[length] == '"')
            {
                int quoted = rest[(length + 1)..].IndexOf((byte)'"');
                if (quoted < 0)
                {
                    word = default;
                    return false;
                }

                length += quoted + 1;
            }

            length++;
        }

        word = rest[..length];
        cursor.Advance(length);
        cursor.SkipWhiteSpace();
        return length > 0;
    }
}
