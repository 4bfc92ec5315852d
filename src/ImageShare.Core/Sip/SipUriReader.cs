using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip;

/// <summary>Reads URIs by the grammar of RFC 3261 §25.1.</summary>
internal static class SipUriReader
{
    // paramchar of RFC 3261 §25.1, plus a few that peers leave unescaped.
    internal static readonly SearchValues<byte> ParameterText =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()[]/:&+$%@`^|"u8);

    // None of these may stand in a URI of any scheme: it would end the URI, its brackets or its line.
    internal static readonly SearchValues<byte> Forbidden = SearchValues.Create(
        [.. Enumerable.Range(0, 0x21).Select(i => (byte)i), (byte)'"', (byte)'<', (byte)'>', 0x7f]);

    private static readonly SearchValues<byte> SchemeText =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."u8);

    /// <summary>
    /// SIP-URI / SIPS-URI / absoluteURI (RFC 3261 §25.1). A <c>%</c> that begins no escape is kept as it is. The userinfo ends at
    /// the first <c>@</c>. Reads all of the text.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out SipUri? value)
    {
        var usual = new UsualForm(text);
        return (usual.TryReadUri(out value) && usual.AtEnd) || TryParseAny(text, out value);
    }

    /// <summary>The same without the short way for the usual form.</summary>
    internal static bool TryParseAny(ReadOnlySpan<byte> text, [NotNullWhen(true)] out SipUri? value)
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

        string? headers = TakeHeaders(ref rest);
        var cursor = new AsciiCursor(rest);
        if (!HostPort.TryRead(ref cursor, out string? host, out int? port)
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

    // headers = "?" header *( "&" header ), kept as text; null when there are none.
    private static string? TakeHeaders(ref ReadOnlySpan<byte> rest)
    {
        int question = rest.IndexOf((byte)'?');
        if (question < 0)
        {
            return null;
        }

        string headers = Encoding.UTF8.GetString(rest[(question + 1)..]);
        rest = rest[..question];
        return headers;
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

    // A parameter is found by its name however that is escaped: l%72 is lr (RFC 3261 §19.1.4).
    internal static ParameterList WithPlainNames(IReadOnlyList<Parameter> parameters) =>
        new([.. parameters.Select(static parameter => parameter with { Name = SipUriComparison.Normalize(parameter.Name)! })]);
}
