using System.Buffers;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.FileTransfer;

/// <summary>
/// The byte range of the file that is transferred (a=file-range, RFC 5547 §6). Not the same as MSRP's Byte-Range, which always counts from 1
/// within the message.
/// </summary>
/// <param name="Start">The position of the first byte, starting at 1.</param>
/// <param name="End">The position of the last byte (inclusive); null for the end of the file.</param>
public readonly record struct FileRange(long Start, long? End = null)
{
    /// <summary>The whole file. The default if the attribute is absent.</summary>
    public static FileRange Whole { get; } = new(1);

    /// <summary>Whether the range lies within a file of that size in bytes.</summary>
    public bool Fits(long size) => Start >= 1 && Start <= size && (End is null || (End >= Start && End <= size));

    /// <summary>start-offset "-" stop-offset, where the latter may be <c>*</c>. False if it starts at 0 or ends before it starts.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, out FileRange value)
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
    internal void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (Start < 1 || End < Start)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "A file range must start at 1 or higher and must not end before it starts.");
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
