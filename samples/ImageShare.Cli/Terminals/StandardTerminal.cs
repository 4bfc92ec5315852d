using Spectre.Console;

namespace ImageShare.Cli.Terminals;

/// <summary>The terminal of this program, or its replacement.</summary>
internal static class StandardTerminal
{
    public static Terminal Instance { get; } = new(StandardError.Write, Width, Cells, Layout(), TimeProvider.System);

    private static TerminalLayout Layout() => (Console.IsErrorRedirected, Console.IsOutputRedirected) switch
    {
        (true, _) => TerminalLayout.OpenLine,
        (false, true) => TerminalLayout.WholeLines,
        _ => CanBeWrittenOver() ? TerminalLayout.Live : TerminalLayout.OpenLine,
    };

    private static bool CanBeWrittenOver() =>
        OperatingSystem.IsWindows() ? AnsiConsole.Profile.Capabilities.Ansi : Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    private static int Width()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : 80;
        }
        catch (IOException)
        {
            // Not a terminal: the width is unknown.
            return 80;
        }
    }

    private static int Cells(string text) => text.GetCellWidth();
}
