using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages.Reading;

/// <summary>
/// Decides which malformed header lines may be ignored. A line may not be ignored if another reader, such as a proxy, could read it as a header that
/// frames, routes or controls the message: the two would then see different messages, which allows smuggling. Such a reader may end a name at a blank,
/// a control character or a NUL, or remove these from it, and may end a line at a bare CR.
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

    /// <summary>Whether this malformed line, with its continuation lines, could be read as such a header.</summary>
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

            // No reader takes one letter between other words for a compact name.
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
