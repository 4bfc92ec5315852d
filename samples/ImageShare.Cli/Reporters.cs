using System.CommandLine;

namespace ImageShare.Cli;

/// <summary>Chooses who is spoken to.</summary>
internal static class Reporters
{
    public static IReporter For(CommonOptions common, ParseResult parsed) => parsed.GetValue(common.Json)
        ? new JsonReporter(Console.Out)
        : new HumanReporter(parsed.GetValue(common.Verbose));
}
