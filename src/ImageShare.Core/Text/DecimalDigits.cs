using System.Buffers.Binary;
using System.Numerics;

namespace ImageShare.Core.Text;

/// <summary>Reads numbers of digits only. Eight digits are taken at a time: three numbers of many stand in the head of each chunk.</summary>
internal static class DecimalDigits
{
    private const int AtOnce = sizeof(ulong);

    /// <summary>Reads the digits at the front.</summary>
    /// <param name="text">The digits and whatever follows them.</param>
    /// <param name="value">0 to 2^63-1.</param>
    /// <returns>How many digits there are; 0 when there is none, or when the number is larger.</returns>
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

    // The first octet of the text is the lowest of the eight.
    private static int ReadEight(ulong octets, out long value)
    {
        // The high bit of each octet that is no digit; a carry only reaches those behind the first such octet.
        ulong digits = octets ^ 0x3030303030303030;
        ulong others = ((digits + 0x7676767676767676) | digits) & 0x8080808080808080;
        int length = BitOperations.TrailingZeroCount(others) / 8;
        if (length == 0)
        {
            value = 0;
            return 0;
        }

        // Zeros in front instead of what follows; then pairs, fours and all eight are put together.
        digits <<= (AtOnce - length) * 8;
        digits = (digits * 10) + (digits >> 8);
        value = (long)((((digits & 0x000000FF000000FF) * 0x000F424000000064) + (((digits >> 16) & 0x000000FF000000FF) * 0x0000271000000001)) >> 32);
        return length;
    }
}
