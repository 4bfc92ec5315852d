using System.Buffers;
using System.Text.Json;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Cli;

/// <summary>Several programs, and several shares of one, that want the same thing at the same time.</summary>
[TestFixture]
[Category("Processes")]
public sealed class CliAtOnceTests
{
    private const int Size = 4_000_000;
    private static readonly byte[] Content = TestImage.Png(Size);

    private Folder _folder = null!;

    private string Inbox => Path.Combine(_folder.Outer, "received");

    private string[] Received => [.. Directory.GetFiles(Inbox, "*", new EnumerationOptions { AttributesToSkip = 0 })];

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Of_two_invitations_at_once_each_is_asked_about_by_itself_and_gets_its_own_answer()
    {
        await using CliProcess bob = Listen("--accept", "ask", "--count", "2");
        string target = await AddressOf(bob);
        await using CliProcess carol = Send(_folder.File("big.png", Content), target, "sip:carol@ims.example");
        await using CliProcess alice = Send(_folder.File("dusk.png", TestImage.Png(60_000)), target, "sip:alice@ims.example");
        await bob.EventAsync("invitation");
        await bob.EventAsync("invitation");
        await bob.AnswerAsync("y");
        await bob.AnswerAsync("n");
        int[] statuses = [(await carol.EndAsync()).Status, (await alice.EndAsync()).Status];
        CliResult listened = await bob.EndAsync();
        const string Carol = "Accept big.png (image/png, 4000 kB) from sip:carol@ims.example? [y/N] ";
        const string Alice = "Accept dusk.png (image/png, 60 kB) from sip:alice@ims.example? [y/N] ";
        string[] lines = listened.Errors.ReplaceLineEndings("\n").Split('\n');
        bool tookCarols = lines.Contains(Carol + "y");
        Assert.Multiple(() =>
        {
            Assert.That(lines, tookCarols ? Does.Contain(Alice + "n") : Does.Contain(Alice + "y").And.Contain(Carol + "n"));
            Assert.That(lines, Is.All.Matches<string>(static line => line is Carol or Alice or Carol + "y" or Carol + "n" or Alice + "y" or Alice + "n" or ""), "nothing else is on a line with a question");
            Assert.That(statuses, Is.EqualTo(tookCarols ? [0, 1] : (int[])[1, 0]));
            Assert.That(Received.Select(Path.GetFileName), Is.EqualTo((string[])[tookCarols ? "big.png" : "dusk.png"]));
        });
    }

    [Test]
    [Category("FT-033")]
    [Category("SEC-003")]
    public async Task Two_programs_receive_one_image_into_one_folder_at_a_time()
    {
        string picture = _folder.File("picture.png", Content);
        await using CliProcess one = Listen("--accept", "auto", "--keep-partial", "--count", "1");
        await using CliProcess two = Listen("--accept", "auto", "--keep-partial", "--count", "1");
        await using CliProcess first = Send(picture, await AddressOf(one), "sip:alice@ims.example", "--max-rate", "2000000");
        await one.EventAsync("progress");
        await using CliProcess second = Send(picture, await AddressOf(two), "sip:alice@ims.example", "--max-rate", "3000000");
        JsonElement[] completed = [await one.EventAsync("completed"), await two.EventAsync("completed")];
        Assert.Multiple(() =>
        {
            Assert.That(completed.Select(static c => c.GetProperty("verified").GetBoolean()), Is.All.True);
            Assert.That(completed.Select(static c => c.GetProperty("path").GetString()), Is.Unique);
            Assert.That(completed.Select(static c => File.ReadAllBytes(c.GetProperty("path").GetString()!)), Is.All.EqualTo(Content));
            Assert.That(Received, Has.Length.EqualTo(2), "and nothing else");
        });
    }

