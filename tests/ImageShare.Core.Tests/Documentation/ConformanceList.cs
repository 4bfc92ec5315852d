using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>docs/conformance.json as values, and the page that shows them.</summary>
internal sealed partial record ConformanceList(IReadOnlyList<ConformanceArea> Areas)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public IEnumerable<ConformanceRequirement> Requirements => Areas.SelectMany(static area => area.Requirements);

    public static ConformanceList Read(string path) => new(JsonSerializer.Deserialize<ConformanceArea[]>(File.ReadAllText(path), Format)!);

    public string ToJson() => JsonSerializer.Serialize(Areas, Format) + "\n";

    public ConformanceList WithTests(ILookup<string, string> proven) => new(
    [
        .. Areas.Select(area => area with { Requirements = [.. area.Requirements.Select(r => r.WithTests([.. proven[r.Id].Order(StringComparer.Ordinal)]))] }),
    ]);

    /// <summary>The page with its introduction kept, the count in it corrected, and everything behind it written anew.</summary>
    public string ToPage(string old)
    {
        int areas = old.IndexOf("\n## ", StringComparison.Ordinal);
        var page = new StringBuilder(SummaryLine().Replace(areas < 0 ? old : old[..areas], Summary));
        foreach (ConformanceArea area in Areas)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {area.Area}: {area.Title}\n\n");
            page.Append("| ID | Requirement | Source | Tests | Status |\n|---|---|---|---|---|\n");
            foreach (ConformanceRequirement r in area.Requirements)
            {
                page.Append(CultureInfo.InvariantCulture, $"| {r.Id} | {Cell(r.Text)} | {Cell(r.Source)} | {r.Tests.Count} | {Cell(r.Status)} |\n");
            }

            page.Append(CultureInfo.InvariantCulture, $"\n<details>\n<summary>Tests of {area.Area}</summary>\n\n");
            foreach (ConformanceRequirement r in area.Requirements.Where(static r => r.Tests.Count > 0))
            {
                page.Append(CultureInfo.InvariantCulture, $"- {r.Id}\n");
                foreach (string test in r.Tests)
                {
                    page.Append(CultureInfo.InvariantCulture, $"  - `{test}`\n");
                }
            }

            page.Append("\n</details>\n");
        }

        return page.ToString();
    }

    private string Summary =>
        $"Of {Requirements.Count()} requirements, {Requirements.Count(static r => r.IsProven)} are proven, {Requirements.Count(static r => r.IsPartly)} partly, {Requirements.Count(static r => r.IsOpen)} open.";

    private static string Cell(string text) => text.Replace("|", @"\|", StringComparison.Ordinal);

    [GeneratedRegex(@"Of \d+ requirements, .* open\.")]
    private static partial Regex SummaryLine();
}

/// <summary>The requirements whose ids begin alike.</summary>
internal sealed record ConformanceArea(string Area, string Title, IReadOnlyList<ConformanceRequirement> Requirements);

/// <summary>A requirement, the clause it comes from, and the tests that fail when it is broken.</summary>
internal sealed record ConformanceRequirement(string Id, string Text, string Source, string Status, IReadOnlyList<string> Tests)
{
    public bool IsProven => Status == "proven";

    public bool IsPartly => Status.StartsWith("partly: ", StringComparison.Ordinal);

    public bool IsOpen => Status == "open";

    public ConformanceRequirement WithTests(string[] tests) => this with { Tests = tests, Status = tests.Length == 0 ? "open" : IsPartly ? Status : "proven" };
}
