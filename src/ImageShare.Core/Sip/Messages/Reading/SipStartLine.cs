using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages.Reading;

/// <summary>The parts of the first line of a message (RFC 3261 §7.1, RFC 3261 §7.2).</summary>
internal readonly ref struct SipStartLine
{
    private SipStartLine(ReadOnlySpan<byte> method, ReadOnlySpan<byte> target, ReadOnlySpan<byte> version)
    {
        Method = method;
        Target = target;
        Version = version;
    }

    private SipStartLine(int status, ReadOnlySpan<byte> reason)
    {
        Status = status;
        Reason = reason;
    }

    /// <summary>0 in a request.</summary>
    public int Status { get; }

    public ReadOnlySpan<byte> Reason { get; }

    public ReadOnlySpan<byte> Method { get; }

    /// <summary>The text between method and version, which may not be a URI.</summary>
    public ReadOnlySpan<byte> Target { get; }

    public ReadOnlySpan<byte> Version { get; }

    /// <summary>
    /// Distinguishes SIP from anything else. A request line needs a token, some text, and a SIP version at its end. The text may not be a
    /// URI, and the version may be another: such a request is refused later.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out SipStartLine value, out SipReadError error)
    {
        if (line.Length >= 4 && Ascii.EqualsIgnoreCase(line[..4], "SIP/"u8))
        {
            return TryParseStatusLine(line, out value, out error);
        }

        value = default;
        error = new SipReadError(SipReadErrorCode.BadStartLine, 0);
        int methodLength = line.IndexOf((byte)' ');
        if (methodLength <= 0 || !Grammar.IsToken(line[..methodLength]))
        {
            return false;
        }

        // With blanks at the end of the line the target cannot be read as a URI, so the request gets 400.
        ReadOnlySpan<byte> trimmed = line.TrimEnd((byte)' ');
        int versionStart = trimmed.LastIndexOf((byte)' ') + 1;
        ReadOnlySpan<byte> version = trimmed[versionStart..];
        if (versionStart < methodLength + 2 || !IsVersion(version))
        {
            error = new SipReadError(SipReadErrorCode.BadStartLine, Math.Min(methodLength + 1, line.Length));
            return false;
        }

        ReadOnlySpan<byte> target = line[(methodLength + 1)..(trimmed.Length == line.Length ? versionStart - 1 : versionStart)];
        value = new SipStartLine(line[..methodLength], target, version);
        return true;
    }

    private static bool TryParseStatusLine(ReadOnlySpan<byte> line, out SipStartLine value, out SipReadError error)
    {
        value = default;
        int space = line.IndexOf((byte)' ');
        error = new SipReadError(SipReadErrorCode.BadStartLine, 0);
        if (space < 0 || !IsVersion(line[..space]))
        {
            return false;
        }

        if (!Ascii.EqualsIgnoreCase(line[..space], "SIP/2.0"u8))
        {
            error = new SipReadError(SipReadErrorCode.BadVersion, 0);
            return false;
        }

        ReadOnlySpan<byte> rest = line[(space + 1)..];
        error = new SipReadError(SipReadErrorCode.BadStartLine, space + 1);
        if (rest.Length < 3 || rest[..3].ContainsAnyExcept(Grammar.Digit) || (rest.Length > 3 && rest[3] != ' '))
        {
            return false;
        }

        int status = ((rest[0] - '0') * 100) + ((rest[1] - '0') * 10) + (rest[2] - '0');
        value = new SipStartLine(status, rest.Length > 3 ? rest[4..] : default);
        return status is >= 100 and <= 699;
    }

    // SIP-Version = "SIP" "/" 1*DIGIT "." 1*DIGIT
    private static bool IsVersion(ReadOnlySpan<byte> text)
    {
        if (text.Length < 4 || !Ascii.EqualsIgnoreCase(text[..4], "SIP/"u8))
        {
            return false;
        }

        var cursor = new AsciiCursor(text[4..]);
        return !cursor.ReadWhile(Grammar.Digit).IsEmpty && cursor.TryRead((byte)'.') && !cursor.ReadWhile(Grammar.Digit).IsEmpty && cursor.AtEnd;
    }
}
