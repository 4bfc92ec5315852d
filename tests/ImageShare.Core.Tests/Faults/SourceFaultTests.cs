namespace ImageShare.Core.Tests.Faults;

/// <summary>The file of the sender changes or disappears while it is sent. What arrives is what was offered, or nothing.</summary>
[TestFixture]
[Platform("Linux", Reason = "/proc and the addresses of 127/8; elsewhere an open file cannot be removed")]
[Category("Processes")]
public sealed class SourceFaultTests
{
    private const int Size = 2_000_000;

    private static IEnumerable<TestCaseData> Faults =>
    [
        Case("rewritten with another picture", static path => File.WriteAllBytes(path, TestImage.Png(Size, seed: 3)), "SourceUnreadable", "TransferRefused"),
        Case("truncated", static path => Resize(path, Size / 2), "SourceUnreadable", "TransferRefused"),
        Case("truncated to nothing", static path => Resize(path, 0), "SourceUnreadable", "TransferRefused"),
        Case("extended", static path => Resize(path, Size * 2), "SourceUnreadable", "TransferRefused"),
        Case("removed", File.Delete, "SourceUnreadable", "TransferRefused"),
        Case("replaced by a rename", Replace, "SourceUnreadable", "TransferRefused"),
    ];

    [TestCaseSource(nameof(Faults))]
    public async Task Both_sides_end_and_the_next_share_works(object fault, string expectedOfSender, string expectedOfReceiver)
    {
        await using FaultRun run = await FaultRun.StartAsync(Size, ["--accept", "auto"], timeoutSeconds: 20);
        run.Send("--max-rate", "1000000");
        await run.ReceivedAsync(200_000);
        ((Action<string>)fault)(run.Picture);
        TestContext.Out.WriteLine(await run.AssertEndsAsync(expectedOfSender, expectedOfReceiver));
    }

    private static void Resize(string path, long size)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(size);
    }

    private static void Replace(string path)
    {
        string other = path + ".new";
        File.WriteAllBytes(other, TestImage.Png(Size, seed: 3));
        File.Move(other, path, overwrite: true);
    }

    private static TestCaseData Case(string name, Action<string> fault, string sender, string receiver) =>
        new TestCaseData(fault, sender, receiver).SetName($"The file is {name} while it is sent");
}
