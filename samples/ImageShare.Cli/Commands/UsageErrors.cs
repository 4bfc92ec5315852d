using System.CommandLine;
using ImageShare.Cli.Terminals;

namespace ImageShare.Cli.Commands;

/// <summary>Reports what is wrong with a command line and where the help is.</summary>
internal static class UsageErrors
{
    public static void Say(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        if (command is RootCommand)
        {
            string names = string.Join(", ", command.Subcommands.Select(c => c.Name));
            StandardError.Say(parsed.UnmatchedTokens is [var unknown, ..]
                ? $"'{Shown.Text(unknown)}' is not a command; the commands are {names}."
                : $"Name a command: {names}.");
            StandardError.Say("Try 'imageshare demo', or 'imageshare --help'.");
            return;
        }

        foreach (string message in parsed.Errors.Select(e => e.Message).Distinct())
        {
            StandardError.Say(Shown.Text(message, 500));
        }

        StandardError.Say($"'imageshare {command.Name} --help' shows its arguments and options.");
    }
}
