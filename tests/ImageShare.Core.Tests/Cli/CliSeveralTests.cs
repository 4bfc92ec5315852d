using System.Text.Json;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Cli;

/// <summary>The program with several images in one command.</summary>
[TestFixture]
[Category("Processes")]
public sealed class CliSeveralTests
{
    private Folder _folder = null!;

    private string Inbox => Path.Combine(_folder.Path, "inbox");

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    [Category("IS-019")]
    public async Task Images_go_one_after_another_each_in_its_own_session()
    {
        await using CliProcess bob = Listen("--accept", "auto", "--count", "3");
        CliResult sent = await SendAsync(await AddressOf(bob), [Picture("a.png"), Picture("b.png"), Picture("c.png")]);
        JsonElement[] completed = [.. sent.Events.Where(e => e.GetProperty("event").GetString() == "completed")];
        Assert.Multiple(() =>
        {
            Assert.That(sent.Status, Is.Zero, sent.Errors);
            Assert.That(completed.Select(e => e.GetProperty("name").GetString()), Is.EqualTo((string[])["a.png", "b.png", "c.png"]));
            Assert.That(completed.Select(e => e.GetProperty("session").GetString()), Is.Unique);
        });
        Assert.That((await bob.EndAsync()).Status, Is.Zero);
        Assert.That(Directory.GetFiles(Inbox).Select(Path.GetFileName), Is.EquivalentTo((string[])["a.png", "b.png", "c.png"]));
    }

