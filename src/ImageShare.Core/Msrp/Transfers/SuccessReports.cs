using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// Which bytes of an outgoing message success reports have covered (RFC 4975 §7.1.3). For the reader loop, but for <see cref="Covered"/> and
/// <see cref="IsOverdue"/>: the latter is called by one timer.
/// </summary>
/// <param name="total">The bytes of the message.</param>
/// <param name="areWanted">Whether the message asks for them.</param>
/// <param name="areAwaited">Whether the result waits for them.</param>
internal sealed class SuccessReports(long total, bool areWanted, bool areAwaited)
{
    // A peer that reports scattered single bytes must not make this side remember each of them.
    private const int MaxRanges = 1024;

    private readonly IntervalSet _covered = new();
    private long _coveredBefore = -1;
    private long _changedAt;

    /// <summary>The bytes of the message.</summary>
    public long Total => total;

    /// <summary>Whether the result waits for reports.</summary>
    public bool AreAwaited => areAwaited;

    /// <summary>Whether nothing more has to be waited for.</summary>
    public bool IsComplete => !areAwaited || _covered.CoversAll(total);

    /// <summary>The bytes covered by now.</summary>
    public long Covered => _covered.Covered;

    /// <summary>Takes a report of success.</summary>
    /// <param name="range">What it covers; null is all. A range that was never sent is ignored.</param>
    public void Add(ByteRange? range)
    {
        if (!areWanted)
        {
            return;
        }

        ByteRange all = range ?? new ByteRange(1, total, total);
        long end = Math.Min(all.End ?? total, total);
        if (end >= all.Start && _covered.Count < MaxRanges)
        {
            _covered.Add(all.Start - 1, end - all.Start + 1);
        }
    }

    /// <summary>Whether no new report has arrived for <paramref name="limit"/>, measured between calls of this method.</summary>
    public bool IsOverdue(TimeProvider time, long now, TimeSpan limit)
    {
        long covered = _covered.Covered;
        if (covered != _coveredBefore)
        {
            (_coveredBefore, _changedAt) = (covered, now);
        }

        return time.GetElapsedTime(_changedAt, now) >= limit;
    }
}
