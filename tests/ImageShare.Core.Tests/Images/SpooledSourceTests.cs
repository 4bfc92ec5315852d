using System.IO.Compression;
using System.Security.Cryptography;
using ImageShare.Core.Images;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

/// <summary>Sources from streams that can be read once.</summary>
[TestFixture]
public sealed class SpooledSourceTests
{
    private static readonly ImageSpoolOptions Small = new() { MaxMemory = 1000, MaxSize = 100_000 };

    [TestCase(1)]
    [TestCase(1000)]
    [TestCase(1001)]
    [TestCase(100_000)]
    public async Task What_is_read_once_is_described_and_sent_as_it_was(int length)
    {
        byte[] octets = TestImage.Png(length);
        using ImageSource source = await ImageSource.FromStreamAsync(new OnceStream(octets), "folder/cat.png", options: Small);
        ImageDescription described = await source.DescribeAsync();
        Assert.Multiple(() =>
        {
            Assert.That((described.Name, described.Size, described.Type), Is.EqualTo(("cat.png", (long)length, new MediaType("image", "png"))));
            Assert.That(described.Sha1, Is.EqualTo(Convert.ToHexString(SHA1.HashData(octets))));
            Assert.That(described.Sha256, Is.EqualTo(Convert.ToHexString(SHA256.HashData(octets))));
            Assert.That(source.Bytes is not null, Is.EqualTo(length <= 1000), "in memory up to the limit");
        });
        for (int i = 0; i < 2; i++)
        {
            await using Stream stream = source.OpenRead(described);
            using var read = new MemoryStream();
            await stream.CopyToAsync(read);
            Assert.That(read.ToArray(), Is.EqualTo(octets));
        }
    }

    [Test]
    public async Task It_begins_where_the_stream_is_and_leaves_it_open()
    {
        using var stream = new MemoryStream([.. new byte[10], .. TestImage.Png(100)]) { Position = 10 };
        using ImageSource source = await ImageSource.FromStreamAsync(stream, "cat.png");
        Assert.That(((await source.DescribeAsync()).Size, stream.CanRead), Is.EqualTo((100L, true)));
    }