    [Test]
    public async Task One_that_fails_does_not_keep_the_next_back_and_is_seen_in_the_status()
    {
        await using CliProcess bob = Listen("--accept", "auto", "--count", "2");
        CliResult sent = await SendAsync(await AddressOf(bob), [Picture("a.png"), Path.Combine(_folder.Path, "missing.png"), Picture("c.png")]);
        JsonElement failed = sent.Events.Single(e => e.GetProperty("event").GetString() == "failed");
        Assert.Multiple(() =>
        {
            Assert.That(sent.Status, Is.EqualTo(1));
            Assert.That(failed.GetProperty("name").GetString(), Is.EqualTo("missing.png"));
            Assert.That(failed.GetProperty("error").GetString(), Is.EqualTo("FileNotFound"));
        });
        Assert.That((await bob.EndAsync()).Status, Is.Zero);
        Assert.That(Directory.GetFiles(Inbox).Select(Path.GetFileName), Is.EquivalentTo((string[])["a.png", "c.png"]));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "kill sends the signal")]
    public async Task An_interrupt_cancels_the_running_one_and_begins_no_other()
    {
        await using CliProcess bob = Listen("--accept", "auto", "--count", "1");
        await using CliProcess alice = Send(await AddressOf(bob), [Picture("slow.png", 50_000_000), Picture("next.png")], "--max-rate", "200000");
        await bob.EventAsync("progress");
        alice.Interrupt();
        CliResult sent = await alice.EndAsync();
        Assert.That(sent.Status, Is.EqualTo(130));
        sent.AssertFailed("Cancelled");
        Assert.That((await bob.EndAsync()).Lines, Has.None.Contain("next.png"));
    }

    [Test]
    public async Task Icons_are_given_for_all_images_or_for_none()
    {
        string[] images = [Picture("a.png"), Picture("b.png")];
        CliResult sent = await SendAsync("sip:bob@127.0.0.1:5070", images, "--icon", Picture("icon.png", 500));
        Assert.That(sent.Status, Is.EqualTo(2));
        Assert.That(sent.Last.GetProperty("message").GetString(), Does.Contain("--icon").And.Contain("once for each image"));
    }

    [Test]
    public async Task What_is_odd_about_a_received_image_is_said()
    {
        string image = Picture("noise.png");
        await File.WriteAllBytesAsync(image, new byte[5000]);
        await using CliProcess bob = Listen("--accept", "auto", "--count", "1");
        CliResult sent = await SendAsync(await AddressOf(bob), [image]);
        Assert.That(sent.Status, Is.Zero, sent.Errors);
        Assert.That(sent.Last.GetProperty("warnings").GetArrayLength(), Is.Zero);
        CliResult listened = await bob.EndAsync();
        Assert.That(listened.Last.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()), Is.EqualTo((string[])["TypeNotRecognized"]));
    }

    [Test]
    public async Task People_are_told_what_is_odd_about_a_received_image()
    {
        string image = Picture("noise.png");
        await File.WriteAllBytesAsync(image, new byte[5000]);
        await using CliProcess bob = CliProcess.Start(
            ["listen", "--identity", "sip:bob@ims.example", "--inbox", Inbox, "--accept", "auto", "--count", "1"]);
        string listening = await bob.LineAsync("Listening");
        string target = listening.Split(' ').First(static word => word.StartsWith("sip:", StringComparison.Ordinal));
        await SendAsync(target, [image]);
        Assert.That((await bob.EndAsync()).Lines, Has.Some.Contains("Look twice"));
    }

    [Test]
    [Category("FT-043")]
    public async Task Images_offered_together_are_asked_for_one_by_one()
    {
        await using CliProcess bob = Listen("--accept", "ask", "--count", "3");
        await using CliProcess alice = Send(await AddressOf(bob), [Picture("a.png"), Picture("b.png"), Picture("c.png")], "--together");
        for (int i = 0; i < 3; i++)
        {
            await bob.EventAsync("invitation");
        }

        foreach (string answer in (string[])["y", "n", "y"])
        {
            await bob.AnswerAsync(answer);
        }

        CliResult sent = await alice.EndAsync();
        CliResult listened = await bob.EndAsync();
        JsonElement[] completed = [.. sent.Events.Where(e => e.GetProperty("event").GetString() == "completed")];
        JsonElement failed = sent.Events.Single(e => e.GetProperty("event").GetString() == "failed");
        Assert.Multiple(() =>
        {
            Assert.That(sent.Status, Is.EqualTo(1), sent.Errors);
            Assert.That(completed.Select(e => e.GetProperty("session").GetString()).Distinct().Count(), Is.EqualTo(1));
            Assert.That(completed.Select(e => e.GetProperty("name").GetString()), Is.EquivalentTo((string[])["a.png", "c.png"]));
            Assert.That(failed.GetProperty("name").GetString(), Is.EqualTo("b.png"));
            Assert.That(failed.GetProperty("index").GetInt32(), Is.EqualTo(1));
            Assert.That(failed.GetProperty("error").GetString(), Is.EqualTo("Declined"));
            Assert.That(listened.Status, Is.EqualTo(1));
            Assert.That(listened.Events.Count(e => e.GetProperty("event").GetString() is "completed" or "failed"), Is.EqualTo(3));
        });
        Assert.That(Directory.GetFiles(Inbox).Select(Path.GetFileName), Is.EquivalentTo((string[])["a.png", "c.png"]));
    }

    private static async Task<string> AddressOf(CliProcess listener) => (await listener.EventAsync("listening")).GetProperty("sip").GetString()!;

    private static CliProcess Send(string target, string[] images, params string[] more) =>
        CliProcess.Start(["send", .. images, target, "--identity", "sip:alice@ims.example", "--json", .. more]);

    private static async Task<CliResult> SendAsync(string target, string[] images, params string[] more)
    {
        await using CliProcess alice = Send(target, images, more);
        return await alice.EndAsync();
    }

    private CliProcess Listen(params string[] more) =>
        CliProcess.Start(["listen", "--identity", "sip:bob@ims.example", "--inbox", Inbox, "--json", .. more]);

    private string Picture(string name, int size = 20_000)
    {
        byte[] octets = new byte[size];
        new Random(1).NextBytes(octets);
        ((ReadOnlySpan<byte>)[0x89, .. "PNG\r\n"u8, 0x1A, .. "\n"u8]).CopyTo(octets);
        string path = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(path, octets);
        return path;
    }
}
