using System.Text;

namespace ImageShare.Cli.Inspection;

/// <summary>The header block that may stand before a multipart body in a file.</summary>
internal static class MimeHeader
{
    private const int Longest = 16 * 1024;

    /// <summary>Whether the bytes begin with header lines, and Content-Type is one of them.</summary>
    public static bool IsAtStartOf(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
        ReadOnlySpan<byte> first = end < 0 ? bytes : bytes[..end];
        int colon = first.IndexOf((byte)':');

        // A SIP start line has a space before its first colon, if it has one at all.
        return colon > 0 && !first[..colon].Contains((byte)' ') && first.Length <= Longest
            && ContentType(Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, Longest)])).Length > 0;
    }

    /// <summary>The value of Content-Type in a header block, folded lines joined, or an empty string.</summary>
    public static string ContentType(string header)
    {
        var value = new StringBuilder();
        bool found = false;
        foreach (string line in header.Split('\n').Select(l => l.TrimEnd('\r')).TakeWhile(l => l.Length > 0))
        {
            if (line[0] is ' ' or '\t')
            {
                value.Append(found ? line : string.Empty);
                continue;
            }

            if (found)
            {
                break;
            }

            int colon = line.IndexOf(':', StringComparison.Ordinal);
            found = colon > 0 && line.AsSpan(0, colon).Trim().Equals("Content-Type", StringComparison.OrdinalIgnoreCase);
            value.Append(found ? line[(colon + 1)..] : string.Empty);
        }

        return value.ToString().Trim();
    }
}
