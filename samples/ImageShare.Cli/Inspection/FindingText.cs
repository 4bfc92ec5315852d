using ImageShare.Cli.Terminals;
using Spectre.Console;

namespace ImageShare.Cli.Inspection;

/// <summary>A finding for a person. On a terminal, values break behind the separators of SIP and SDP, and their further lines stand below the first.</summary>
internal static class FindingText
{
    /// <summary>Nobody reads on in a value of several screens; for a file or a pipe nothing is cut off.</summary>
    private const int LongestOnTerminal = 2000;

    /// <summary>What is right of the names needs so many columns, otherwise it stands below them.</summary>
    private const int NarrowestValue = 24;

    /// <summary>On a terminal, a longer name does not move the values of the others.</summary>
    private const int WidestName = 24;

    private const int Indent = 4;

    /// <param name="file">The file, as it was given.</param>
    /// <param name="finding">What was found in it.</param>
    /// <param name="columns">The width of the terminal; null for a file or a pipe, where each value is one line.</param>
    public static IEnumerable<string> Lines(string file, Finding finding, int? columns)
    {
        int longest = columns is null ? int.MaxValue : LongestOnTerminal;
        string head = $"{Shown.Text(file)}, byte {finding.Offset}: {finding.Kind}";
        List<(string Before, string Text)> rows =
        [
            (string.Empty, finding.Error is { } error ? $"{head}: {Shown.Text(error, longest)}" : $"{head}, valid, body {finding.BodyLength} bytes"),
        ];
        if (finding.Start is { } start)
        {
            rows.Add(("  ", Shown.Text(start, longest)));
        }

        int width = finding.Fields.Select(static f => f.Name.Length).Where(length => columns is null || length <= WidestName).DefaultIfEmpty().Max();
        foreach ((string name, string value) in finding.Fields)
        {
            rows.Add((new string(' ', Indent) + Shown.Text(name).PadRight(width) + "  ", Shown.Text(value, longest)));
        }

        rows.AddRange(finding.Warnings.Select(static warning =>
            ("  ", $"warning, byte {warning.Offset}: {warning.Code}{(warning.Clause is { } clause ? $" ({clause})" : string.Empty)}")));
        return columns is { } most ? rows.SelectMany(row => Wrap(row.Before, row.Text, most - 1)) : rows.Select(static row => row.Before + row.Text);
    }

    private static IEnumerable<string> Wrap(string before, string text, int columns)
    {
        if (before.Length + text.GetCellWidth() <= columns)
        {
            return [before + text];
        }

        bool isBelow = columns - before.Length < NarrowestValue && before.Length > Indent;
        string indent = isBelow ? new string(' ', Indent * 2) : before.Length == 0 ? "  " : new string(' ', before.Length);
        int room = Math.Max(1, columns - indent.Length);
        List<string> lines = TextLines.Wrap(text, room, static t => t.GetCellWidth(), " ;,");
        return isBelow
            ? [before.TrimEnd(), .. lines.Select(line => indent + line.TrimEnd())]
            : [before + lines[0].TrimEnd(), .. lines.Skip(1).Select(line => indent + line.TrimEnd())];
    }
}
