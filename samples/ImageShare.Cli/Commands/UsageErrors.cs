using System.CommandLine;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Terminals;

namespace ImageShare.Cli.Commands;

/// <summary>Reports what is wrong with a command line and where the help is.</summary>
internal static class UsageErrors
{
    /// <param name="parsed">The command line.</param>
    /// <param name="json">Whether --json is on it, for whichever command.</param>
    public static void Say(ParseResult parsed, bool json)
    {
        string[] messages = [.. Messages(parsed)];
        if (json)
        {
            var output = new JsonOutput(Console.Out);
            foreach (string message in messages)
            {
                output.WrongUsage(message);
            }

            return;
        }

        foreach (string message in messages)
        {
            StandardError.Say(Shown.Text(message, 500));
        }

        StandardError.Say(parsed.CommandResult.Command is RootCommand
            ? "Try 'imageshare demo', or 'imageshare --help'."
            : $"'imageshare {parsed.CommandResult.Command.Name} --help' shows its arguments and options.");
    }

    private static IEnumerable<string> Messages(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        if (command is not RootCommand)
        {
            return parsed.Errors.Select(static e => e.Message).Distinct();
        }

        string names = string.Join(", ", command.Subcommands.Select(static c => c.Name));
        return [parsed.UnmatchedTokens is [var unknown, ..]
            ? $"'{unknown}' is not a command; the commands are {names}."
            : $"Name a command: {names}."];
    }
}
