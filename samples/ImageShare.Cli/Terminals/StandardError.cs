namespace ImageShare.Cli.Terminals;

/// <summary>Writes lines to standard error, for errors and questions.</summary>
internal static class StandardError
{
    /// <summary>Writes a line; on a terminal it breaks between words.</summary>
    public static void Say(string line) => StandardTerminal.Instance.Write(() => Write(
        (Console.IsErrorRedirected ? line : string.Join(Environment.NewLine, StandardTerminal.Instance.Wrap(line))) + Environment.NewLine));

    /// <summary>For <see cref="Terminal"/>: everything else is whole lines.</summary>
    public static void Write(string text)
    {
        try
        {
            Console.Error.Write(text);
        }
        catch (IOException)
        {
            // Nothing can be reported any more except the exit status.
        }
    }
}
