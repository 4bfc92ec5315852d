using System.Security.Cryptography;
using System.Text.Json;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Cli;

/// <summary>The program at both ends: what scripts rely on.</summary>
[TestFixture]
[Parallelizable]
public sealed class CliShareTests
{
    private Folder _folder = null!;

    private string Inbox => Path.Combine(_folder.Path, "inbox");

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task The_demo_shares_a_picture_and_proves_it()
    {
        CliResult demo = await CliProcess.RunAsync("demo");
        Assert.That(demo.Status, Is.Zero, demo.Errors);
        Assert.That(demo.Lines[^1], Does.Contain("the same SHA-1"));
        Assert.That(string.Join('\n', demo.Lines), Does.Contain("INVITE").And.Contains("MSRP SEND").And.Contains("BYE"));
        Assert.That(demo.Lines, Is.All.Length.LessThanOrEqualTo(80));
    }

    [Test]
    public async Task The_demo_for_programs_writes_events_only()
    {
        CliResult demo = await CliProcess.RunAsync("demo", "--json");
        Assert.That(demo.Status, Is.Zero, demo.Errors);
        Assert.That(demo.Last.GetProperty("event").GetString(), Is.EqualTo("completed"));
        Assert.That(demo.Last.GetProperty("verified").GetBoolean(), Is.True);
    }

