using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>Reads the values of header rows: one row, the first value of a list, all values of a list (RFC 3261 §7.3.1).</summary>
internal static class HeaderValues
{
    // Bounds the memory that is reserved for values before they are read.
    private const int MaxForeseen = 15;

    public delegate bool Parser<T>(ReadOnlySpan<byte> text, [NotNullWhen(true)] out T? value);

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
            parsed = parser(rows.ValueOf(index), out T? value) ? value : SipRowList.Unreadable;
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

        ReadOnlySpan<byte> row = rows.ValueOf(index);
        return HeaderGrammar.TryTakeValue(ref row, out ReadOnlySpan<byte> first) && parser(first, out T? value) ? value : null;
    }

    /// <summary>All values of the list. One that cannot be read is left out, or makes the whole list empty.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="name">The header.</param>
    /// <param name="parser">Reads one value.</param>
    /// <param name="skipUnreadable">Whether a value that cannot be read is left out.</param>
    /// <param name="first">What was already read as the first value.</param>
    public static T[] List<T>(in SipRowList rows, SipHeaderName name, Parser<T> parser, bool skipUnreadable, T? first = null)
        where T : class
    {
        int index = rows.IndexOf(name);
        if (index < 0)
        {
            return [];
        }

        if (rows.ParsedOf(index) is not T[] values)
        {
            values = ParseAll(rows, name, index, parser, skipUnreadable, first);
            rows.KeepParsed(index, values);
        }

        return values;
    }

    private static T[] ParseAll<T>(in SipRowList rows, SipHeaderName name, int index, Parser<T> parser, bool skipUnreadable, T? first)
        where T : class
    {
        T[] found = [];
        int count = 0;
        for (; index >= 0; index = rows.Find(name, index + 1))
        {
            ReadOnlySpan<byte> row = rows.ValueOf(index);
            while (HeaderGrammar.TryTakeValue(ref row, out ReadOnlySpan<byte> text))
            {
                T? value = first;
                first = null;
                if (value is null && !parser(text, out value))
                {
                    if (!skipUnreadable)
                    {
                        return [];
                    }

                    continue;
                }

                if (found.Length == 0)
                {
                    found = new T[1 + Foreseen(row, rows.CountOf(name, from: index + 1))];
                }
                else if (count == found.Length)
                {
                    Array.Resize(ref found, count + 1 + Foreseen(row, rows.CountOf(name, from: index + 1), count));
                }

                found[count++] = value;
            }
        }

        return Cut(found, count);
    }

    /// <summary>All values of a list as text.</summary>
    public static string[] Texts(in SipRowList rows, SipHeaderName name)
    {
        int index = rows.IndexOf(name);
        if (index < 0)
        {
            return [];
        }

        if (rows.ParsedOf(index) is not string[] values)
        {
            values = ParseTexts(rows, name, index);
            rows.KeepParsed(index, values);
        }

        return values;
    }

    private static string[] ParseTexts(in SipRowList rows, SipHeaderName name, int index)
    {
        string[] found = [];
        int count = 0;
        for (; index >= 0; index = rows.Find(name, index + 1))
        {
            ReadOnlySpan<byte> row = rows.ValueOf(index);
            while (HeaderGrammar.TryTakeValue(ref row, out ReadOnlySpan<byte> value))
            {
                Append(ref found, ref count, SipMethod.FindUsual(value)?.Name ?? WellKnownText.GetString(value), row);
            }
        }

        return Cut(found, count);
    }

    /// <summary>All values of a list of services.</summary>
    public static ServiceIdentifier[] Services(in SipRowList rows, SipHeaderName name)
    {
        int index = rows.IndexOf(name);
        if (index < 0)
        {
            return [];
        }

        if (rows.ParsedOf(index) is not ServiceIdentifier[] values)
        {
            values = ParseServices(rows, name, index);
            rows.KeepParsed(index, values);
        }

        return values;
    }

    private static ServiceIdentifier[] ParseServices(in SipRowList rows, SipHeaderName name, int index)
    {
        ServiceIdentifier[] found = [];
        int count = 0;
        for (; index >= 0; index = rows.Find(name, index + 1))
        {
            ReadOnlySpan<byte> row = rows.ValueOf(index);
            while (HeaderGrammar.TryTakeValue(ref row, out ReadOnlySpan<byte> value))
            {
                Append(ref found, ref count, ServiceIdentifier.Parse(value), row);
            }
        }

        return Cut(found, count);
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
}
