using System.Buffers;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Headers;

/// <summary>The grammar that header field values share (RFC 3261 §7.3.1, RFC 3261 §25.1).</summary>
internal static class HeaderGrammar
{
    /// <inheritdoc cref="Grammar.HeaderParameter"/>
    public static readonly SearchValues<byte> ParameterText = Grammar.HeaderParameter;

    /// <summary>
    /// Takes the next value from a comma-separated row; commas between quotes or angle brackets do not separate. Empty values
    /// are skipped. False at the end of the row.
    /// </summary>
    public static bool TryTakeValue(ref ReadOnlySpan<byte> row, out ReadOnlySpan<byte> value)
    {
        int next = 0;
        bool isTaken = TryTakeValue(row, ref next, out int start, out int length);
        value = row.Slice(start, length);
        row = row[next..];
        return isTaken;
    }

    /// <summary>The same, as parts of a message.</summary>
    public static bool TryTakeValue(ref TextSlice row, out TextSlice value)
    {
        int next = 0;
        bool isTaken = TryTakeValue(row.Span, ref next, out int start, out int length);
        value = row.Slice(start, length);
        row = row.From(next);
        return isTaken;
    }

    private static bool TryTakeValue(ReadOnlySpan<byte> row, ref int next, out int start, out int length)
    {
        while (next < row.Length)
        {
            start = next;
            int end = start + ValueLength(row[start..]);
            next = Math.Min(end + 1, row.Length);

            // Not vectorized: there is usually nothing or one SP to trim.
            while (start < end && Grammar.IsWhiteSpace(row[start]))
            {
                start++;
            }

            while (end > start && Grammar.IsWhiteSpace(row[end - 1]))
            {
                end--;
            }

            length = end - start;
            if (length > 0)
            {
                return true;
            }
        }

        start = length = 0;
        return false;
    }

    /// <summary>The value as text, for <c>ToString</c>.</summary>
    public static string Print<T>(T value)
        where T : ISipHeaderValue
    {
        using ScratchWriter output = ScratchWriter.Rent();
        value.Write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>The value as bytes.</summary>
    public static ReadOnlyMemory<byte> ToBytes<T>(T value)
        where T : ISipHeaderValue
    {
        using ScratchWriter output = ScratchWriter.Rent();
        value.Write(output);
        return output.WrittenSpan.ToArray();
    }

    private static int ValueLength(ReadOnlySpan<byte> row)
    {
        // Most rows have one value. Where there are more, most are too short for vectors.
        for (int i = row.Contains((byte)',') ? 0 : row.Length; i < row.Length; i++)
        {
            switch (row[i])
            {
                case (byte)',':
                    return i;
                case (byte)'<':
                    int close = row[i..].IndexOf((byte)'>');
                    if (close < 0)
                    {
                        return row.Length;
                    }

                    i += close;
                    break;
                case (byte)'"':
                    i = SkipQuoted(row, i + 1) - 1;
                    break;
            }
        }

        return row.Length;
    }

    // The index after the closing quote, or the end if there is none.
    private static int SkipQuoted(ReadOnlySpan<byte> row, int i)
    {
        while (i < row.Length)
        {
            int hit = row[i..].IndexOfAny((byte)'"', (byte)'\\');
            if (hit < 0)
            {
                break;
            }

            i += hit;
            if (row[i] == '"')
            {
                return i + 1;
            }

            i += 2;
        }

        return row.Length;
    }
}
