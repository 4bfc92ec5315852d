using System.Text.Json;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Cli;

/// <summary>What is said while a share runs, and how fast it was.</summary>
[TestFixture]
[Category("Processes")]
public sealed class CliProgressTests
{
    private Folder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task The_end_says_how_long_it_took_and_how_fast_it_was()
    {
        await using CliProcess bob = Listen("--json", "--count", "1");
        CliResult sent = await SendAsync(await AddressOf(bob), 300_000, "--json", "--max-rate", "300000");
        JsonElement received = await bob.EventAsync("completed");
        Assert.Multiple(() =>
        {
            foreach (JsonElement completed in (JsonElement[])[sent.Last, received])
            {
                double seconds = completed.GetProperty("seconds").GetDouble();
                Assert.That(seconds, Is.Positive);
                Assert.That(completed.GetProperty("bytesPerSecond").GetInt64(), Is.EqualTo(300_000 / seconds).Within(1).Percent);
            }
        });
        CliResult listened = await bob.EndAsync();
        Assert.That(listened.Events.Select(static e => e.GetProperty("event").GetString()), Has.One.EqualTo("storing"));
    }

    [Test]
    public async Task People_read_the_same()
    {
        await using CliProcess bob = Listen("--json", "--count", "1");
        CliResult sent = await SendAsync(await AddressOf(bob), 300_000);
        Assert.That(string.Join('\n', sent.Lines), Does.Match(@"Completed: 300 kB in [0-9.]+ s \([0-9.]+ [kM]?B(ytes)?/s\), every byte acknowledged\.\n  SHA-1     [0-9A-F]{40}$"));
    }

    [Test]
    public async Task Quiet_says_nothing_of_what_goes_well_and_all_of_what_does_not()
    {
        await using CliProcess bob = Listen("--json", "--quiet", "--count", "1");
        string target = await AddressOf(bob);
        CliResult sent = await SendAsync(target, 30_000, "--quiet");
        Assert.That((sent.Status, sent.Lines.Count, sent.Errors), Is.EqualTo((0, 0, string.Empty)));
        CliResult listened = await bob.EndAsync();
        Assert.That(listened.Events.Select(static e => e.GetProperty("event").GetString()), Is.EqualTo((string[])["listening", "invitation", "completed"]));

        CliResult failed = await SendAsync(target, 30_000, "-q");
        Assert.That((failed.Status, failed.Lines.Count), Is.EqualTo((1, 0)));
        Assert.That(failed.Errors, Is.Not.Empty);
    }

    [Test]
    [Platform("Linux", Reason = "SIGSTOP")]
    public async Task A_transfer_that_stands_still_says_so_before_it_is_given_up()
    {
        await using CliProcess bob = Listen("--json", "--count", "1");
        string picture = _folder.File("big.png", TestImage.Png(20_000_000));
        await using CliProcess alice = CliProcess.Start(
            "send", picture, await AddressOf(bob), "--identity", "sip:alice@ims.example", "--json", "--max-rate", "4000000", "--timeout", "8");
        await alice.EventAsync("progress");
        bob.Signal("STOP");
        JsonElement stalled = await alice.EventAsync("stalled");
        Assert.That(stalled.GetProperty("seconds").GetDouble(), Is.InRange(2, 8));
        Assert.That(stalled.GetProperty("givenUpAfter").GetInt64(), Is.EqualTo(8));
        JsonElement failed = await alice.EventAsync("failed");
        Assert.That(failed.GetProperty("error").GetString(), Is.EqualTo("TransferStalled"));
        bob.Signal("CONT");
    }

    private static async Task<string> AddressOf(CliProcess listener) => (await listener.EventAsync("listening")).GetProperty("sip").GetString()!;

    private Task<CliResult> SendAsync(string target, int size, params string[] more) =>
        CliProcess.RunAsync(["send", _folder.File("cat.png", TestImage.Png(size)), target, "--identity", "sip:alice@ims.example", .. more]);

    private CliProcess Listen(params string[] more) =>
        CliProcess.Start(["listen", "--identity", "sip:bob@ims.example", "--accept", "auto", "--inbox", Path.Combine(_folder.Outer, "received"), .. more]);
}
