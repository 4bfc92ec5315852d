namespace ImageShare.Core.Sdp.Lines;

/// <summary>How a line of a description ends.</summary>
internal enum SdpLineEnd
{
    /// <summary>CRLF, as RFC 8866 §9 requires.</summary>
    CarriageReturnLineFeed,

    /// <summary>LF alone, which RFC 8866 §5 asks parsers to accept.</summary>
    LineFeed,

    /// <summary>The text ends without a line end.</summary>
    EndOfText,
}

/// <summary>Cuts a description into lines (RFC 8866 §5).</summary>
internal ref struct SdpTextLines(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _next;

    /// <summary>The line without its line end.</summary>
    public ReadOnlySpan<byte> Line { get; private set; }

    /// <summary>The offset of the line in the text.</summary>
    public int Offset { get; private set; }

    /// <summary>How the line ends.</summary>
    public SdpLineEnd End { get; private set; }

    /// <summary>The text after the line.</summary>
    public readonly ReadOnlySpan<byte> Following => _text[_next..];

    public bool MoveNext()
    {
        if (_next == _text.Length)
        {
            return false;
        }

        Offset = _next;
        ReadOnlySpan<byte> rest = Following;
        int length = rest.IndexOf((byte)'\n');
        if (length < 0)
        {
            _next = _text.Length;
            End = SdpLineEnd.EndOfText;
            Line = rest.TrimEnd((byte)'\r');
            return true;
        }

        _next += length + 1;
        bool hasCarriageReturn = length > 0 && rest[length - 1] == '\r';
        End = hasCarriageReturn ? SdpLineEnd.CarriageReturnLineFeed : SdpLineEnd.LineFeed;
        Line = rest[..(hasCarriageReturn ? length - 1 : length)];
        return true;
    }
}
