using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Text;

namespace ImageShare.Core.Authentication;

/// <summary>The comma-separated parameters of a digest header field: auth-param of RFC 7616 §3.3 and §3.5. Of a repeated one the first counts.</summary>
internal static class DigestParameters
{
    /// <summary>All parameters, by name in any case; null if the list is malformed.</summary>
    public static Dictionary<string, string>? TryRead(ReadOnlySpan<byte> text)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var cursor = new AsciiCursor(text);
        while (SkipSeparators(ref cursor))
        {
            if (!TryReadParameter(ref cursor, out string? name, out string? value))
            {
                return null;
            }

            parameters.TryAdd(name, value);
        }

        return parameters;
    }

    /// <summary>The value of the first parameter with that name, as far as the list can be read, or null.</summary>
    public static string? Find(ReadOnlySpan<byte> text, string wanted)
    {
        var cursor = new AsciiCursor(text);
        while (SkipSeparators(ref cursor) && TryReadParameter(ref cursor, out string? name, out string? value))
        {
            if (name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    // False at the end.
    private static bool SkipSeparators(ref AsciiCursor cursor)
    {
        while (cursor.TryRead((byte)',') || cursor.SkipWhiteSpace())
        {
        }

        return !cursor.AtEnd;
    }

    // token EQUAL ( token / quoted-string ); a value that is no token is accepted up to the comma.
    private static bool TryReadParameter(ref AsciiCursor cursor, [NotNullWhen(true)] out string? name, [NotNullWhen(true)] out string? value)
    {
        name = value = null;
        if (!cursor.TryReadToken(out ReadOnlySpan<byte> token))
        {
            return false;
        }

        cursor.SkipWhiteSpace();
        if (!cursor.TryRead((byte)'='))
        {
            return false;
        }

        cursor.SkipWhiteSpace();
        name = WellKnownText.GetString(token);
        if (cursor.TryReadQuotedString(out ReadOnlySpan<byte> inner))
        {
            value = QuotedString.Unescape(inner);
            return true;
        }

        ReadOnlySpan<byte> rest = Grammar.TrimWhiteSpace(cursor.ReadUntil((byte)','));
        value = WellKnownText.GetString(rest);
        return !rest.IsEmpty && !rest.Contains((byte)'"');
    }
}