    [Test]
    [Category("FT-033")]
    [Category("SEC-003")]
    public async Task What_another_program_receives_is_not_continued_before_it_has_gone()
    {
        IImageStore store = ImageStore.InDirectory(Inbox, new DirectoryStoreOptions { KeepPartials = true });
        var rest = new IncomingImage
        {
            SuggestedName = "picture.png",
            Type = new MediaType("image", "png"),
            Size = Size,
            Hashes = [new ImageHash("sha-1", Sha1.Of(Content))],
            Sender = "sip:alice@ims.example",
            ResumesAt = 300_000,
        };
        await using CliProcess bob = Listen("--accept", "auto", "--keep-partial");
        await using CliProcess alice = Send(_folder.File("picture.png", Content), await AddressOf(bob), "sip:alice@ims.example", "--max-rate", "1000000");
        while ((await alice.EventAsync("progress")).GetProperty("bytes").GetInt64() < 1_500_000)
        {
        }

        ImageShareException? refused = null;
        try
        {
            await store.CreateAsync(rest);
        }
        catch (ImageShareException e)
        {
            refused = e;
        }

        Assert.That(refused?.Error, Is.EqualTo(ImageShareError.NothingToResume));
        await bob.KillAsync();
        await using IImageSink sink = await store.CreateAsync(rest);
        await sink.WriteAsync(rest.ResumesAt, new ReadOnlySequence<byte>(Content, 300_000, Size - 300_000));
        StoredImage stored = await sink.CompleteAsync();
        Assert.That(stored.IsVerified, Is.True);
        Assert.That(await File.ReadAllBytesAsync(stored.Path!), Is.EqualTo(Content));
    }

    [Test]
    [Category("SEC-003")]
    public async Task What_a_killed_receiver_left_goes_when_the_folder_is_opened_next_and_what_another_receives_stays()
    {
        string picture = _folder.File("picture.png", Content);
        await using CliProcess running = Listen("--accept", "auto", "--count", "1");
        await using CliProcess sender = Send(picture, await AddressOf(running), "sip:alice@ims.example", "--max-rate", "1000000");
        await running.EventAsync("progress");

        // Held in the middle, however slowly the other programs start.
        sender.Signal("STOP");
        await using (CliProcess killed = Listen("--accept", "auto"))
        {
            await using CliProcess other = Send(picture, await AddressOf(killed), "sip:alice@ims.example", "--max-rate", "1000000");
            await killed.EventAsync("progress");
            await killed.KillAsync();
        }

        Assert.That(Received, Has.Length.EqualTo(2).And.All.EndsWith(".part"));
        await using CliProcess next = Listen("--accept", "auto");
        await next.EventAsync("listening");
        Assert.That(Received, Has.Length.EqualTo(1));
        sender.Signal("CONT");
        JsonElement completed = await running.EventAsync("completed");
        Assert.That(await File.ReadAllBytesAsync(completed.GetProperty("path").GetString()!), Is.EqualTo(Content));
    }

    [Test]
    [Category("FT-033")]
    public async Task Two_programs_send_one_image_to_one_peer_and_note_how_far_they_are()
    {
        string picture = _folder.File("picture.png", Content);
        await using CliProcess bob = Listen("--accept", "auto", "--keep-partial", "--count", "3");
        string target = await AddressOf(bob);
        CliProcess[] senders = [.. Enumerable.Range(0, 3).Select(_ => Send(picture, target, "sip:alice@ims.example", "--resume"))];
        foreach (CliProcess sender in senders)
        {
            await using CliProcess closing = sender;
            CliResult sent = await sender.EndAsync();
            Assert.That(sent.Status, Is.Zero, sent.Errors + string.Join('\n', sent.Lines));
            Assert.That(sent.Errors, Is.Empty);
        }

        CliResult listened = await bob.EndAsync();
        Assert.That(listened.Status, Is.Zero, listened.Errors);
        Assert.That(Received.Select(File.ReadAllBytes), Is.All.EqualTo(Content));
        Assert.That(Received, Has.Length.EqualTo(3));
    }

