using System.Text.RegularExpressions;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>
/// The README and the pages under docs show the samples as they are compiled. Run once with UPDATE_README=1 to copy them in.
/// </summary>
[TestFixture]
public sealed partial class ReadmeTests
{
    private static readonly string Page = Repository.File("README.md");
    private static readonly string[] Shown = [Page, Repository.File("docs", "sip-transport.md"), Repository.File("docs", "getting-started.md"), Repository.File("docs", "hosting.md")];

    // What the packages show: there is no folder beside them that a link could lead to.
    private static readonly string PackagePage = Repository.File("src", "ImageShare.Core", "README.md");
    private static readonly string ToolPage = Repository.File("samples", "ImageShare.Cli", "README.md");

    [OneTimeSetUp]
    public void Rewrite_the_page_when_asked()
    {
        if (Environment.GetEnvironmentVariable("UPDATE_README") == "1")
        {
            foreach (string page in (string[])[.. Shown, PackagePage])
            {
                File.WriteAllText(page, Snippet().Replace(File.ReadAllText(page), m => $"<!-- snippet: {m.Groups[1].Value} -->\n```csharp\n{Source(m)}```\n<!-- end -->"));
            }
        }
    }

    [Test]
    public void Every_snippet_is_the_sample_as_it_is_compiled()
    {
        foreach (string page in (string[])[.. Shown, PackagePage])
        {
            MatchCollection snippets = Snippet().Matches(File.ReadAllText(page));
            Assert.That(snippets, Has.Count.EqualTo(page == PackagePage ? 1 : 2));
            foreach (Match snippet in snippets)
            {
                Assert.That(snippet.Groups[2].Value, Is.EqualTo(Source(snippet)), snippet.Groups[1].Value);
            }
        }
    }

    [Test]
    public void Every_file_the_pages_link_to_exists()
    {
        string[] pages = [Page, .. Directory.GetFiles(Repository.File("docs"), "*.md"), .. Directory.GetFiles(Repository.File("docs", "howto"), "*.md")];
        string[] broken =
        [
            .. pages.SelectMany(page => Link().Matches(File.ReadAllText(page))
                .Select(m => m.Groups[1].Value)
                .Where(link => !link.StartsWith("http", StringComparison.Ordinal) && !File.Exists(Path.Combine(Path.GetDirectoryName(page)!, link)))
                .Select(link => $"{Path.GetFileName(page)}: {link}")),
        ];
        Assert.That(broken, Is.Empty);
    }

    [Test]
    public void A_package_readme_links_to_no_file() =>
        Assert.That(
            ((string[])[PackagePage, ToolPage]).SelectMany(static page => Link().Matches(File.ReadAllText(page)))
                .Select(static m => m.Groups[1].Value)
                .Where(static link => !link.StartsWith("https://", StringComparison.Ordinal)),
            Is.Empty);

    private static string Source(Match snippet) => File.ReadAllText(Repository.File(snippet.Groups[1].Value.Split('/')));

    [GeneratedRegex(@"<!-- snippet: (\S+/\S+) -->\n```csharp\n(.*?)```\n<!-- end -->", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"\]\(([^)#]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
