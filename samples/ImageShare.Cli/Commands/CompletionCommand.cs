using System.CommandLine;
using ImageShare.Cli.Completion;
using ImageShare.Cli.Settings;

namespace ImageShare.Cli.Commands;

/// <summary><c>imageshare completion SHELL</c>: writes the script by which a shell completes command lines of this program.</summary>
internal static class CompletionCommand
{
    public static Command Create()
    {
        string[] shells = [.. CompletionScripts.OfShells.Keys];
        var shell = new Argument<string>("shell")
        {
            Description = "One of " + string.Join(", ", shells),
            CustomParser = result => shells.Contains(result.Tokens[0].Value)
                ? result.Tokens[0].Value
                : CommonOptions.Refuse<string>(result, "is not one of " + string.Join(", ", shells)),
        };
        shell.CompletionSources.Add(shells);
        var command = new Command("completion", "Write the script by which a shell completes these commands; its first lines say where it goes") { shell };
        command.SetAction(parsed => Console.Out.Write(CompletionScripts.OfShells[parsed.GetRequiredValue(shell)].ReplaceLineEndings("\n")));
        return command;
    }
}
