using System.Text.RegularExpressions;
using ImageShare.Core.Tests.Documentation;

namespace ImageShare.Core.Tests.Faults;

/// <summary>The table of signals in docs/testing.md has the results that the tests expect.</summary>
[TestFixture]
public sealed class FaultPageTests
{
    // The columns after the stage.
    private static readonly (string Signal, bool OfSender)[] Columns = [("KILL", true), ("KILL", false), ("TERM", true), ("TERM", false)];

    private static string[] Stages => [.. ShareStage.All.Select(static stage => stage.Name)];

    [TestCaseSource(nameof(Stages))]
    public void The_page_has_the_results_that_are_expected(string stage)
    {
        string[] row = File.ReadLines(Repository.File("docs", "testing.md")).Single(line => line.StartsWith($"| {stage} |", StringComparison.Ordinal)).Trim('|').Split('|');
        for (int i = 0; i < Columns.Length; i++)
        {
            SignalFault fault = SignalFaultTests.Faults.Single(fault => fault.Stage == stage && fault.Signal == Columns[i].Signal && fault.OfSender == Columns[i].OfSender);
            IEnumerable<string> expected = new[] { fault.Sender, fault.Receiver }.OfType<string>().SelectMany(static results => results.Split(" or "));
            Assert.That(Regex.Matches(row[i + 1], "`(.*?)`").Select(static match => match.Groups[1].Value), Is.EqualTo(expected), fault.Name);
        }
    }
}
