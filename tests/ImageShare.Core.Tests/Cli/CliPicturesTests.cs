using System.Text.Json;
using ImageShare.Core.Tests.Cli.Metadata;
using ImageShare.Core.Tests.Images;
using SkiaSharp;

namespace ImageShare.Core.Tests.Cli;

/// <summary>What <c>send</c> takes: folders, patterns and standard input.</summary>
[TestFixture]
[Parallelizable]
[Category("Processes")]
public sealed class CliPicturesTests
{
    private Folder _folder = null!;

    private string Received => Path.Combine(_folder.Outer, "received");

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("")]
    [TestCase("*")]
    public async Task A_folder_is_its_images_in_order_and_what_is_none_is_named(string pattern)
    {
        foreach (string name in (string[])["c.png", "a.png", "b"])
        {
            _folder.File(name, TestImage.Png(3000 + name[0]));
        }

        _folder.File("notes.png", "no image, whatever its name says"u8);
        _folder.File("nothing.png", []);
        _folder.File(".hidden.png", TestImage.Png(100));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link.png"), Path.Combine(_folder.Path, "a.png"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "sub"));
        await using CliProcess bob = Listen("--count", "3");
        CliResult sent = await SendAsync(bob, Path.Combine(_folder.Path, pattern));
        Assert.That(sent.Status, Is.Zero, sent.Errors);
        Assert.That((await bob.EndAsync()).Status, Is.Zero);
        Assert.Multiple(() =>
        {
            Assert.That(Of(sent, "completed").Select(static e => e.GetProperty("name").GetString()), Is.EqualTo((string[])["a.png", "b", "c.png"]));
            Assert.That(
                Of(sent, "leftOut").Select(static e => (Path.GetFileName(e.GetProperty("path").GetString()), e.GetProperty("reason").GetString())),
                Is.EqualTo(((string, string)[])[("link.png", "Link"), ("notes.png", "NotAnImage"), ("nothing.png", "Empty")]));
            Assert.That(Directory.GetFiles(Received), Has.Length.EqualTo(3));
        });
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows has no such files.")]
    public async Task A_pipe_is_not_waited_for()
    {
        string pipe = _folder.Pipe("pipe.png");
        CliResult folder = await CliProcess.RunAsync("send", _folder.Path, "sip:bob@127.0.0.1:9", "--identity", "sip:alice@ims.example", "--json");
        CliResult itself = await CliProcess.RunAsync("send", pipe, "sip:bob@127.0.0.1:9", "--identity", "sip:alice@ims.example", "--json");
        CliResult stripped = await CliProcess.RunAsync("send", pipe, "sip:bob@127.0.0.1:9", "--strip-metadata", "--identity", "sip:alice@ims.example", "--json");
        Assert.That(Of(folder, "leftOut").Single().GetProperty("reason").GetString(), Is.EqualTo("Empty"));
        itself.AssertFailed("SourceUnreadable");
        stripped.AssertFailed("SourceUnreadable");
    }

    [Test]
    public async Task A_link_that_is_named_itself_is_sent_with_an_icon_and_with_the_size_of_its_file()
    {
        string link = Path.Combine(_folder.Path, "link.png");
        File.CreateSymbolicLink(link, _folder.File("photo.png", MetadataPictures.Encode(SKEncodedImageFormat.Png, 500, 300)));
        await using CliProcess bob = Listen("--count", "1");
        CliResult sent = await SendAsync(bob, link);
        Assert.That(sent.Status, Is.Zero, sent.Errors);
        JsonElement invitation = await bob.EventAsync("invitation");
        Assert.Multiple(() =>
        {
            Assert.That(invitation.TryGetProperty("icon", out _), Is.True);
            Assert.That(Of(sent, "reading").Single().GetProperty("size"), Is.EqualTo(invitation.GetProperty("size")).Using<JsonElement>(static (a, b) => a.GetInt64() == b.GetInt64()));
        });
    }

    [Test]
    public async Task A_pattern_is_what_fits_it()
    {
        _folder.File("a1.png", TestImage.Png(1000));
        _folder.File("a2.png", TestImage.Png(2000));
        _folder.File("b1.png", TestImage.Png(3000));
        await using CliProcess bob = Listen("--count", "2");
        CliResult sent = await SendAsync(bob, Path.Combine(_folder.Path, "a?.p*"), "--together");
        Assert.That(sent.Status, Is.Zero, sent.Errors);
        Assert.That(Of(sent, "completed").Select(static e => e.GetProperty("name").GetString()), Is.EquivalentTo((string[])["a1.png", "a2.png"]));
    }

    [TestCase("none*.png", "No image fits")]
    [TestCase("", "There is no image in the folder")]
    public async Task Without_an_image_nothing_is_sent(string pattern, string message)
    {
        _folder.File("notes.txt", "no image"u8);
        CliResult sent = await CliProcess.RunAsync("send", Path.Combine(_folder.Path, pattern), "sip:bob@127.0.0.1:9", "--identity", "sip:alice@ims.example", "--json");
        Assert.That(sent.Status, Is.EqualTo(1));
        sent.AssertFailed("FileNotFound");
        Assert.That(sent.Last.GetProperty("message").GetString(), Does.StartWith(message));
    }

    [Test]
    public async Task Standard_input_is_an_image_with_the_name_and_type_that_are_given()
    {
        byte[] image = TestImage.Png(500_000);
        await using CliProcess bob = Listen("--count", "1");
        string target = await AddressOf(bob);
        await using CliProcess alice = CliProcess.Start("send", "-", target, "--name", "piped.png", "--type", "image/png", "--identity", "sip:alice@ims.example", "--json");
        await alice.InputAsync(image);
        JsonElement received = await bob.EventAsync("completed");
        CliResult sent = await alice.EndAsync();
        Assert.That(sent.Status, Is.Zero, sent.Errors);
        Assert.Multiple(() =>
        {
            Assert.That(received.GetProperty("name").GetString(), Is.EqualTo("piped.png"));
            Assert.That(received.GetProperty("verified").GetBoolean(), Is.True);
            Assert.That(File.ReadAllBytes(received.GetProperty("path").GetString()!), Is.EqualTo(image));
            Assert.That(Of(sent, "reading").Single().GetProperty("size").GetInt64(), Is.EqualTo(500_000));
        });
    }

    [TestCase("-", "--name with a type")]
    [TestCase("- --name a.png", "--type is missing")]
    [TestCase("- - --name a.png --type image/png", "two of them")]
    [TestCase("- --name  --type image/png", "an empty name")]
    [TestCase("- --name .. --type image/png", "a name of a folder")]
    [TestCase("a.png --name a.png", "a file has its name")]
    [TestCase("fold*r/a.png", "a pattern of folders")]
    public async Task What_does_not_go_together_is_wrong_usage(string arguments, string why)
    {
        string[] words = arguments.Split(' ');
        int options = Array.FindIndex(words, static w => w.StartsWith("--", StringComparison.Ordinal));
        options = options < 0 ? words.Length : options;
        CliResult sent = await CliProcess.RunAsync(["send", .. words[..options], "sip:bob@127.0.0.1:9", .. words[options..], "--identity", "sip:alice@ims.example", "--json"]);
        Assert.That(sent.Status, Is.EqualTo(2), why);
        sent.AssertFailed("Usage");
    }

    private static IEnumerable<JsonElement> Of(CliResult result, string name) => result.Events.Where(e => e.GetProperty("event").GetString() == name);

    private static async Task<string> AddressOf(CliProcess listener) => (await listener.EventAsync("listening")).GetProperty("sip").GetString()!;

    private static async Task<CliResult> SendAsync(CliProcess listener, string image, params string[] more) =>
        await CliProcess.RunAsync(["send", image, await AddressOf(listener), "--identity", "sip:alice@ims.example", "--json", .. more]);

    private CliProcess Listen(params string[] more) =>
        CliProcess.Start(["listen", "--identity", "sip:bob@ims.example", "--accept", "auto", "--inbox", Received, "--json", .. more]);
}
