using System.Text.Json;
using ImageShare.Core.Tests.Cli.Metadata;
using ImageShare.Core.Tests.Images;
using SkiaSharp;

namespace ImageShare.Core.Tests.Cli;

/// <summary>What the program does to pictures: metadata, icons, and showing them.</summary>
[TestFixture]
[Category("Cli")]
public sealed class CliPictureTests
{
    private Folder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new Folder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Strip_metadata_sends_the_picture_without_the_place()
    {
        byte[] photo = PictureMetadataTests.Jpeg(MetadataPictures.Exif(6, isLittle: true));
        string path = _folder.File("photo.jpg", photo);
        (CliResult sent, JsonElement invitation, byte[] received) = await ShareAsync(path, "--strip-metadata");
        Assert.That(sent.Status, Is.Zero, sent.Errors);
        Assert.Multiple(() =>
        {
            Assert.That(received, Is.EqualTo(PictureMetadataTests.Strip(photo)));
            Assert.That(invitation.GetProperty("name").GetString(), Is.EqualTo("photo.jpg"));
            Assert.That(File.ReadAllBytes(path), Is.EqualTo(photo), "The file itself stays as it is.");
        });
    }

    [TestCase("GIF89a and more", "this is a GIF")]
    [TestCase("no picture at all", "no known image format")]
    public async Task What_cannot_be_stripped_is_not_sent(string content, string words)
    {
        string[] pictures = [_folder.File("good.jpg", PictureMetadataTests.Jpeg(MetadataPictures.Exif(1, isLittle: true))), _folder.File("other.gif", System.Text.Encoding.ASCII.GetBytes(content))];
        CliResult sent = await CliProcess.RunAsync(["send", .. pictures, "sip:bob@127.0.0.1:9", "--identity", "sip:alice@ims.example", "--strip-metadata"]);
        Assert.That(sent.Status, Is.EqualTo(2));
        Assert.That(sent.Errors, Does.Contain("--strip-metadata: other.gif: ").And.Contain(words).And.Contain("JPEG, PNG, WebP").And.Contain("Nothing was sent."));
    }

    [Test]
    public async Task An_icon_is_made_from_the_picture()
    {
        string path = _folder.File("photo.png", MetadataPictures.Encode(SKEncodedImageFormat.Png, 500, 300));
        (CliResult sent, JsonElement invitation, _) = await ShareAsync(path);
        Assert.That(sent.Status, Is.Zero, sent.Errors);
        JsonElement icon = invitation.GetProperty("icon");
        Assert.That(icon.GetProperty("type").GetString(), Is.EqualTo("image/jpeg"));
        Assert.That(icon.GetProperty("size").GetInt32(), Is.InRange(100, 8192));
    }

    [TestCase("--no-icon")]
    [TestCase("--transport", "udp")]
    [TestCase("--profile", "Ir79")]
    public async Task No_icon_is_made_if_it_is_not_wanted_or_not_possible(params string[] options)
    {
        string path = _folder.File("photo.png", MetadataPictures.Encode(SKEncodedImageFormat.Png, 500, 300));
        (CliResult sent, JsonElement invitation, _) = await ShareAsync(path, options);
        Assert.That(sent.Status, Is.Zero, sent.Errors);
        Assert.That(invitation.TryGetProperty("icon", out _), Is.False);
    }

    [Test]
    public async Task A_picture_that_cannot_be_decoded_is_sent_without_an_icon_and_that_is_said_once()
    {
        string path = _folder.File("noise.png", TestImage.Png(20_000));
        (CliResult sent, JsonElement invitation, byte[] received) = await ShareAsync(path);
        Assert.That(sent.Status, Is.Zero, sent.Errors);
        Assert.Multiple(() =>
        {
            Assert.That(sent.Lines.Count(static line => line == "noise.png is of a format that cannot be decoded here, or damaged: no icon is made of it."), Is.EqualTo(1));
            Assert.That(invitation.TryGetProperty("icon", out _), Is.False);
            Assert.That(received, Has.Length.EqualTo(20_000));
        });
    }