    [Test]
    public async Task A_longer_stream_is_refused_and_not_read_to_its_end()
    {
        var endless = new OnceStream(TestImage.Png(1_000_000));
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => ImageSource.FromStreamAsync(endless, "cat.png", options: Small));
        Assert.That((error!.Error, endless.Delivered < 300_000), Is.EqualTo((ImageShareError.TooLarge, true)));
        using ImageSource most = await ImageSource.FromStreamAsync(new OnceStream(TestImage.Png(100_000)), "cat.png", options: Small);
        Assert.That((await most.DescribeAsync()).Size, Is.EqualTo(100_000));
    }

    [Test]
    public async Task An_empty_broken_or_unreadable_stream_is_no_image()
    {
        ImageShareException? empty = await Assert.ThrowsAsync<ImageShareException>(() => ImageSource.FromStreamAsync(Stream.Null, "cat.png"));
        ImageShareException? broken = await Assert.ThrowsAsync<ImageShareException>(() => ImageSource.FromStreamAsync(new OnceStream(TestImage.Png(5000)) { BreaksAt = 3000 }, "cat.png", options: Small));
        Assert.That((empty!.Error, broken!.Error, broken.InnerException), Is.EqualTo((ImageShareError.SourceUnreadable, ImageShareError.SourceUnreadable, (Exception?)OnceStream.Broken)));
        var closed = new MemoryStream();
        closed.Dispose();
        await Assert.ThrowsAsync<ArgumentException>(() => ImageSource.FromStreamAsync(closed, "cat.png"));
    }

    [Test]
    public async Task A_damaged_compressed_stream_is_no_image_whichever_way_it_is_read()
    {
        using var compressed = new MemoryStream();
        await using (var zip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await zip.WriteAsync(TestImage.Png(50_000));
        }

        byte[] damaged = compressed.ToArray();
        damaged[^6] ^= 1;
        await using Stream once = Unzipped();
        ImageShareException? spooled = await Assert.ThrowsAsync<ImageShareException>(() => ImageSource.FromStreamAsync(once, "cat.png", options: Small));
        var source = ImageSource.FromStream(Unzipped, "cat.png", new MediaType("image", "png"));
        ImageShareException? described = await Assert.ThrowsAsync<ImageShareException>(() => source.DescribeAsync());
        Assert.That((spooled!.Error, described!.Error), Is.EqualTo((ImageShareError.SourceUnreadable, ImageShareError.SourceUnreadable)));

        Stream Unzipped() => new GZipStream(new MemoryStream(damaged), CompressionMode.Decompress);
    }

    [Test]
    public async Task Nothing_is_left_in_the_folder_whatever_happens()
    {
        string folder = Directory.CreateTempSubdirectory("imageshare-test-").FullName;
        try
        {
            ImageSpoolOptions here = Small with { Folder = folder };
            using var cancellation = new CancellationTokenSource();
            var slow = new OnceStream(TestImage.Png(50_000)) { At = (20_000, cancellation.Cancel) };
            Assert.That(
                () => ImageSource.FromStreamAsync(slow, "cat.png", options: here, cancellationToken: cancellation.Token).WaitAsync(SharePair.Patience), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(Directory.GetFiles(folder), Is.Empty);
            await Assert.ThrowsAsync<ImageShareException>(() => ImageSource.FromStreamAsync(new OnceStream(TestImage.Png(5000)) { BreaksAt = 3000 }, "cat.png", options: here));
            ImageSource source = await ImageSource.FromStreamAsync(new OnceStream(TestImage.Png(50_000)), "cat.png", options: here);
            Assert.That(Directory.GetFiles(folder), Has.Length.EqualTo(OperatingSystem.IsWindows() ? 1 : 0), "only where an open file must have a name");
            source.Dispose();
            Assert.That(Directory.GetFiles(folder), Is.Empty);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task A_folder_that_cannot_be_written_is_named()
    {
        ImageSpoolOptions nowhere = Small with { Folder = Path.Combine(Path.GetTempPath(), "imageshare-there-is-none") };
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => ImageSource.FromStreamAsync(new OnceStream(TestImage.Png(5000)), "cat.png", options: nowhere));
        Assert.That((error!.Error, error.Message.Contains("imageshare-there-is-none", StringComparison.Ordinal)), Is.EqualTo((ImageShareError.StoreNotWritable, true)));
    }

    [TestCase(100)]
    [TestCase(50_000)]
    public async Task After_it_is_disposed_of_nothing_begins_but_what_reads_reads_on(int length)
    {
        byte[] octets = TestImage.Png(length);
        ImageSource source = await ImageSource.FromStreamAsync(new OnceStream(octets), "cat.png", options: Small);
        ImageDescription described = await source.DescribeAsync();
        await using Stream open = source.OpenRead(described);
        source.Dispose();
        source.Dispose();
        ImageShareException? error = Assert.Throws<ImageShareException>(() => source.OpenRead(described));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => source.DescribeAsync());
        using var read = new MemoryStream();
        await open.CopyToAsync(read);
        Assert.That((error!.Error, read.ToArray().AsSpan().SequenceEqual(octets)), Is.EqualTo((ImageShareError.SourceUnreadable, true)));
    }

    [TestCase(500)]
    [TestCase(90_000)]
    public async Task It_is_shared_like_any_other(int length)
    {
        byte[] octets = TestImage.Png(length);
        await using SharePair pair = await SharePair.StartAsync();
        using ImageSource source = await ImageSource.FromStreamAsync(new OnceStream(octets), "cat.png", options: Small);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, source);
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        await incoming.Completion.WaitAsync(SharePair.Patience);
        await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That((incoming.Result!.IsVerified, File.ReadAllBytes(incoming.Result.Stored!.Path!).AsSpan().SequenceEqual(octets)), Is.EqualTo((true, true)), incoming.Result.Message);
    }

    /// <summary>Delivers its octets once, in pieces of odd lengths, and cannot seek.</summary>
    private sealed class OnceStream(byte[] octets) : Stream
    {
        public static readonly IOException Broken = new("broken");

        public int Delivered { get; private set; }

        public int? BreaksAt { get; init; }

        public (int Offset, Action What)? At { get; init; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (Delivered >= BreaksAt)
            {
                throw Broken;
            }

            int length = Math.Min(Math.Min(count, 777), octets.Length - Delivered);
            octets.AsSpan(Delivered, length).CopyTo(buffer.AsSpan(offset));
            Delivered += length;
            if (Delivered >= At?.Offset)
            {
                At?.What();
            }

            return length;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] piece = new byte[buffer.Length];
            int read = Read(piece, 0, piece.Length);
            piece.AsSpan(0, read).CopyTo(buffer.Span);
            return ValueTask.FromResult(read);
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
