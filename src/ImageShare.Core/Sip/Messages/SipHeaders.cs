using System.Collections;
using System.Text;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// The header of a message: rows in their order, unknown ones kept, with typed access on top. Long and compact names are the
/// same, rows and comma-joined values too (RFC 3261 §7.3). Not safe for changes from several threads; once nobody changes it
/// any more, it may be read from any number of them.
/// </summary>
public sealed partial class SipHeaders : IReadOnlyList<SipHeader>
{
    // A message cannot make us reserve more than this for values that are not there yet.
    private const int MostForeseen = 15;

    // What the rows that were read are slices of.
    private readonly ReadOnlyMemory<byte> _octets;
    private SipRow[] _rows;

    /// <summary>Makes an empty header.</summary>
    public SipHeaders() => _rows = [];

    /// <summary>Makes a copy that can be changed without changing the original.</summary>
    public SipHeaders(SipHeaders other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _octets = other._octets;
        _rows = other._rows.AsSpan(0, other.Count).ToArray();
        Count = other.Count;
    }

    internal SipHeaders(int capacity, ReadOnlyMemory<byte> octets = default)
    {
        _rows = new SipRow[capacity];
        _octets = octets;
    }

    /// <summary>The number of rows.</summary>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public SipHeader this[int index] => index < Count ? Row(index) : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Adds a row at the end.</summary>
    /// <exception cref="ArgumentException">The name is no token.</exception>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: the value holds CR, LF or NUL.</exception>
    public void Add(string name, string value) => Insert(Count, MakeRow(name, ToOctets(value)));

    /// <inheritdoc cref="Add(string, string)"/>
    /// <param name="name">The header's name.</param>
    /// <param name="value">The octets behind the colon; not copied, so they must not change any more.</param>
    public void Add(string name, ReadOnlyMemory<byte> value) => Insert(Count, MakeRow(name, value));

    /// <inheritdoc cref="Add(string, string)"/>
    public void Add(string name, ISipHeaderValue value) => Insert(Count, MakeRow(name, ToOctets(value)));

    /// <summary>Adds a row before all others: a new Via.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    public void AddFirst(string name, string value) => Insert(0, MakeRow(name, ToOctets(value)));

    /// <inheritdoc cref="AddFirst(string, string)"/>
    public void AddFirst(string name, ISipHeaderValue value) => Insert(0, MakeRow(name, ToOctets(value)));

    /// <summary>Adds all rows of that name the other header has, unchanged and in their order.</summary>
    public void AddAll(string name, SipHeaders from)
    {
        ArgumentNullException.ThrowIfNull(from);
        SipHeaderName? known = SipHeaderName.Find(name);
        for (int i = 0; i < from.Count; i++)
        {
            if (from.Is(i, known, name))
            {
                Insert(Count, from.Row(i));
            }
        }
    }

    /// <summary>Replaces all rows of that name by one, where the first of them stood; adds it at the end when there was none.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    public void Set(string name, string value) => Set(name, MakeRow(name, ToOctets(value)));

    /// <inheritdoc cref="Set(string, string)"/>
    public void Set(string name, ReadOnlyMemory<byte> value) => Set(name, MakeRow(name, value));

    /// <inheritdoc cref="Set(string, string)"/>
    public void Set(string name, ISipHeaderValue value) => Set(name, MakeRow(name, ToOctets(value)));

