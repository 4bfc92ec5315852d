using System.Globalization;
using System.Text;

namespace ImageShare.Core.Text;

/// <summary>Text of a peer as it may stand in a log: nothing in it moves a cursor, ends a line or turns the direction of what follows.</summary>
internal static class Printable
{
    /// <summary>The same text with every control and format character, and each half of a broken pair, written as <c>\uXXXX</c>.</summary>
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
