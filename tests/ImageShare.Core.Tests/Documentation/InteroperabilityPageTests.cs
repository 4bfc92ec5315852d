using System.Text.RegularExpressions;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>docs/interoperability.md names a test for what it says of peers, and each of them exists.</summary>
[TestFixture]
public sealed partial class InteroperabilityPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.File("docs", "interoperability.md"));

    [Test]
    public void Every_test_on_the_page_exists()
    {
        HashSet<string> tests = [.. typeof(InteroperabilityPageTests).Assembly.GetTypes().SelectMany(
            static type => type.GetMethods().Where(static method => method.GetCustomAttributes(inherit: true).Any(static a => a is TestAttribute or TestCaseAttribute or TestCaseSourceAttribute))
                .Select(method => $"{type.Name}.{method.Name}"))];
        string[] named = [.. NamedTest().Matches(Page).Select(static m => m.Groups[1].Value)];
        Assert.That(named, Has.Length.GreaterThan(80));
        Assert.That(named.Where(name => !tests.Contains(name)).Distinct(), Is.Empty);
    }

    [TestCase("tests")]
    [TestCase("what is tested")]
    public void Every_row_of_a_table_with_tests_names_one(string column)
    {
        string[] lines = Page.Split('\n');
        int tables = 0;
        for (int i = 0; i + 2 < lines.Length; i++)
        {
            if (!lines[i].TrimEnd().EndsWith($"| {column} |", StringComparison.Ordinal))
            {
                continue;
            }

            tables++;
            int columns = lines[i].Count(static c => c == '|');
            for (int row = i + 2; row < lines.Length && lines[row].StartsWith('|'); row++)
            {
                Assert.That(lines[row].Count(static c => c == '|'), Is.EqualTo(columns), lines[row]);
                Assert.That(NamedTest().IsMatch(lines[row].Split('|')[^2]), Is.True, lines[row]);
            }
        }

        Assert.That(tables, Is.GreaterThan(0));
    }

    [Test]
    public void The_first_page_leads_here() =>
        Assert.That(File.ReadAllText(Repository.File("README.md")), Does.Contain("(docs/interoperability.md)"));

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex NamedTest();
}
