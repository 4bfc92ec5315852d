using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages.Reading;

/// <summary>
/// Which malformed header lines may be passed over. Not those that another reader on the way could take for a header that frames the
/// message, leads it, or says how it is to be processed: there two readers would see two messages, which is how one is smuggled
/// past the other. Whatever makes such a reading possible counts: a name cut short at a blank, a control or a NUL, or pieced together
/// without them, and a bare CR taken for the end of a line.
/// </summary>
internal static class SipDoubt
{
    private const int LongestName = 32;

    private static readonly SipHeaderName[] Needed =
    [
        .. new[]
        {
            SipHeaderNames.ContentLength, SipHeaderNames.ContentType, SipHeaderNames.ContentEncoding, SipHeaderNames.Via, SipHeaderNames.From,
            SipHeaderNames.To, SipHeaderNames.CallId, SipHeaderNames.CSeq, SipHeaderNames.MaxForwards, SipHeaderNames.Route, SipHeaderNames.RecordRoute,
            SipHeaderNames.Require, SipHeaderNames.ProxyRequire,
        }.Select(static name => SipHeaderName.Find(name)!),
    ];

    /// <summary>Whether that malformed line, its continuation lines included, is too doubtful to be passed over.</summary>
    public static bool Concerns(ReadOnlySpan<byte> line)
    {
        while (true)
        {
            int end = line.IndexOf("\r\n"u8);
            if (ConcernsOne(end < 0 ? line : line[..end]))
            {
                return true;
            }

            if (end < 0)
            {
                return false;
            }

            line = line[(end + 2)..];
        }
    }

    private static bool ConcernsOne(ReadOnlySpan<byte> line)
    {
        bool isCut = line.Contains((byte)'\r');
        while (true)
        {
            int end = line.IndexOf((byte)'\r');
            ReadOnlySpan<byte> piece = end < 0 ? line : line[..end];
            if ((isCut && piece.IsEmpty) || MayName(piece))
            {
                // An empty piece would be the empty line that ends the header.
                return true;
            }

            if (end < 0)
            {
                return false;
            }

            line = line[(end + 1)..];
        }
    }

    private static bool MayName(ReadOnlySpan<byte> piece)
    {
        int colon = piece.IndexOf((byte)':');
        ReadOnlySpan<byte> rest = colon < 0 ? piece : piece[..colon];
        Span<byte> joined = stackalloc byte[LongestName];
        int length = 0;
        bool isFirst = true;
        while (true)
        {
            int start = rest.IndexOfAny(Grammar.Token);
            if (start < 0)
            {
                return !isFirst && length is > 0 and <= LongestName && colon >= 0 && IsNeeded(joined[..length]);
            }

            rest = rest[start..];
            int end = rest.IndexOfAnyExcept(Grammar.Token);
            ReadOnlySpan<byte> run = end < 0 ? rest : rest[..end];
            rest = rest[run.Length..];

            // One letter in the middle of other words is no compact name to anybody.
            bool isLast = rest.IndexOfAny(Grammar.Token) < 0;
            if ((colon >= 0 || isFirst) && (run.Length > 1 || (colon >= 0 && (isFirst || isLast))) && IsNeeded(run))
            {
                return true;
            }

            if (length + run.Length <= LongestName)
            {
                run.CopyTo(joined[length..]);
            }

            length = Math.Min(length + run.Length, LongestName + 1);
            isFirst = false;
        }
    }

    private static bool IsNeeded(ReadOnlySpan<byte> name) => SipHeaderName.Find(name) is { } known && Array.IndexOf(Needed, known) >= 0;
}
