using System.Buffers;

namespace ImageShare.Core.Text;

/// <summary>Escaping of quoted-string (RFC 3261 §25.1; the same in RFC 2045 headers).</summary>
internal static class QuotedString
{
    /// <summary>Unescapes the text between the quotes.</summary>
    public static string Unescape(ReadOnlySpan<byte> inner)
    {
        if (!inner.Contains((byte)'\\'))
        {
            return WellKnownText.GetString(inner);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(inner.Length);
        int length = 0;
        for (int i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '\\' && i + 1 < inner.Length)
            {
                i++;
            }

            rented[length++] = inner[i];
        }

        string text = System.Text.Encoding.UTF8.GetString(rented.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(rented);
        return text;
    }

    /// <summary>Escapes quotes and backslashes in <paramref name="value"/>, without adding quotes.</summary>
    public static string Escape(string value) => value.AsSpan().ContainsAny('"', '\\')
        ? value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        : value;

    /// <summary>Writes <paramref name="value"/> in quotes, with quotes and backslashes escaped.</summary>
    /// <exception cref="ImageShareException">The value contains CR, LF or NUL, which a quoted-string cannot represent.</exception>
    public static void Write(IBufferWriter<byte> output, string value)
    {
        SafeText.ThrowIfLineBreaking(value);
        output.WriteByte((byte)'"');
        ReadOnlySpan<char> rest = value;
        while (true)
        {
            int special = rest.IndexOfAny('"', '\\');
            if (special < 0)
            {
                output.WriteUtf8(rest);
                break;
            }

            output.WriteUtf8(rest[..special]);
            output.WriteByte((byte)'\\');
            output.WriteByte((byte)rest[special]);
            rest = rest[(special + 1)..];
        }

        output.WriteByte((byte)'"');
    }
}
