using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>
/// docs/conformance.md says which test proves which requirement; these tests keep it true. Run once with UPDATE_CONFORMANCE=1 to
/// rewrite its Tests and Status columns from the categories in the code.
/// </summary>
[TestFixture]
public sealed partial class ConformanceTests
{
    private static readonly string Page = Repository.File("docs", "conformance.md");

    [OneTimeSetUp]
    public void Rewrite_the_page_when_asked()
    {
        if (Environment.GetEnvironmentVariable("UPDATE_CONFORMANCE") == "1")
        {
            File.WriteAllText(Page, Updated(File.ReadAllLines(Page)));
        }
    }

    [Test]
    public void Every_test_the_page_names_exists_and_carries_the_requirement()
    {
        ILookup<string, string> proven = TestsByRequirement();
        string[] wrong =
        [
            .. Rows().SelectMany(row => row.Tests.Where(test => !proven[row.Id].Contains(test)).Select(test => $"{row.Id}: {test}")),
        ];
        Assert.That(wrong, Is.Empty, "Run the tests once with UPDATE_CONFORMANCE=1 and look at the change.");
    }

    [Test]
    public void Every_requirement_a_test_carries_is_on_the_page_with_that_test()
    {
        Dictionary<string, Row> rows = Rows().ToDictionary(r => r.Id);
        string[] missing =
        [
            .. TestsByRequirement().SelectMany(group => group
                .Where(test => !rows.TryGetValue(group.Key, out Row? row) || !row.Tests.Contains(test))
                .Select(test => $"{group.Key}: {test}")),
        ];
        Assert.That(missing, Is.Empty, "Run the tests once with UPDATE_CONFORMANCE=1 and look at the change.");
    }

    [Test]
    public void No_requirement_counts_as_proven_without_a_test()
    {
        string[] wrong = [.. Rows().Where(r => r.Tests.Length == 0 != r.Status.StartsWith("open", StringComparison.Ordinal)).Select(r => $"{r.Id}: {r.Status}")];
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void The_count_at_the_top_is_the_count_of_the_rows()
    {
        Row[] rows = [.. Rows()];
        Assert.That(File.ReadAllText(Page), Does.Contain(Summary(rows)));
    }

    private static string Updated(string[] lines)
    {
        ILookup<string, string> proven = TestsByRequirement();
        var output = new StringBuilder();
        foreach (string line in lines)
        {
            if (TryReadRow(line, out Row? row))
            {
                string[] tests = [.. proven[row.Id].Order(StringComparer.Ordinal)];
                string status = tests.Length == 0 ? "open" : row.Status.StartsWith("partly", StringComparison.Ordinal) ? row.Status : "proven";
                output.Append(CultureInfo.InvariantCulture, $"| {row.Id} | {row.Text} | {string.Join("<br>", tests.Select(t => $"`{t}`"))} | {status} |\n");
            }
            else
            {
                output.Append(line).Append('\n');
            }
        }

        string text = output.ToString();
        Row[] rows = [.. text.Split('\n').Select(l => TryReadRow(l, out Row? r) ? r : null).OfType<Row>()];
        return SummaryLine().Replace(text, Summary(rows));
    }

    private static string Summary(Row[] rows) =>
        $"Of {rows.Length} requirements, {rows.Count(r => r.Status == "proven")} are proven, {rows.Count(r => r.Status.StartsWith("partly", StringComparison.Ordinal))} partly, {rows.Count(r => r.Status == "open")} open.";

    private static IEnumerable<Row> Rows() => File.ReadAllLines(Page).Select(l => TryReadRow(l, out Row? row) ? row : null).OfType<Row>();

    private static bool TryReadRow(string line, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Row? row)
    {
        Match match = RowLine().Match(line);
        row = match.Success
            ? new Row(
                match.Groups[1].Value,
                match.Groups[2].Value.Trim(),
                [.. match.Groups[3].Value.Split("<br>", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(t => t.Trim('`'))],
                match.Groups[4].Value.Trim())
            : null;
        return row is not null;
    }

    // Class.Method, namespace left out: the names are unique, and a page is read by people.
    private static ILookup<string, string> TestsByRequirement() => typeof(ConformanceTests).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .SelectMany(method => method.GetCustomAttributes<CategoryAttribute>().Concat(type.GetCustomAttributes<CategoryAttribute>())
                .Where(category => Requirement().IsMatch(category.Name))
                .Select(category => (Id: category.Name, Test: $"{type.Name}.{method.Name}"))))
        .Distinct()
        .ToLookup(pair => pair.Id, pair => pair.Test);

    [GeneratedRegex(@"^\| ([A-Z]+-\d{3}) \| (.*) \| (.*) \| ([^|]*) \|$")]
    private static partial Regex RowLine();

    [GeneratedRegex(@"^[A-Z]+-\d{3}$")]
    private static partial Regex Requirement();

    [GeneratedRegex(@"Of \d+ requirements, .* open\.")]
    private static partial Regex SummaryLine();

    private sealed record Row(string Id, string Text, string[] Tests, string Status);
}
