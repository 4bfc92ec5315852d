using System.Buffers;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

[TestFixture]
public sealed class MemoryImageStoreTests
{
    [Test]
    public async Task Pieces_in_any_order_arrive_whole()
    {
        byte[] content = [.. Enumerable.Range(0, 250).Select(i => (byte)i)];
        await using IImageSink sink = await ImageStore.InMemory().CreateAsync(new IncomingImage
        {
            SuggestedName = "../cat.png",
            Type = new MediaType("image", "png"),
            Size = 250,
            Hashes = [new ImageHash("sha-1", Sha1.Of(content))],
        });
        foreach ((int start, int length) in ((int, int)[])[(0, 50), (100, 100), (40, 70), (200, 50)])
        {
            await sink.WriteAsync(start, new ReadOnlySequence<byte>(content, start, length));
        }

        StoredImage stored = await sink.CompleteAsync();
        Assert.Multiple(() =>
        {
            Assert.That(stored.Content!.Value.ToArray(), Is.EqualTo(content));
            Assert.That(stored.Path, Is.Null);
            Assert.That(stored.Name, Is.EqualTo("cat.png"));
            Assert.That(stored.IsVerified, Is.True);
            Assert.That(stored.Size, Is.EqualTo(250));
        });
    }

    [Test]
    [Category("SEC-001")]
    public async Task A_far_offset_costs_no_more_than_its_own_octets()
    {
        await using IImageSink sink = await ImageStore.InMemory(int.MaxValue).CreateAsync(new IncomingImage { Size = 2_000_000_000 });
        long before = GC.GetAllocatedBytesForCurrentThread();
        await sink.WriteAsync(1_999_999_999, new ReadOnlySequence<byte>(new byte[1]));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(10_000));
        Assert.That(async () => await sink.CompleteAsync(), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.SizeMismatch));
    }

    [Test]
    [Category("SEC-001")]
    public async Task Limits_hold_for_the_image_and_for_what_is_kept_aside()
    {
        await using IImageSink large = await ImageStore.InMemory(100).CreateAsync(new IncomingImage());
        await using IImageSink repeated = await ImageStore.InMemory(100).CreateAsync(new IncomingImage());
        Assert.Multiple(() =>
        {
            Assert.That(async () => await large.WriteAsync(0, new ReadOnlySequence<byte>(new byte[101])), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.TooLarge));
            Assert.That(
                async () =>
                {
                    for (int i = 0; i < 101; i++)
                    {
                        await repeated.WriteAsync(50, new ReadOnlySequence<byte>(new byte[1]));
                    }
                },
                Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.MalformedMessage));
        });
    }

    [Test]
    public async Task A_wrong_hash_and_use_after_the_end_are_refused()
    {
        IImageSink sink = await ImageStore.InMemory().CreateAsync(new IncomingImage { Hashes = [new ImageHash("sha-1", [.. new byte[20]])] });
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[1]));
        Assert.Multiple(() =>
        {
            Assert.That(async () => await sink.CompleteAsync(), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.HashMismatch));
            Assert.That(async () => await sink.WriteAsync(1, default), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
        });
    }
}
