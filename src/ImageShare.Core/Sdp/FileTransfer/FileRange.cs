using System.Buffers;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.FileTransfer;

/// <summary>
/// Which octets of the file are transferred (a=file-range, RFC 5547 §6). Not to be confused with MSRP's Byte-Range, which counts
/// from 1 inside the message whatever this says.
/// </summary>
/// <param name="Start">The first octet, counted from 1.</param>
/// <param name="End">The last octet, included; null for "to the end".</param>
public readonly record struct FileRange(long Start, long? End = null)
{
    /// <summary>The whole file, which is also what an absent attribute means.</summary>
    public static FileRange Whole { get; } = new(1);

    /// <summary>Whether the range lies inside a file of that many octets.</summary>
    public bool Fits(long size) => Start >= 1 && Start <= size && (End is null || (End >= Start && End <= size));

    /// <summary>start-offset "-" stop-offset, the latter perhaps <c>*</c>; false when it starts at 0 or ends before it starts.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out FileRange value)
    {
        value = default;
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(text));
        if (!cursor.TryReadInt64(out long start) || start < 1 || !cursor.TryRead((byte)'-'))
        {
            return false;
        }

        long? end = null;
        if (!cursor.TryRead((byte)'*'))
        {
            if (!cursor.TryReadInt64(out long last) || last < start)
            {
                return false;
            }

            end = last;
        }

        value = new FileRange(start, end);
        return cursor.AtEnd;
    }

    /// <summary>Writes the value of the attribute.</summary>
    /// <exception cref="ImageShareException">The range starts before 1 or ends before it starts.</exception>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (Start < 1 || End < Start)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "A file range counts from 1 and does not end before it starts.");
        }

        output.WriteNumber(Start);
        output.WriteByte((byte)'-');
        if (End is { } end)
        {
            output.WriteNumber(end);
        }
        else
        {
            output.WriteByte((byte)'*');
        }
    }

    /// <summary>The value of the attribute.</summary>
    public override string ToString() => SdpText.Print(Write);
}
