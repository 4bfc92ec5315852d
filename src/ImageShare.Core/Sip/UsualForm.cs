using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip;

/// <summary>
/// Reads URIs, hosts and parameters in the form nearly all of them have, in one pass over the bytes: a sip URI, plain ASCII, no white space, no empty parts,
/// no escapes. What has any other form is left to the readers of the whole grammar (<see cref="SipUriReader"/>, <see cref="HostPort"/>,
/// <see cref="ParameterList"/>); what has this form they read to the same values.
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
        if (!TryRead("sip:"u8))
        {
            return false;
        }

        // A user may hold every character of a host, and more.
        int start = _position;
        ReadOnlySpan<byte> user = default;
        Skip(Host);
        if (_position < _text.Length && (_text[_position] == '@' || (Classes[_text[_position]] & User) != 0))
        {
            Skip(User);
            user = _text[start.._position];
            if (user.IsEmpty || !TryRead((byte)'@'))
            {
                return false;
            }
        }
        else
        {
            _position = start;
        }

        if (!TryReadHostPort(out ReadOnlySpan<byte> host, out int? port) || !TryReadParameters(UriParameter, out ParameterList parameters))
        {
            return false;
        }

        uri = new SipUri(user.IsEmpty ? null : WellKnownText.GetString(user), WellKnownText.GetString(host), port, parameters);
        return true;
    }

    /// <summary>hostport (RFC 3261 §25.1), not with an IPv6 address.</summary>
    public bool TryReadHostPort(out ReadOnlySpan<byte> host, out int? port)
    {
        port = null;
        host = Take(Host);
        if (host.IsEmpty)
        {
            return false;
        }

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

    /// <summary>All parameters after a header's value.</summary>
    public bool TryReadParameters(out ParameterList parameters) => TryReadParameters(HeaderParameter, out parameters) && AtEnd;

    private bool TryReadParameters(byte kind, out ParameterList parameters)
    {
        parameters = default;
        if (_position == _text.Length || _text[_position] != ';')
        {
            return true;
        }

        // Places are short numbers, so that there is less to clear.
        if (_text.Length > ushort.MaxValue)
        {
            return false;
        }

        var places = default(Places);
        int count = 0;
        for (; TryRead((byte)';'); count++)
        {
            if (count == Places.Length || !TryReadParameter(kind, out places[count]))
            {
                return false;
            }
        }

        if (count == 1 && _position - places[0].NameStart == 2 && _text[(_position - 2).._position].SequenceEqual("lr"u8))
        {
            parameters = ParameterList.LooseRouter;
        }
        else if (count > 0)
        {
            var items = new Parameter[count];
            for (int i = 0; i < items.Length; i++)
            {
                items[i] = Make(places[i]);
            }

            parameters = ParameterList.Of(items);
        }

        return true;
    }

    private bool TryReadParameter(byte kind, out Place place)
    {
        place = default;
        place.NameStart = (ushort)_position;
        Skip(kind);
        place.NameEnd = (ushort)_position;
        if (place.NameEnd == place.NameStart)
        {
            return false;
        }

        if (!TryRead((byte)'='))
        {
            return true;
        }

        bool isQuoted = kind == HeaderParameter && TryRead((byte)'"');
        place.ValueStart = (ushort)_position;
        if (isQuoted)
        {
            SkipQuoted();
        }
        else
        {
            Skip(kind);
        }

        place.ValueEnd = (ushort)_position;
        return isQuoted ? TryRead((byte)'"') : place.ValueEnd > place.ValueStart;
    }

    private readonly Parameter Make(in Place place) => place.ValueStart == 0
        ? new Parameter(NameOf(_text[place.NameStart..place.NameEnd]))
        : new Parameter(
            NameOf(_text[place.NameStart..place.NameEnd]),
            WellKnownText.GetString(_text[place.ValueStart..place.ValueEnd]),
            IsQuoted: _text[place.ValueStart - 1] == '"');

    // The usual names without a look into the table of strings.
    private static string NameOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when name.SequenceEqual("lr"u8) => "lr",
        3 when name.SequenceEqual("tag"u8) => "tag",
        5 when name.SequenceEqual("rport"u8) => "rport",
        6 when name.SequenceEqual("branch"u8) => "branch",
        7 when name.SequenceEqual("expires"u8) => "expires",
        8 when name.SequenceEqual("received"u8) => "received",
        9 when name.SequenceEqual("transport"u8) => "transport",
        _ => WellKnownText.GetString(name),
    };

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

    [InlineArray(Length)]
    private struct Places
    {
        public const int Length = 8;

        private Place _first;
    }

    // Where a parameter is in the text. Without a value, the start of it is 0: no value begins there.
    private struct Place
    {
        public ushort NameStart;
        public ushort NameEnd;
        public ushort ValueStart;
        public ushort ValueEnd;
    }
}
