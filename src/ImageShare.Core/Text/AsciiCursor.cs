using System.Buffers;

namespace ImageShare.Core.Text;

/// <summary>
/// A read position in complete protocol text. Each <c>TryRead…</c> method consumes what it matched, or nothing if it returns false, so that a
/// caller can try the alternatives of a grammar rule one after the other.
/// </summary>
internal ref struct AsciiCursor(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;

    /// <summary>The offset of the next unread byte.</summary>
    public int Position { get; private set; }

    public readonly bool AtEnd => Position >= _text.Length;

    /// <summary>The unread text.</summary>
    public readonly ReadOnlySpan<byte> Rest => _text[Position..];

    /// <summary>The next byte, which is not consumed; 0 at the end.</summary>
    public readonly byte Peek => AtEnd ? (byte)0 : _text[Position];

    public void Advance(int count) => Position = Math.Min(Position + count, _text.Length);

    public bool TryRead(byte expected)
    {
        if (AtEnd || _text[Position] != expected)
        {
            return false;
        }

        Position++;
        return true;
    }

    public bool TryRead(ReadOnlySpan<byte> expected)
    {
        if (!Rest.StartsWith(expected))
        {
            return false;
        }

        Position += expected.Length;
        return true;
    }

    public bool TryReadIgnoreCase(ReadOnlySpan<byte> expected)
    {
        ReadOnlySpan<byte> rest = Rest;
        if (rest.Length < expected.Length || !System.Text.Ascii.EqualsIgnoreCase(rest[..expected.Length], expected))
        {
            return false;
        }

        Position += expected.Length;
        return true;
    }

    /// <summary>Skips SP and HTAB; returns whether there was any.</summary>
    public bool SkipWhiteSpace()
    {
        // Not vectorized: there is almost always at most one.
        int start = Position;
        while (Position < _text.Length && Grammar.IsWhiteSpace(_text[Position]))
        {
            Position++;
        }

        return Position > start;
    }

    /// <summary>Reads the longest run of <paramref name="allowed"/>, which may be empty.</summary>
    public ReadOnlySpan<byte> ReadWhile(SearchValues<byte> allowed)
    {
        ReadOnlySpan<byte> rest = Rest;
        int length = rest.IndexOfAnyExcept(allowed);
        length = length < 0 ? rest.Length : length;
        Position += length;
        return rest[..length];
    }

    /// <summary>Reads up to and excluding <paramref name="stop"/>, or to the end if it does not occur.</summary>
    public ReadOnlySpan<byte> ReadUntil(byte stop)
    {
        ReadOnlySpan<byte> rest = Rest;
        int length = rest.IndexOf(stop);
        length = length < 0 ? rest.Length : length;
        Position += length;
        return rest[..length];
    }

    /// <summary>Reads up to and excluding the first of <paramref name="stops"/>, or to the end if none occurs.</summary>
    public ReadOnlySpan<byte> ReadUntilAny(ReadOnlySpan<byte> stops)
    {
        ReadOnlySpan<byte> rest = Rest;
        int length = rest.IndexOfAny(stops);
        length = length < 0 ? rest.Length : length;
        Position += length;
        return rest[..length];
    }

    public bool TryReadToken(out ReadOnlySpan<byte> token)
    {
        token = ReadWhile(Grammar.Token);
        return !token.IsEmpty;
    }

    /// <summary>Reads decimal digits without sign or white space; false on overflow, with nothing consumed.</summary>
    public bool TryReadUInt32(out uint value)
    {
        int start = Position;
        if (TryReadInt64(out long wide) && wide <= uint.MaxValue)
        {
            value = (uint)wide;
            return true;
        }

        Position = start;
        value = 0;
        return false;
    }

    /// <summary>Reads decimal digits, a value from 0 to 2^63-1; false on overflow, with nothing consumed.</summary>
    public bool TryReadInt64(out long value)
    {
        int length = DecimalDigits.Read(Rest, out value);
        Position += length;
        return length > 0;
    }

    /// <summary>
    /// quoted-string = DQUOTE *(qdtext / quoted-pair) DQUOTE (RFC 3261 §25.1). <paramref name="inner"/> is the text between the quotes, still
    /// escaped (<see cref="QuotedString.Unescape"/>). False for unterminated strings, and those that contain CR, LF or NUL.
    /// </summary>
    public bool TryReadQuotedString(out ReadOnlySpan<byte> inner)
    {
        inner = default;
        ReadOnlySpan<byte> rest = Rest;
        if (rest.IsEmpty || rest[0] != '"')
        {
            return false;
        }

        int i = 1;
        while (true)
        {
            int hit = rest[i..].IndexOfAny("\"\\\r\n\0"u8);
            if (hit < 0)
            {
                return false;
            }

            i += hit;
            switch (rest[i])
            {
                case (byte)'"':
                    inner = rest[1..i];
                    Position += i + 1;
                    return true;
                case (byte)'\\' when i + 1 < rest.Length && rest[i + 1] is not ((byte)'\r' or (byte)'\n' or 0):
                    i += 2;
                    break;
                default:
                    return false;
            }
        }
    }
}
