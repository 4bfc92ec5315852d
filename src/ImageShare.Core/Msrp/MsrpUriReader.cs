using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp;

/// <summary>Reads MSRP URIs (RFC 4975 §6, RFC 4975 §9). Stateless.</summary>
internal static class MsrpUriReader
{
    // unreserved and sub-delims of RFC 3986 §2; a percent sign is taken as it is.
    public static readonly SearchValues<byte> NameChars =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%!$&'()*+,="u8);

    public static readonly SearchValues<byte> UserChars =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%!$&'()*+,=:;"u8);

    // session-id = 1*( unreserved / "+" / "=" / "/" ); other characters of a URI path are accepted too, as some peers write them.
    public static readonly SearchValues<byte> SessionChars =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+=/%!$&'()*,:@"u8);

    /// <summary>msrp-scheme "://" authority ["/" session-id] ";" transport *( ";" URI-parameter ): all of the text must match.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, [NotNullWhen(true)] out MsrpUri? value)
    {
        value = null;
        var cursor = new AsciiCursor(text);
        ReadOnlySpan<byte> scheme = cursor.ReadUntil((byte)':');
        if (!(Ascii.EqualsIgnoreCase(scheme, "msrp"u8) || Ascii.EqualsIgnoreCase(scheme, "msrps"u8)) || !cursor.TryRead("://"u8))
        {
            return false;
        }

        if (!TryReadUserInfo(ref cursor, out string? userInfo)
            || !TryReadHost(ref cursor, out string? host, out IPAddress? address)
            || !TryReadPort(ref cursor, out int? port)
            || !TryReadSessionId(ref cursor, out string? sessionId)
            || !cursor.TryRead((byte)';'))
        {
            return false;
        }

        ReadOnlySpan<byte> transport = cursor.ReadWhile(Grammar.AlphaNumeric);
        if (transport.IsEmpty || !ParameterList.TryRead(ref cursor, Grammar.MimeToken, out ParameterList parameters) || !cursor.AtEnd)
        {
            return false;
        }

        value = new MsrpUri(
            WellKnownText.GetString(scheme), userInfo, host, address, port, sessionId, WellKnownText.GetString(transport), parameters);
        return true;
    }

    // Neither a session id of the grammar nor a parameter holds an at sign, so one before the first slash ends the user information.
    private static bool TryReadUserInfo(ref AsciiCursor cursor, out string? userInfo)
    {
        userInfo = null;
        ReadOnlySpan<byte> rest = cursor.Rest;
        int at = rest.IndexOf((byte)'@');
        int slash = rest.IndexOf((byte)'/');
        if (at < 0 || (slash >= 0 && at > slash))
        {
            return true;
        }

        if (rest[..at].ContainsAnyExcept(UserChars))
        {
            return false;
        }

        userInfo = WellKnownText.GetString(rest[..at]);
        cursor.Advance(at + 1);
        return true;
    }

    private static bool TryReadHost(ref AsciiCursor cursor, [NotNullWhen(true)] out string? host, out IPAddress? address)
    {
        host = null;
        address = null;
        if (cursor.TryRead((byte)'['))
        {
            ReadOnlySpan<byte> inner = cursor.ReadUntil((byte)']');
            if (!cursor.TryRead((byte)']') || !inner.Contains((byte)':') || inner.Contains((byte)'%'))
            {
                return false;
            }

            host = WellKnownText.GetString(inner);
            return IPAddress.TryParse(host, out address);
        }

        ReadOnlySpan<byte> name = cursor.ReadWhile(NameChars);
        host = WellKnownText.GetString(name);
        return !name.IsEmpty;
    }

    private static bool TryReadPort(ref AsciiCursor cursor, out int? port)
    {
        port = null;
        if (!cursor.TryRead((byte)':'))
        {
            return true;
        }

        if (!cursor.TryReadUInt32(out uint number) || number is 0 or > 65535)
        {
            return false;
        }

        port = (int)number;
        return true;
    }

    private static bool TryReadSessionId(ref AsciiCursor cursor, out string? sessionId)
    {
        sessionId = null;
        if (!cursor.TryRead((byte)'/'))
        {
            return true;
        }

        ReadOnlySpan<byte> id = cursor.ReadWhile(SessionChars);
        sessionId = id.IsEmpty ? null : WellKnownText.GetString(id);
        return !id.IsEmpty;
    }
}
