using System.CommandLine;
using ImageShare.Cli.Settings;

namespace ImageShare.Cli.Reporting;

/// <summary>Chooses the reporter.</summary>
internal static class Reporters
{
    public static IReporter For(CommonOptions common, ParseResult parsed) => parsed.GetValue(common.Json)
        ? new JsonReporter(new JsonOutput(Console.Out))
        : new HumanReporter(parsed.GetValue(common.Verbose));
}
