using System.Text;
using ImageShare.Cli.Terminals;

namespace ImageShare.Cli.Execution;

/// <summary>Passes what a command writes on to standard error, in whole lines, so that it does not come between a question and its answer.</summary>
internal static class CommandOutput
{
    // What is longer is cut off: a command may write anything.
    private const int LongestLine = 1000;

    public static async Task PassOnAsync(StreamReader reader)
    {
        var line = new StringBuilder();
        char[] block = new char[1024];
        int read;
        while ((read = await reader.ReadAsync(block)) > 0)
        {
            foreach (char c in block.AsSpan(0, read))
            {
                if (c == '\n')
                {
                    Say(line);
                }
                else if (c != '\r' && line.Length < LongestLine)
                {
                    line.Append(c);
                }
            }
        }

        if (line.Length > 0)
        {
            Say(line);
        }
    }

    private static void Say(StringBuilder line)
    {
        StandardError.Say(Shown.Text(line.ToString(), LongestLine));
        line.Clear();
    }
}
