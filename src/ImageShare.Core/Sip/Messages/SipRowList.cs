namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// The rows of a header in their order, and the bytes of the message that most of them are slices of. A mutable struct: its owner keeps it in a field
/// that is not readonly.
/// </summary>
internal struct SipRowList
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private SipRow[] _rows;

    public SipRowList(int capacity, ReadOnlyMemory<byte> bytes)
    {
        _rows = capacity == 0 ? [] : new SipRow[capacity];
        _bytes = bytes;
    }

    /// <summary>An independent copy.</summary>
    public SipRowList(in SipRowList other)
    {
        _bytes = other._bytes;
        _rows = other._rows.AsSpan(0, other.Count).ToArray();
        Count = other.Count;
    }

    public int Count { get; private set; }

    public readonly SipHeader this[int index]
    {
        get
        {
            ref readonly SipRow row = ref _rows[index];
            return row.TryGetWhole(out SipRow.Whole? whole)
                ? whole.Header
                : new SipHeader(row.Known, row.Known!.Name, _bytes.Slice(row.Start, row.Length), row.Start);
        }
    }

    public readonly ReadOnlySpan<byte> ValueOf(int index)
    {
        ref readonly SipRow row = ref _rows[index];
        return row.TryGetWhole(out SipRow.Whole? whole) ? whole.Header.RawValue.Span : _bytes.Span.Slice(row.Start, row.Length);
    }

    public readonly bool Is(int index, SipHeaderName known) => _rows[index].Is(known);

    /// <summary>Whether the row has that name; <paramref name="known"/> is what <see cref="SipHeaderName.Find(ReadOnlySpan{char})"/> says of it.</summary>
    public readonly bool Is(int index, SipHeaderName? known, string name) => known is not null
        ? _rows[index].Is(known)
        : _rows[index].TryGetWhole(out SipRow.Whole? whole) && whole.Header.Is(known, name);

    public readonly int IndexOf(SipHeaderName known)
    {
        ReadOnlySpan<SipRow> rows = _rows.AsSpan(0, Count);
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i].Is(known))
            {
                return i;
            }
        }

        return -1;
    }

    public readonly int IndexOf(string name)
    {
        SipHeaderName? known = SipHeaderName.Find(name);
        for (int i = 0; i < Count; i++)
        {
            if (Is(i, known, name))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>How many rows with that name there are from that index on.</summary>
    public readonly int CountOf(SipHeaderName known, int from)
    {
        int count = 0;
        foreach (ref readonly SipRow row in _rows.AsSpan(from, Count - from))
        {
            count += row.Is(known) ? 1 : 0;
        }

        return count;
    }

    public readonly int CountOf(string name)
    {
        SipHeaderName? known = SipHeaderName.Find(name);
        int count = 0;
        for (int i = 0; i < Count; i++)
        {
            count += Is(i, known, name) ? 1 : 0;
        }

        return count;
    }

    public void Insert(int index, SipRow row)
    {
        if (Count == _rows.Length)
        {
            Array.Resize(ref _rows, Math.Max(16, Count * 2));
        }

        if (index < Count)
        {
            Array.Copy(_rows, index, _rows, index + 1, Count - index);
        }

        _rows[index] = row;
        Count++;
    }

    public readonly void Replace(int index, SipHeader header) => _rows[index] = new SipRow(header);

    public void RemoveAt(int index)
    {
        Array.Copy(_rows, index + 1, _rows, index, Count - index - 1);
        _rows[--Count] = default;
    }

    /// <summary>Removes all rows with that name; returns whether there was one.</summary>
    public bool RemoveAll(string name)
    {
        SipHeaderName? known = SipHeaderName.Find(name);
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (!Is(i, known, name))
            {
                _rows[kept++] = _rows[i];
            }
        }

        bool removed = kept < Count;
        _rows.AsSpan(kept, Count - kept).Clear();
        Count = kept;
        return removed;
    }
}
