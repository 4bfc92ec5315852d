using System.Text.Json;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Cli;

/// <summary>A folder that is offered, and images that are fetched from it.</summary>
[TestFixture]
[Category("Processes")]
public sealed class CliFetchTests
{
    private const int Size = 4_000_000;

    private Folder _folder = null!;

    private string Inbox => Path.Combine(_folder.Outer, "received");

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    [Category("FT-037")]
    public async Task An_image_is_fetched_by_its_name_and_another_by_its_hash()
    {
        byte[] cat = TestImage.Png(300_000);
        byte[] dog = TestImage.Png(200_000, seed: 3);
        _folder.File("a cat ü.png", cat);
        _folder.File("dog.png", dog);
        await using CliProcess server = Offer("127.0.0.1:0", "--count", "2");
        string place = await PlaceOf(server);
        CliResult query = await CliProcess.RunAsync("query", $"sip:bob@{place}", "--identity", "sip:alice@ims.example", "--json");
        Assert.That(query.Last.GetProperty("serves").GetBoolean(), Is.True);

        CliResult byName = await Fetch(place, "--name", "a cat ü.png").EndAsync();
        Assert.That(byName.Status, Is.Zero, byName.Errors);
        JsonElement request = await server.EventAsync("request");
        JsonElement sent = await server.EventAsync("completed");
        CliResult byHash = await Fetch(place, "--hash", TestImage.Sha1(dog), "--type", "image/png", "--size", "200000").EndAsync();
        Assert.That(byHash.Status, Is.Zero, byHash.Errors);
        CliResult ended = await server.EndAsync();
        Assert.Multiple(() =>
        {
            Assert.That(request.GetProperty("from").GetString(), Is.EqualTo("sip:alice@ims.example"));
            Assert.That(request.GetProperty("name").GetString(), Is.EqualTo("a cat ü.png"));
            Assert.That(sent.GetProperty("session").GetString(), Is.EqualTo(request.GetProperty("session").GetString()));
            Assert.That(byName.Last.GetProperty("verified").GetBoolean(), Is.True);
            Assert.That(File.ReadAllBytes(byName.Last.GetProperty("path").GetString()!), Is.EqualTo(cat));
            Assert.That(Path.GetFileName(byName.Last.GetProperty("path").GetString()), Is.EqualTo("a cat ü.png"));
            Assert.That(File.ReadAllBytes(byHash.Last.GetProperty("path").GetString()!), Is.EqualTo(dog));
            Assert.That(byName.Events.Where(e => e.TryGetProperty("state", out _)).Select(e => e.GetProperty("state").GetString()), Is.SupersetOf((string[])["Inviting", "Transferring", "Completed"]));
            Assert.That(ended.Status, Is.Zero, ended.Errors);
        });
    }

    [Test]
    [Category("FT-038")]
    public async Task What_is_not_there_and_who_serves_nothing_is_said_plainly()
    {
        _folder.File("cat.png", TestImage.Png(1000));
        await using CliProcess server = Offer("127.0.0.1:0");
        CliResult missing = await Fetch(await PlaceOf(server), "--name", "../cat.png").EndAsync();
        Assert.That(missing.Status, Is.EqualTo(1));
        missing.AssertFailed("ImageNotFound");

        await using CliProcess listener = CliProcess.Start("listen", "--identity", "sip:bob@ims.example", "--inbox", Inbox, "--json");
        CliResult none = await Fetch(await PlaceOf(listener), "--name", "cat.png").EndAsync();
        Assert.That(none.Status, Is.EqualTo(1));
        none.AssertFailed("ImageNotFound");

        CliResult noFolder = await CliProcess.RunAsync("offer", Path.Combine(_folder.Path, "missing"), "--identity", "sip:bob@ims.example", "--json");
        Assert.That(noFolder.Status, Is.EqualTo(1));
        noFolder.AssertFailed("FileNotFound");
    }

    // What is there: nothing, no image and what is never served, an image among others.
    [TestCase(true)]
    [TestCase(true, "notes.txt", ".hidden.png")]
    [TestCase(false, "notes.txt", "cat.png")]
    public async Task A_folder_without_images_is_said_to_be_one(bool isEmpty, params string[] files)
    {
        foreach (string file in files)
        {
            _folder.File(file, file.EndsWith(".png", StringComparison.Ordinal) ? TestImage.Png(1000) : new byte[1000]);
        }

        await using CliProcess server = CliProcess.Start("offer", _folder.Path, "--identity", "sip:bob@ims.example", "--count", "1");
        string listening = await server.LineAsync("Listening");
        if (isEmpty)
        {
            // What is put there later is served.
            await server.LineAsync("No image was found");
            _folder.File("cat.png", TestImage.Png(1000));
        }

        string place = listening[(listening.IndexOf('@', StringComparison.Ordinal) + 1)..listening.IndexOf(" (", StringComparison.Ordinal)];
        Assert.That((await Fetch(place, "--name", "cat.png").EndAsync()).Status, Is.Zero);
        CliResult ended = await server.EndAsync();
        Assert.That(ended.Status, Is.Zero, ended.Errors);
        Assert.That(string.Join('\n', ended.Lines).Contains("No image was found", StringComparison.Ordinal), Is.EqualTo(isEmpty));
    }

    [Test]
    public async Task People_are_told_in_words()
    {
        _folder.File("cat.png", TestImage.Png(1000));
        await using CliProcess server = Offer("127.0.0.1:0");
        CliResult fetched = await CliProcess.RunAsync("fetch", $"sip:bob@{await PlaceOf(server)}", "--identity", "sip:alice@ims.example", "--name", "cat.png", "--inbox", Inbox);
        Assert.That(fetched.Status, Is.Zero, fetched.Errors);
        Assert.That(string.Join('\n', fetched.Lines), Does.Contain("Completed").And.Contain("hash verified").And.Contain("cat.png"));
    }

