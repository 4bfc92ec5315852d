using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp;

/// <summary>
/// The Byte-Range header, <c>start-end/total</c> (RFC 4975 §7.1.1). Positions count from 1. What a peer writes as end is a
/// promise only: the length of a chunk is that of its data.
/// </summary>
/// <param name="Start">The position of the chunk's first byte in the message, at least 1.</param>
/// <param name="End">The position of its last byte; null is <c>*</c>: not known, or the chunk may be interrupted.</param>
/// <param name="Total">The bytes of the whole message; null is <c>*</c>: not known.</param>
public readonly record struct ByteRange(long Start, long? End, long? Total)
{
    /// <summary>The longest a range can be: three numbers of 19 digits.</summary>
    internal const int MaxLength = 59;

    /// <summary>The range of a message without bytes, and of a SEND without a body: <c>1-0/0</c>.</summary>
    public static ByteRange Empty { get; } = new(1, 0, 0);

    /// <summary>Byte-Range = range-start "-" range-end "/" total: all of the text must match; false for a start of 0 and for numbers above 2^63-1.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ByteRange value) => TryReadFront(text, out value, out int length) && length == text.Length;

    /// <summary>As <see cref="TryParse"/>, for a range something may follow.</summary>
    internal static bool TryReadFront(ReadOnlySpan<byte> text, out ByteRange value, out int length)
    {
        value = default;
        length = DecimalDigits.Read(text, out long start);
        if (start < 1
            || !TrySkip(text, (byte)'-', ref length)
            || !TryReadOrStar(text, ref length, out long? end)
            || !TrySkip(text, (byte)'/', ref length)
            || !TryReadOrStar(text, ref length, out long? total))
        {
            return false;
        }

        value = new ByteRange(start, end, total);
        return true;
    }

    /// <summary>Writes the range.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Advance(Format(output.GetSpan(MaxLength)));
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[MaxLength + 1];
        return System.Text.Encoding.ASCII.GetString(bytes[..Format(bytes)]);
    }

    /// <summary>Writes into <paramref name="destination"/>, at least <see cref="MaxLength"/> long; returns the bytes written.</summary>
    internal int Format(Span<byte> destination)
    {
        int length = FormatNumber(destination, Start);
        destination[length++] = (byte)'-';
        length += FormatNumber(destination[length..], End);
        destination[length++] = (byte)'/';
        return length + FormatNumber(destination[length..], Total);
    }

    private static bool TrySkip(ReadOnlySpan<byte> text, byte expected, ref int at) => at < text.Length && text[at++] == expected;

    private static bool TryReadOrStar(ReadOnlySpan<byte> text, ref int at, out long? value)
    {
        value = null;
        if (at < text.Length && text[at] == '*')
        {
            at++;
            return true;
        }

        int length = DecimalDigits.Read(text[at..], out long number);
        if (length == 0)
        {
            return false;
        }

        at += length;
        value = number;
        return true;
    }

    private static int FormatNumber(Span<byte> destination, long? number)
    {
        if (number is not { } value)
        {
            destination[0] = (byte)'*';
            return 1;
        }

        value.TryFormat(destination, out int written, default, System.Globalization.CultureInfo.InvariantCulture);
        return written;
    }
}
