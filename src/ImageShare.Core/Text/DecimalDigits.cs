using System.Buffers.Binary;
using System.Numerics;

namespace ImageShare.Core.Text;

/// <summary>Reads decimal numbers, eight digits at a time: each chunk header contains three large numbers.</summary>
internal static class DecimalDigits
{
    private const int AtOnce = sizeof(ulong);

    /// <summary>Reads the leading digits.</summary>
    /// <param name="text">The digits and any following text.</param>
    /// <param name="value">0 to 2^63-1.</param>
    /// <returns>The number of digits; 0 if there is none or the number is too large.</returns>
    public static int Read(ReadOnlySpan<byte> text, out long value)
    {
        int length = 0;
        value = 0;
        if (text.Length >= AtOnce && (length = ReadEight(BinaryPrimitives.ReadUInt64LittleEndian(text), out value)) < AtOnce)
        {
            return length;
        }

        long number = value;
        for (; length < text.Length && Grammar.IsDigit(text[length]); length++)
        {
            if (number > long.MaxValue / 10 || (number = (number * 10) + (text[length] - '0')) < 0)
            {
                value = 0;
                return 0;
            }
        }

        value = number;
        return length;
    }

    // The first byte of the text is the least significant one.
    private static int ReadEight(ulong bytes, out long value)
    {
        // Sets the high bit of each byte that is not a digit. A carry only affects bytes after the first such byte.
        ulong digits = bytes ^ 0x3030303030303030;
        ulong others = ((digits + 0x7676767676767676) | digits) & 0x8080808080808080;
        int length = BitOperations.TrailingZeroCount(others) / 8;
        if (length == 0)
        {
            value = 0;
            return 0;
        }

        // Replace the following bytes by leading zeros; then combine pairs, groups of four, and all eight.
        digits <<= (AtOnce - length) * 8;
        digits = (digits * 10) + (digits >> 8);
        value = (long)((((digits & 0x000000FF000000FF) * 0x000F424000000064) + (((digits >> 16) & 0x000000FF000000FF) * 0x0000271000000001)) >> 32);
        return length;
    }
}
