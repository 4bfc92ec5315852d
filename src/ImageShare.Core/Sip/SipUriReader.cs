using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip;

/// <summary>Reads URIs: by the grammar of RFC 3261 §25.1, and as peers write them against it.</summary>
internal static class SipUriReader
{
    private static readonly SearchValues<byte> HostName =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"u8);

    // paramchar of RFC 3261 §25.1, plus a few that peers leave unescaped.
    internal static readonly SearchValues<byte> ParameterText =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()[]/:&+$%@`^|"u8);

    // Nothing of this may stand in a URI of any scheme: it would end the URI, its brackets or its line.
    private static readonly SearchValues<byte> Forbidden = SearchValues.Create(
        [.. Enumerable.Range(0, 0x21).Select(i => (byte)i), (byte)'"', (byte)'<', (byte)'>', 0x7f]);

    private static readonly SearchValues<byte> SchemeText =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."u8);

    /// <summary>
    /// SIP-URI / SIPS-URI / absoluteURI (RFC 3261 §25.1). A <c>%</c> that begins no escape is kept as it is. The userinfo ends at
    /// the first <c>@</c>, the only place one may stand. Reads all of the text.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out SipUri? value)
    {
        value = null;
        if (text.ContainsAny(Forbidden) || !TryReadScheme(text, out string? scheme, out ReadOnlySpan<byte> rest))
        {
            return false;
        }

        if (!scheme.Equals("sip", StringComparison.OrdinalIgnoreCase) && !scheme.Equals("sips", StringComparison.OrdinalIgnoreCase))
        {
            value = new SipUri(scheme, Encoding.UTF8.GetString(rest));
            return true;
        }

        if (!TryReadUserInfo(ref rest, out string? user, out string? password))
        {
            return false;
        }

        string? headers = null;
        int question = rest.IndexOf((byte)'?');
        if (question >= 0)
        {
            headers = Encoding.UTF8.GetString(rest[(question + 1)..]);
            rest = rest[..question];
        }

        var cursor = new AsciiCursor(rest);
        if (!TryReadHostPort(ref cursor, out string? host, out int? port)
            || !ParameterList.TryRead(ref cursor, ParameterText, out ParameterList parameters)
            || !cursor.AtEnd)
        {
            return false;
        }

        if (parameters.Count > 0 && rest.Contains((byte)'%'))
        {
            parameters = WithPlainNames(parameters);
        }

        value = new SipUri(scheme, user, host, port, parameters) { Password = password, Headers = headers };
        return true;
    }

    private static bool TryReadScheme(ReadOnlySpan<byte> text, [NotNullWhen(true)] out string? scheme, out ReadOnlySpan<byte> rest)
    {
        if (text.StartsWith("sip:"u8) && text.Length > 4)
        {
            scheme = "sip";
            rest = text[4..];
            return true;
        }

        int colon = text.IndexOf((byte)':');
        bool isScheme = colon > 0 && colon < text.Length - 1 && char.IsAsciiLetter((char)text[0]) && !text[..colon].ContainsAnyExcept(SchemeText);
        scheme = isScheme ? WellKnownText.GetString(text[..colon]) : null;
        rest = isScheme ? text[(colon + 1)..] : default;
        return isScheme;
    }

    // userinfo = ( user / telephone-subscriber ) [ ":" password ] "@"; false when the user is empty.
    private static bool TryReadUserInfo(ref ReadOnlySpan<byte> rest, out string? user, out string? password)
    {
        user = password = null;
        int at = rest.IndexOf((byte)'@');
        if (at < 0)
        {
            return true;
        }

        ReadOnlySpan<byte> userInfo = rest[..at];
        int separator = userInfo.IndexOf((byte)':');
        user = WellKnownText.GetString(separator < 0 ? userInfo : userInfo[..separator]);
        password = separator < 0 ? null : Encoding.UTF8.GetString(userInfo[(separator + 1)..]);
        rest = rest[(at + 1)..];
        return user.Length > 0;
    }

    /// <summary>
    /// Reads a sip or sips URI as peers write it against the grammar: an empty user or port, parameters between quotes or with an equals sign in
    /// their value, and parameters that make no sense at all, which are left out. The host must be there, and a port that is written be one.
    /// </summary>
    public static bool TryParseLoosely(ReadOnlySpan<byte> text, [NotNullWhen(true)] out SipUri? value)
    {
        value = null;
        int colon = text.IndexOf((byte)':');
        if (colon <= 0 || (!Ascii.EqualsIgnoreCase(text[..colon], "sip"u8) && !Ascii.EqualsIgnoreCase(text[..colon], "sips"u8)))
        {
            return false;
        }

        ReadOnlySpan<byte> rest = text[(colon + 1)..];
        int quote = rest.IndexOf((byte)'"');
        int at = (quote < 0 ? rest : rest[..quote]).IndexOf((byte)'@');
        ReadOnlySpan<byte> userInfo = at < 0 ? default : rest[..at];
        rest = rest[(at + 1)..];
        int separator = userInfo.IndexOf((byte)':');
        ReadOnlySpan<byte> user = separator < 0 ? userInfo : userInfo[..separator];
        var cursor = new AsciiCursor(rest);
        if (userInfo.ContainsAny(Forbidden) || !TryReadHostPort(ref cursor, out string? host, out int? port, mayBeEmpty: true)
            || (!cursor.AtEnd && cursor.Peek is not ((byte)';' or (byte)'?')))
        {
            return false;
        }

        List<Parameter> parameters = [];
        while (cursor.TryRead((byte)';'))
        {
            if (TryReadLoosely(ref cursor, out Parameter parameter))
            {
                parameters.Add(parameter);
            }
        }

        ReadOnlySpan<byte> headers = cursor.TryRead((byte)'?') ? cursor.Rest : default;
        value = new SipUri(
            WellKnownText.GetString(text[..colon]), user.IsEmpty ? null : WellKnownText.GetString(user), host, port, WithPlainNames([.. parameters]))
        {
            Password = user.IsEmpty || separator < 0 ? null : Encoding.UTF8.GetString(userInfo[(separator + 1)..]),
            Headers = headers.IsEmpty || headers.ContainsAny(Forbidden) ? null : Encoding.UTF8.GetString(headers),
        };
        return true;
    }

    // One parameter up to the semicolon or question mark behind it; false when it cannot stand in a URI that we write.
    private static bool TryReadLoosely(ref AsciiCursor cursor, out Parameter parameter)
    {
        parameter = default;
        ReadOnlySpan<byte> name = cursor.ReadWhile(ParameterText);
        if (!cursor.TryRead((byte)'='))
        {
            bool isName = cursor.AtEnd || cursor.Peek is (byte)';' or (byte)'?';
            SkipParameter(ref cursor);
            parameter = new Parameter(WellKnownText.GetString(name));
            return isName && !name.IsEmpty;
        }

        bool isQuoted = cursor.TryReadQuotedString(out ReadOnlySpan<byte> inner);
        ReadOnlySpan<byte> value = isQuoted ? inner : cursor.ReadUntilAny(";?\""u8);
        bool isWhole = cursor.AtEnd || cursor.Peek is (byte)';' or (byte)'?';
        SkipParameter(ref cursor);
        parameter = new Parameter(
            WellKnownText.GetString(name), isQuoted ? QuotedString.Unescape(inner) : WellKnownText.GetString(value), isQuoted);
        return isWhole && !name.IsEmpty && !value.IsEmpty && !parameter.Value.AsSpan().ContainsAny(SipUriWriter.ForbiddenInQuotes);
    }

    private static void SkipParameter(ref AsciiCursor cursor)
    {
        while (!cursor.AtEnd && cursor.Peek is not ((byte)';' or (byte)'?'))
        {
            if (!cursor.TryReadQuotedString(out _))
            {
                cursor.Advance(1);
            }

            cursor.ReadUntilAny(";?\""u8);
        }
    }

    /// <summary>hostport = host [ ":" port ]; the host is a name, an IPv4 address or an IPv6 address between brackets.</summary>
    public static bool TryReadHostPort(ref AsciiCursor cursor, [NotNullWhen(true)] out string? host, out int? port, bool mayBeEmpty = false)
    {
        host = null;
        port = null;
        if (cursor.TryRead((byte)'['))
        {
            ReadOnlySpan<byte> address = cursor.ReadUntil((byte)']');
            if (!cursor.TryRead((byte)']') || address.Length > 64)
            {
                return false;
            }

            // The grammar of RFC 3261 lets a third colon stand before the IPv4 part; it means nothing (RFC 5118 §4.10).
            host = Encoding.UTF8.GetString(address);
            host = host.Contains('.') ? host.Replace(":::", "::", StringComparison.Ordinal) : host;
            if (!IPAddress.TryParse(host, out IPAddress? parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
            {
                return false;
            }
        }
        else
        {
            ReadOnlySpan<byte> name = cursor.ReadWhile(HostName);
            if (name.IsEmpty)
            {
                return false;
            }

            host = WellKnownText.GetString(name);
        }

        AsciiCursor ahead = cursor;
        ahead.SkipWhiteSpace();
        if (!ahead.TryRead((byte)':'))
        {
            return true;
        }

        ahead.SkipWhiteSpace();
        cursor = ahead;
        if (mayBeEmpty && (cursor.AtEnd || cursor.Peek is (byte)';' or (byte)'?'))
        {
            return true;
        }

        if (!cursor.TryReadUInt32(out uint number) || number > IPEndPoint.MaxPort)
        {
            return false;
        }

        port = (int)number;
        return true;
    }

    // A parameter is found by its name however that is escaped: l%72 is lr (RFC 3261 §19.1.4).
    private static ParameterList WithPlainNames(IReadOnlyList<Parameter> parameters) =>
        new([.. parameters.Select(static parameter => parameter with { Name = SipUriComparison.Normalize(parameter.Name)! })]);
}
