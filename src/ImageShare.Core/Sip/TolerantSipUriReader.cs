using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip;

/// <summary>Reads sip and sips URIs that do not follow the grammar of RFC 3261 §25.1, as some peers write them.</summary>
internal static class TolerantSipUriReader
{
    /// <summary>
    /// Tolerates an empty user or port, parameters between quotes or with an equals sign in their value, and leaves out parameters that cannot be read. There
    /// must be a host, and what stands behind its colon must be a port.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out SipUri? value)
    {
        value = null;
        int colon = text.IndexOf((byte)':');
        if (colon <= 0 || (!Ascii.EqualsIgnoreCase(text[..colon], "sip"u8) && !Ascii.EqualsIgnoreCase(text[..colon], "sips"u8)))
        {
            return false;
        }

        ReadOnlySpan<byte> rest = text[(colon + 1)..];
        ReadOnlySpan<byte> userInfo = TakeUserInfo(ref rest);
        int separator = userInfo.IndexOf((byte)':');
        ReadOnlySpan<byte> user = separator < 0 ? userInfo : userInfo[..separator];
        var cursor = new AsciiCursor(rest);
        if (userInfo.ContainsAny(SipUriReader.Forbidden) || !HostPort.TryRead(ref cursor, out string? host, out int? port, portMayBeEmpty: true) || !AtParameterEnd(cursor))
        {
            return false;
        }

        ParameterList parameters = ReadParameters(ref cursor);
        ReadOnlySpan<byte> headers = cursor.TryRead((byte)'?') ? cursor.Rest : default;
        value = new SipUri(WellKnownText.GetString(text[..colon]), user.IsEmpty ? null : WellKnownText.GetString(user), host, port, parameters)
        {
            Password = user.IsEmpty || separator < 0 ? null : Encoding.UTF8.GetString(userInfo[(separator + 1)..]),
            Headers = headers.IsEmpty || headers.ContainsAny(SipUriReader.Forbidden) ? null : Encoding.UTF8.GetString(headers),
        };
        return true;
    }

    // What stands before the first "@" that is not in a quoted parameter; empty when there is none.
    private static ReadOnlySpan<byte> TakeUserInfo(ref ReadOnlySpan<byte> rest)
    {
        int quote = rest.IndexOf((byte)'"');
        int at = (quote < 0 ? rest : rest[..quote]).IndexOf((byte)'@');
        ReadOnlySpan<byte> userInfo = at < 0 ? default : rest[..at];
        rest = rest[(at + 1)..];
        return userInfo;
    }

    private static ParameterList ReadParameters(ref AsciiCursor cursor)
    {
        List<Parameter> parameters = [];
        while (cursor.TryRead((byte)';'))
        {
            if (TryReadParameter(ref cursor, out Parameter parameter))
            {
                parameters.Add(parameter);
            }
        }

        return SipUriReader.WithPlainNames([.. parameters]);
    }

    // One parameter up to the semicolon or question mark behind it; false when it cannot stand in a URI that we write.
    private static bool TryReadParameter(ref AsciiCursor cursor, out Parameter parameter)
    {
        parameter = default;
        ReadOnlySpan<byte> name = cursor.ReadWhile(SipUriReader.ParameterText);
        if (!cursor.TryRead((byte)'='))
        {
            bool isName = AtParameterEnd(cursor);
            SkipParameter(ref cursor);
            parameter = new Parameter(WellKnownText.GetString(name));
            return isName && !name.IsEmpty;
        }

        bool isQuoted = cursor.TryReadQuotedString(out ReadOnlySpan<byte> inner);
        ReadOnlySpan<byte> value = isQuoted ? inner : cursor.ReadUntilAny(";?\""u8);
        bool isWhole = AtParameterEnd(cursor);
        SkipParameter(ref cursor);
        parameter = new Parameter(
            WellKnownText.GetString(name), isQuoted ? QuotedString.Unescape(inner) : WellKnownText.GetString(value), isQuoted);
        return isWhole && !name.IsEmpty && !value.IsEmpty && !parameter.Value.AsSpan().ContainsAny(SipUriWriter.ForbiddenInQuotes);
    }

    private static void SkipParameter(ref AsciiCursor cursor)
    {
        while (!AtParameterEnd(cursor))
        {
            if (!cursor.TryReadQuotedString(out _))
            {
                cursor.Advance(1);
            }

            cursor.ReadUntilAny(";?\""u8);
        }
    }

    private static bool AtParameterEnd(in AsciiCursor cursor) => cursor.AtEnd || cursor.Peek is (byte)';' or (byte)'?';
}
