using System.CommandLine;
using System.CommandLine.Invocation;

namespace ImageShare.Cli.Help;

/// <summary>The help of a command: what it does, an example, its arguments, and its options by subject.</summary>
internal sealed class CommandHelp : SynchronousCommandLineAction
{
    private const int WidestName = 36;
    private const int NarrowestText = 33;

    public override bool Terminating => true;

    /// <summary>Who asks for help need not have the rest right.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Command command = parseResult.CommandResult.Command;
        int width = Width();
        List<string> lines = [.. Wrap(command.Description ?? string.Empty, width), string.Empty, "Usage:", "  " + Usage(command)];
        string[] examples = Examples.Of(command.Name);
        Add(lines, examples.Length > 1 ? "Examples" : "Example", [.. examples.SelectMany(line => Continued($"  $ imageshare {line}", width))]);
        Add(lines, "Commands", Columns([.. command.Subcommands.Select(static c => (c.Name, c.Description ?? string.Empty))], width));
        Add(lines, "Arguments", Columns([.. command.Arguments.Select(static a => ($"<{a.Name}>", a.Description ?? string.Empty))], width));
        Option[] options = [.. command.Options.Concat(command.Parents.OfType<Command>().SelectMany(static p => p.Options).Where(static o => o.Recursive)).Where(static o => !o.Hidden)];
        foreach (string group in OptionGroups.All)
        {
            Add(lines, group, Columns([.. options.Where(o => OptionGroups.Of(o) == group).Select(static o => (Name(o), Description(o)))], width));
        }

        if (command is RootCommand)
        {
            lines.AddRange([string.Empty, "'imageshare COMMAND --help' shows the options of a command."]);
        }

        foreach (string line in lines)
        {
            Console.WriteLine(line.TrimEnd());
        }

        return 0;
    }

    private static void Add(List<string> lines, string heading, string[] content)
    {
        if (content.Length > 0)
        {
            lines.AddRange([string.Empty, heading + ":", .. content]);
        }
    }

    private static string Usage(Command command)
    {
        if (command is RootCommand)
        {
            return "imageshare COMMAND [options]";
        }

        string arguments = string.Concat(command.Arguments.Select(static a => a.Arity switch
        {
            { MinimumNumberOfValues: 0 } => $" [<{a.Name}>]",
            { MaximumNumberOfValues: > 1 } => $" <{a.Name}>...",
            _ => $" <{a.Name}>",
        }));
        return $"imageshare {command.Name}{arguments} [options]";
    }

    private static string Name(Option option) => string.Join(", ", option.Aliases.Where(static a => a.Length == 2 && a[0] == '-' && a[1] != '?').Order(StringComparer.Ordinal).Append(option.Name))
        + (option.HelpName is { } value ? $" <{value}>" : option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool) ? $" <{option.Name.TrimStart('-')}>" : string.Empty);

    private static string Description(Option option) =>
        option.Description + (option.HasDefaultValue && option.ValueType != typeof(bool) && option.GetDefaultValue() is { } value ? $" [default: {value}]" : string.Empty);

    private static string[] Columns((string Name, string Text)[] rows, int width)
    {
        if (rows.Length == 0)
        {
            return [];
        }

        int indent = Math.Min(Math.Min(WidestName, Math.Max(0, width - NarrowestText - 4)), rows.Max(static row => row.Name.Length)) + 4;
        var lines = new List<string>();
        foreach ((string name, string text) in rows)
        {
            string[] wrapped = [.. Wrap(text, Math.Max(NarrowestText, width - indent))];
            bool hasOwnLine = name.Length + 4 > indent;
            if (hasOwnLine)
            {
                lines.Add("  " + name);
            }

            for (int i = 0; i < wrapped.Length; i++)
            {
                lines.Add((i == 0 && !hasOwnLine ? ("  " + name).PadRight(indent) : new string(' ', indent)) + wrapped[i]);
            }
        }

        return [.. lines];
    }

    // A command line in several lines, which a shell reads as one.
    private static IEnumerable<string> Continued(string line, int width)
    {
        const string More = " \\";
        string[] lines = [.. Wrap(line.TrimStart(), width - 6 - More.Length)];
        return lines.Select((part, i) => (i == 0 ? "  " : "      ") + part + (i < lines.Length - 1 ? More : string.Empty));
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        string line = string.Empty;
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : $"{line} {word}";
            }
        }

        yield return line;
    }

    private static int Width()
    {
        try
        {
            return Console.IsOutputRedirected || Console.WindowWidth <= 0 ? 100 : Math.Max(40, Console.WindowWidth - 1);
        }
        catch (IOException)
        {
            // Not a terminal after all.
            return 100;
        }
    }
}
