using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>Reads the values of header rows: one row, the first value of a list, all values of a list (RFC 3261 §7.3.1).</summary>
internal static class HeaderValues
{
    // Bounds the memory that is reserved for values before they are read.
    private const int MaxForeseen = 15;

    /// <summary>Reads one value, which is not null if true.</summary>
    public delegate bool Parser<T>(TextSlice text, out T? value);

    /// <summary>The value of the first row with that name; null when there is none, or it cannot be read.</summary>
    public static T? Row<T>(in SipRowList rows, SipHeaderName name, Parser<T> parser)
        where T : class
    {
        int index = rows.IndexOf(name);
        if (index < 0)
        {
            return null;
        }

        object? parsed = rows.ParsedOf(index);
        if (parsed is null)
        {
            TextSlice text = rows.TextOf(index);
            bool recurs = false;
            parsed = name.Recurs ? RecurringValues.Find(name.Number, ref text, out recurs) : null;
            if (parsed is null)
            {
                parsed = parser(text, out T? value) ? value! : SipRowList.Unreadable;
                if (recurs)
                {
                    RecurringValues.Keep(name.Number, text, parsed);
                }
            }

            rows.KeepParsed(index, parsed);
        }

        return parsed as T;
    }

    /// <summary>The first value of the list; null when there is none, or it cannot be read.</summary>
    public static T? ParseFirst<T>(in SipRowList rows, SipHeaderName name, Parser<T> parser)
        where T : class
    {
        int index = rows.IndexOf(name);
        if (index < 0)
        {
            return null;
        }

        TextSlice row = rows.TextOf(index);
        return HeaderGrammar.TryTakeValue(ref row, out TextSlice first) && parser(first, out T? value) ? value : null;
    }

    /// <summary>All values of the list. One that cannot be read is left out, or makes the whole list empty.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="name">The header.</param>
    /// <param name="parser">Reads one value.</param>
    /// <param name="skipUnreadable">Whether a value that cannot be read is left out.</param>
    /// <param name="first">What was already read as the first value; null for nothing.</param>
    public static IReadOnlyList<T> List<T>(in SipRowList rows, SipHeaderName name, Parser<T> parser, bool skipUnreadable, object? first = null)
        where T : notnull
    {
        int index = rows.IndexOf(name);
        if (index < 0)
        {
            return [];
        }

        object? parsed = rows.ParsedOf(index);
        if (parsed is null)
        {
            TextSlice text = rows.TextOf(index);
            bool recurs = false;
            parsed = name.Recurs && !rows.HasSeveral(name) ? RecurringValues.Find(name.Number, ref text, out recurs) : null;
            if (parsed is null)
            {
                parsed = (object?)ParseAll(rows, name, index, text, parser, skipUnreadable, first) ?? SipRowList.Unreadable;
                if (recurs)
                {
                    RecurringValues.Keep(name.Number, text, parsed);
                }
            }

            rows.KeepParsed(index, parsed);
        }

        return parsed as ValueList<T> ?? (IReadOnlyList<T>)[];
    }

    // Null for no values. The text is the first row.
    private static ValueList<T>? ParseAll<T>(in SipRowList rows, SipHeaderName name, int index, TextSlice text, Parser<T> parser, bool skipUnreadable, object? first)
        where T : notnull
    {
        var found = default(Found<T>);
        while (true)
        {
            while (HeaderGrammar.TryTakeValue(ref text, out TextSlice one))
            {
                T? value;
                if (first is not null)
                {
                    value = (T)first;
                    first = null;
                }
                else if (!parser(one, out value))
                {
                    if (!skipUnreadable)
                    {
                        return null;
                    }

                    continue;
                }

                found.Add(value!, text.Span, rows, name, index);
            }

            index = rows.HasSeveral(name) ? rows.Find(name, index + 1) : -1;
            if (index < 0)
            {
                return found.ToList();
            }

            text = rows.TextOf(index);
        }
    }

    /// <summary>One value of a list as text.</summary>
    public static bool TryGetText(TextSlice text, [NotNullWhen(true)] out string? value)
    {
        value = WellKnownText.GetString(text.Span);
        return true;
    }

    /// <summary>The same for names that are mostly methods.</summary>
    public static bool TryGetMethod(TextSlice text, [NotNullWhen(true)] out string? value)
    {
        value = SipMethod.FindUsual(text.Span)?.Name ?? WellKnownText.GetString(text.Span);
        return true;
    }

    /// <summary>One value of a list of services.</summary>
    public static bool TryGetService(TextSlice text, out ServiceIdentifier value)
    {
        value = ServiceIdentifier.Parse(text.Span);
        return true;
    }

    /// <summary>All values with that name as text: those of a list one by one, of any other header row by row.</summary>
    public static string[] Split(in SipRowList rows, string name)
    {
        SipHeaderName? known = SipHeaderName.Find(name);
        bool isList = known?.Shape == SipHeaderShape.List;
        string[] values = [];
        int count = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            if (!rows.Is(i, known, name))
            {
                continue;
            }

            ReadOnlySpan<byte> row = rows.ValueOf(i);
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

        return Cut(values, count);
    }

    /// <summary>A number from 0 to 2^32-1; unless <paramref name="isWhole"/>, other text may follow it. Null when there is none.</summary>
    public static uint? ParseNumber(in SipRowList rows, SipHeaderName name, bool isWhole)
    {
        int index = rows.IndexOf(name);
        if (index < 0)
        {
            return null;
        }

        var cursor = new AsciiCursor(rows.ValueOf(index));
        return cursor.TryReadUInt32(out uint number) && (!isWhole || cursor.AtEnd) ? number : null;
    }

    private static void Append<T>(ref T[] values, ref int count, T value, ReadOnlySpan<byte> rest)
    {
        if (count == values.Length)
        {
            Array.Resize(ref values, count + 1 + Foreseen(rest, moreRows: 0, count));
        }

        values[count++] = value;
    }

    // How many more values there may be: first the expected number, so that mostly one array is allocated, and then as many again: the work is
    // proportional to the length of the list.
    private static int Foreseen(ReadOnlySpan<byte> rest, int moreRows, int count = 0) =>
        count > MaxForeseen ? count - 1 : rest.IsEmpty ? Math.Min(moreRows, MaxForeseen) : Math.Min(rest.Count((byte)',') + moreRows, MaxForeseen);

    private static T[] Cut<T>(T[] values, int count)
    {
        if (count < values.Length)
        {
            Array.Resize(ref values, count);
        }

        return values;
    }

    // The values of a list so far.
    private struct Found<T>
        where T : notnull
    {
        private T? _first;
        private T[]? _others;
        private int _count;

        /// <param name="value">The next value.</param>
        /// <param name="rest">What is behind it in its row.</param>
        /// <param name="rows">All rows.</param>
        /// <param name="name">The name of the list.</param>
        /// <param name="index">The row.</param>
        public void Add(T value, ReadOnlySpan<byte> rest, in SipRowList rows, SipHeaderName name, int index)
        {
            int others = _count++ - 1;
            if (others < 0)
            {
                _first = value;
                return;
            }

            if (_others is null || others == _others.Length)
            {
                Array.Resize(ref _others, others + 1 + Foreseen(rest, rows.CountOf(name, from: index + 1), others));
            }

            _others[others] = value;
        }

        public readonly ValueList<T>? ToList() => _count == 0 ? null : new ValueList<T>(_first!, _others is null ? [] : Cut(_others, _count - 1));
    }
}