    [Test]
    public async Task A_picture_from_standard_input_is_stripped_and_gets_an_icon()
    {
        byte[] photo = MetadataPictures.Encode(SKEncodedImageFormat.Jpeg, 800, 600);
        byte[] withPlace = [0xFF, 0xD8, 0xFF, 0xFE, 0, 9, .. "Lisbon!"u8, .. photo.AsSpan(2)];
        await using CliProcess bob = CliProcess.Start("listen", "--identity", "sip:bob@ims.example", "--inbox", Path.Combine(_folder.Outer, "received"), "--accept", "auto", "--count", "1", "--json");
        string target = (await bob.EventAsync("listening")).GetProperty("sip").GetString()!;
        await using CliProcess alice = CliProcess.StartUnder(
            ["env", $"TMPDIR={_folder.Path}"], "send", "-", target, "--name", "photo.jpg", "--type", "image/jpeg", "--identity", "sip:alice@ims.example", "--strip-metadata");
        await alice.InputAsync(withPlace);
        JsonElement invitation = await bob.EventAsync("invitation");
        byte[] received = await File.ReadAllBytesAsync((await bob.EventAsync("completed")).GetProperty("path").GetString()!);
        CliResult sent = await alice.EndAsync();
        Assert.Multiple(() =>
        {
            Assert.That(sent.Status, Is.Zero, sent.Errors);
            Assert.That(withPlace.AsSpan().IndexOf("Lisbon"u8), Is.Positive);
            Assert.That(received.AsSpan().IndexOf("Lisbon"u8), Is.Negative);
            Assert.That(invitation.GetProperty("name").GetString(), Is.EqualTo("photo.jpg"));
            Assert.That(invitation.GetProperty("icon").GetProperty("type").GetString(), Is.EqualTo("image/jpeg"));
            Assert.That(Directory.EnumerateFileSystemEntries(_folder.Path, "imageshare-*"), Is.Empty, "What was kept is removed.");
        });
    }

    [Test]
    public async Task An_icon_that_is_too_large_is_refused_before_it_is_read()
    {
        string huge = Path.Combine(_folder.Path, "huge.png");
        await using (FileStream file = File.Create(huge))
        {
            // A hole, which takes no room on the disk.
            file.SetLength(1L << 40);
        }

        CliResult sent = await CliProcess.RunAsync("send", _folder.File("cat.png", TestImage.Png(500)), "sip:bob@127.0.0.1:9", "--identity", "sip:alice@ims.example", "--icon", huge);
        Assert.That(sent.Status, Is.EqualTo(1));
        Assert.That(sent.Errors, Does.StartWith("--icon: 'huge.png' has 1099511627776 bytes, but at most 8192 are allowed"));
    }

    [Test]
    public async Task An_icon_and_none_exclude_each_other()
    {
        CliResult sent = await CliProcess.RunAsync("send", "a.png", "sip:bob@127.0.0.1:9", "--icon", "b.png", "--no-icon");
        Assert.That(sent.Status, Is.EqualTo(2));
        Assert.That(sent.Errors, Does.Contain("--icon or --no-icon"));
    }

    [Test]
    public async Task Nothing_is_drawn_where_no_terminal_is()
    {
        CliResult demo = await CliProcess.RunAsync("demo");
        Assert.That(demo.Status, Is.Zero, demo.Errors);
        Assert.That(string.Concat(demo.Lines).AsSpan().IndexOfAny('▀', '\e'), Is.Negative);
    }

    [Test]
    public async Task Nothing_stands_between_the_lines_of_the_demo()
    {
        CliResult demo = await CliProcess.RunAsync("demo");
        string[] drawn = [.. demo.Lines.SkipWhile(static line => !line.Contains('│', StringComparison.Ordinal)).TakeWhile(static line => !line.StartsWith("Completed", StringComparison.Ordinal))];
        Assert.That(drawn, Has.Length.GreaterThan(8).And.All.Match("│.*│"));
    }

    private async Task<(CliResult Sent, JsonElement Invitation, byte[] Received)> ShareAsync(string picture, params string[] options)
    {
        await using CliProcess bob = CliProcess.Start("listen", "--identity", "sip:bob@ims.example", "--inbox", Path.Combine(_folder.Outer, "received"), "--accept", "auto", "--count", "1", "--json");
        string target = (await bob.EventAsync("listening")).GetProperty("sip").GetString()!;
        CliResult sent = await CliProcess.RunAsync(["send", picture, target, "--identity", "sip:alice@ims.example", .. options]);
        JsonElement invitation = await bob.EventAsync("invitation");
        string path = (await bob.EventAsync("completed")).GetProperty("path").GetString()!;
        return (sent, invitation, await File.ReadAllBytesAsync(path));
    }
}
