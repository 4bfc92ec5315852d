namespace ImageShare.Cli;

/// <summary>One line on standard error, where errors and questions go.</summary>
internal static class StandardError
{
    public static void Say(string line) => Write(line + Environment.NewLine);

    public static void Write(string text)
    {
        try
        {
            Console.Error.Write(text);
        }
        catch (IOException)
        {
            // Nobody can be told any more; the exit status still says how it ended.
        }
    }
}
