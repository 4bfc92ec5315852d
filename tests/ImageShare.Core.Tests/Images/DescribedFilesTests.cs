using ImageShare.Core.Images;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

/// <summary>A file that was read before is not read again, unless something shows that it may have changed.</summary>
[TestFixture]
public sealed class DescribedFilesTests
{
    private static readonly DateTime Old = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private readonly DescribedFiles _known = new(TimeProvider.System);
    private Folder _folder = null!;
    private string _path = null!;

    [SetUp]
    public void MakeFile()
    {
        _folder = new Folder();
        _path = _folder.File("cat.png", [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 1, 2, 3]);
        File.SetLastWriteTimeUtc(_path, Old);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_file_is_read_once()
    {
        ImageDescription first = await DescribeAsync();
        Assert.That(await IsReadAgainAsync(), Is.False);
        Assert.That(await DescribeAsync(), Is.EqualTo(first));
        Assert.That((await DescribeAsync(new MediaType("image", "x-own"))).Type.Subtype, Is.EqualTo("x-own"));
    }

    [TestCase("size")]
    [TestCase("date")]
    [TestCase("path")]
    public async Task A_change_is_seen(string what)
    {
        string sha1 = (await DescribeAsync()).Sha1;
        byte[] content = await File.ReadAllBytesAsync(_path);
        content[^1]++;
        if (what == "path")
        {
            _path = _folder.File("dog.png", content);
        }
        else
        {
            await File.WriteAllBytesAsync(_path, what == "size" ? [.. content, 0] : content);
        }

        File.SetLastWriteTimeUtc(_path, what == "date" ? Old.AddSeconds(1) : Old);
        Assert.That((await DescribeAsync()).Sha1, Is.Not.EqualTo(sha1));
    }

    [Test]
    public async Task A_hash_that_was_not_computed_is()
    {
        Assert.That((await DescribeAsync()).Sha256, Is.Null);
        Assert.That((await DescribeAsync(withSha256: true)).Sha256, Is.Not.Null);
        Assert.That(await IsReadAgainAsync(withSha256: true), Is.False);
        Assert.That((await DescribeAsync()).Sha256, Is.Null);
    }

    [Test]
    public async Task A_young_file_is_read_again()
    {
        File.SetLastWriteTimeUtc(_path, DateTime.UtcNow.AddHours(1));
        await DescribeAsync();
        Assert.That(await IsReadAgainAsync(), Is.True);
    }

    [Test]
    public async Task Streams_and_bytes_are_read_again()
    {
        int opened = 0;
        var source = ImageSource.FromStream(() => new MemoryStream([(byte)++opened]), "x.png", new MediaType("image", "png"));
        string first = (await source.ReadDescriptionAsync(withSha256: false, _known, CancellationToken.None)).Sha1;
        Assert.That((await source.ReadDescriptionAsync(withSha256: false, _known, CancellationToken.None)).Sha1, Is.Not.EqualTo(first));
        Assert.That(opened, Is.EqualTo(2));
    }

    [Test]
    public async Task There_is_room_for_a_few_files_only()
    {
        await DescribeAsync();
        string first = _path;
        for (int i = 0; i < DescribedFiles.Most; i++)
        {
            _path = _folder.File($"{i}.png", [1]);
            File.SetLastWriteTimeUtc(_path, Old);
            await DescribeAsync();
        }

        Assert.That(await IsReadAgainAsync(), Is.False, "the last one");
        _path = first;
        Assert.That(await IsReadAgainAsync(), Is.True, "the first one");
    }

    // Whoever opens a file that is held fails.
    private async Task<bool> IsReadAgainAsync(bool withSha256 = false)
    {
        await using var held = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        try
        {
            await DescribeAsync(withSha256: withSha256);
            return false;
        }
        catch (ImageShareException e) when (e.Error == ImageShareError.FileNotFound)
        {
            return true;
        }
    }

    private Task<ImageDescription> DescribeAsync(MediaType? type = null, bool withSha256 = false) =>
        ImageSource.FromFile(_path, type).ReadDescriptionAsync(withSha256, _known, CancellationToken.None);
}