    // Each transfer has a file of its own, which stays when its sender is killed, whatever the other one does; until the image is here from the same sender.
    [TestCase("sip:alice@ims.example")]
    [TestCase("sip:carol@ims.example")]
    [Category("FT-033")]
    public async Task Of_two_programs_that_send_one_image_at_once_the_killed_one_leaves_its_beginning(string other)
    {
        string picture = _folder.File("picture.png", Content);
        await using CliProcess bob = Listen("--accept", "auto", "--keep-partial", "--count", "3");
        string target = await AddressOf(bob);
        await using CliProcess running = Send(picture, target, other, "--max-rate", "400000");
        await running.EventAsync("progress");
        await using (CliProcess killed = Send(picture, target, "sip:alice@ims.example", "--max-rate", "2000000", "--resume"))
        {
            while ((await killed.EventAsync("progress")).GetProperty("bytes").GetInt64() < 1_500_000)
            {
            }

            await killed.KillAsync();
        }

        IImageStore store = ImageStore.InDirectory(Inbox, new DirectoryStoreOptions { KeepPartials = true });
        ImagePartial? Left() => store.FindPartial(ImageSelector.FromHash(TestImage.Sha1(Content)), "sip:alice@ims.example");
        Assert.That(() => Left()?.Bytes ?? 0, Is.GreaterThan(1_000_000).After(8000, 10), "at once, and not with the result");
        Assert.That(Received, Has.Length.EqualTo(2).And.All.EndsWith(".partial"), "that of the one that runs, and what was left");
        Assert.That((await running.EndAsync()).Status, Is.Zero);
        await bob.EventAsync("completed");
        bool isLeft = other != "sip:alice@ims.example";
        Assert.That(Received.Select(Path.GetExtension), Is.EquivalentTo(isLeft ? [".png", ".partial"] : (string[])[".png"]));
        CliResult again = await Send(picture, target, "sip:alice@ims.example", "--resume").EndAsync();
        Assert.That(again.Status, Is.Zero, again.Errors);
        CliResult listened = await bob.EndAsync();
        JsonElement invitation = listened.Events.Last(static e => e.GetProperty("event").GetString() == "invitation");
        Assert.Multiple(() =>
        {
            Assert.That(invitation.TryGetProperty("resumesAt", out JsonElement at) && at.GetInt64() > 0, Is.EqualTo(isLeft));
            Assert.That(Received.Select(Path.GetFileName), Is.EquivalentTo((string[])["picture.png", "picture (2).png"]));
            Assert.That(Received.Select(File.ReadAllBytes), Is.All.EqualTo(Content));
        });
    }

    [Test]
    public async Task Who_says_yes_to_all_takes_all_that_come_at_once()
    {
        await using CliProcess bob = Listen("--accept", "auto", "--count", "40");
        var target = SipUri.Parse(await AddressOf(bob));
        await using ImageShareClient alice = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:alice@ims.example") });
        ImageShareSession[] sessions = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            alice.ShareAsync(target, SharePair.Image(TestImage.Png(5000, i)), new ShareSettings { QueryFirst = false })));
        ImageShareResult[] results = await Task.WhenAll(sessions.Select(static s => s.Completion)).WaitAsync(SharePair.Patience);
        Assert.That(results.Select(static r => $"{r.State} {r.SipStatus}"), Is.All.EqualTo("Completed "));
        Assert.That((await bob.EndAsync()).Status, Is.Zero);
    }

    private static async Task<string> AddressOf(CliProcess listener) => (await listener.EventAsync("listening")).GetProperty("sip").GetString()!;

    private static CliProcess Send(string image, string target, string identity, params string[] more) =>
        CliProcess.Start(["send", image, target, "--identity", identity, "--json", .. more]);

    private CliProcess Listen(params string[] more) =>
        CliProcess.Start(["listen", "--identity", "sip:bob@ims.example", "--inbox", Inbox, "--json", .. more]);
}
