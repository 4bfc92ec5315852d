using System.Buffers;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>
/// Finds the end-line of one transaction in a body: CRLF, seven hyphens, the transaction id, a sign, CRLF (RFC 4975 §7.1).
/// Near misses are body.
/// </summary>
internal sealed class EndLineFinder
{
    /// <summary>CRLF and seven hyphens.</summary>
    private const int LeadLength = 9;

    /// <summary>The continuation flag, CR and LF that follow the transaction id.</summary>
    private const int SignAndLineEnd = 3;

    private readonly ByteBuffer _pattern = new();

    /// <summary>Whether the bytes examined are an end-line.</summary>
    public enum Verdict
    {
        No,
        Yes,

        /// <summary>They may be the start of one; more bytes are needed.</summary>
        Perhaps,
    }

    /// <summary>The length of a complete end-line, including the CRLF before it.</summary>
    public int Length => _pattern.Length + SignAndLineEnd;

    public MsrpContinuation Continuation { get; private set; }

    public void Use(ReadOnlySpan<byte> transactionId)
    {
        if (_pattern.Length == LeadLength + transactionId.Length)
        {
            // Nearly always the next id has the length of the last.
            _pattern.Replace(LeadLength, transactionId);
            return;
        }

        _pattern.Set("\r\n-------"u8);
        _pattern.Append(transactionId);
    }

    /// <summary>
    /// Looks for the first end-line in a span. On yes, <paramref name="index"/> is where it begins; on perhaps, where the beginning of
    /// a possible one at the end of the span; on no, the length of the span. All bytes before the index are body.
    /// </summary>
    public Verdict Find(ReadOnlySpan<byte> span, out int index)
    {
        ReadOnlySpan<byte> pattern = _pattern.Span;

        // Its CRLF is before the hyphens, nearly always before the first candidates. After them the pattern itself is searched, so that no byte is
        // looked at three times.
        int from = Math.Max(0, Hyphens.IndexOfPossibleRun(span) - 2);
        int close = span[from..Math.Min(from + Hyphens.Uncertainty, span.Length)].IndexOf((byte)'\r');
        while (true)
        {
            int hit = close >= 0 && span[(from + close)..].StartsWith(pattern) ? close : span[from..].IndexOf(pattern);
            close = -1;
            if (hit < 0)
            {
                index = IndexOfBeginning(span, 0);
                return index < span.Length ? Verdict.Perhaps : Verdict.No;
            }

            index = from + hit;
            Verdict verdict = CheckSign(span[(index + pattern.Length)..]);
            if (verdict != Verdict.No)
            {
                return verdict;
            }

            from = index + 1;
        }
    }

    /// <summary>Whether the sequence begins with an end-line.</summary>
    /// <param name="sequence">The bytes, in any number of segments.</param>
    /// <param name="behindLineEnd">Whether the CRLF of the end-line has already been consumed.</param>
    public Verdict CheckFront(in ReadOnlySequence<byte> sequence, bool behindLineEnd)
    {
        ReadOnlySpan<byte> pattern = behindLineEnd ? _pattern.Span[2..] : _pattern.Span;
        int wanted = (int)Math.Min(sequence.Length, pattern.Length + SignAndLineEnd);
        scoped ReadOnlySpan<byte> front = sequence.FirstSpan;
        if (front.Length < wanted)
        {
            // At most the longest id allowed, so the stack has room.
            Span<byte> copy = stackalloc byte[wanted];
            sequence.Slice(0, wanted).CopyTo(copy);
            front = copy;
        }

        int compared = Math.Min(wanted, pattern.Length);
        return !front[..compared].SequenceEqual(pattern[..compared]) ? Verdict.No
            : compared < pattern.Length ? Verdict.Perhaps
            : CheckSign(front[compared..]);
    }

    /// <summary>The index of the next possible start of an end-line, the first byte being known to be body; the span's length if there is none.</summary>
    public int IndexOfNextBeginning(ReadOnlySpan<byte> span) => IndexOfBeginning(span, 1);

    private Verdict CheckSign(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty)
        {
            return Verdict.Perhaps;
        }

        if (!MsrpContinuationSign.TryParse(rest[0], out MsrpContinuation continuation)
            || (rest.Length > 1 && rest[1] != '\r')
            || (rest.Length > 2 && rest[2] != '\n'))
        {
            return Verdict.No;
        }

        Continuation = continuation;
        return rest.Length < SignAndLineEnd ? Verdict.Perhaps : Verdict.Yes;
    }

    // The pattern holds one CR only, its first byte: each CR near the end of the span is one place to look at.
    private int IndexOfBeginning(ReadOnlySpan<byte> span, int from)
    {
        ReadOnlySpan<byte> pattern = _pattern.Span;
        int start = Math.Max(from, span.Length - pattern.Length - SignAndLineEnd + 1);
        while (start < span.Length)
        {
            int hit = span[start..].IndexOf((byte)'\r');
            if (hit < 0)
            {
                break;
            }

            start += hit;
            ReadOnlySpan<byte> tail = span[start..];
            int compared = Math.Min(tail.Length, pattern.Length);
            if (tail[..compared].SequenceEqual(pattern[..compared]) && CheckSign(tail[compared..]) != Verdict.No)
            {
                return start;
            }

            start++;
        }

        return span.Length;
    }
}
