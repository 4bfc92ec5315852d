using System.Text.Json;

namespace ImageShare.Core.Tests.Cli;

/// <summary>How a run of the program ended, and what it said.</summary>
internal sealed record CliResult(int Status, IReadOnlyList<string> Lines, string Errors)
{
    /// <summary>Standard output as --json promises it: every line is one object, as docs/cli.md has it.</summary>
    public IReadOnlyList<JsonElement> Events => [.. Lines.Select(Parse)];

    public JsonElement Last => Events[^1];

    /// <summary>A line of --json.</summary>
    public static JsonElement Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        Assert.That(document.RootElement.ValueKind, Is.EqualTo(JsonValueKind.Object), line);
        JsonElement json = document.RootElement.Clone();
        CliSchema.AssertFits(json);
        return json;
    }

    public void AssertFailed(string error)
    {
        Assert.That(Last.GetProperty("event").GetString(), Is.EqualTo("failed"));
        Assert.That(Last.GetProperty("error").GetString(), Is.EqualTo(error));
        Assert.That(Last.GetProperty("message").GetString(), Is.Not.Empty);
        AssertNoStackTrace();
    }

    public void AssertNoStackTrace() => Assert.That(Errors, Does.Not.Contain("   at ").And.Not.Contain("Unhandled"));
}
