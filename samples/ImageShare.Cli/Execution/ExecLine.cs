using System.CommandLine;
using ImageShare.Cli.Terminals;

namespace ImageShare.Cli.Execution;

/// <summary>Splits the command line at --exec: all that follows it belongs to the command to run, also what looks like an option of this program.</summary>
internal static class ExecLine
{
    public const string Name = "--exec";

    /// <summary>The command line up to the name of the command to run, and the arguments of that.</summary>
    public static (string[] Own, string[] Arguments) Split(string[] args)
    {
        int at = Array.IndexOf(args, Name);
        return at < 0 || at + 2 >= args.Length ? (args, []) : (args[..(at + 2)], args[(at + 2)..]);
    }

    /// <summary>What to say if an argument of the command to run is an option of this program, which was probably meant for it; null if none is.</summary>
    public static string? Hint(Command command, string[] arguments) =>
        arguments.FirstOrDefault(argument => command.Options.Any(option => option.Name == argument.Split('=')[0])) is { } meant
            ? $"{Name}: '{Shown.Text(meant, 40)}' belongs to the command that is run, as all that follows {Name}. If it is for {command.Name}, give it before {Name}."
            : null;
}
