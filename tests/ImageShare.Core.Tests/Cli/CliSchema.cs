using System.Globalization;
using System.Text.Json;
using ImageShare.Core.Tests.Documentation;

namespace ImageShare.Core.Tests.Cli;

/// <summary>The events as docs/cli.md has them. Every line of --json that any test reads is compared with it.</summary>
internal static class CliSchema
{
    private static readonly Lazy<IReadOnlyDictionary<string, Field[]>> Documented = new(Read);

    /// <summary>The events that the page has.</summary>
    public static IEnumerable<string> Names => Documented.Value.Keys;

    public static void AssertFits(JsonElement json)
    {
        Assert.That(json.EnumerateObject().Select(static p => p.Name).Take(2), Is.EqualTo((string[])["v", "event"]), $"begins with both: {json}");
        Assert.That(json.GetProperty("v").GetInt32(), Is.EqualTo(1));
        string name = json.GetProperty("event").GetString()!;
        Assert.That(Documented.Value.TryGetValue(name, out Field[]? fields), Is.True, $"docs/cli.md has no event '{name}': {json}");
        string[] wrong = [.. Wrong(json, string.Empty, [.. fields!, new Field("v", false, "integer"), new Field("event", false, "string")])];
        Assert.That(wrong, Is.Empty, $"docs/cli.md has it otherwise: {json}");
    }

    private static IEnumerable<string> Wrong(JsonElement json, string within, Field[] fields)
    {
        Field[] here = [.. fields.Where(f => f.Path.StartsWith(within, StringComparison.Ordinal) && !f.Path[within.Length..].Contains('.', StringComparison.Ordinal))];
        foreach (Field missing in here.Where(f => !f.IsOptional && !json.TryGetProperty(f.Path[within.Length..], out _)))
        {
            yield return $"{missing.Path} is missing";
        }

        foreach (JsonProperty property in json.EnumerateObject())
        {
            string path = within + property.Name;
            if (here.SingleOrDefault(f => f.Path == path) is not { } field)
            {
                yield return $"{path} is not documented";
                continue;
            }

            if (!IsOf(property.Value, field.Type))
            {
                yield return $"{path} is not of type '{field.Type}'";
            }

            JsonElement[] inner = field.Type switch
            {
                "object" => [property.Value],
                "array of objects" => [.. property.Value.EnumerateArray()],
                _ => [],
            };
            string next = field.Type == "object" ? path + "." : path + "[].";
            foreach (string wrong in inner.SelectMany(element => Wrong(element, next, fields)))
            {
                yield return wrong;
            }
        }
    }

    private static bool IsOf(JsonElement value, string type) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "boolean or null" => value.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null,
        "time" => value.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, out DateTimeOffset time) && time.Offset == TimeSpan.Zero,
        "object" => value.ValueKind == JsonValueKind.Object,
        "array of strings" => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(static e => e.ValueKind == JsonValueKind.String),
        "array of objects" => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(static e => e.ValueKind == JsonValueKind.Object),
        _ => throw new InvalidDataException($"docs/cli.md has a type '{type}' that no test knows."),
    };

    private static Dictionary<string, Field[]> Read()
    {
        var events = new Dictionary<string, Field[]>();
        string? name = null;
        foreach (string line in File.ReadLines(Repository.File("docs", "cli.md")).SkipWhile(static line => line != "## Events"))
        {
            if (line.StartsWith("### `", StringComparison.Ordinal))
            {
                name = line["### `".Length..^1];
                events.Add(name, []);
            }
            else if (line.StartsWith("| `", StringComparison.Ordinal))
            {
                string[] cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
                string field = cells[0].Trim('`');
                events[name!] = [.. events[name!], new Field(field.TrimEnd('?'), field.EndsWith('?'), cells[1])];
            }
        }

        return events;
    }

    /// <param name="Path">Its name; within an object or the objects of an array, with the name of that in front.</param>
    /// <param name="IsOptional">Whether it may be left out.</param>
    /// <param name="Type">As the page calls it.</param>
    private sealed record Field(string Path, bool IsOptional, string Type);
}
