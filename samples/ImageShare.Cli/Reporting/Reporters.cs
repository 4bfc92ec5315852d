using System.CommandLine;
using ImageShare.Cli.Settings;

namespace ImageShare.Cli.Reporting;

/// <summary>Chooses the reporter.</summary>
internal static class Reporters
{
    public static IReporter For(CommonOptions common, ParseResult parsed)
    {
        TimeSpan timeout = TimeSpan.FromSeconds(parsed.GetValue(common.TimeoutSeconds));
        bool isQuiet = parsed.GetValue(common.Quiet);
        return parsed.GetValue(common.Json) ? new JsonReporter(new JsonOutput(Console.Out), timeout, isQuiet)
            : isQuiet ? new QuietReporter(timeout)
            : new HumanReporter(parsed.GetValue(common.Verbose), timeout, new TerminalPictures(!parsed.GetValue(common.NoPreview)));
    }
}
