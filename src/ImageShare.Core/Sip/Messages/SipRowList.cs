using System.Runtime.CompilerServices;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// The rows of a header in their order, the bytes of the message that most of them are slices of, and where the first row of each name with a typed
/// property is. A mutable struct: its owner keeps it in a field that is not readonly.
/// </summary>
internal struct SipRowList
{
    /// <summary>The parsed value of rows that cannot be read.</summary>
    public static readonly object Unreadable = new();

    // The message, which begins at the origin.
    private readonly byte[] _bytes;
    private readonly int _origin;
    private FirstRows _first;
    private SipRow[] _rows;

    public SipRowList(int capacity, TextSlice message)
    {
        _rows = capacity == 0 ? [] : new SipRow[capacity];
        _bytes = message.Bytes;
        _origin = message.Start;
    }

    /// <summary>An independent copy.</summary>
    public SipRowList(in SipRowList other)
    {
        _bytes = other._bytes;
        _origin = other._origin;
        _first = other._first;
        Count = other.Count;
        _rows = other.Count == 0 ? [] : new SipRow[other.Count];
        for (int i = 0; i < Count; i++)
        {
            _rows[i] = other._rows[i].Copy();
        }
    }

    public int Count { get; private set; }

    public readonly SipHeader this[int index]
    {
        get
        {
            ref readonly SipRow row = ref _rows[index];
            return row.TryGetWhole(out SipRow.Whole? whole)
                ? whole.Header
                : new SipHeader(row.Known, row.Known!.Name, new ReadOnlyMemory<byte>(_bytes, _origin + row.Start, row.Length), row.Start);
        }
    }

    public readonly ReadOnlySpan<byte> ValueOf(int index)
    {
        ref readonly SipRow row = ref _rows[index];
        return row.TryGetWhole(out SipRow.Whole? whole) ? whole.Header.RawValue.Span : _bytes.AsSpan(_origin + row.Start, row.Length);
    }

    /// <summary>The same, for values that keep it.</summary>
    public readonly TextSlice TextOf(int index)
    {
        ref readonly SipRow row = ref _rows[index];
        return row.TryGetWhole(out SipRow.Whole? whole) ? TextSlice.Of(whole.Header.RawValue) : new TextSlice(_bytes, _origin + row.Start, row.Length);
    }

    /// <summary>What was parsed of the rows of a name: the first of them keeps it.</summary>
    public readonly object? ParsedOf(int first) => _rows[first].Value;

    /// <summary>Keeps what was parsed. Several threads may do so at a time: they parsed the same.</summary>
    public readonly void KeepParsed(int first, object? value) => _rows[first].Value = value;

    public readonly bool Is(int index, SipHeaderName known) => _rows[index].Is(known);

    /// <summary>Whether the row has that name; <paramref name="known"/> is what <see cref="SipHeaderName.Find(ReadOnlySpan{char})"/> says of it.</summary>
    public readonly bool Is(int index, SipHeaderName? known, string name) => known is not null
        ? _rows[index].Is(known)
        : _rows[index].TryGetWhole(out SipRow.Whole? whole) && whole.Header.Is(known, name);

    public readonly int IndexOf(SipHeaderName known)
    {
        int place = known.Number < FirstRows.Length ? _first[known.Number] & ~FirstRows.Several : FirstRows.Search;
        return place != FirstRows.Search ? place - 1 : Find(known, from: 0);
    }

    /// <summary>Whether there may be more than one row of that name.</summary>
    public readonly bool HasSeveral(SipHeaderName known) => known.Number >= FirstRows.Length || (_first[known.Number] & FirstRows.Several) != 0;

    public readonly int IndexOf(string name)
    {
        SipHeaderName? known = SipHeaderName.Find(name);
        if (known is not null)
        {
            return IndexOf(known);
        }

        for (int i = 0; i < Count; i++)
        {
            if (Is(i, known, name))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The next row of that name from that index on; -1 if there is none.</summary>
    public readonly int Find(SipHeaderName known, int from)
    {
        ReadOnlySpan<SipRow> rows = _rows.AsSpan(0, Count);
        for (int i = from; i < rows.Length; i++)
        {
            if (rows[i].Is(known))
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
        if (known is not null)
        {
            return IndexOf(known) is >= 0 and int first ? CountOf(known, first) : 0;
        }

        int count = 0;
        for (int i = 0; i < Count; i++)
        {
            count += Is(i, known, name) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Adds a row at the end.</summary>
    public void Add(SipRow row)
    {
        if (Count == _rows.Length)
        {
            Array.Resize(ref _rows, Math.Max(16, Count * 2));
        }

        _rows[Count] = row;
        if (row.NameNumber < FirstRows.Length)
        {
            ref byte first = ref _first[row.NameNumber];
            if (first == 0)
            {
                first = (byte)Math.Min(Count + 1, FirstRows.Search);
            }
            else
            {
                first |= FirstRows.Several;
                ForgetParsed(row.NameNumber, before: Count);
            }
        }

        Count++;
    }

    public void Insert(int index, SipRow row)
    {
        if (index == Count)
        {
            Add(row);
            return;
        }

        ForgetParsed(row.NameNumber, before: Count);
        if (Count == _rows.Length)
        {
            Array.Resize(ref _rows, Count * 2);
        }

        Array.Copy(_rows, index, _rows, index + 1, Count - index);
        _rows[index] = row;
        Count++;
        Number();
    }

    public void Replace(int index, SipHeader header)
    {
        _rows[index] = new SipRow(header);
        Number();
    }

    public void RemoveAt(int index)
    {
        Array.Copy(_rows, index + 1, _rows, index, Count - index - 1);
        _rows[--Count] = default;
        Number();
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
        Number();
        return removed;
    }

    // Only the first row of a name keeps what was parsed.
    private readonly void ForgetParsed(int number, int before)
    {
        foreach (ref SipRow row in _rows.AsSpan(0, before))
        {
            if (row.NameNumber == number)
            {
                row.Value = null;
                return;
            }
        }
    }

    // Writes down again where the first rows are.
    private void Number()
    {
        _first = default;
        for (int i = Count - 1; i >= 0; i--)
        {
            int number = _rows[i].NameNumber;
            if (number < FirstRows.Length)
            {
                _first[number] = (byte)(Math.Min(i + 1, FirstRows.Search) | (_first[number] == 0 ? 0 : FirstRows.Several));
            }
        }
    }

    // For each name with a typed property: one more than the index of its first row, and whether there are more; 0 if there is none.
    [InlineArray(Length)]
    private struct FirstRows
    {
        public const int Length = SipHeaderName.TypedCount;

        /// <summary>The first row is so far behind that it must be searched for.</summary>
        public const int Search = Several - 1;

        /// <summary>Added where there is more than one row.</summary>
        public const byte Several = 0x80;

        private byte _first;
    }
}
