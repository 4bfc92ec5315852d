using ImageShare.Cli.Reporting;
using ImageShare.Cli.Terminals;
using Spectre.Console;

namespace ImageShare.Cli.Diagnosis;

/// <summary>Says each check as soon as it is done, and at the end what the worst of them was.</summary>
internal sealed class CheckReport(JsonOutput? json, bool isQuiet)
{
    // Of what is right of the verdict and the step.
    private const int Indent = 19;

    // With less room for it, it begins at the left.
    private const int NarrowestText = 24;

    private static readonly string Below = new(' ', Indent);

    private readonly List<Check> _checks = [];

    public Verdict Worst => _checks.Max(static check => check.Verdict);

    public void Add(Check check)
    {
        _checks.Add(check);
        if (json is not null)
        {
            json.Write("check", writer =>
            {
                writer.WriteString("step", check.Step);
                writer.WriteString("verdict", check.Verdict.Name());
                writer.WriteString("finding", check.Finding);
                if (check.Advice is { } advice)
                {
                    writer.WriteString("advice", advice);
                }

                writer.WriteStartArray("details");
                foreach (string detail in check.Details)
                {
                    writer.WriteStringValue(detail);
                }

                writer.WriteEndArray();
            });
        }
        else if (!isQuiet)
        {
            string[] finding = Wrap(check.Finding, Indent);
            List<string> lines = [$"{Mark(check.Verdict)} {check.Step,-13} {finding[0]}", .. finding.Skip(1).Select(static line => Below + line)];
            lines.AddRange(check.Details.SelectMany(static detail => Wrap(detail, Indent)).Select(static line => $"{Below}[grey]{line}[/]"));
            if (check.Advice is { } advice)
            {
                string[] words = Wrap(advice, Indent + 3);
                lines.Add($"{Below}[bold]->[/] {words[0]}");
                lines.AddRange(words.Skip(1).Select(static line => $"{Below}   {line}"));
            }

            HumanReporter.Say([.. lines]);
        }
        else if (check.Verdict > Verdict.Warning)
        {
            StandardError.Say(Shown.Text($"{check.Step}: {check.Finding} {check.Advice}", 500));
        }
    }

    public void End()
    {
        int problems = _checks.Count(static check => check.Verdict > Verdict.NotChecked);
        if (json is not null)
        {
            json.Write("diagnosis", writer =>
            {
                writer.WriteString("worst", Worst.Name());
                writer.WriteNumber("checks", _checks.Count);
                writer.WriteNumber("problems", problems);
            });
        }
        else if (!isQuiet)
        {
            HumanReporter.Say(Worst switch
            {
                Verdict.Ok or Verdict.NotChecked => "[green]Nothing is in the way of a share[/], as far as can be seen without one.",
                Verdict.Warning => "[yellow]A share should work[/]; see the advice above.",
                Verdict.Unknown => "[yellow]Whether the peer takes images is not known[/]: only an invitation will tell.",
                Verdict.NotCapable => "[red]The peer cannot share images.[/]",
                _ => "[red]A share will fail[/] until what has failed above is mended.",
            });
        }
    }

    // The lines of a text that begins there, as markup. In a file or a pipe, one.
    private static string[] Wrap(string text, int indent) => StandardTerminal.OutputColumns - 1 - indent is >= NarrowestText and var room
        ? [.. TextLines.Wrap(Shown.Text(text), room, static t => t.GetCellWidth(), " ,").Select(static line => Markup.Escape(line.TrimEnd()))]
        : [HumanReporter.Safe(text)];

    private static string Mark(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "[green]ok  [/]",
        Verdict.NotChecked => "[grey]-   [/]",
        Verdict.Warning => "[yellow]note[/]",
        Verdict.Unknown => "[yellow]?   [/]",
        _ => "[red]FAIL[/]",
    };
}
