using System.Reflection;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The table in docs/testing.md names tests that exist, and leaves out no test of the fixtures that are about nothing else.</summary>
[TestFixture]
public sealed class AtOncePageTests
{
    private static readonly string[][] Rows =
        [.. File.ReadLines(Repository.File("docs", "testing.md")).Where(static line => line.StartsWith("| a", StringComparison.Ordinal)).Select(static line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))];

    [Test]
    public void Every_test_it_names_is_there()
    {
        string[] known = [.. TestsOf(static _ => true)];
        string[] named = [.. Rows.Select(static row => row[^1].Trim('`'))];
        Assert.That(named.Except(known), Is.Empty);
        Assert.That(Rows.Select(static row => string.Join('|', row)), Is.Unique);
        Assert.That(Rows.Select(static row => row[2]), Is.All.AnyOf("one process", "two processes"));
    }

    [Test]
    public void Every_shared_thing_is_in_it() =>
        Assert.That(
            Rows.Select(static row => row[0]).Distinct(),
            Is.SupersetOf((string[])["a folder", "a partial", "a name", "an identity", "a relay login", "a resume note", "a catalogue file", "a client", "a session"]));

    [Test]
    public void No_test_of_its_own_fixtures_is_missing() => Assert.That(
        TestsOf(static type => type.Name is "DisposeAtOnceTests" or "AtOnceTests" or "CliTwoProgramsTests").Except(Rows.Select(static row => row[^1].Trim('`'))), Is.Empty);

    private static IEnumerable<string> TestsOf(Func<Type, bool> which) =>
        from type in typeof(AtOncePageTests).Assembly.GetTypes()
        where which(type)
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        where method.GetCustomAttributes().Any(static a => a is TestAttribute or TestCaseAttribute or TestCaseSourceAttribute)
        select $"{type.Name}.{method.Name}";
}
