using System.Buffers;
using System.Security.Cryptography;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

/// <summary>Whatever stores the bytes: how many come and what they hash to is found out here.</summary>
[TestFixture]
[Parallelizable]
[Category("FT-028")]
[Category("FT-031")]
[Category("SEC-003")]
public sealed class VerifyingSinkTests
{
    private static readonly byte[] Image = TestImage.Png(1_000_000);

    [TestCase(1)]
    [TestCase(2047)]
    [TestCase(128 * 1024)]
    [TestCase(500_000)]
    [TestCase(1_000_000)]
    public async Task What_comes_in_order_is_hashed_as_it_passes(int piece)
    {
        byte[] image = piece == 1 ? Image[..10_000] : Image;
        var store = new Store { IsReadable = false };
        await using IImageSink sink = await VerifyingSink.CreateAsync(store, Offer(image), CancellationToken.None);
        await WriteAsync(sink, image, 0, image.Length, piece);
        AssertVerified(await sink.CompleteAsync(), image);
        Assert.That(store.Bytes, Is.EqualTo(image));
    }

    [Test]
    public async Task A_small_image_is_hashed_too([Values] bool isRight, [Values] bool inOrder)
    {
        byte[] image = Image[..100];
        byte[] wrong = [.. image];
        wrong[50]++;
        await using IImageSink sink = await VerifyingSink.CreateAsync(new Store { IsReadable = !inOrder }, Offer(image), CancellationToken.None);
        byte[] sent = isRight ? image : wrong;
        await WriteAsync(sink, sent, inOrder ? 0 : 60, inOrder ? 60 : 100, 7);
        await sink.WriteAsync(60, default);
        await WriteAsync(sink, sent, inOrder ? 60 : 0, inOrder ? 100 : 60, 7);
        if (isRight)
        {
            AssertVerified(await sink.CompleteAsync(), image);
        }
        else
        {
            await Assert.ThatAsync(async () => await sink.CompleteAsync(), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.HashMismatch));
        }
    }

    [Test]
    public async Task An_empty_image_too()
    {
        await using IImageSink sink = await VerifyingSink.CreateAsync(new Store { IsReadable = false }, Offer([]), CancellationToken.None);
        AssertVerified(await sink.CompleteAsync(), []);
    }

    [Test]
    public async Task What_comes_out_of_order_or_twice_is_read_back([Values(1, 2, 3)] int seed)
    {
        var random = new Random(seed);
        (int From, int To)[] pieces = [.. Enumerable.Range(0, 100).Select(static i => (i * 10_000, (i + 1) * 10_000))];
        random.Shuffle(pieces);
        var store = new Store();
        await using IImageSink sink = await VerifyingSink.CreateAsync(store, Offer(Image), CancellationToken.None);
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[500_000]));
        foreach ((int from, int to) in pieces)
        {
            await WriteAsync(sink, Image, from, to, 3333);
        }

        AssertVerified(await sink.CompleteAsync(), Image);
    }

    [Test]
    public async Task One_wrong_octet_is_found_out_in_order_and_out_of_it([Values] bool inOrder, [Values] bool stronger)
    {
        byte[] wrong = [.. Image];
        wrong[999_999] ^= 1;
        var store = new Store();
        IncomingImage offer = Offer(Image);
        offer = stronger ? offer with { Hashes = [new ImageHash("sha-1", Sha1.Of(wrong)), new ImageHash("sha-256", [.. SHA256.HashData(Image)])] } : offer;
        await using IImageSink sink = await VerifyingSink.CreateAsync(store, offer, CancellationToken.None);
        await WriteAsync(sink, wrong, inOrder ? 0 : 500_000, 1_000_000, 70_000);
        await WriteAsync(sink, wrong, 0, inOrder ? 0 : 500_000, 70_000);
        await FailsAsync(async () => await sink.CompleteAsync(), ImageShareError.HashMismatch);
        Assert.That((store.IsCompleted, store.IsAbandoned), Is.EqualTo((false, true)));
    }

    [TestCase("too few", ImageShareError.SizeMismatch)]
    [TestCase("a hole", ImageShareError.SizeMismatch)]
    [TestCase("too many", ImageShareError.SizeMismatch)]
    [TestCase("more than is taken", ImageShareError.TooLarge)]
    public async Task The_number_of_octets_is_checked(string what, ImageShareError error)
    {
        var store = new Store();
        IncomingImage offer = what == "more than is taken" ? Offer(Image) with { Size = null, MaxSize = 999_999 } : Offer(Image);
        await using IImageSink sink = await VerifyingSink.CreateAsync(store, offer, CancellationToken.None);
        await FailsAsync(
            async () =>
            {
                await WriteAsync(sink, Image, what == "a hole" ? 1 : 0, what == "too few" ? 999_999 : 1_000_000, 100_000);
                await sink.WriteAsync(1_000_000, new ReadOnlySequence<byte>(new byte[what == "too many" ? 1 : 0]));
                await sink.CompleteAsync();
            },
            error);
        Assert.That((store.IsCompleted, store.IsAbandoned), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task A_store_that_gives_nothing_back_takes_no_scattered_image_with_a_hash_and_says_why([Values] bool hasHash)
    {
        var store = new Store { IsReadable = false };
        IncomingImage offer = hasHash ? Offer(Image) : Offer(Image) with { Hashes = [] };
        await using IImageSink sink = await VerifyingSink.CreateAsync(store, offer, CancellationToken.None);
        await WriteAsync(sink, Image, 500_000, 1_000_000, 50_000);
        await WriteAsync(sink, Image, 0, 500_000, 50_000);
        if (hasHash)
        {
            Assert.That((await FailsAsync(async () => await sink.CompleteAsync(), ImageShareError.StoreNotWritable)).Message, Does.Contain("IImageSink.ReadAsync"));
            Assert.That(store.IsCompleted, Is.False);
            return;
        }

        StoredImage stored = await sink.CompleteAsync();
        Assert.Multiple(() =>
        {
            Assert.That(stored.IsVerified, Is.False);
            Assert.That(stored.Sha1, Is.Null);
            Assert.That(stored.Size, Is.EqualTo(Image.Length));
            Assert.That(stored.DetectedType, Is.EqualTo(new MediaType("image", "png")));
        });
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("FT-033")]
    public async Task What_was_kept_is_a_part_of_what_is_hashed(bool isRight)
    {
        var store = new Store { Bytes = Image[..400_000] };
        store.Bytes[399_999] ^= isRight ? (byte)0 : (byte)1;
        await using IImageSink sink = await VerifyingSink.CreateAsync(store, Offer(Image) with { ResumesAt = 400_000 }, CancellationToken.None);
        await WriteAsync(sink, Image, 400_000, 1_000_000, 10_000);
        if (isRight)
        {
            AssertVerified(await sink.CompleteAsync(), Image);
        }
        else
        {
            await FailsAsync(async () => await sink.CompleteAsync(), ImageShareError.HashMismatch);
        }
    }

    [Test]
    public async Task The_stores_of_this_library_verify_once_and_a_store_that_gives_them_another_image_is_verified_all_the_same()
    {
        IncomingImage offer = Offer(Image);
        IImageSink own = await ImageStore.InMemory().CreateAsync(offer);
        Assert.That(await VerifyingSink.CreateAsync(new Given(own), offer, CancellationToken.None), Is.SameAs(own));

        // It has left the hash out, by mistake or not.
        IImageSink other = await ImageStore.InMemory().CreateAsync(offer with { Hashes = [] });
        await using IImageSink sink = await VerifyingSink.CreateAsync(new Given(other), offer, CancellationToken.None);
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[Image.Length]));
        await FailsAsync(async () => await sink.CompleteAsync(), ImageShareError.HashMismatch);
    }

    [Test]
    public async Task Without_a_place_the_store_is_said_to_be_the_fault() =>
        await FailsAsync(async () => await VerifyingSink.CreateAsync(new Given(null!), Offer(Image), CancellationToken.None), ImageShareError.StoreNotWritable);

    private static IncomingImage Offer(byte[] image) => new()
    {
        SuggestedName = "cat.png",
        Type = new MediaType("image", "png"),
        Size = image.Length,
        Hashes = [new ImageHash("sha-1", Sha1.Of(image))],
    };

    private static async Task WriteAsync(IImageSink sink, byte[] image, int from, int to, int piece)
    {
        for (int offset = from; offset < to; offset += piece)
        {
            await sink.WriteAsync(offset, new ReadOnlySequence<byte>(image, offset, Math.Min(piece, to - offset)));
        }
    }

    private static void AssertVerified(StoredImage stored, byte[] image) => Assert.Multiple(() =>
    {
        Assert.That(stored.IsVerified, Is.True);
        Assert.That(stored.Sha1, Is.EqualTo(Convert.ToHexString(Sha1.Of(image).AsSpan())));
        Assert.That(stored.Size, Is.EqualTo(image.Length));
        Assert.That(stored.DetectedType, Is.EqualTo(image.Length == 0 ? null : new MediaType("image", "png")));
        Assert.That(stored.Name, Is.EqualTo("what"));
    });

    private static async Task<ImageShareException> FailsAsync(Func<Task> act, ImageShareError error)
    {
        ImageShareException? failure = null;
        try
        {
            await act();
        }
        catch (ImageShareException e)
        {
            failure = e;
        }

        Assert.That(failure?.Error, Is.EqualTo(error));
        return failure!;
    }

    private sealed class Given(IImageSink sink) : IImageStore
    {
        public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default) => ValueTask.FromResult(sink);
    }

    private sealed class Store : IImageStore, IImageSink
    {
        public byte[] Bytes { get; set; } = [];

        public bool IsReadable { get; init; } = true;

        public bool IsCompleted { get; private set; }

        public bool IsAbandoned { get; private set; }

        public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default) => ValueTask.FromResult<IImageSink>(this);

        public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
        {
            if (Bytes.Length < offset + data.Length)
            {
                byte[] longer = new byte[offset + data.Length];
                Bytes.CopyTo(longer, 0);
                Bytes = longer;
            }

            data.CopyTo(Bytes.AsSpan((int)offset));
            return ValueTask.CompletedTask;
        }

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = IsReadable ? Math.Min(Math.Min(buffer.Length, 33_333), Bytes.Length - (int)offset) : 0;
            Bytes.AsMemory((int)offset, count).CopyTo(buffer);
            return ValueTask.FromResult(count);
        }

        public ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default)
        {
            IsCompleted = true;
            return ValueTask.FromResult(new StoredImage { Name = "what", Size = 7, Sha1 = "01", IsVerified = true });
        }

        public ValueTask AbandonAsync()
        {
            IsAbandoned = true;
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
