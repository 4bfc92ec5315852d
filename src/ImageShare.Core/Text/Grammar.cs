using System.Buffers;

namespace ImageShare.Core.Text;

/// <summary>The character classes that SIP, SDP, MSRP and MIME share.</summary>
internal static class Grammar
{
    /// <summary>alphanum (RFC 5234 ALPHA / DIGIT).</summary>
    public static readonly SearchValues<byte> AlphaNumeric =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8);

    /// <summary>token of RFC 3261 §25.1: alphanum and <c>- . ! % * _ + ` ' ~</c>.</summary>
    public static readonly SearchValues<byte> Token =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~"u8);

    /// <summary>token of RFC 2045 §5.1 (and RFC 4566): wider than SIP's, it has <c># $ &amp; ^ { | }</c> too.</summary>
    public static readonly SearchValues<byte> MimeToken =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`{|}~"u8);

    /// <summary>The characters of a host: names, IPv4, and IPv6 in brackets (RFC 3261 §25.1 host).</summary>
    public static readonly SearchValues<byte> Host =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._[]:"u8);

    /// <summary>
    /// The characters of an unquoted parameter name or value: token and host of RFC 3261 §25.1, and the characters that peers leave
    /// unquoted in tags, URNs and paths.
    /// </summary>
    public static readonly SearchValues<byte> HeaderParameter =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~[]:/@?&$#()^{|}"u8);

    public static readonly SearchValues<byte> Digit = SearchValues.Create("0123456789"u8);

    /// <summary>Characters that must never be written in a value: they would end its line or string.</summary>
    public static readonly SearchValues<byte> LineBreaking = SearchValues.Create("\r\n\0"u8);

    public static readonly SearchValues<char> LineBreakingChars = SearchValues.Create("\r\n\0");

    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(Token);

    /// <summary>Whether the text is a token of RFC 2045 §5.1.</summary>
    public static bool IsMimeToken(string text)
    {
        foreach (char c in text)
        {
            if (c > 126 || !MimeToken.Contains((byte)c))
            {
                return false;
            }
        }

        return text.Length > 0;
    }

    public static bool IsWhiteSpace(byte value) => value is (byte)' ' or (byte)'\t';

    public static bool IsDigit(byte value) => (uint)(value - '0') <= 9;

    public static ReadOnlySpan<byte> TrimWhiteSpace(ReadOnlySpan<byte> text)
    {
        // Not vectorized: there is usually nothing or one SP to trim.
        int start = 0;
        int end = text.Length;
        while (start < end && IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (end > start && IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }
}
