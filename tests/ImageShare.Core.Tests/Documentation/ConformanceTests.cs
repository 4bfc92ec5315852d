using System.Reflection;
using System.Text.RegularExpressions;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>
/// docs/conformance.json says which test proves which requirement, and docs/conformance.md shows it; these tests keep both true. Run once with UPDATE_CONFORMANCE=1 to
/// rewrite the tests and states in the list from the categories in the code, and the page from the list.
/// </summary>
[TestFixture]
public sealed partial class ConformanceTests
{
    private const string Advice = "Run the tests once with UPDATE_CONFORMANCE=1 and look at the change.";

    private static readonly string List = Repository.File("docs", "conformance.json");
    private static readonly string Page = Repository.File("docs", "conformance.md");

    [OneTimeSetUp]
    public void Rewrite_list_and_page_when_asked()
    {
        if (Environment.GetEnvironmentVariable("UPDATE_CONFORMANCE") == "1")
        {
            ConformanceList list = ConformanceList.Read(List).WithTests(TestsByRequirement());
            File.WriteAllText(List, list.ToJson());
            File.WriteAllText(Page, list.ToPage(File.ReadAllText(Page)));
        }
    }

    [Test]
    public void Every_test_the_list_names_exists_and_carries_the_requirement()
    {
        ILookup<string, string> proven = TestsByRequirement();
        string[] wrong =
        [
            .. ConformanceList.Read(List).Requirements.SelectMany(r => r.Tests.Where(test => !proven[r.Id].Contains(test)).Select(test => $"{r.Id}: {test}")),
        ];
        Assert.That(wrong, Is.Empty, Advice);
    }

    [Test]
    public void Every_requirement_a_test_carries_is_on_the_list_with_that_test()
    {
        var requirements = ConformanceList.Read(List).Requirements.ToDictionary(static r => r.Id);
        string[] missing =
        [
            .. TestsByRequirement().SelectMany(group => group
                .Where(test => !requirements.TryGetValue(group.Key, out ConformanceRequirement? r) || !r.Tests.Contains(test))
                .Select(test => $"{group.Key}: {test}")),
        ];
        Assert.That(missing, Is.Empty, Advice);
    }

    [Test]
    public void No_requirement_counts_as_proven_without_a_test()
    {
        string[] wrong =
        [
            .. ConformanceList.Read(List).Requirements
                .Where(static r => r.IsOpen != (r.Tests.Count == 0) || !(r.IsOpen || r.IsPartly || r.IsProven))
                .Select(static r => $"{r.Id}: {r.Status}"),
        ];
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void A_requirement_stands_in_the_area_of_its_id()
    {
        string[] wrong =
        [
            .. ConformanceList.Read(List).Areas.SelectMany(static area => area.Requirements.Where(r => !r.Id.StartsWith(area.Area + "-", StringComparison.Ordinal)).Select(static r => r.Id)),
        ];
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void The_page_shows_the_list()
    {
        string page = File.ReadAllText(Page);
        Assert.That(page, Is.EqualTo(ConformanceList.Read(List).ToPage(page)), Advice);
    }

    [Test]
    public void No_line_of_the_page_is_longer_than_a_requirement() =>
        Assert.That(File.ReadLines(Page).Where(static line => line.Length > 500), Is.Empty);

    // Class.Method, namespace left out: the names are unique, and a page is read by people.
    private static ILookup<string, string> TestsByRequirement() => typeof(ConformanceTests).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .SelectMany(method => method.GetCustomAttributes<CategoryAttribute>().Concat(type.GetCustomAttributes<CategoryAttribute>())
                .Where(category => Requirement().IsMatch(category.Name))
                .Select(category => (Id: category.Name, Test: $"{type.Name}.{method.Name}"))))
        .Distinct()
        .ToLookup(pair => pair.Id, pair => pair.Test);

    [GeneratedRegex(@"^[A-Z]+-\d{3}$")]
    private static partial Regex Requirement();
}
