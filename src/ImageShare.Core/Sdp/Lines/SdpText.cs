using System.Buffers;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.Lines;

/// <summary>Reads and writes lines and fields of a description, and checks that no value ends its field or line.</summary>
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
    /// <exception cref="ImageShareException">The value is empty or contains a character that would end its field or line.</exception>
    public static void WriteField(IBufferWriter<byte> output, string value)
    {
        if (string.IsNullOrEmpty(value) || value.AsSpan().ContainsAny(' ', '\t') || SafeText.IsLineBreaking(value))
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

    /// <summary>Reads a field and the spaces after it.</summary>
    public static bool TryReadField(ref AsciiCursor cursor, out ReadOnlySpan<byte> field)
    {
        field = cursor.ReadUntilAny(" \t"u8);
        cursor.SkipWhiteSpace();
        return !field.IsEmpty;
    }

    /// <summary>Reads up to white space outside double quotes; false at the end, and if a quote is not closed.</summary>
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
