using System.Text.RegularExpressions;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>CONTRIBUTING.md points at files, folders and tests that exist.</summary>
[TestFixture]
public sealed partial class ContributingTests
{
    private static readonly string Text = File.ReadAllText(Repository.File("CONTRIBUTING.md"));

    private static readonly Lazy<string[]> Sources = new(() =>
    [
        .. new[] { "src", "samples", "tests" }.SelectMany(static folder => Directory.EnumerateFiles(Repository.File(folder), "*.cs", SearchOption.AllDirectories))
            .Where(static path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)),
    ]);

    [Test]
    public void Every_file_it_names_is_there() =>
        Assert.That(Named(CSharpFile()).Where(static name => !Sources.Value.Any(path => path.EndsWith("/" + name, StringComparison.Ordinal))), Is.Empty);

    [Test]
    public void Every_test_it_names_is_there() =>
        Assert.That(Named(TestClass()).Where(static name => !Sources.Value.Any(path => path.EndsWith($"/{name}.cs", StringComparison.Ordinal))), Is.Empty);

    [Test]
    public void Every_folder_of_its_table_is_there() =>
        Assert.That(
            Text.Split('\n').Where(static line => line.StartsWith("| RFC", StringComparison.Ordinal)).SelectMany(static line => Folder().Matches(line).Select(static m => m.Groups[1].Value))
                .Where(static folder => !Directory.Exists(Repository.File(["src", "ImageShare.Core", .. folder.Split('/')]))),
            Is.Empty);

    private static IEnumerable<string> Named(Regex what)
    {
        string[] names = [.. what.Matches(Text).Select(static m => m.Groups[1].Value).Distinct()];
        Assert.That(names, Has.Length.GreaterThan(2));
        return names;
    }

    [GeneratedRegex(@"`([\w./]+\.cs)`")]
    private static partial Regex CSharpFile();

    [GeneratedRegex(@"`(\w+Tests)`")]
    private static partial Regex TestClass();

    [GeneratedRegex("`([A-Z][A-Za-z/]+)`")]
    private static partial Regex Folder();
}
