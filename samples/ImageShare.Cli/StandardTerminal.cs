using Spectre.Console;

namespace ImageShare.Cli;

/// <summary>The terminal of this program, or what stands in its place.</summary>
internal static class StandardTerminal
{
    public static Terminal Instance { get; } = new(StandardError.Write, Width, Cells, IsLive(), TimeProvider.System);

    private static bool IsLive()
    {
        if (Console.IsErrorRedirected)
        {
            return false;
        }

        return OperatingSystem.IsWindows() ? AnsiConsole.Profile.Capabilities.Ansi : Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";
    }

    private static int Width()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : 80;
        }
        catch (IOException)
        {
            // No terminal says how wide it is.
            return 80;
        }
    }

    private static int Cells(string text) => text.GetCellWidth();
}
