using System.Globalization;
using System.Text;

namespace ImageShare.Core.Text;

/// <summary>Makes a peer's text safe for logs: it cannot move the cursor, end a line, or reverse the text direction.</summary>
internal static class Printable
{
    /// <summary>Returns the text with every control and format character and every unpaired surrogate written as <c>\uXXXX</c>.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder? escaped = null;
        for (int i = 0; i < text.Length; i++)
        {
            bool isPair = char.IsSurrogatePair(text, i);
            if (!isPair && MustEscape(text[i]))
            {
                escaped ??= new StringBuilder(text, 0, i, text.Length + 16);
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:X4}");
                continue;
            }

            escaped?.Append(text[i]);
            if (isPair)
            {
                i++;
                escaped?.Append(text[i]);
            }
        }

        return escaped?.ToString() ?? text;
    }

    private static bool MustEscape(char c) => char.GetUnicodeCategory(c)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
}
