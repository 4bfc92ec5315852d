using System.Diagnostics;
using System.Text;
using ImageShare.Cli.Pictures;

namespace ImageShare.Cli.Terminals;

/// <summary>
/// Asks the terminal what it can show. This must be done before anything else reads standard input: the answers come as if they were typed. The last question is one that every terminal
/// answers, and answers come in order, so that none is left to be taken for keys.
/// </summary>
internal static class TerminalQuery
{
    // The pixels of a cell, and the device attributes.
    private const string Questions = KittyGraphics.Query + "\e[16t\e[c";

    // Over a slow line an answer takes some tenths of a second. One that comes later would be taken for keys.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private const byte CtrlC = 3;

    public static TerminalAnswer Ask()
    {
        if (OperatingSystem.IsWindows() || Console.IsInputRedirected || Console.IsOutputRedirected || !IsAsked(Environment.GetEnvironmentVariable))
        {
            return TerminalAnswer.None;
        }

        byte[]? saved = RawTerminal.TryEnter();
        if (saved is null)
        {
            return TerminalAnswer.None;
        }

        var read = new StringBuilder();
        try
        {
            Console.Out.Write(Questions);
            long begun = Stopwatch.GetTimestamp();
            byte[] bytes = new byte[256];
            while (!TerminalAnswer.IsComplete(read.ToString()) && Patience - Stopwatch.GetElapsedTime(begun) is var left && left > TimeSpan.Zero
                && RawTerminal.Read(bytes, left) is > 0 and var count)
            {
                read.Append(Encoding.Latin1.GetString(bytes, 0, count));
                if (bytes.AsSpan(0, count).Contains(CtrlC))
                {
                    break;
                }
            }
        }
        finally
        {
            RawTerminal.Leave(saved);
        }

        string answers = read.ToString();
        if (answers.Contains((char)CtrlC))
        {
            RawTerminal.Interrupt();
        }

        return TerminalAnswer.Parse(answers);
    }

    /// <summary>Whether the terminal is one that takes questions it does not know for what they are; these show them.</summary>
    public static bool IsAsked(Func<string, string?> variable) =>
        variable("TERM") is { Length: > 0 } and not ("dumb" or "linux" or "vt100" or "vt220") && variable("TERM_PROGRAM") is not "Apple_Terminal";
}
