using System.Globalization;
using System.Text.RegularExpressions;

namespace ImageShare.Cli.Terminals;

/// <summary>What a terminal has answered to the questions of <c>TerminalQuery</c>.</summary>
/// <param name="HasKitty">It shows pictures by the protocol of kitty.</param>
/// <param name="HasSixel">It shows sixels: attribute 4 of its device attributes.</param>
/// <param name="CellWidth">The pixels of a cell, or a guess.</param>
/// <param name="CellHeight">The same, from top to bottom.</param>
internal sealed partial record TerminalAnswer(bool HasKitty, bool HasSixel, int CellWidth, int CellHeight)
{
    private const int LargestCell = 200;

    /// <summary>Nothing is known. The cell is that of a VT340.</summary>
    public static TerminalAnswer None { get; } = new(false, false, 10, 20);

    /// <summary>Whether the last answer, which every terminal gives, is there: then nothing more will come.</summary>
    public static bool IsComplete(string read) => Attributes().IsMatch(read);

    /// <param name="read">All that was read, also keys that were typed.</param>
    public static TerminalAnswer Parse(string read)
    {
        Match attributes = Attributes().Match(read);
        Match cell = Cell().Match(read);
        bool hasCell = cell.Success & TrySize(cell.Groups[2], out int width) & TrySize(cell.Groups[1], out int height);
        return new TerminalAnswer(
            read.Contains("\e_Gi=31;OK", StringComparison.Ordinal),
            attributes.Success && attributes.Groups[1].Value.Split(';').Skip(1).Contains("4"),
            hasCell ? width : None.CellWidth,
            hasCell ? height : None.CellHeight);
    }

    private static bool TrySize(Group digits, out int size) =>
        int.TryParse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out size) && size is > 1 and <= LargestCell;

    // DA1: CSI ? Pn ; ... c. The first number is the class of the terminal.
    [GeneratedRegex(@"\e\[\?([0-9;]*)c")]
    private static partial Regex Attributes();

    [GeneratedRegex(@"\e\[6;([0-9]+);([0-9]+)t")]
    private static partial Regex Cell();
}
