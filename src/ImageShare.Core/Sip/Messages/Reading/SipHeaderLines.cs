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

    /// <summary>The range of the row in the block, without its line end.</summary>
    public Range Range { get; private set; }

    /// <summary>The row, without its line end.</summary>
    public readonly ReadOnlySpan<byte> Text => _block[Range];

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
        int start = _position;
        Range = default;
        IsFolded = false;
        BrokenAt = -1;
        BareLineFeedAt = -1;
        while (true)
        {
            int hit = _block[_position..].IndexOfAny("\r\n\0"u8);
            if (hit < 0)
            {
                _position = _block.Length;
                return false;
            }

            int at = _position + hit;
            if (!IsLineEnd(at))
            {
                OnBroken(at);
                _position = at + 1;
                continue;
            }

            _position = at + 2;
            if (at == start || _position == _block.Length || !Grammar.IsWhiteSpace(_block[_position]))
            {
                Range = start..at;
                return true;
            }

            IsFolded = true;
        }
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

    private readonly bool IsLineEnd(int at) => at + 1 < _block.Length && _block[at] == '\r' && _block[at + 1] == '\n';

    private void OnBroken(int at)
    {
        BrokenAt = BrokenAt < 0 ? at : BrokenAt;
        if (_block[at] == '\n' && BareLineFeedAt < 0)
        {
            BareLineFeedAt = at;
        }
    }
}
