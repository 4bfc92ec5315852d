namespace ImageShare.Core.Msrp.Framing;

/// <summary>
/// Which bytes of a message are present (or acknowledged): disjoint intervals in ascending order. Bytes that arrive
/// in order keep it at one interval and cost nothing. Positions count from 0. Not thread-safe.
/// </summary>
internal sealed class IntervalSet
{
    private readonly List<(long Start, long End)> _stretches = [];

    /// <summary>How many separate intervals there are.</summary>
    public int Count => _stretches.Count;

    /// <summary>How many bytes are present, each counted once.</summary>
    public long Covered { get; private set; }

    /// <summary>The position after the highest byte present.</summary>
    public long End => _stretches.Count == 0 ? 0 : _stretches[^1].End;

    /// <summary>Whether every byte from 0 up to, not including, <paramref name="length"/> is present.</summary>
    public bool CoversAll(long length) => length == 0 || (_stretches.Count > 0 && _stretches[0].Start == 0 && _stretches[0].End >= length);

    /// <summary>Adds an interval; returns how many of its bytes are new.</summary>
    public long Add(long start, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length == 0)
        {
            return 0;
        }

        long end = start + length;
        if (_stretches.Count > 0 && _stretches[^1].End == start)
        {
            _stretches[^1] = (_stretches[^1].Start, end);
            Covered += length;
            return length;
        }

        long before = Covered;
        Merge(start, end);
        return Covered - before;
    }

    private void Merge(long start, long end)
    {
        // The first interval that touches the new one, and all that follow it and overlap the new one.
        int first = IndexOfFirstEndingAtOrAfter(start);
        int last = first;
        while (last < _stretches.Count && _stretches[last].Start <= end)
        {
            Covered -= _stretches[last].End - _stretches[last].Start;
            start = Math.Min(start, _stretches[last].Start);
            end = Math.Max(end, _stretches[last].End);
            last++;
        }

        if (last == first)
        {
            _stretches.Insert(first, (start, end));
        }
        else
        {
            _stretches[first] = (start, end);
            _stretches.RemoveRange(first + 1, last - first - 1);
        }

        Covered += end - start;
    }

    private int IndexOfFirstEndingAtOrAfter(long position)
    {
        int low = 0, high = _stretches.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_stretches[middle].End < position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