    [Test]
    public async Task A_listener_is_asked_and_takes_two_images_byte_for_byte()
    {
        string image = Picture("a picture ü.png", 300_000);
        string hash = HashOf(image);
        await using CliProcess bob = Listen("--accept", "auto", "--count", "2");
        string target = await AddressOf(bob);

        CliResult query = await CliProcess.RunAsync("query", target, "--identity", "sip:alice@ims.example", "--json");
        Assert.That(query.Status, Is.Zero, query.Errors);
        Assert.That(query.Last.GetProperty("event").GetString(), Is.EqualTo("capabilities"));
        Assert.That(query.Last.GetProperty("imageShare").GetBoolean(), Is.True);
        Assert.That(query.Last.GetProperty("types").EnumerateArray().Select(t => t.GetString()), Does.Contain("image/jpeg"));
        Assert.That(query.Last.GetProperty("maxSize").GetInt64(), Is.Positive);
        Assert.That(query.Last.GetProperty("evidence").GetString(), Is.Not.Empty);

        for (int share = 0; share < 2; share++)
        {
            await using CliProcess alice = Send(image, target, "--icon", Picture("icon.png", 500));
            JsonElement invitation = await bob.EventAsync("invitation");
            Assert.That(invitation.GetProperty("from").GetString(), Is.EqualTo("sip:alice@ims.example"));
            Assert.That(invitation.GetProperty("name").GetString(), Is.EqualTo("a picture ü.png"));
            Assert.That(invitation.GetProperty("type").GetString(), Is.EqualTo("image/png"));
            Assert.That(invitation.GetProperty("size").GetInt64(), Is.EqualTo(300_000));
            Assert.That(invitation.GetProperty("sha1").GetString(), Is.EqualTo(hash));
            Assert.That(invitation.GetProperty("icon").GetProperty("size").GetInt32(), Is.EqualTo(500));

            JsonElement received = await bob.EventAsync("completed");
            Assert.That(received.GetProperty("bytes").GetInt64(), Is.EqualTo(300_000));
            Assert.That(received.GetProperty("sha1").GetString(), Is.EqualTo(hash));
            Assert.That(received.GetProperty("verified").GetBoolean(), Is.True);
            Assert.That(HashOf(received.GetProperty("path").GetString()!), Is.EqualTo(hash));

            CliResult sent = await alice.EndAsync();
            Assert.That(sent.Status, Is.Zero, sent.Errors);
            Assert.That(sent.Last.GetProperty("sha1").GetString(), Is.EqualTo(hash));
            Assert.That(
                sent.Events.Where(e => e.TryGetProperty("state", out _)).Select(e => e.GetProperty("state").GetString()),
                Is.SupersetOf((string[])["Inviting", "Transferring", "Completed"]));
        }

        CliResult listened = await bob.EndAsync();
        Assert.That(listened.Status, Is.Zero, listened.Errors);
        Assert.That(Directory.GetFileSystemEntries(Inbox), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task A_share_that_is_declined_fails_at_both_ends()
    {
        await using CliProcess bob = Listen("--accept", "never", "--count", "1");
        CliResult sent = await SendTo(await AddressOf(bob));
        Assert.That(sent.Status, Is.EqualTo(1));
        sent.AssertFailed("Declined");
        Assert.That(sent.Last.GetProperty("sipStatus").GetInt32(), Is.EqualTo(603));

        CliResult listened = await bob.EndAsync();
        Assert.That(listened.Status, Is.EqualTo(1));
        listened.AssertFailed("Declined");
        Assert.That(Inbox, Does.Not.Exist);
    }

    [TestCase("y", 0)]
    [TestCase("n", 1)]
    public async Task Whoever_is_asked_decides(string answer, int status)
    {
        await using CliProcess bob = Listen("--accept", "ask", "--count", "1");
        await using CliProcess alice = Send(Picture("asked.png", 5000), await AddressOf(bob));
        await bob.EventAsync("invitation");
        await bob.AnswerAsync(answer);
        Assert.That((await alice.EndAsync()).Status, Is.EqualTo(status));
        CliResult listened = await bob.EndAsync();
        Assert.That(listened.Status, Is.EqualTo(status));
        Assert.That(listened.Errors.ReplaceLineEndings("\n"), Does.StartWith($"Accept asked.png (image/png, 5000 bytes) from sip:alice@ims.example? [y/N] {answer}\n"), "a line of its own, though nobody has typed it");
    }

    [Test]
    public async Task Nobody_at_standard_input_is_a_no()
    {
        await using CliProcess bob = Listen("--accept", "ask", "--count", "1");
        Task<CliResult> sending = SendTo(await AddressOf(bob));
        CliResult listened = await bob.EndAsync();
        Assert.That((await sending).Status, Is.EqualTo(1));
        Assert.That(listened.Errors, Does.Contain("--accept auto"));
        listened.AssertFailed("Declined");
    }

    [Test]
    public async Task An_image_larger_than_the_listener_takes_is_not_offered()
    {
        await using CliProcess bob = Listen("--accept", "auto", "--max-size", "1000");
        CliResult sent = await SendTo(await AddressOf(bob));
        Assert.That(sent.Status, Is.EqualTo(1));
        sent.AssertFailed("TooLarge");
    }

    [Test]
    public async Task A_folder_that_cannot_be_written_declines_the_share()
    {
        await using CliProcess bob = Listen("--accept", "auto", "--count", "1");
        string target = await AddressOf(bob);
        await File.WriteAllTextAsync(Inbox, "not a folder any more");
        CliResult sent = await SendTo(target);
        Assert.That(sent.Status, Is.EqualTo(1));
        CliResult listened = await bob.EndAsync();
        Assert.That(listened.Status, Is.EqualTo(1));
        listened.AssertFailed("StoreNotWritable");
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "kill sends the signal")]
    public async Task The_sender_interrupted_cancels_the_transfer_and_nothing_stays()
    {
        string trace = Path.Combine(_folder.Path, "trace.txt");
        await using CliProcess bob = Listen("--accept", "auto", "--count", "1");
        await using CliProcess alice = Send(Picture("slow.png", 50_000_000), await AddressOf(bob), "--max-rate", "200000", "--trace", trace);
        await bob.EventAsync("progress");
        alice.Interrupt();

        CliResult sent = await alice.EndAsync();
        Assert.That(sent.Status, Is.EqualTo(130));
        sent.AssertFailed("Cancelled");
        Assert.That(await File.ReadAllTextAsync(trace), Does.Match(@"(?m)^MSRP \S+ SEND .*#\r?$").And.Match("(?m)^BYE sip:"));
        await AssertEndedWithoutFile(bob);
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "kill sends the signal")]
    public async Task The_listener_interrupted_ends_the_transfer_and_nothing_stays()
    {
        await using CliProcess bob = Listen("--accept", "auto");
        await using CliProcess alice = Send(Picture("slow.png", 50_000_000), await AddressOf(bob), "--max-rate", "200000");
        await bob.EventAsync("progress");
        bob.Interrupt();

        CliResult listened = await bob.EndAsync();
        Assert.That(listened.Status, Is.EqualTo(130));
        listened.AssertFailed("Cancelled");
        Assert.That(Directory.GetFileSystemEntries(Inbox), Is.Empty);
        CliResult sent = await alice.EndAsync();
        Assert.That(sent.Status, Is.EqualTo(1));
        Assert.That(sent.Last.GetProperty("event").GetString(), Is.EqualTo("failed"));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "kill sends the signal")]
    public async Task The_sender_interrupted_while_it_rings_takes_the_invitation_back()
    {
        string trace = Path.Combine(_folder.Path, "trace.txt");
        await using CliProcess bob = Listen("--accept", "ask", "--count", "1");
        await using CliProcess alice = Send(Picture("wanted.png", 5000), await AddressOf(bob), "--trace", trace);
        await bob.EventAsync("invitation");
        await StateAsync(alice, "Ringing");
        alice.Interrupt();

        CliResult sent = await alice.EndAsync();
        Assert.That(sent.Status, Is.EqualTo(130));
        Assert.That(await File.ReadAllTextAsync(trace), Does.Match("(?m)^CANCEL sip:").And.Contains("SIP/2.0 487"));
        await bob.EventAsync("failed");
        Assert.That((await bob.EndAsync()).Status, Is.EqualTo(1));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "kill sends the signal")]
    public async Task The_listener_interrupted_while_it_asks_declines_at_once()
    {
        await using CliProcess bob = Listen("--accept", "ask");
        await using CliProcess alice = Send(Picture("wanted.png", 5000), await AddressOf(bob));
        await bob.EventAsync("invitation");
        await StateAsync(alice, "Ringing");
        bob.Interrupt();

        Assert.That((await bob.EventAsync("failed")).GetProperty("error").GetString(), Is.EqualTo("Cancelled"));
        Assert.That((await bob.EndAsync()).Status, Is.EqualTo(130));
        CliResult sent = await alice.EndAsync();
        Assert.That(sent.Status, Is.EqualTo(1));
        sent.AssertFailed("Declined");
    }

    [Test]
    [Platform("Linux", Reason = "/dev/full")]
    public async Task A_trace_file_that_cannot_be_written_further_does_not_harm_the_share()
    {
        await using CliProcess bob = Listen("--accept", "auto", "--count", "1");
        CliResult sent = await SendTo(await AddressOf(bob), "--trace", "/dev/full");
        Assert.That(sent.Status, Is.Zero);
        Assert.That(sent.Errors, Does.Contain("/dev/full"));
        sent.AssertNoStackTrace();
        Assert.That((await bob.EndAsync()).Status, Is.Zero);
    }

    private static async Task<string> AddressOf(CliProcess listener) => (await listener.EventAsync("listening")).GetProperty("sip").GetString()!;

    private static string HashOf(string path) => Convert.ToHexString(SHA1.HashData(File.ReadAllBytes(path)));

    private static async Task StateAsync(CliProcess process, string state)
    {
        while ((await process.EventAsync("state")).GetProperty("state").GetString() != state)
        {
        }
    }

    private static CliProcess Send(string image, string target, params string[] more) =>
        CliProcess.Start(["send", image, target, "--identity", "sip:alice@ims.example", "--json", .. more]);

    private CliProcess Listen(params string[] more) =>
        CliProcess.Start(["listen", "--identity", "sip:bob@ims.example", "--inbox", Inbox, "--json", .. more]);

    private async Task<CliResult> SendTo(string target, params string[] more)
    {
        await using CliProcess alice = Send(Picture("picture.png", 20_000), target, more);
        return await alice.EndAsync();
    }

    private string Picture(string name, int size)
    {
        byte[] octets = new byte[size];
        new Random(1).NextBytes(octets);
        ((ReadOnlySpan<byte>)[0x89, .. "PNG\r\n"u8, 0x1A, .. "\n"u8]).CopyTo(octets);
        string path = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(path, octets);
        return path;
    }

    private async Task AssertEndedWithoutFile(CliProcess listener)
    {
        CliResult listened = await listener.EndAsync();
        Assert.That(listened.Status, Is.EqualTo(1));
        Assert.That(listened.Last.GetProperty("event").GetString(), Is.EqualTo("failed"));
        Assert.That(Directory.GetFileSystemEntries(Inbox), Is.Empty);
    }
}
