using Spectre.Console;

namespace ImageShare.Cli.Terminals;

/// <summary>The terminal of this program, or its replacement.</summary>
internal static class StandardTerminal
{
    public static Terminal Instance { get; } = new(StandardError.Write, Width, Cells, Layout(), TimeProvider.System);

    /// <summary>The width in cells.</summary>
    public static int Columns => Width();

    /// <summary>The width for lines on standard output; null for a file or a pipe.</summary>
    public static int? OutputColumns => Console.IsOutputRedirected ? null : Width();

    /// <summary>The height in lines.</summary>
    public static int Rows
    {
        get
        {
            try
            {
                return Console.WindowHeight is > 0 and var height ? height : 24;
            }
            catch (IOException)
            {
                // Not a terminal: the height is unknown.
                return 24;
            }
        }
    }

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
