using ImageShare.Core.Text;

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

    /// <summary>Whether the line contains a NUL, or a CR that does not end it.</summary>
    public bool HasForbiddenByte { get; private set; }

    public bool MoveNext()
    {
        if (_next == _text.Length)
        {
            return false;
        }

        Offset = _next;
        ReadOnlySpan<byte> rest = _text[_next..];

        // If CRLF is the first of these bytes, it ends the line, and the line contains none of them.
        int stop = rest.IndexOfAny((byte)'\r', (byte)'\n', (byte)0);
        if (stop >= 0 && stop + 1 < rest.Length && rest[stop] == '\r' && rest[stop + 1] == '\n')
        {
            _next += stop + 2;
            Line = rest[..stop];
            End = SdpLineEnd.CarriageReturnLineFeed;
            HasForbiddenByte = false;
            return true;
        }

        MoveToUnusual(rest);
        return true;
    }

    private void MoveToUnusual(ReadOnlySpan<byte> rest)
    {
        int length = rest.IndexOf((byte)'\n');
        if (length < 0)
        {
            _next = _text.Length;
            End = SdpLineEnd.EndOfText;
            Line = rest.TrimEnd((byte)'\r');
        }
        else
        {
            _next += length + 1;
            bool hasCarriageReturn = length > 0 && rest[length - 1] == '\r';
            End = hasCarriageReturn ? SdpLineEnd.CarriageReturnLineFeed : SdpLineEnd.LineFeed;
            Line = rest[..(hasCarriageReturn ? length - 1 : length)];
        }

        HasForbiddenByte = Line.ContainsAny(Grammar.LineBreaking);
    }
}
