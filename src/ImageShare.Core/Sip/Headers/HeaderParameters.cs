using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Headers;

/// <summary>
/// The parameters after an address. A malformed one, such as <c>;q=</c>, <c>;=1</c> or <c>;a b</c>, is skipped. The whole value is refused if another reader could
/// understand the malformed one differently: if it has quotes or angle brackets, or is a tag, which names a dialog (RFC 3261 §19.3).
/// </summary>
internal static class HeaderParameters
{
    /// <summary>Reads to the end of the text.</summary>
    /// <param name="cursor">At the end of the address.</param>
    /// <param name="parameters">Those that can be read, in their order.</param>
    /// <param name="isCut">Whether one was skipped.</param>
    public static bool TryRead(ref AsciiCursor cursor, out ParameterList parameters, out bool isCut)
    {
        isCut = false;
        AsciiCursor start = cursor;
        if (TryReadWhole(ref cursor, out parameters))
        {
            return true;
        }

        cursor = start;
        List<Parameter> kept = [];
        cursor.SkipWhiteSpace();
        while (!cursor.AtEnd)
        {
            ReadOnlySpan<byte> rest = cursor.Rest;
            int length = LengthOfOne(rest);
            if (length < 0)
            {
                return false;
            }

            cursor.Advance(length);
            var one = new AsciiCursor(rest[..length]);
            if (TryReadWhole(ref one, out ParameterList read))
            {
                kept.AddRange(read);
            }
            else if (MayBePassedOver(rest[1..length]))
            {
                isCut = true;
            }
            else
            {
                return false;
            }
        }

        parameters = new ParameterList([.. kept]);
        return true;
    }

    private static bool TryReadWhole(ref AsciiCursor cursor, out ParameterList parameters)
    {
        if (!ParameterList.TryRead(ref cursor, HeaderGrammar.ParameterText, out parameters))
        {
            return false;
        }

        cursor.SkipWhiteSpace();
        return cursor.AtEnd;
    }

    // The length up to the next semicolon outside quoted strings; -1 if there is no semicolon here, or a quoted string does not end.
    private static int LengthOfOne(ReadOnlySpan<byte> text)
    {
        if (text[0] != ';')
        {
            return -1;
        }

        var cursor = new AsciiCursor(text);
        cursor.Advance(1);
        while (!cursor.AtEnd && cursor.Peek != ';')
        {
            if (cursor.Peek != '"')
            {
                cursor.Advance(1);
            }
            else if (!cursor.TryReadQuotedString(out _))
            {
                return -1;
            }
        }

        return text.Length - cursor.Rest.Length;
    }

    private static bool MayBePassedOver(ReadOnlySpan<byte> text)
    {
        int equals = text.IndexOf((byte)'=');
        return !text.ContainsAny("\"<>"u8) && !Ascii.EqualsIgnoreCase(Grammar.TrimWhiteSpace(equals < 0 ? text : text[..equals]), "tag"u8);
    }
}
