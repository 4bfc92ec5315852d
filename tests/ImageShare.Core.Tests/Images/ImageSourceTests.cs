using ImageShare.Core.Images;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

[TestFixture]
public sealed class ImageSourceTests
{
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 1, 2, 3];
    private Folder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_file_is_described_by_its_leaf_name_content_and_dates()
    {
        byte[] content = new byte[300_000];
        Png.CopyTo(content, 0);
        string path = _folder.File("Image 18.png", content);
        File.SetLastWriteTimeUtc(path, new DateTime(2008, 10, 15, 10, 40, 46, DateTimeKind.Utc));
        ImageDescription description = await ImageSource.FromFile(path).DescribeAsync();
        Assert.Multiple(() =>
        {
            Assert.That(description.Name, Is.EqualTo("Image 18.png"));
            Assert.That(description.Type, Is.EqualTo(new MediaType("image", "png")));
            Assert.That(description.Size, Is.EqualTo(300_000));
            Assert.That(description.Sha1, Is.EqualTo(Convert.ToHexString(Sha1.Of(content).AsSpan())));
            Assert.That(description.Modified, Is.EqualTo(new DateTimeOffset(2008, 10, 15, 10, 40, 46, TimeSpan.Zero)));
            Assert.That(description.Created, Is.Not.Null);
            Assert.That(description.Read, Is.Null);
        });
    }

    [Test]
    public async Task A_link_is_shared_as_the_file_it_leads_to_until_that_changes()
    {
        string path = _folder.File("a.png", [.. Png, .. new byte[5000]]);
        string first = Path.Combine(_folder.Path, "first.png");
        string link = Path.Combine(_folder.Path, "link.png");
        File.CreateSymbolicLink(first, "a.png");
        File.CreateSymbolicLink(link, first);
        ImageSource source = ImageSource.FromFile(link);
        ImageDescription description = await source.DescribeAsync();
        Assert.Multiple(() =>
        {
            Assert.That(description.Name, Is.EqualTo("link.png"));
            Assert.That(description.Size, Is.EqualTo(Png.Length + 5000));
            Assert.That(description.Modified, Is.EqualTo(new DateTimeOffset(File.GetLastWriteTimeUtc(path))));
        });
        source.OpenRead(description).Dispose();
        File.AppendAllText(path, "more");
        Assert.That(() => source.OpenRead(description), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.SourceUnreadable));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows has no such files.")]
    public async Task A_pipe_is_not_waited_for()
    {
        Task<ImageDescription> describing = Task.Run(() => ImageSource.FromFile(_folder.Pipe("pipe.png")).DescribeAsync());
        Assert.That(await Task.WhenAny(describing, Task.Delay(TimeSpan.FromSeconds(20))), Is.SameAs(describing));
        Assert.That(async () => await describing, Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.SourceUnreadable));
    }

    [TestCase("/home/x/a.png", "a.png")]
    [TestCase("C:\\x\\a.png", "a.png")]
    [TestCase("\\\\srv\\share\\a.png", "a.png")]
    [TestCase("C:a.png", "a.png")]
    [TestCase("x/y\\a.png", "a.png")]
    [TestCase("00:15.png", "00:15.png")]
    [TestCase("dir/", "image")]
    [TestCase("C:", "image")]
    [Category("FT-003")]
    public async Task Directories_are_stripped_from_the_name(string name, string expected) =>
        Assert.That((await ImageSource.FromBytes(Png, name, new MediaType("image", "png")).DescribeAsync()).Name, Is.EqualTo(expected));

    [TestCase("x.jpg", "89504E470D0A1A0A", "image/png", Description = "content before extension")]
    [TestCase("x.JPG", "0102", "image/jpeg")]
    [TestCase("x", "FFD8FFE0", "image/jpeg")]
    [TestCase("x", "474946383961", "image/gif")]
    [TestCase("x", "474946383761", "image/gif")]
    [TestCase("x", "52494646000000005745425056503820", "image/webp")]
    [TestCase("x", "424D76000000000000003600000028000000", "image/bmp")]
    [TestCase("x", "000000186674797068656963", "image/heic")]
    [TestCase("x", "00000018667479706D696631", "image/heif")]
    [TestCase("x", "000000186674797061766966", "image/avif")]
    [TestCase("x", "49492A00", "image/tiff")]
    [TestCase("x.exe", "4D5A", "application/octet-stream")]
    [TestCase("x.heic", "00", "image/heic")]
    public async Task The_type_is_told_from_content_and_extension(string name, string hex, string type)
    {
        string path = _folder.File(name, Convert.FromHexString(hex));
        Assert.Multiple(async () =>
        {
            Assert.That((await ImageSource.FromFile(path).DescribeAsync()).Type.Essence, Is.EqualTo(type));
            Assert.That((await ImageSource.FromFile(path, new MediaType("image", "x-mine")).DescribeAsync()).Type.Essence, Is.EqualTo("image/x-mine"));
        });
    }

    [Test]
    public async Task The_type_of_a_long_file_is_that_of_its_first_bytes()
    {
        byte[] content = new byte[200_000];
        Png.CopyTo(content, 0);
        for (int piece = 65_536; piece < content.Length; piece += 65_536)
        {
            "GIF89a"u8.CopyTo(content.AsSpan(piece));
        }

        ImageDescription description = await ImageSource.FromFile(_folder.File("x", content)).DescribeAsync();
        Assert.That((description.Type.Essence, description.Size, description.Sha1), Is.EqualTo(("image/png", 200_000L, Convert.ToHexString(Sha1.Of(content).AsSpan()))));
    }

    [Test]
    public void Arguments_are_checked() => Assert.Multiple(() =>
    {
        var type = new MediaType("image", "png");
        Assert.That(() => ImageSource.FromFile(""), Throws.ArgumentException.With.Property("ParamName").EqualTo("path"));
        Assert.That(() => ImageSource.FromBytes(Png, "", type), Throws.ArgumentException.With.Property("ParamName").EqualTo("name"));
        Assert.That(() => ImageSource.FromBytes(Png, "a", null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("type"));
        Assert.That(() => ImageSource.FromStream(null!, "a", type), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("open"));
        Assert.That(() => ImageSource.FromStream(() => Stream.Null, "", type), Throws.ArgumentException.With.Property("ParamName").EqualTo("name"));
        Assert.That(() => ImageSource.FromStream(() => Stream.Null, "a", null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("type"));
        Assert.That(() => ImageSource.FromBytes(Png, "a", type).OpenRead(null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("described"));
        Assert.That(() => ImageSelector.FromHash(null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("hex"));
    });

    [Test]
    public void Only_an_image_in_memory_can_be_sent_without_a_stream() => Assert.Multiple(() =>
    {
        Assert.That(ImageSource.FromBytes(Png, "a", new MediaType("image", "png")).Bytes!.Value.ToArray(), Is.EqualTo(Png));
        Assert.That(ImageSource.FromFile(_folder.File("a.png", Png)).Bytes, Is.Null);
        Assert.That(ImageSource.FromStream(() => new MemoryStream(Png), "a", new MediaType("image", "png")).Bytes, Is.Null);
    });

    [Test]
    public void What_cannot_be_read_says_what_to_do() => Assert.Multiple(() =>
    {
        Assert.That(Describe(ImageSource.FromFile(Path.Combine(_folder.Path, "none.png"))), Fails(ImageShareError.FileNotFound));
        Assert.That(Describe(ImageSource.FromFile(Path.Combine(_folder.Path, "no", "none.png"))), Fails(ImageShareError.FileNotFound));
        Assert.That(Describe(ImageSource.FromFile(_folder.Path)), Fails(ImageShareError.FileNotFound));
        Assert.That(Describe(ImageSource.FromFile(_folder.Path)), Throws.Exception.With.Message.Contains("is a directory"), "and not that it may not be read");
        Assert.That(() => ImageSource.FromFile(Path.Combine(_folder.Path, "none.png")).OpenRead(new ImageDescription { Name = "none.png", Type = new MediaType("image", "png"), Size = 1, Sha1 = new string('0', 40) }), Fails(ImageShareError.FileNotFound));
        Assert.That(Describe(ImageSource.FromFile(_folder.File("empty.png", default))), Fails(ImageShareError.SourceUnreadable));
        Assert.That(Describe(ImageSource.FromFile(_folder.File("empty.png", default))), Throws.Exception.With.Message.Contains("'empty.png' is empty; choose another"));
        Assert.That(Describe(ImageSource.FromFile(Path.Combine(_folder.Path, "none.png"))), Throws.Exception.With.Message.Contains("'none.png' cannot be opened"));
        Assert.That(
            Describe(ImageSource.FromStream(() => new BrokenStream(), "x", new MediaType("image", "png"))), Throws.Exception.With.Message.Contains("'x' could not be read to its end"));
        Assert.That(Describe(ImageSource.FromBytes(default, "x", new MediaType("image", "png"))), Fails(ImageShareError.SourceUnreadable));
        Assert.That(
            Describe(ImageSource.FromStream(() => new BrokenStream(), "x", new MediaType("image", "png"))), Fails(ImageShareError.SourceUnreadable));
        Assert.That(
            async () => await ImageSource.FromBytes(Png, "x", new MediaType("image", "png")).DescribeAsync(new CancellationToken(true)),
            Throws.InstanceOf<OperationCanceledException>());
    });

    [Test]
    public void The_path_of_the_file_is_no_part_of_its_description()
    {
        string path = _folder.File("a.png", Png);
        Assert.That(async () => (await ImageSource.FromFile(path).DescribeAsync()).ToString(), Does.Not.Contain(_folder.Path));
    }

    [TestCase("grown")]
    [TestCase("touched")]
    [TestCase("cut")]
    [TestCase("deleted")]
    [Category("FT-008")]
    public async Task A_file_changed_after_it_was_described_is_noticed_when_opened(string how)
    {
        string path = _folder.File("a.png", Png);
        ImageSource source = ImageSource.FromFile(path);
        ImageDescription description = await source.DescribeAsync();
        Change(path, how);
        Assert.That(() => source.OpenRead(description), Fails(how == "deleted" ? ImageShareError.FileNotFound : ImageShareError.SourceUnreadable));
    }

    [TestCase("grown")]
    [TestCase("touched")]
    [TestCase("cut")]
    [Category("FT-008")]
    public async Task A_file_changed_while_it_is_read_is_noticed_before_its_end(string how)
    {
        string path = _folder.File("a.png", new byte[200_000]);
        ImageSource source = ImageSource.FromFile(path);
        ImageDescription description = await source.DescribeAsync();
        await using Stream stream = source.OpenRead(description);
        await stream.ReadExactlyAsync(new byte[1000]);
        Change(path, how);
        Assert.That(async () => await stream.CopyToAsync(Stream.Null), Fails(ImageShareError.SourceUnreadable));
    }

    [Test]
    [Category("FT-008")]
    public async Task An_unchanged_file_is_read_to_its_end_by_several_at_once()
    {
        byte[] content = new byte[200_000];
        new Random(1).NextBytes(content);
        ImageSource source = ImageSource.FromFile(_folder.File("a.png", content));
        ImageDescription description = await source.DescribeAsync();
        await using Stream first = source.OpenRead(description);
        await using Stream second = source.OpenRead(description);
        Assert.That(first.Length, Is.EqualTo(content.Length));
        Assert.That(await ReadAll(first), Is.EqualTo(content));
        second.Seek(100_000, SeekOrigin.Begin);
        Assert.That(await ReadAll(second), Is.EqualTo(content[100_000..]));
    }

    [Test]
    [Category("FT-008")]
    public async Task What_is_sent_is_held_against_its_own_description_and_not_against_a_later_one()
    {
        string path = _folder.File("a.png", Png);
        ImageSource source = ImageSource.FromFile(path);
        ImageDescription first = await source.DescribeAsync();
        Change(path, "grown");
        ImageDescription second = await source.DescribeAsync();
        Assert.That(() => source.OpenRead(first), Fails(ImageShareError.SourceUnreadable));
        await using Stream stream = source.OpenRead(second);
        Assert.That((await ReadAll(stream)).Length, Is.EqualTo(second.Size));
    }

    [Test]
    public async Task Octets_and_streams_are_described_and_read_too()
    {
        var type = new MediaType("image", "png");
        foreach (ImageSource source in (ImageSource[])[ImageSource.FromBytes(Png, "a.png", type), ImageSource.FromStream(() => new MemoryStream(Png), "a.png", type)])
        {
            ImageDescription description = await source.DescribeAsync();
            Assert.That(description, Is.EqualTo(new ImageDescription { Name = "a.png", Type = type, Size = Png.Length, Sha1 = Convert.ToHexString(Sha1.Of(Png).AsSpan()) }));
            Assert.That(description.Sha256, Is.EqualTo(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Png))));
            await using Stream stream = source.OpenRead(description);
            Assert.That(await ReadAll(stream), Is.EqualTo(Png));
        }
    }

    [Test]
    public async Task A_stream_is_read_asynchronously_and_goes_with_its_reader([Values] bool isAsync)
    {
        List<AsyncStream> opened = [];
        ImageSource source = ImageSource.FromStream(
            () =>
            {
                opened.Add(new AsyncStream());
                return opened[^1];
            },
            "a.png",
            new MediaType("image", "png"));
        Stream stream = source.OpenRead(await source.DescribeAsync());
        Assert.That(opened.Select(static o => o.IsDisposed), Is.EqualTo((bool[])[true, false]));
        byte[] read = new byte[100];
        Assert.That(await stream.ReadAsync(read), Is.EqualTo(Png.Length));
        if (isAsync)
        {
            await stream.DisposeAsync();
        }
        else
        {
            stream.Dispose();
        }

        Assert.That(opened[1].IsDisposed, Is.True);
    }

    [Test]
    public async Task A_cancelled_read_of_a_file_reads_nothing()
    {
        string path = _folder.File("a.png", Png);
        ImageSource source = ImageSource.FromStream(() => new FileStream(path, FileMode.Open, FileAccess.Read), "a.png", new MediaType("image", "png"));
        await using Stream stream = source.OpenRead(await source.DescribeAsync());
        byte[] read = new byte[100];
        await Assert.ThatAsync(async () => await stream.ReadAsync(read, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That((read[0], stream.Position), Is.EqualTo(((byte)0, 0L)));
        Assert.That(await stream.ReadAsync(read), Is.EqualTo(Png.Length));
    }

    [Test]
    [Category("FT-008")]
    public async Task A_stream_that_is_shorter_the_second_time_is_noticed()
    {
        int opened = 0;
        ImageSource source = ImageSource.FromStream(() => new MemoryStream(Png, 0, Png.Length - opened++), "a.png", new MediaType("image", "png"));
        ImageDescription description = await source.DescribeAsync();
        await using Stream stream = source.OpenRead(description);
        Assert.That(async () => await ReadAll(stream), Fails(ImageShareError.SourceUnreadable));
    }

    private static void Change(string path, string how)
    {
        switch (how)
        {
            case "grown":
                File.AppendAllText(path, "more");
                break;
            case "touched":
                File.SetLastWriteTimeUtc(path, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
                break;
            case "cut":
                File.WriteAllBytes(path, [1]);
                break;
            default:
                File.Delete(path);
                break;
        }
    }

    private static Func<Task> Describe(ImageSource source) => async () => await source.DescribeAsync();

    private static NUnit.Framework.Constraints.EqualConstraint<ImageShareError> Fails(ImageShareError error) =>
        Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(error);

    private static async Task<byte[]> ReadAll(Stream stream)
    {
        var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromException<int>(new IOException("The disk fails."));
    }

    /// <summary>A stream that blocks nobody: it cannot be read synchronously.</summary>
    private sealed class AsyncStream : Stream
    {
        private readonly MemoryStream _inner = new(Png);

        public bool IsDisposed { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => _inner.Length;

        public override long Position { get => _inner.Position; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _inner.ReadAsync(buffer, cancellationToken);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
