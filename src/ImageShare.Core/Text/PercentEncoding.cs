using System.Buffers;
using System.Text;

namespace ImageShare.Core.Text;

/// <summary>Percent-encoding (RFC 3986 §2.1): decoded exactly once; an invalid escape is left unchanged.</summary>
internal static class PercentEncoding
{
    public static string Decode(ReadOnlySpan<byte> text)
    {
        if (!text.Contains((byte)'%'))
        {
            return WellKnownText.GetString(text);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(text.Length);
        int length = Decode(text, rented);
        string decoded = Encoding.UTF8.GetString(rented.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(rented);
        return decoded;
    }

    /// <summary>Decodes into <paramref name="destination"/>, which must be at least as long as the text; returns the number of bytes written.</summary>
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && TryDecodeTriplet(text[i..], out byte value))
            {
                destination[length++] = value;
                i += 2;
            }
            else
            {
                destination[length++] = text[i];
            }
        }

        return length;
    }

    public static bool TryDecodeTriplet(ReadOnlySpan<byte> text, out byte value)
    {
        value = 0;
        if (text.Length < 3 || text[0] != '%' || !char.IsAsciiHexDigit((char)text[1]) || !char.IsAsciiHexDigit((char)text[2]))
        {
            return false;
        }

        value = (byte)((HexValue(text[1]) << 4) | HexValue(text[2]));
        return true;
    }

    /// <summary>Writes <paramref name="value"/> as UTF-8, escaping every byte outside <paramref name="unescaped"/>.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<char> value, SearchValues<byte> unescaped)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        ReadOnlySpan<byte> rest = rented.AsSpan(0, Encoding.UTF8.GetBytes(value, rented));
        while (!rest.IsEmpty)
        {
            int special = rest.IndexOfAnyExcept(unescaped);
            if (special < 0)
            {
                output.Write(rest);
                break;
            }

            output.Write(rest[..special]);
            Span<byte> triplet = output.GetSpan(3);
            triplet[0] = (byte)'%';
            triplet[1] = HexDigit(rest[special] >> 4);
            triplet[2] = HexDigit(rest[special] & 15);
            output.Advance(3);
            rest = rest[(special + 1)..];
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'A' + value - 10);
}
