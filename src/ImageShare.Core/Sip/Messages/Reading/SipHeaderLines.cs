using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages.Reading;

/// <summary>
/// The rows of a header, each with its continuation lines (RFC 3261 §7.3.1), as ranges of the block: nothing is copied.
/// </summary>
/// <param name="block">The start line and the header.</param>
/// <param name="start">Where the first row begins.</param>
internal ref struct SipHeaderLines(ReadOnlySpan<byte> block, int start)
{
    private readonly ReadOnlySpan<byte> _block = block;
    private int _position = start;

    /// <summary>Where the row begins in the block.</summary>
    public int Start { get; private set; }

    /// <summary>The row, without its line end.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>Whether the row has continuation lines.</summary>
    public bool IsFolded { get; private set; }

    /// <summary>Where the first bare CR, bare LF or NUL of the row is; -1 for none.</summary>
    public int BrokenAt { get; private set; }

    /// <summary>
    /// Where the first bare LF of the row is; -1 for none. It makes the whole message invalid: many readers end a line there, so that one header could be
    /// two for another reader.
    /// </summary>
    public int BareLineFeedAt { get; private set; }

    /// <summary>Goes to the next row; the empty line is the last. False when no line end comes any more.</summary>
    public bool MoveNext()
    {
        ReadOnlySpan<byte> block = _block;
        int start = _position, position = start, broken = -1, lineFeed = -1;
        bool isFolded = false, isLine = false;
        while (!isLine)
        {
            int hit = block[position..].IndexOfAny("\r\n\0"u8);
            if (hit < 0)
            {
                position = block.Length;
                break;
            }

            int at = position + hit;
            if (at + 1 < block.Length && block[at] == '\r' && block[at + 1] == '\n')
            {
                position = at + 2;
                isLine = at == start || position == block.Length || !Grammar.IsWhiteSpace(block[position]);
                isFolded |= !isLine;
                Text = block[start..at];
            }
            else
            {
                broken = broken < 0 ? at : broken;
                lineFeed = lineFeed < 0 && block[at] == '\n' ? at : lineFeed;
                position = at + 1;
            }
        }

        (_position, Start, IsFolded, BrokenAt, BareLineFeedAt) = (position, start, isFolded, broken, lineFeed);
        return isLine;
    }

    /// <summary>The value of a folded row as one line: a line end and the white space after it become one SP.</summary>
    public static byte[] Unfold(ReadOnlySpan<byte> value)
    {
        byte[] unfolded = new byte[value.Length];
        int length = 0;
        while (!value.IsEmpty)
        {
            int end = value.IndexOf("\r\n"u8);
            ReadOnlySpan<byte> line = end < 0 ? value : value[..end];
            line.CopyTo(unfolded.AsSpan(length));
            length += line.Length;
            value = end < 0 ? default : value[(end + 2)..].TrimStart(" \t\r\n"u8);
            if (end >= 0)
            {
                unfolded[length++] = (byte)' ';
            }
        }

        return unfolded.AsSpan(0, length).ToArray();
    }
}