    /// <summary>Removes all rows of that name; returns whether there was one.</summary>
    public bool Remove(string name)
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
        Forget();
        return removed;
    }

    /// <summary>Removes the first value of a list header: the first row, or the first of its comma-separated values.</summary>
    public bool RemoveFirst(string name) => ReplaceFirst(name, default(ReadOnlyMemory<byte>));

    /// <summary>Replaces the first value of a list header, the others staying as they are; false when there is none.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    public bool ReplaceFirst(string name, ISipHeaderValue value) => ReplaceFirst(name, CheckValue(ToOctets(value)));

    /// <summary>Whether there is a row of that name.</summary>
    public bool Contains(string name) => IndexOf(name) >= 0;

    /// <summary>How many rows of that name there are.</summary>
    public int CountOf(string name)
    {
        SipHeaderName? known = SipHeaderName.Find(name);
        int count = 0;
        for (int i = 0; i < Count; i++)
        {
            count += Is(i, known, name) ? 1 : 0;
        }

        return count;
    }

    /// <summary>The value of the first row of that name, unfolded, or null.</summary>
    public string? GetString(string name) => IndexOf(name) is >= 0 and int index ? WellKnownText.GetString(ValueOf(index)) : null;

    /// <summary>The octets of the first row of that name, unfolded; false when there is none.</summary>
    public bool TryGetRaw(string name, out ReadOnlyMemory<byte> value)
    {
        int index = IndexOf(name);
        value = index < 0 ? default : Row(index).RawValue;
        return index >= 0;
    }

    /// <summary>
    /// All values of that name: for a list header the rows and their comma-separated values as one list (commas between quotes
    /// or angle brackets do not separate), for any other header its rows.
    /// </summary>
    public IReadOnlyList<string> GetStrings(string name)
    {
        SipHeaderName? known = SipHeaderName.Find(name);
        bool isList = known?.Shape == SipHeaderShape.List;
        string[] values = [];
        int count = 0;
        for (int i = 0; i < Count; i++)
        {
            if (!Is(i, known, name))
            {
                continue;
            }

            ReadOnlySpan<byte> row = ValueOf(i);
            if (!isList)
            {
                Append(ref values, ref count, WellKnownText.GetString(row), default);
                continue;
            }

            while (HeaderGrammar.TryTakeValue(ref row, out ReadOnlySpan<byte> value))
            {
                Append(ref values, ref count, WellKnownText.GetString(value), row);
            }
        }

        return count == values.Length ? values : values[..count];
    }

    /// <inheritdoc/>
    public IEnumerator<SipHeader> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return Row(i);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds a row that was read and is kept whole: its octets hold no line break by construction.</summary>
    internal void AddRead(SipHeader row) => Insert(Count, new SipRow(row));

    /// <summary>Adds a row that was read, a slice of the octets this header was made with.</summary>
    internal void AddRead(SipHeaderName name, int start, int length) => Insert(Count, new SipRow(name, start, length));

    internal SipHeader Row(int index)
    {
        ref readonly SipRow row = ref _rows[index];
        return row.TryGetWhole(out SipRow.Whole? whole)
            ? whole.Header
            : new SipHeader(row.Known, row.Known!.Name, _octets.Slice(row.Start, row.Length), row.Start);
    }

    internal ReadOnlySpan<byte> ValueOf(int index)
    {
        ref readonly SipRow row = ref _rows[index];
        return row.TryGetWhole(out SipRow.Whole? whole) ? whole.Header.RawValue.Span : _octets.Span.Slice(row.Start, row.Length);
    }

    internal int IndexOf(string name) => IndexOf(SipHeaderName.Find(name), name);

    private bool Is(int index, SipHeaderName? known, string name) => known is not null
        ? _rows[index].Is(known)
        : _rows[index].TryGetWhole(out SipRow.Whole? whole) && whole.Header.Is(known, name);

    private int IndexOf(SipHeaderName known)
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

    private int IndexOf(SipHeaderName? known, string name)
    {
        for (int i = 0; i < Count; i++)
        {
            if (Is(i, known, name))
            {
                return i;
            }
        }

        return -1;
    }

    private void Insert(int index, SipHeader row) => Insert(index, new SipRow(row));

    private void Insert(int index, SipRow row)
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
        Forget();
    }

    private void Set(string name, SipHeader row)
    {
        int index = IndexOf(name);
        if (index < 0)
        {
            Insert(Count, row);
            return;
        }

        Remove(name);
        Insert(index, row);
    }

    private bool ReplaceFirst(string name, ReadOnlyMemory<byte> replacement)
    {
        int index = IndexOf(name);
        if (index < 0)
        {
            return false;
        }

        SipHeader first = Row(index);
        ReadOnlySpan<byte> row = first.RawValue.Span;
        bool found = HeaderGrammar.TryTakeValue(ref row, out _);
        ReadOnlyMemory<byte> others = first.RawValue[^row.Length..];
        byte[] value = [.. replacement.Span, .. (replacement.IsEmpty || others.IsEmpty ? ""u8 : ", "u8), .. others.Span.Trim(" \t"u8)];
        if (value.Length == 0)
        {
            Array.Copy(_rows, index + 1, _rows, index, Count - index - 1);
            _rows[--Count] = default;
        }
        else
        {
            _rows[index] = new SipRow(first.WithValue(value));
        }

        Forget();
        return found;
    }

    private int CountAfter(int index, SipHeaderName known)
    {
        int count = 0;
        foreach (ref readonly SipRow row in _rows.AsSpan(index + 1, Count - index - 1))
        {
            count += row.Is(known) ? 1 : 0;
        }

        return count;
    }

    // Grows to what is likely to come, so that mostly there is one array of the right size, and to the double of it from there: however long
    // a list is, each of its octets is looked at, and each value copied, a bounded number of times.
    private static void Append<T>(ref T[] values, ref int count, T value, ReadOnlySpan<byte> rest, int moreRows = 0)
    {
        if (count == values.Length)
        {
            int foreseen = count > MostForeseen ? 0 : Math.Min(rest.Count((byte)',') + moreRows, MostForeseen);
            Array.Resize(ref values, Math.Max(count + 1 + foreseen, count > MostForeseen ? count * 2 : 0));
        }

        values[count++] = value;
    }

    private static SipHeader MakeRow(string name, ReadOnlyMemory<byte> value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        SipHeaderName? known = SipHeaderName.Find(name);
        if (known is null && !Grammar.IsToken(Encoding.UTF8.GetBytes(name)))
        {
            throw new ArgumentException($"'{name}' is not a header name: letters, digits and -.!%*_+`'~ only.", nameof(name));
        }

        return new SipHeader(known, known?.Name ?? name, CheckValue(value));
    }

    private static ReadOnlyMemory<byte> CheckValue(ReadOnlyMemory<byte> value) => value.Span.ContainsAny(Grammar.LineBreaking)
        ? throw new ImageShareException(
            ImageShareError.InvalidValue,
            "A header value holds a line break or a NUL, which would end its line; remove it before giving the value to the library.")
        : value;

    private static byte[] ToOctets(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Encoding.UTF8.GetBytes(value);
    }

    private static ReadOnlyMemory<byte> ToOctets(ISipHeaderValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return HeaderGrammar.ToOctets(value);
    }
}
