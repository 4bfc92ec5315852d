using System.CommandLine;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Terminals;

namespace ImageShare.Cli.Reporting;

/// <summary>Chooses the reporter.</summary>
internal static class Reporters
{
    /// <param name="common">The common options.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="isDrawn">See <see cref="HumanReporter.IsDrawn"/>.</param>
    public static IReporter For(CommonOptions common, ParseResult parsed, bool isDrawn = false)
    {
        TimeSpan timeout = TimeSpan.FromSeconds(parsed.GetValue(common.TimeoutSeconds));
        bool isQuiet = parsed.GetValue(common.Quiet);
        return parsed.GetValue(common.Json) ? new JsonReporter(new JsonOutput(Console.Out), timeout, isQuiet)
            : isQuiet ? new QuietReporter(timeout)
            : new HumanReporter(parsed.GetValue(common.Verbose), timeout, new TerminalPictures(StyleOf(common, parsed))) { IsDrawn = isDrawn };
    }

    // Only a command that shows pictures asks the terminal for them.
    private static PictureStyle StyleOf(CommonOptions common, ParseResult parsed) =>
        !parsed.CommandResult.Command.Options.Contains(common.Pictures) || parsed.GetValue(common.NoPreview) || Console.IsOutputRedirected
            ? PictureStyle.None
            : PictureStyle.Choose(parsed.GetRequiredValue(common.Pictures), TerminalText.IsUtf8, Environment.GetEnvironmentVariable, TerminalQuery.Ask);
}
