using System.Security.Cryptography;
using ImageShare.Core.Images;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

[TestFixture]
public sealed class ImageFolderTests
{
    private static readonly byte[] Cat = TestImage.Png(1000);

    private Folder _folder = null!;
    private ImageFolder _images = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new Folder();
        _images = new ImageFolder(_folder.Path);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    [Category("FT-037")]
    public async Task Only_images_directly_inside_are_there_in_the_order_of_their_names()
    {
        _folder.File("b.png", Cat);
        _folder.File("a.jpg", [0xFF, 0xD8, 0xFF, 0xE0, 1]);
        _folder.File("claims.png", "no image at all"u8);
        _folder.File("empty.png", []);
        _folder.File(".hidden.png", Cat);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "below.png"));
        File.WriteAllBytes(Path.Combine(_folder.Path, "below.png", "c.png"), Cat);
        File.WriteAllBytes(Path.Combine(_folder.Outer, "outside.png"), Cat);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link.png"), Path.Combine(_folder.Outer, "outside.png"));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "inner.png"), Path.Combine(_folder.Path, "b.png"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "out"), _folder.Outer);
        var all = await _images.FindAsync(new ImageSelector(), CancellationToken.None);
        Assert.That(all.Select(i => i.Description.Name), Is.EqualTo(new[] { "a.jpg", "b.png" }));
        Assert.That(all[1].Description.Sha1, Is.EqualTo(TestImage.Sha1(Cat)));
        Assert.That(all[0].Description.Type, Is.EqualTo(new MediaType("image", "jpeg")));
    }

    [Test]
    [Category("FT-037")]
    public async Task Files_that_come_and_go_meanwhile_do_not_hide_the_others()
    {
        _folder.File("cat.png", Cat);
        using var end = new CancellationTokenSource();
        Task others = Task.Run(() =>
        {
            for (int i = 0; !end.IsCancellationRequested; i++)
            {
                File.Delete(_folder.File($"{i % 50}.png", Cat));
            }
        });
        for (int i = 0; i < 3000; i++)
        {
            Assert.That(await _images.FindAsync(new ImageSelector { Name = "cat.png" }, CancellationToken.None), Has.Count.EqualTo(1));
        }

        await end.CancelAsync();
        await others;
    }

    [Test]
    public async Task What_is_found_can_be_sent_and_a_later_change_is_noticed()
    {
        string path = _folder.File("cat.png", Cat);
        (ImageSource source, ImageDescription description, _) = (await _images.FindAsync(new ImageSelector { Name = "cat.png" }, CancellationToken.None)).Single();
        Assert.That(description, Is.EqualTo(await source.DescribeAsync()));
        using (Stream stream = source.OpenRead(description))
        {
            byte[] read = new byte[Cat.Length];
            await stream.ReadExactlyAsync(read);
            Assert.That(read, Is.EqualTo(Cat));
        }

        File.WriteAllBytes(path, TestImage.Png(1001));
        Assert.That(() => source.OpenRead(description), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.SourceUnreadable));
    }

    [Test]
    public async Task A_hash_is_kept_while_size_and_time_stay_and_computed_anew_when_one_changes()
    {
        string path = _folder.File("cat.png", Cat);
        DateTime time = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, time);
        ImageSelector first = ImageSelector.FromHash(TestImage.Sha1(Cat));
        Assert.That(await _images.FindAsync(first, CancellationToken.None), Has.Count.EqualTo(1));

        // The proof that it is not read again: other octets of the same size and time are not seen.
        byte[] other = TestImage.Png(1000, seed: 8);
        File.WriteAllBytes(path, other);
        File.SetLastWriteTimeUtc(path, time);
        Assert.That(await _images.FindAsync(first, CancellationToken.None), Has.Count.EqualTo(1));

        File.SetLastWriteTimeUtc(path, time.AddSeconds(1));
        Assert.That(await _images.FindAsync(first, CancellationToken.None), Is.Empty);
        Assert.That(await _images.FindAsync(ImageSelector.FromHash(TestImage.Sha1(other)), CancellationToken.None), Has.Count.EqualTo(1));
        Assert.That(await _images.FindAsync(ImageSelector.FromHash(Convert.ToHexString(SHA512.HashData(other))), CancellationToken.None), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Images_come_and_go_and_a_type_has_several_names()
    {
        string path = _folder.File("a.jpg", [0xFF, 0xD8, 0xFF, 0xE0, 1]);
        var jpg = new ImageSelector { Type = new MediaType("image", "jpg") };
        Assert.That(await _images.FindAsync(jpg, CancellationToken.None), Has.Count.EqualTo(1));
        File.Delete(path);
        Assert.That(await _images.FindAsync(jpg, CancellationToken.None), Is.Empty);
    }

    [Test]
    public void A_folder_that_is_not_there_is_an_error()
    {
        var missing = new ImageFolder(Path.Combine(_folder.Path, "missing"));
        Assert.That(async () => await missing.FindAsync(new ImageSelector(), CancellationToken.None), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.FileNotFound));
    }

    [TestCase("name", "b.png")]
    [TestCase("size", "c.png")]
    [TestCase("type", "d.gif")]
    [TestCase("hash", "c.png")]
    [TestCase("stronger hash", "c.png")]
    [TestCase("name and size", "b.png")]
    [TestCase("nothing", "a.png b.png c.png d.gif")]
    [TestCase("name in another case", "")]
    [TestCase("name and another size", "")]
    [TestCase("wrong stronger hash", "")]
    [Category("FT-037")]
    public async Task Each_given_property_tells_an_image_from_the_others(string what, string names)
    {
        byte[] other = TestImage.Png(1001);
        _folder.File("a.png", Cat);
        _folder.File("b.png", Cat);
        _folder.File("c.png", other);
        _folder.File("d.gif", [.. "GIF89a"u8, .. new byte[994]]);
        ImageHash sha1 = new("sha-1", [.. SHA1.HashData(other)]), sha256 = new("sha-256", [.. SHA256.HashData(other)]);
        ImageSelector wanted = what switch
        {
            "name" => new ImageSelector { Name = "b.png" },
            "size" => new ImageSelector { Size = 1001 },
            "type" => new ImageSelector { Type = new MediaType("image", "gif") },
            "hash" => new ImageSelector { Hashes = [sha1] },
            "stronger hash" => new ImageSelector { Hashes = [new ImageHash("sha-1", [.. new byte[20]]), sha256] },
            "name and size" => new ImageSelector { Name = "b.png", Size = 1000 },
            "name in another case" => new ImageSelector { Name = "B.png" },
            "name and another size" => new ImageSelector { Name = "b.png", Size = 1001 },
            "wrong stronger hash" => new ImageSelector { Hashes = [sha1, new ImageHash("sha-256", [.. new byte[32]])] },
            _ => new ImageSelector(),
        };
        var found = await _images.FindAsync(wanted, CancellationToken.None);
        Assert.That(string.Join(' ', found.Select(static f => f.Description.Name)), Is.EqualTo(names));
        Assert.That(found.Select(static f => f.Hashes.Select(static h => h.Algorithm).Order()), Is.All.EqualTo(what.Contains("stronger", StringComparison.Ordinal) ? (string[])["sha-1", "sha-256"] : ["sha-1"]));
    }

    [Test]
    public async Task Type_and_hash_of_an_unchanged_file_are_not_read_again()
    {
        string path = _folder.File("a.png", Cat);
        DateTime time = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, time);
        ImageDescription first = (await _images.FindAsync(new ImageSelector(), CancellationToken.None)).Single().Description;
        File.WriteAllBytes(path, [.. "GIF89a"u8, .. new byte[994]]);
        File.SetLastWriteTimeUtc(path, time);
        ImageDescription second = (await _images.FindAsync(new ImageSelector(), CancellationToken.None)).Single().Description;
        Assert.That((second.Type, second.Sha1), Is.EqualTo((first.Type, first.Sha1)));

        // A file that was absent in between is another one, even with the size and time of the first.
        File.Delete(path);
        Assert.That(await _images.FindAsync(new ImageSelector(), CancellationToken.None), Is.Empty);
        File.WriteAllBytes(path, [.. "GIF89a"u8, .. new byte[994]]);
        File.SetLastWriteTimeUtc(path, time);
        Assert.That((await _images.FindAsync(new ImageSelector(), CancellationToken.None)).Single().Description.Type.Subtype, Is.EqualTo("gif"));
    }

    [Test]
    [Category("FT-037")]
    public async Task A_file_that_is_locked_is_left_out_and_served_again_once_it_is_free()
    {
        string path = _folder.File("a.png", Cat);
        _folder.File("b.png", Cat);
        using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.That((await _images.FindAsync(new ImageSelector(), CancellationToken.None)).Select(static f => f.Description.Name), Is.EqualTo((string[])["b.png"]));
        }

        Assert.That(await _images.FindAsync(new ImageSelector(), CancellationToken.None), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_failed_or_cancelled_search_does_not_block_the_next()
    {
        var missing = new ImageFolder(Path.Combine(_folder.Path, "missing"));
        for (int i = 0; i < 2; i++)
        {
            Task search = missing.FindAsync(new ImageSelector(), CancellationToken.None);
            Assert.That(() => search.WaitAsync(TimeSpan.FromSeconds(30)), Throws.TypeOf<ImageShareException>().With.Message.Contains("missing"));
        }

        Assert.That(async () => await _images.FindAsync(new ImageSelector(), new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await _images.FindAsync(new ImageSelector(), CancellationToken.None), Is.Empty);
    }
}
