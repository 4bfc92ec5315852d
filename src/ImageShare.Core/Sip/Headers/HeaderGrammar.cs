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
        while (!row.IsEmpty)
        {
            int length = ValueLength(row);
            value = Grammar.TrimWhiteSpace(row[..length]);
            row = length < row.Length ? row[(length + 1)..] : default;
            if (!value.IsEmpty)
            {
                return true;
            }
        }

        value = default;
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
        int i = 0;
        while (true)
        {
            int hit = row[i..].IndexOfAny((byte)',', (byte)'"', (byte)'<');
            if (hit < 0)
            {
                return row.Length;
            }

            i += hit;
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

                    i += close + 1;
                    break;
                default:
                    i = SkipQuoted(row, i + 1);
                    break;
            }
        }
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
