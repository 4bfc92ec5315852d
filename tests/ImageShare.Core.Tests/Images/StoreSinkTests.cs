using System.Buffers;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

/// <summary>What the verifying sink asks of the sink of an application, and what the memory store does with pieces.</summary>
[TestFixture]
public sealed class StoreSinkTests
{
    private static readonly byte[] Image = TestImage.Png(300_000);

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(int.MaxValue)]
    [Category("SEC-003")]
    public async Task A_sink_that_returns_no_or_an_impossible_number_of_bytes_is_at_fault(int returned)
    {
        var recorded = new RecordingSink { Returned = returned };
        await using IImageSink sink = await VerifyingSink.CreateAsync(recorded, Offer(), CancellationToken.None);
        await sink.WriteAsync(10, new ReadOnlySequence<byte>(Image, 10, Image.Length - 10));
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(Image, 0, 10));
        await Assert.ThatAsync(
            async () => await sink.CompleteAsync(),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.StoreNotWritable).And.Message.Contains("from offset 0"));
        Assert.That(recorded.Calls, Is.EqualTo((string[])["write 10+299990", "write 0+10", "read 0", "abandon"]));
    }

    [Test]
    public async Task An_image_in_order_is_never_read_back()
    {
        var recorded = new RecordingSink();
        IImageSink sink = await VerifyingSink.CreateAsync(recorded, Offer(), CancellationToken.None);
        sink.SuggestName("dog.png");
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(Image, 0, 200_000));
        await sink.WriteAsync(200_000, default);
        await sink.WriteAsync(200_000, new ReadOnlySequence<byte>(Image, 200_000, 100_000));
        StoredImage stored = await sink.CompleteAsync();
        await sink.DisposeAsync();
        Assert.That((stored.IsVerified, stored.Sha1), Is.EqualTo((true, TestImage.Sha1(Image))));
        Assert.That(recorded.Calls, Is.EqualTo((string[])["name dog.png", "write 0+200000", "write 200000+0", "write 200000+100000", "complete", "dispose"]));
    }

    [Test]
    [Category("SEC-003")]
    public async Task Bytes_that_are_refused_do_not_reach_the_sink_and_abandon_it()
    {
        var recorded = new RecordingSink();
        IImageSink sink = await VerifyingSink.CreateAsync(recorded, Offer(), CancellationToken.None);
        await Assert.ThatAsync(
            async () => await sink.WriteAsync(300_000, new ReadOnlySequence<byte>(new byte[1])), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.SizeMismatch));
        Assert.That(recorded.Calls, Is.EqualTo((string[])["abandon"]));
        await Assert.ThatAsync(
            async () => await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[1])), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
        await Assert.ThatAsync(
            async () => await sink.ReadAsync(0, new byte[1]), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
    }

    [TestCase("abandoned")]
    [TestCase("disposed")]
    [TestCase("completed")]
    public async Task After_its_end_a_sink_refuses_calls(string how)
    {
        var recorded = new RecordingSink();
        IImageSink sink = await VerifyingSink.CreateAsync(recorded, Offer() with { Size = null, Hashes = [] }, CancellationToken.None);
        await (how switch
        {
            "abandoned" => sink.AbandonAsync().AsTask(),
            "disposed" => sink.DisposeAsync().AsTask(),
            _ => sink.CompleteAsync().AsTask(),
        });
        int calls = recorded.Calls.Count;
        Assert.Multiple(() =>
        {
            Assert.That(async () => await sink.WriteAsync(0, default), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
            Assert.That(async () => await sink.ReadAsync(0, new byte[1]), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
            Assert.That(async () => await sink.CompleteAsync(), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
            Assert.That(recorded.Calls, Has.Count.EqualTo(calls));
            Assert.That(async () => await sink.CompleteAsync(), Throws.Exception.With.Message.Contains("already completed or abandoned"));
        });
    }

    [Test]
    public async Task A_sink_that_fails_to_complete_is_not_abandoned_by_this_library()
    {
        var recorded = new RecordingSink { Failure = new InvalidOperationException("mine") };
        IImageSink sink = await VerifyingSink.CreateAsync(recorded, Offer() with { Size = null, Hashes = [] }, CancellationToken.None);
        await Assert.ThatAsync(async () => await sink.CompleteAsync(), Throws.InvalidOperationException);
        Assert.That(recorded.Calls, Is.EqualTo((string[])["complete"]));
    }

    [Test]
    public async Task A_cancelled_completion_abandons_the_image()
    {
        var recorded = new RecordingSink();
        IImageSink sink = await VerifyingSink.CreateAsync(recorded, Offer(), CancellationToken.None);
        await Assert.ThatAsync(async () => await sink.CompleteAsync(new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(recorded.Calls, Is.EqualTo((string[])["abandon"]));
    }

    [TestCase(0, true)]
    [TestCase(100, false)]
    [Category("FT-033")]
    public async Task The_type_of_an_image_whose_start_was_not_seen_is_unknown(long resumesAt, bool isKnown)
    {
        var recorded = new RecordingSink();
        IImageSink sink = await VerifyingSink.CreateAsync(recorded, Offer() with { Hashes = [], ResumesAt = resumesAt }, CancellationToken.None);
        for (long offset = Image.Length - 100; offset >= resumesAt; offset -= 100)
        {
            await sink.WriteAsync(offset, new ReadOnlySequence<byte>(Image, (int)offset, 100));
        }

        StoredImage stored = await sink.CompleteAsync();
        Assert.That(stored.DetectedType, Is.EqualTo(isKnown ? new MediaType("image", "png") : null));
        Assert.That((stored.IsVerified, stored.Sha1, stored.Size), Is.EqualTo((false, (string?)null, 300_000L)));
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(15)]
    [TestCase(16)]
    [TestCase(17)]
    public async Task The_type_is_detected_however_the_first_bytes_are_cut(int piece)
    {
        foreach (int length in (int[])[2, 3, 14, 100])
        {
            byte[] image = [0xFF, 0xD8, 0xFF, .. new byte[100]];
            await using IImageSink sink = await ImageStore.InMemory().CreateAsync(new IncomingImage());
            for (int offset = 0; offset < length; offset += piece)
            {
                await sink.WriteAsync(offset, new ReadOnlySequence<byte>(image, offset, Math.Min(piece, length - offset)));
            }

            Assert.That((await sink.CompleteAsync()).DetectedType, Is.EqualTo(length < 3 ? null : new MediaType("image", "jpeg")), $"{length}");
        }
    }

    [Test]
    [Category("SEC-001")]
    public async Task A_memory_store_takes_its_size_in_order_and_once_more_out_of_order()
    {
        await using IImageSink sink = await ImageStore.InMemory(100).CreateAsync(new IncomingImage { Size = 100 });
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[100]));
        await sink.WriteAsync(100, default);
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(Image, 0, 60));
        await sink.WriteAsync(60, new ReadOnlySequence<byte>(Image, 60, 40));
        byte[] read = new byte[100];
        Assert.That(await sink.ReadAsync(90, read), Is.EqualTo(10), "no more than there is");
        Assert.That(read[..10], Is.EqualTo(Image[90..100]), "what arrives again replaces the earlier bytes");
        Assert.That(await sink.ReadAsync(10, read.AsMemory(0, 5)), Is.EqualTo(5));
        Assert.That(read[..5], Is.EqualTo(Image[10..15]));
        Assert.That(await sink.ReadAsync(100, read), Is.Zero);
        Assert.That(await sink.ReadAsync(1000, read), Is.Zero);
    }

    [Test]
    [Category("SEC-001")]
    public async Task More_bytes_out_of_order_than_the_store_holds_are_refused()
    {
        await using IImageSink sink = await ImageStore.InMemory(100).CreateAsync(new IncomingImage { Size = 100 });
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[100]));
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[100]));
        await Assert.ThatAsync(
            async () => await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[1])),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.MalformedMessage).And.Message.Contains("too many pieces out of order"));
    }

    [Test]
    [Category("SEC-001")]
    public async Task A_memory_store_keeps_at_most_65536_pieces_aside()
    {
        IImageSink sink = await ImageStore.InMemory().CreateAsync(new IncomingImage());
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[10]));
        for (int i = 0; i < 65_536; i++)
        {
            await sink.WriteAsync(5, new ReadOnlySequence<byte>(new byte[1]));
        }

        await sink.WriteAsync(10, default);
        await Assert.ThatAsync(async () => await sink.WriteAsync(5, new ReadOnlySequence<byte>(new byte[1])), Throws.TypeOf<ImageShareException>());
        await sink.DisposeAsync();
    }

    [Test]
    public async Task A_cancelled_call_of_the_memory_store_does_nothing()
    {
        var cancelled = new CancellationToken(true);
        await using IImageSink sink = await ImageStore.InMemory().CreateAsync(new IncomingImage());
        Assert.Multiple(() =>
        {
            Assert.That(async () => await ImageStore.InMemory().CreateAsync(new IncomingImage(), cancelled), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(async () => await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[1]), cancelled), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(async () => await sink.CompleteAsync(cancelled), Throws.InstanceOf<OperationCanceledException>());
        });
    }

    [Test]
    public async Task The_name_and_bytes_of_an_image_in_memory_are_those_of_the_transfer()
    {
        await using IImageSink sink = await ImageStore.InMemory().CreateAsync(new IncomingImage { SuggestedName = "cat", Type = new MediaType("image", "png") });
        sink.SuggestName("a/dog");
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(Image, 0, 100));
        StoredImage stored = await sink.CompleteAsync();
        Assert.That((stored.Name, stored.OriginalName, stored.Path), Is.EqualTo(("dog.png", "a/dog", (string?)null)));
        Assert.That(stored.Content!.Value.ToArray(), Is.EqualTo(Image[..100]));
    }

    [Test]
    public void A_store_needs_an_image() => Assert.Multiple(() =>
    {
        using var folder = new Folder();
        IImageStore files = ImageStore.InDirectory(folder.Path);
        Assert.That(async () => await files.CreateAsync(null!), Throws.ArgumentNullException);
        Assert.That(() => files.CanResume(null!), Throws.ArgumentNullException);
        Assert.That(() => files.FindPartial(null!, null), Throws.ArgumentNullException);
        Assert.That(async () => await ImageStore.InMemory().CreateAsync(null!), Throws.ArgumentNullException);
    });

    private static IncomingImage Offer() => new() { Size = Image.Length, Hashes = [ImageHash.OfSha1(TestImage.Sha1(Image))] };

    /// <summary>An application's store and sink that records what is asked of it.</summary>
    private sealed class RecordingSink : IImageStore, IImageSink
    {
        public List<string> Calls { get; } = [];

        public int Returned { get; init; }

        public Exception? Failure { get; init; }

        public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default) => ValueTask.FromResult<IImageSink>(this);

        public void SuggestName(string suggestedName) => Calls.Add($"name {suggestedName}");

        public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
        {
            Calls.Add($"write {offset}+{data.Length}");
            return default;
        }

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Calls.Add($"read {offset}");
            return ValueTask.FromResult(Returned);
        }

        public ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default)
        {
            Calls.Add("complete");
            return Failure is null ? ValueTask.FromResult(new StoredImage { Name = "mine" }) : ValueTask.FromException<StoredImage>(Failure);
        }

        public ValueTask AbandonAsync()
        {
            Calls.Add("abandon");
            return default;
        }

        public ValueTask DisposeAsync()
        {
            Calls.Add("dispose");
            return default;
        }
    }
}
