using System.Buffers;
using System.Security.Cryptography;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

/// <summary>A folder as a store.</summary>
[TestFixture]
[Parallelizable]
public sealed class DirectoryImageStoreTests : DirectoryStoreTest
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2048)]
    [TestCase(DirectoryImageSink.BufferLength - 1)]
    [TestCase(DirectoryImageSink.BufferLength)]
    [TestCase(DirectoryImageSink.BufferLength + 1)]
    [TestCase(1_000_000)]
    [Category("FT-028")]
    [Category("SEC-003")]
    public async Task An_image_in_order_arrives_whole(int size)
    {
        byte[] content = Content(size);
        IImageSink sink = await Store().CreateAsync(Offer(content));
        foreach (ReadOnlyMemory<byte> piece in Segments.Cut(content, 2048))
        {
            await sink.WriteAsync(OffsetOf(content, piece), new ReadOnlySequence<byte>(piece));
            Assert.That(Folder.Names, Has.Length.EqualTo(1).And.All.StartsWith(".").And.All.EndsWith(".part"));
        }

        StoredImage stored = await sink.CompleteAsync();
        await sink.DisposeAsync();
        Assert.Multiple(() =>
        {
            Assert.That(Folder.Names, Is.EqualTo((string[])["cat.jpg"]));
            Assert.That(stored.Path, Is.EqualTo(Path.Combine(Folder.Path, "cat.jpg")));
            Assert.That(stored.Name, Is.EqualTo("cat.jpg"));
            Assert.That(stored.Size, Is.EqualTo(size));
            Assert.That(stored.IsVerified, Is.True);
            Assert.That(stored.Sha1, Is.EqualTo(Convert.ToHexString(Sha1.Of(content).AsSpan())));
            Assert.That(File.ReadAllBytes(stored.Path!), Is.EqualTo(content));
        });
    }

    [Test]
    [Category("FT-028")]
    public async Task Pieces_in_any_order_and_twice_arrive_whole()
    {
        var random = new Random(4975);
        byte[] content = Content(700_000);
        for (int round = 0; round < 10; round++)
        {
            List<(int Start, int Length)> pieces = [.. Enumerable.Range(0, (content.Length + 9999) / 10_000).Select(i => (i * 10_000, Math.Min(10_000, content.Length - (i * 10_000))))];
            for (int i = 0; i < 10; i++)
            {
                int start = random.Next(content.Length);
                pieces.Add((start, random.Next(Math.Min(200_000, content.Length - start))));
            }

            (int Start, int Length)[] shuffled = [.. pieces];
            random.Shuffle(shuffled);
            await using IImageSink sink = await Store().CreateAsync(Offer(content));
            foreach ((int start, int length) in shuffled)
            {
                await sink.WriteAsync(start, Segments.Join(Segments.Cut(content.AsMemory(start, length), 777)));
            }

            StoredImage stored = await sink.CompleteAsync();
            Assert.That(File.ReadAllBytes(stored.Path!), Is.EqualTo(content));
            Assert.That(stored.IsVerified, Is.True);
        }
    }

    [Test]
    public async Task Octets_that_come_again_replace_the_earlier_ones()
    {
        byte[] content = Content(300_000);
        byte[] wrong = new byte[200_000];
        await using IImageSink sink = await Store().CreateAsync(Offer(content));
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(wrong));
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(content));
        Assert.That(File.ReadAllBytes((await sink.CompleteAsync()).Path!), Is.EqualTo(content));
    }

    [Test]
    public async Task Writing_small_pieces_in_order_completes_at_once_and_allocates_nothing()
    {
        byte[] content = Content(100_000);
        await using IImageSink sink = await Store().CreateAsync(Offer(content));
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(content, 0, 2048));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int offset = 2048; offset + 2048 < content.Length; offset += 2048)
        {
            ValueTask write = sink.WriteAsync(offset, new ReadOnlySequence<byte>(content, offset, 2048));
            if (!write.IsCompletedSuccessfully)
            {
                Assert.Fail("Not completed at once.");
            }
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    [Category("FT-028")]
    [Category("SEC-003")]
    public async Task One_wrong_octet_is_a_hash_mismatch_and_leaves_nothing()
    {
        byte[] content = Content(5000);
        IncomingImage offer = Offer(content);
        content[2500] ^= 1;
        await using IImageSink sink = await Store().CreateAsync(offer);
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(content));
        await AssertFails(ImageShareError.HashMismatch, async () => await sink.CompleteAsync());
    }

    [Test]
    [Category("FT-031")]
    public async Task The_strongest_known_hash_is_checked()
    {
        byte[] content = Content(100);
        var sha1 = new ImageHash("sha-1", Sha1.Of(content));
        var wrongSha1 = new ImageHash("sha-1", [.. new byte[20]]);
        var sha256 = new ImageHash("SHA-256", [.. SHA256.HashData(content)]);
        var wrongSha256 = new ImageHash("sha256", [.. new byte[32]]);
        var unknown = new ImageHash("md5", [.. new byte[16]]);
        var tooShort = new ImageHash("sha-512", [.. new byte[10]]);
        Assert.Multiple(() =>
        {
            Assert.That(async () => await Receive(sha1), Is.True);
            Assert.That(async () => await Receive(wrongSha1, sha256, unknown, tooShort), Is.True);
            Assert.That(async () => await Receive(unknown, tooShort), Is.False);
            Assert.That(async () => await Receive(), Is.False);
            Assert.That(async () => await Receive(sha1, wrongSha256), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.HashMismatch));
        });

        async Task<bool> Receive(params ImageHash[] hashes)
        {
            await using IImageSink sink = await Store().CreateAsync(Offer(content) with { Hashes = [.. hashes] });
            await sink.WriteAsync(0, new ReadOnlySequence<byte>(content));
            return (await sink.CompleteAsync()).IsVerified;
        }
    }

    [Test]
    [Category("FT-028")]
    public async Task Too_few_octets_too_many_and_holes_are_a_size_mismatch()
    {
        byte[] content = Content(1000);
        IImageSink few = await Store().CreateAsync(Offer(content));
        await few.WriteAsync(0, new ReadOnlySequence<byte>(content, 0, 999));
        await AssertFails(ImageShareError.SizeMismatch, async () => await few.CompleteAsync());

        IImageSink hole = await Store().CreateAsync(Offer(content) with { Hashes = [] });
        await hole.WriteAsync(0, new ReadOnlySequence<byte>(content, 0, 400));
        await hole.WriteAsync(401, new ReadOnlySequence<byte>(content, 401, 599));
        await AssertFails(ImageShareError.SizeMismatch, async () => await hole.CompleteAsync());

        IImageSink many = await Store().CreateAsync(Offer(content));
        await many.WriteAsync(0, new ReadOnlySequence<byte>(content));
        await AssertFails(ImageShareError.SizeMismatch, async () => await many.WriteAsync(1000, new ReadOnlySequence<byte>(new byte[1])));

        IImageSink far = await Store().CreateAsync(Offer(content));
        await AssertFails(ImageShareError.SizeMismatch, async () => await far.WriteAsync(long.MaxValue, new ReadOnlySequence<byte>(new byte[1])));
    }

    [Test]
    public async Task The_limit_holds_whatever_was_announced()
    {
        IncomingImage offer = new() { SuggestedName = "cat.jpg", Type = Jpeg, MaxSize = 1000 };
        IImageSink sink = await Store().CreateAsync(offer);
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[1000]));
        await AssertFails(ImageShareError.TooLarge, async () => await sink.WriteAsync(1000, new ReadOnlySequence<byte>(new byte[1])));
    }

    [Test]
    [Category("SEC-001")]
    public async Task Too_many_holes_are_refused()
    {
        await using IImageSink sink = await Store().CreateAsync(new IncomingImage());
        await AssertFails(ImageShareError.MalformedMessage, async () =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                await sink.WriteAsync(i * 2, new ReadOnlySequence<byte>(new byte[1]));
            }
        });
    }

    [Test]
    [Category("SEC-003")]
    public async Task Giving_up_leaves_nothing()
    {
        IImageSink abandoned = await Store().CreateAsync(Offer(Content(10)));
        await abandoned.WriteAsync(0, new ReadOnlySequence<byte>(Content(5)));
        await abandoned.AbandonAsync();
        await abandoned.AbandonAsync();
        await using (IImageSink disposed = await Store().CreateAsync(Offer(Content(10))))
        {
            await disposed.WriteAsync(0, new ReadOnlySequence<byte>(Content(5)));
        }

        Assert.Multiple(() =>
        {
            Assert.That(Folder.Names, Is.Empty);
            Assert.That(async () => await abandoned.CompleteAsync(), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
            Assert.That(async () => await abandoned.WriteAsync(0, default), Throws.TypeOf<ImageShareException>());
        });
    }

    [Test]
    [Category("SEC-003")]
    public async Task Cancelling_leaves_nothing()
    {
        IImageSink sink = await Store().CreateAsync(Offer(Content(10)));
        var cancelled = new CancellationToken(canceled: true);
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(Content(10)));
        Assert.Multiple(() =>
        {
            Assert.That(async () => await sink.CompleteAsync(cancelled), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(async () => await Store().CreateAsync(Offer(Content(1)), cancelled), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(Folder.Names, Is.Empty);
        });
    }

    [TestCase(28, ImageShareError.DiskFull)]
    [TestCase(unchecked((int)0x80070070), ImageShareError.DiskFull)]
    [TestCase(unchecked((int)0x80070027), ImageShareError.DiskFull)]
    [TestCase(5, ImageShareError.StoreNotWritable)]
    public async Task A_disk_that_fails_says_why_and_leaves_nothing(int hresult, ImageShareError error)
    {
        IImageSink whileWriting = await Failing(0).CreateAsync(Offer(Content(300_000)));
        await AssertFails(error, () => WriteAllAsync(whileWriting, 300_000));
        IImageSink atTheEnd = await Failing(0).CreateAsync(Offer(Content(10)));
        await atTheEnd.WriteAsync(0, new ReadOnlySequence<byte>(Content(10)));
        await AssertFails(error, async () => await atTheEnd.CompleteAsync());
        IImageSink later = await Failing(2).CreateAsync(Offer(Content(600_000)));
        await AssertFails(error, () => WriteAllAsync(later, 600_000));

        async Task WriteAllAsync(IImageSink sink, int size)
        {
            await sink.WriteAsync(0, new ReadOnlySequence<byte>(Content(size)));
            await sink.CompleteAsync();
        }

        DirectoryImageStore Failing(int after) => new(Folder.Path, path => new FailingFile(PartialFile.Create(path), after, hresult));
    }

    [Test]
    public async Task A_missing_folder_is_made_and_an_impossible_one_is_refused()
    {
        string deep = Path.Combine(Folder.Path, "a", "b");
        await using (IImageSink sink = await ImageStore.InDirectory(deep).CreateAsync(Offer([])))
        {
            Assert.That((await sink.CompleteAsync()).Path, Is.EqualTo(Path.Combine(deep, "cat.jpg")));
        }

        string blocked = Path.Combine(Folder.File("file", default), "sub");
        Assert.That(
            async () => await ImageStore.InDirectory(blocked).CreateAsync(Offer([])),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.StoreNotWritable).And.Message.Contains("Choose a folder"));
    }

    [Test]
    public async Task The_first_octets_show_the_type_whatever_was_announced()
    {
        byte[] png = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0];
        await using IImageSink sink = await Store().CreateAsync(Offer(png));
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(png));
        StoredImage stored = await sink.CompleteAsync();
        Assert.Multiple(() =>
        {
            Assert.That(stored.DetectedType, Is.EqualTo(new MediaType("image", "png")));
            Assert.That(stored.Name, Is.EqualTo("cat.jpg"));
        });
    }

    private sealed class FailingFile(IPartialFile inner, int writesBefore, int hresult) : IPartialFile
    {
        private int _writes;

        public void Write(long offset, ReadOnlySpan<byte> octets)
        {
            if (_writes++ >= writesBefore)
            {
                throw new IOException("The disk fails.", hresult);
            }

            inner.Write(offset, octets);
        }

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) => inner.ReadAsync(offset, buffer, cancellationToken);

        public void FlushToDisk() => inner.FlushToDisk();

        public void Dispose() => inner.Dispose();
    }
}
