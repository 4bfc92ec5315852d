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
    public static T? ParseRow<T>(in SipRowList rows, SipHeaderName name, Parser<T> parser)
        where T : class
    {
        int index = rows.IndexOf(name);
        return index >= 0 && parser(rows.ValueOf(index), out T? value) ? value : null;
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
    public static T[] ParseAll<T>(in SipRowList rows, SipHeaderName name, Parser<T> parser, bool skipUnreadable)
        where T : class
    {
        T[] found = [];
        int count = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            if (!rows.Is(i, name))
            {
                continue;
            }

            ReadOnlySpan<byte> row = rows.ValueOf(i);
            while (HeaderGrammar.TryTakeValue(ref row, out ReadOnlySpan<byte> text))
            {
                if (parser(text, out T? value))
                {
                    Append(ref found, ref count, value, row, count == found.Length && count <= MaxForeseen ? rows.CountOf(name, from: i + 1) : 0);
                }
                else if (!skipUnreadable)
                {
                    return [];
                }
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

    // Grows first to the expected number of values, so that mostly one array is allocated, and then doubles: the work is
    // proportional to the length of the list.
    private static void Append<T>(ref T[] values, ref int count, T value, ReadOnlySpan<byte> rest, int moreRows = 0)
    {
        if (count == values.Length)
        {
            int foreseen = count > MaxForeseen ? 0 : Math.Min(rest.Count((byte)',') + moreRows, MaxForeseen);
            Array.Resize(ref values, Math.Max(count + 1 + foreseen, count > MaxForeseen ? count * 2 : 0));
        }

        values[count++] = value;
    }

    private static T[] Cut<T>(T[] values, int count)
    {
        if (count < values.Length)
        {
            Array.Resize(ref values, count);
        }

        return values;
    }
}
