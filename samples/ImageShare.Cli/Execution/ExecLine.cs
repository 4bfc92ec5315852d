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
}
