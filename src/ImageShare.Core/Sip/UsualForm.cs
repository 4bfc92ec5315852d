using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip;

/// <summary>
/// Reads URIs, hosts and parameters in the form nearly all of them have, in one pass over the bytes: a sip URI, plain ASCII, no white space, no empty parts,
/// no escapes. What has any other form is left to the readers of the whole grammar (<see cref="SipUriReader"/>, <see cref="HostPort"/>,
/// <see cref="ParameterList"/>); what has this form they read to the same values. Parts that are mostly not asked for are only passed over.
/// </summary>
/// <param name="text">The text. After a method returned false, only the whole grammar can read it.</param>
internal ref struct UsualForm(ReadOnlySpan<byte> text)
{
    private const byte Token = 1;
    private const byte Host = 2;
    private const byte User = 4;
    private const byte UriParameter = 8;
    private const byte HeaderParameter = 16;

    // Printable ASCII without quotes and escapes.
    private static readonly SearchValues<byte> QuotedText =
        SearchValues.Create([.. Enumerable.Range(' ', 0x7f - ' ').Select(static value => (byte)value).Where(static value => value is not ((byte)'"' or (byte)'\\'))]);

    // The classes of each byte.
    private static readonly byte[] Classes = [.. Enumerable.Range(0, 256).Select(static value => ClassesOf((byte)value))];

    private readonly ReadOnlySpan<byte> _text = text;
    private int _position;

    /// <summary>What was read so far.</summary>
    public readonly int Position => _position;

    public readonly bool AtEnd => _position == _text.Length;

    public bool TryRead(byte expected)
    {
        if (_position < _text.Length && _text[_position] == expected)
        {
            _position++;
            return true;
        }

        return false;
    }

    public bool TryRead(ReadOnlySpan<byte> expected)
    {
        if (_text[_position..].StartsWith(expected))
        {
            _position += expected.Length;
            return true;
        }

        return false;
    }

    /// <summary>A token (RFC 3261 §25.1).</summary>
    public bool TryReadToken(out ReadOnlySpan<byte> token)
    {
        token = Take(Token);
        return !token.IsEmpty;
    }

    /// <summary>The text between quotes and the SP after it.</summary>
    public bool TryReadQuotedName([NotNullWhen(true)] out string? name)
    {
        name = null;
        if (!TryRead((byte)'"'))
        {
            return false;
        }

        int start = _position;
        SkipQuoted();
        ReadOnlySpan<byte> inner = _text[start.._position];
        if (!TryRead((byte)'"'))
        {
            return false;
        }

        TryRead((byte)' ');
        name = WellKnownText.GetString(inner);
        return true;
    }

    /// <summary>A sip URI; what may follow it is up to the caller.</summary>
    public bool TryReadUri([NotNullWhen(true)] out SipUri? uri)
    {
        uri = null;
        if (!TrySkipUri(out UriParts parts))
        {
            return false;
        }

        uri = new SipUri(
            parts.User.IsEmpty ? null : WellKnownText.GetString(parts.User), WellKnownText.GetString(parts.Host), parts.Port, ParameterList.OfUsual(parts.Parameters));
        return true;
    }

    /// <summary>Passes over a sip URI, which <see cref="TryReadUri"/> can then read.</summary>
    public bool TrySkipUri(out UriParts parts)
    {
        parts = default;
        if (!TryRead("sip:"u8))
        {
            return false;
        }

        // A user may hold every character of a host, and more.
        int start = _position;
        Skip(Host);
        if (_position < _text.Length && (_text[_position] == '@' || (Classes[_text[_position]] & User) != 0))
        {
            Skip(User);
            parts.User = _text[start.._position];
            if (_position == start || !TryRead((byte)'@'))
            {
                return false;
            }

            start = _position;
            Skip(Host);
        }

        parts.Host = _text[start.._position];
        if (_position == start || !TryReadPort(out parts.Port))
        {
            return false;
        }

        start = _position;
        bool isRead = TrySkipParameters(UriParameter);
        parts.Parameters = _text[start.._position];
        return isRead;
    }

    /// <summary>hostport (RFC 3261 §25.1), not with an IPv6 address.</summary>
    public bool TryReadHostPort(out ReadOnlySpan<byte> host, out int? port)
    {
        port = null;
        host = Take(Host);
        return !host.IsEmpty && TryReadPort(out port);
    }

    /// <summary>Passes over all parameters after a header's value: <see cref="ParameterList.Unread"/> can then read them.</summary>
    public bool TrySkipParameters() => TrySkipParameters(HeaderParameter) && AtEnd;

    // True without a port, too.
    private bool TryReadPort(out int? port)
    {
        port = null;
        if (!TryRead((byte)':'))
        {
            return true;
        }

        int number = 0, start = _position;
        while (_position < _text.Length && Grammar.IsDigit(_text[_position]) && _position - start < 5)
        {
            number = (number * 10) + (_text[_position++] - '0');
        }

        port = number;
        return _position > start && number <= System.Net.IPEndPoint.MaxPort && !(_position < _text.Length && Grammar.IsDigit(_text[_position]));
    }

    private bool TrySkipParameters(byte kind)
    {
        while (TryRead((byte)';'))
        {
            if (!TrySkipParameter(kind))
            {
                return false;
            }
        }

        return true;
    }

    private bool TrySkipParameter(byte kind)
    {
        if (Take(kind).IsEmpty)
        {
            return false;
        }

        if (!TryRead((byte)'='))
        {
            return true;
        }

        if (kind != HeaderParameter || !TryRead((byte)'"'))
        {
            return !Take(kind).IsEmpty;
        }

        SkipQuoted();
        return TryRead((byte)'"');
    }

    private ReadOnlySpan<byte> Take(byte kind)
    {
        int start = _position;
        Skip(kind);
        return _text[start.._position];
    }

    private void Skip(byte kind)
    {
        // Not vectorized: most parts have ten bytes or fewer. There is a class for each byte, so the index needs no check.
        ReadOnlySpan<byte> text = _text;
        ref byte classes = ref MemoryMarshal.GetArrayDataReference(Classes);
        int i = _position;
        while ((uint)i < (uint)text.Length && (Unsafe.Add(ref classes, text[i]) & kind) != 0)
        {
            i++;
        }

        _position = i;
    }

    private void SkipQuoted()
    {
        int length = _text[_position..].IndexOfAnyExcept(QuotedText);
        _position = length < 0 ? _text.Length : _position + length;
    }

    private static byte ClassesOf(byte value)
    {
        // In a user or a parameter of a URI these need the whole grammar: they end the part, or the part may have ended before.
        bool isPlain = value is > (byte)' ' and < 0x7f && !":;?@<>\"[]"u8.Contains(value);
        int classes = (Grammar.Token.Contains(value) ? Token : 0)
            | (HostPort.HostName.Contains(value) ? Host : 0)
            | (isPlain ? User : 0)
            | (SipUriReader.ParameterText.Contains(value) && value is not ((byte)'@' or (byte)'%') ? UriParameter : 0)
            | (Grammar.HeaderParameter.Contains(value) ? HeaderParameter : 0);
        return (byte)classes;
    }

    /// <summary>The parts of a URI.</summary>
    internal ref struct UriParts
    {
        /// <summary>Empty for none.</summary>
        public ReadOnlySpan<byte> User;

        public ReadOnlySpan<byte> Host;

        public int? Port;

        /// <summary>From the first semicolon on; empty for none.</summary>
        public ReadOnlySpan<byte> Parameters;
    }
}
