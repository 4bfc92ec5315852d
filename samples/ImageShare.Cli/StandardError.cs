namespace ImageShare.Cli;

/// <summary>One line on standard error, where errors and questions go.</summary>
internal static class StandardError
{
    public static void Say(string line) => StandardTerminal.Instance.Write(() => Write(line + Environment.NewLine));

    /// <summary>For <see cref="Terminal"/>: all else is whole lines.</summary>
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
