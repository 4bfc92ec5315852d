using System.Collections;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// The header of a message: all rows in their order, including unknown ones, and typed properties. Long and compact names are
/// equivalent, and so are rows and comma-separated values (RFC 3261 §7.3). Any number of threads may read it while none changes
/// it.
/// </summary>
public sealed partial class SipHeaders : IReadOnlyList<SipHeader>
{
    // All other values are kept by the rows.
    private Via? _topVia;

    private SipRowList _rows;

    /// <summary>Creates an empty header.</summary>
    public SipHeaders()
        : this(capacity: 0)
    {
    }

    /// <summary>Creates an independent copy.</summary>
    public SipHeaders(SipHeaders other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _rows = new SipRowList(in other._rows);
    }

    internal SipHeaders(int capacity)
        : this(capacity, new TextSlice([], 0, 0))
    {
    }

    /// <param name="capacity">How many rows there will be.</param>
    /// <param name="message">The message that most rows are slices of.</param>
    internal SipHeaders(int capacity, TextSlice message) => _rows = new SipRowList(capacity, message);

    /// <summary>The number of rows.</summary>
    public int Count => _rows.Count;

    /// <inheritdoc/>
    public SipHeader this[int index] => index < Count ? _rows[index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Adds a row at the end.</summary>
    /// <exception cref="ArgumentException">The name is not a token.</exception>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: the value contains CR, LF or NUL.</exception>
    public void Add(string name, string value) => Insert(Count, SipHeader.Create(name, value));

    /// <inheritdoc cref="Add(string, string)"/>
    /// <param name="name">The header's name.</param>
    /// <param name="value">The bytes after the colon. They are not copied, so they must not change afterwards.</param>
    public void Add(string name, ReadOnlyMemory<byte> value) => Insert(Count, SipHeader.Create(name, value));

    /// <inheritdoc cref="Add(string, string)"/>
    public void Add(string name, ISipHeaderValue value) => Insert(Count, SipHeader.Create(name, value));

    /// <summary>Adds a row before all others, such as a new Via.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    internal void AddFirst(string name, string value) => Insert(0, SipHeader.Create(name, value));

    /// <inheritdoc cref="AddFirst(string, string)"/>
    internal void AddFirst(string name, ISipHeaderValue value) => Insert(0, SipHeader.Create(name, value));

    /// <summary>Adds all rows with this name from the other header, unchanged and in their order.</summary>
    internal void AddAll(string name, SipHeaders from)
    {
        ArgumentNullException.ThrowIfNull(from);
        SipHeaderName? known = SipHeaderName.Find(name);
        for (int i = 0; i < from.Count; i++)
        {
            if (from._rows.Is(i, known, name))
            {
                Insert(Count, from._rows[i]);
            }
        }
    }

    /// <summary>Replaces all rows with this name by one in the place of the first; adds it at the end if there was none.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    public void Set(string name, string value) => Set(name, SipHeader.Create(name, value));

    /// <inheritdoc cref="Set(string, string)"/>
    public void Set(string name, ReadOnlyMemory<byte> value) => Set(name, SipHeader.Create(name, value));

    /// <inheritdoc cref="Set(string, string)"/>
    public void Set(string name, ISipHeaderValue value) => Set(name, SipHeader.Create(name, value));

    /// <summary>Removes all rows of that name; returns whether there was one.</summary>
    public bool Remove(string name)
    {
        Forget();
        return _rows.RemoveAll(name);
    }

    /// <summary>Removes the first value of a list header: the first row, or the first of its comma-separated values. False when there is none.</summary>
    internal bool RemoveFirst(string name) => ReplaceFirst(name, default(ReadOnlyMemory<byte>));

    /// <summary>Replaces the first value of a list header and leaves the others unchanged; false when there is none.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    internal bool ReplaceFirst(string name, ISipHeaderValue value) => ReplaceFirst(name, SipHeader.ToBytes(value));

    /// <summary>Whether there is a row of that name.</summary>
    public bool Contains(string name) => _rows.IndexOf(name) >= 0;

    /// <summary>How many rows of that name there are.</summary>
    internal int CountOf(string name) => _rows.CountOf(name);

    /// <summary>The value of the first row of that name, unfolded, or null.</summary>
    public string? GetString(string name) => _rows.IndexOf(name) is >= 0 and int index ? WellKnownText.GetString(_rows.ValueOf(index)) : null;

    /// <summary>
    /// All values of that name: for a list header the rows and their comma-separated values as one list (commas between quotes
    /// or angle brackets do not separate), for any other header its rows.
    /// </summary>
    public IReadOnlyList<string> GetStrings(string name) => HeaderValues.Split(_rows, name);

    /// <inheritdoc/>
    public IEnumerator<SipHeader> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return _rows[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds a row that was read and is kept whole. Its bytes cannot contain a line break.</summary>
    internal void AddRead(SipHeader row) => _rows.Add(new SipRow(row));

    /// <summary>Adds a row that was read: a slice of the bytes this header was created with, which is shorter than <see cref="SipRow.CanBeSlice"/> says.</summary>
    internal void AddRead(SipHeaderName name, int start, int length) => _rows.Add(new SipRow(name, start, length));

    internal SipHeader Row(int index) => _rows[index];

    internal int IndexOf(string name) => _rows.IndexOf(name);

    private void Insert(int index, SipHeader row) => Insert(index, new SipRow(row));

    private void Insert(int index, SipRow row)
    {
        Forget();
        _rows.Insert(index, row);
    }

    private void Set(string name, SipHeader row)
    {
        int index = _rows.IndexOf(name);
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
        int index = _rows.IndexOf(name);
        if (index < 0)
        {
            return false;
        }

        Forget();
        SipHeader changed = _rows[index].WithFirst(replacement, out bool found);
        if (changed.RawValue.IsEmpty)
        {
            _rows.RemoveAt(index);
        }
        else
        {
            _rows.Replace(index, changed);
        }

        return found;
    }

    private void Forget() => _topVia = null;
}
