using System.Text;

namespace ImageShare.Cli.Terminals;

/// <summary>Breaks text into lines that fit a terminal.</summary>
internal static class TextLines
{
    /// <summary>Breaks a text behind the last of some characters that fits, or in the middle of a word if there is none. The lines joined are the text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="columns">The most cells of a line.</param>
    /// <param name="cells">The width of a text in cells.</param>
    /// <param name="breaks">The characters behind which a line may end.</param>
    public static List<string> Wrap(string text, int columns, Func<string, int> cells, string breaks = " ")
    {
        List<string> lines = [];
        int begin = 0, end = 0, space = 0, taken = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            taken += cells(rune.ToString());
            if (taken > columns)
            {
                int cut = space > begin ? space : end;
                lines.Add(text[begin..cut]);
                begin = cut;
                taken = cells(text[begin..(end + rune.Utf16SequenceLength)]);
            }

            end += rune.Utf16SequenceLength;
            space = rune.IsBmp && breaks.Contains((char)rune.Value) ? end : space;
        }

        lines.Add(text[begin..]);
        return lines;
    }
}