    [Test]
    public async Task Ctrl_C_ends_a_fetch_and_a_server()
    {
        _folder.File("cat.png", TestImage.Png(Size));
        await using CliProcess server = Offer("127.0.0.1:0", "--max-rate", "500000");
        await using CliProcess fetch = Fetch(await PlaceOf(server), "--name", "cat.png");
        await fetch.EventAsync("progress");
        fetch.Interrupt();
        CliResult fetched = await fetch.EndAsync();
        Assert.That(fetched.Status, Is.EqualTo(130));
        fetched.AssertFailed("Cancelled");
        await server.EventAsync("failed");
        server.Interrupt();
        Assert.That((await server.EndAsync()).Status, Is.EqualTo(130));
        Assert.That(Directory.GetFiles(Inbox, "*", new EnumerationOptions { AttributesToSkip = 0 }), Is.Empty);
    }

    [TestCase("fetcher", "--name")]
    [TestCase("fetcher", "--hash")]
    [TestCase("server", "--name")]
    [Category("FT-033")]
    public async Task After_kill_9_the_rest_is_fetched_and_the_image_is_whole(string killed, string by)
    {
        byte[] content = TestImage.Png(Size, seed: killed.Length + by.Length);
        string which = by == "--name" ? "cat.png" : TestImage.Sha1(content);
        _folder.File("cat.png", content);
        CliProcess server = Offer("127.0.0.1:0", "--max-rate", "1000000");
        string place = await PlaceOf(server);
        try
        {
            await using (CliProcess fetch = Fetch(place, by, which, "--resume"))
            {
                while ((await fetch.EventAsync("progress")).GetProperty("bytes").GetInt64() < 1_000_000)
                {
                }

                if (killed == "fetcher")
                {
                    await fetch.KillAsync();
                    await server.EventAsync("failed");
                }
                else
                {
                    await server.KillAsync();
                    await fetch.EventAsync("failed");
                }
            }

            if (killed == "server")
            {
                await server.DisposeAsync();
                server = Offer(place);
                await server.EventAsync("listening");
            }

            string trace = Path.Combine(_folder.Outer, "trace.txt");
            CliResult again = await Fetch(place, by, which, "--resume", "--trace", trace).EndAsync();
            Assert.That(again.Status, Is.Zero, again.Errors);
            Assert.Multiple(() =>
            {
                Assert.That(File.ReadAllText(trace), Does.Match("a=file-range:[1-9][0-9]{5,}-\\*"), "only the rest was asked for");
                Assert.That(again.Last.GetProperty("verified").GetBoolean(), Is.True);
                Assert.That(File.ReadAllBytes(again.Last.GetProperty("path").GetString()!), Is.EqualTo(content));
                Assert.That(Directory.GetFiles(Inbox, "*", new EnumerationOptions { AttributesToSkip = 0 }), Has.Length.EqualTo(1));
            });
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    // Each is a program of its own, and they know of each other by the folder alone.
    [Test]
    [Category("FT-033")]
    public async Task Of_two_that_continue_one_image_at_once_one_fetches_the_rest_and_one_the_whole()
    {
        byte[] content = TestImage.Png(Size, seed: 7);
        _folder.File("cat.png", content);
        await using CliProcess server = Offer("127.0.0.1:0", "--max-rate", "1000000");
        string place = await PlaceOf(server);
        await using (CliProcess broken = Fetch(place, "--name", "cat.png", "--resume"))
        {
            while ((await broken.EventAsync("progress")).GetProperty("bytes").GetInt64() < 1_000_000)
            {
            }

            await broken.KillAsync();
            await server.EventAsync("failed");
        }

        string[] traces = [Path.Combine(_folder.Outer, "one.txt"), Path.Combine(_folder.Outer, "two.txt")];
        CliProcess[] fetches = [.. traces.Select(trace => Fetch(place, "--name", "cat.png", "--resume", "--trace", trace))];
        foreach (CliProcess fetch in fetches)
        {
            await using CliProcess closing = fetch;
            CliResult fetched = await fetch.EndAsync();
            Assert.That(fetched.Status, Is.Zero, fetched.Errors + string.Join('\n', fetched.Lines));
            Assert.That(fetched.Last.GetProperty("verified").GetBoolean(), Is.True);
            Assert.That(File.ReadAllBytes(fetched.Last.GetProperty("path").GetString()!), Is.EqualTo(content));
        }

        Assert.That(traces.Count(static trace => File.ReadAllText(trace).Contains("a=file-range:", StringComparison.Ordinal)), Is.EqualTo(1), "one has the beginning");
        Assert.That(Directory.GetFiles(Inbox, "*", new EnumerationOptions { AttributesToSkip = 0 }), Has.Length.EqualTo(2));
    }

    private CliProcess Offer(string bind, params string[] more) => CliProcess.Start(
        ["offer", _folder.Path, "--identity", "sip:bob@ims.example", "--bind", bind, "--json", .. more]);

    private CliProcess Fetch(string place, params string[] more) => CliProcess.Start(
        ["fetch", $"sip:bob@{place}", "--identity", "sip:alice@ims.example", "--inbox", Inbox, "--json", .. more]);

    private static async Task<string> PlaceOf(CliProcess server)
    {
        string address = (await server.EventAsync("listening")).GetProperty("sip").GetString()!;
        return address[(address.IndexOf('@', StringComparison.Ordinal) + 1)..];
    }
}
