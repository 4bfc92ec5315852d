using System.Text.RegularExpressions;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>docs/troubleshooting.md has each code of failure, and no other.</summary>
[TestFixture]
public sealed partial class ErrorPageTests
{
    [Test]
    public void Every_code_has_a_row_and_every_row_a_code()
    {
        string[] rows =
        [
            .. File.ReadAllLines(Repository.File("docs", "troubleshooting.md"))
                .Where(static line => line.StartsWith("| `", StringComparison.Ordinal))
                .SelectMany(static line => Code().Matches(line.Split('|')[1]).Select(static m => m.Groups[1].Value)),
        ];
        Assert.That(rows, Is.EquivalentTo(Enum.GetNames<ImageShareError>()));
    }

    [GeneratedRegex("`(\\w+)`")]
    private static partial Regex Code();
}
