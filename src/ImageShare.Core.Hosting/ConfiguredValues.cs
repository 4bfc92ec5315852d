using Microsoft.Extensions.Configuration;

namespace ImageShare.Core.Hosting;

/// <summary>The values of a section, which of them are known, and what is wrong with them. An empty value is as good as none.</summary>
internal sealed class ConfiguredValues
{
    private readonly IConfigurationSection _section;
    private readonly SortedSet<string> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _problems = [];

    public ConfiguredValues(IConfigurationSection section)
    {
        _section = section;
        All = section.AsEnumerable(makePathsRelative: true).Where(static pair => pair.Key.Length > 0 && !string.IsNullOrEmpty(pair.Value))
            .ToDictionary(static pair => pair.Key, static pair => pair.Value!, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What is set, by its name in the section.</summary>
    public IReadOnlyDictionary<string, string> All { get; }

    /// <summary>The names that were asked for so far.</summary>
    public IEnumerable<string> Known => _known;

    public IEnumerable<string> Problems => _problems;

    /// <summary>What is set and was not asked for, once all was.</summary>
    public IEnumerable<string> Unknown => All.Keys.Where(name => !_known.Contains(name) && !_known.Contains($"{name[..(name.LastIndexOf(':') + 1)]}*"))
        .Order(StringComparer.OrdinalIgnoreCase).Select(name => $"{Full(name)} is not an option of ImageShare; check its spelling.");

    /// <summary>The value of an option, or null if it is not set or wrong.</summary>
    public string? Get(string name, Parser<string> parser)
    {
        string? found = null;
        Read(name, parser, value => found = value);
        return found;
    }

    /// <summary>Hands over the value of an option, if it is set and right.</summary>
    public void Read<T>(string name, Parser<T> parser, Action<T> take)
    {
        _known.Add(name);
        if (All.TryGetValue(name, out string? text))
        {
            Try(name, text, () =>
            {
                if (parser.TryParse(text, out T? value))
                {
                    take(value);
                }
                else
                {
                    Wrong(name, text, $"expected {parser.Expected}");
                }
            });
        }
    }

    /// <summary>Hands over the values of an option that is a list: entries of their own, or separated by commas.</summary>
    public void ReadList<T>(string name, Parser<T> parser, Action<IReadOnlyList<T>> take)
    {
        _known.Add(name);
        _known.Add($"{name}:*");
        (string Name, string Text)[] texts = All.TryGetValue(name, out string? joined)
            ? [.. joined.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(text => (name, text))]
            : [.. _section.GetSection(name).GetChildren().Where(static child => !string.IsNullOrEmpty(child.Value)).Select(child => ($"{name}:{child.Key}", child.Value!))];
        if (texts.Length == 0)
        {
            return;
        }

        var values = new List<T>();
        foreach ((string entry, string text) in texts)
        {
            if (parser.TryParse(text, out T? value))
            {
                values.Add(value);
            }
            else
            {
                Wrong(entry, text, $"expected {parser.Expected}");
            }
        }

        if (values.Count == texts.Length)
        {
            Try(name, string.Join(", ", texts.Select(static entry => entry.Text)), () => take(values));
        }
    }

    /// <summary>Does what a value may be wrong for: the library's own checks, and files.</summary>
    public void Try(string name, string text, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            Wrong(name, text, e.Message);
        }
    }

    /// <summary>Says so if a group has some of its members but not all.</summary>
    public void Require(string group, params string[] members)
    {
        if (!All.Keys.Any(name => name.StartsWith($"{group}:", StringComparison.OrdinalIgnoreCase)))
        {
            return;
        }

        foreach (string member in members.Where(member => !All.Keys.Any(name => name.StartsWith($"{group}:{member}", StringComparison.OrdinalIgnoreCase))))
        {
            _problems.Add($"{Full($"{group}:{member}")} is not set, but others of {Full(group)} are.");
        }
    }

    private string Full(string name) => $"{_section.Path}:{name}";

    // A password may stand where its file is expected.
    private void Wrong(string name, string text, string reason) =>
        _problems.Add($"{Full(name)} is wrong{(name.StartsWith("Credentials:", StringComparison.OrdinalIgnoreCase) ? string.Empty : $": '{text}'")}; {reason.TrimEnd('.')}.");
}
