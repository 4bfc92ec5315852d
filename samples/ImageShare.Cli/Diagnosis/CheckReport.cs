using ImageShare.Cli.Reporting;
using ImageShare.Cli.Terminals;

namespace ImageShare.Cli.Diagnosis;

/// <summary>Says each check as soon as it is done, and at the end what the worst of them was.</summary>
internal sealed class CheckReport(JsonOutput? json, bool isQuiet)
{
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
            List<string> lines = [$"{Mark(check.Verdict)} {check.Step,-13} {HumanReporter.Safe(check.Finding)}"];
            lines.AddRange(check.Details.Select(static detail => $"                   [grey]{HumanReporter.Safe(detail)}[/]"));
            if (check.Advice is { } advice)
            {
                lines.Add($"                   [bold]->[/] {HumanReporter.Safe(advice)}");
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

    private static string Mark(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "[green]ok  [/]",
        Verdict.NotChecked => "[grey]-   [/]",
        Verdict.Warning => "[yellow]note[/]",
        Verdict.Unknown => "[yellow]?   [/]",
        _ => "[red]FAIL[/]",
    };
}
