using System.Globalization;
using System.Text;

namespace ImageShare.Core.Bodies.Cpim;

/// <summary>The backslash escapes of message/cpim header values (RFC 3862 §2.3).</summary>
internal static class CpimText
{
    public static string Escape(string value)
    {
        var escaped = new StringBuilder(value.Length);
        foreach (char c in value)
        {
            _ = c switch
            {
                '\\' => escaped.Append("\\\\"),
                '\b' => escaped.Append("\\b"),
                '\t' => escaped.Append("\\t"),
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                < ' ' or '\x7f' => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }

    public static string Unescape(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal))
        {
            return value;
        }

        var plain = new StringBuilder(value.Length);
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\')
            {
                plain.Append(value[i]);
                continue;
            }

            // A trailing backslash is ignored; before a character without special meaning it is dropped.
            if (++i == value.Length)
            {
                break;
            }

            if (value[i] == 'u' && i + 4 < value.Length
                && ushort.TryParse(value.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
            {
                plain.Append((char)code);
                i += 4;
                continue;
            }

            plain.Append(value[i] switch { 'b' => '\b', 't' => '\t', 'n' => '\n', 'r' => '\r', char c => c });
        }

        return plain.ToString();
    }
}
