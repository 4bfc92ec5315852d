using System.Buffers;
using System.Security.Cryptography;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;

namespace ImageShare.Core.Tests.Images;

/// <summary>What a folder keeps of an interrupted transfer, for whom, and for how long.</summary>
[TestFixture]
[Category("FT-033")]
public sealed class KeptPartialTests : DirectoryStoreTest
{
    private static readonly byte[] Image = TestImage.Png(10_000);
    private static readonly DateTimeOffset Date = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private IImageStore Keeping(bool withoutHash = false) =>
        ImageStore.InDirectory(Folder.Path, new DirectoryStoreOptions { KeepPartials = true, KeepPartialsWithoutHash = withoutHash });

    [Test]
    public async Task What_was_received_in_order_is_kept_up_to_the_last_byte()
    {
        IImageStore store = Keeping();
        await BreakOffAsync(store, Offered("alice"), 4321);
        Assert.Multiple(() =>
        {
            Assert.That(Folder.Names.Single(), Does.StartWith(".").And.EndsWith(".partial"));
            Assert.That(File.ReadAllBytes(Path.Combine(Folder.Path, Folder.Names.Single())), Is.EqualTo(Image[..4321]));
            Assert.That(store.CanResume(Offered("alice", 4321)), Is.True);
            Assert.That(store.CanResume(Offered("alice", 4322)), Is.False, "more than there is");
            Assert.That(store.CanResume(Offered("alice", 1)), Is.True);
        });

        await using IImageSink rest = await store.CreateAsync(Offered("alice", 4000));
        Assert.That(new FileInfo(Path.Combine(Folder.Path, Folder.Names.Single())).Length, Is.EqualTo(4000), "what is sent again is cut off");
        await rest.WriteAsync(4000, new ReadOnlySequence<byte>(Image, 4000, 6000));
        StoredImage stored = await rest.CompleteAsync();
        Assert.Multiple(() =>
        {
            Assert.That(stored.IsVerified, Is.True);
            Assert.That(File.ReadAllBytes(stored.Path!), Is.EqualTo(Image));
            Assert.That(Folder.Names, Is.EqualTo((string[])["cat.jpg"]), "the partial file became the image");
        });
    }

    [TestCase("another sender", false)]
    [TestCase("another size", false)]
    [TestCase("another hash", false)]
    [TestCase("no size", false)]
    [TestCase("no hash", false)]
    [TestCase("the same", true)]
    [TestCase("another name", true)]
    public async Task A_partial_file_belongs_to_hash_size_and_sender(string what, bool canResume)
    {
        IImageStore store = Keeping();
        await BreakOffAsync(store, Offered("alice"), 5000);
        IncomingImage offer = Offered("alice", 5000);
        offer = what switch
        {
            "another sender" => offer with { Sender = "mallory" },
            "another size" => offer with { Size = 10_001 },
            "another hash" => offer with { Hashes = [new ImageHash("sha-1", [.. new byte[20]])] },
            "no size" => offer with { Size = null },
            "no hash" => offer with { Hashes = [] },
            "another name" => offer with { SuggestedName = "dog.jpg" },
            _ => offer,
        };
        Assert.That(store.CanResume(offer), Is.EqualTo(canResume));
        await Assert.ThatAsync(
            async () => await (await store.CreateAsync(offer)).DisposeAsync(),
            canResume ? Throws.Nothing : Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NothingToResume));
        Assert.That(store.CanResume(Offered("alice", 5000)), Is.True, "it is still there");
    }

    [Test]
    public async Task A_partial_file_without_a_sender_may_be_continued_by_any()
    {
        IImageStore store = Keeping();
        await BreakOffAsync(store, Offered(null), 5000);
        Assert.That(store.CanResume(Offered("alice", 5000)), Is.True);
        await BreakOffAsync(store, Offered("alice"), 6000);
        Assert.That(store.CanResume(Offered(null, 6000)), Is.False, "but not the other way round");
    }

    [TestCase(0, false, TestName = "Nothing_is_kept_if_nothing_arrived")]
    [TestCase(1, true, TestName = "One_byte_is_kept")]
    public async Task Only_bytes_are_kept(int length, bool isKept)
    {
        await BreakOffAsync(Keeping(), Offered("alice"), length);
        Assert.That(Folder.Names, Has.Length.EqualTo(isKept ? 1 : 0));
    }

    [TestCase("no hash")]
    [TestCase("an unsupported hash")]
    [TestCase("no size")]
    [TestCase("out of order")]
    [TestCase("not wanted")]
    public async Task What_could_not_be_continued_is_not_kept(string why)
    {
        IncomingImage offer = Offered("alice");
        offer = why switch
        {
            "no hash" => offer with { Hashes = [] },
            "an unsupported hash" => offer with { Hashes = [new ImageHash("md5", [.. new byte[16]])] },
            "no size" => offer with { Size = null },
            _ => offer,
        };
        IImageStore store = why == "not wanted" ? Store() : Keeping();
        await using (IImageSink sink = await store.CreateAsync(offer))
        {
            await sink.WriteAsync(0, new ReadOnlySequence<byte>(Image, 0, 1000));
            await sink.WriteAsync(why == "out of order" ? 2000 : 1000, new ReadOnlySequence<byte>(Image, 1000, 1000));
        }

        Assert.That(Folder.Names, Is.Empty);
    }

    [Test]
    public async Task An_abandoned_or_wrong_image_is_not_kept()
    {
        IImageStore store = Keeping();
        IImageSink abandoned = await store.CreateAsync(Offered("alice"));
        await abandoned.WriteAsync(0, new ReadOnlySequence<byte>(Image, 0, 5000));
        await abandoned.AbandonAsync();
        Assert.That(Folder.Names, Is.Empty);
        IImageSink wrong = await store.CreateAsync(Offered("alice"));
        await wrong.WriteAsync(0, new ReadOnlySequence<byte>(new byte[Image.Length]));
        await AssertFails(ImageShareError.HashMismatch, async () => await wrong.CompleteAsync());
    }

    [Test]
    public async Task Only_the_longest_is_kept_of_one_image_from_one_sender([Values] bool longerFirst)
    {
        IImageStore store = Keeping();
        await using (IImageSink one = await store.CreateAsync(Offered("alice")), two = await store.CreateAsync(Offered("alice")), other = await store.CreateAsync(Offered("bob")))
        {
            await one.WriteAsync(0, new ReadOnlySequence<byte>(Image, 0, longerFirst ? 5000 : 3000));
            await two.WriteAsync(0, new ReadOnlySequence<byte>(Image, 0, longerFirst ? 3000 : 5000));
            await other.WriteAsync(0, new ReadOnlySequence<byte>(Image, 0, 100));
            await other.DisposeAsync();
            await one.DisposeAsync();
            await two.DisposeAsync();
        }

        Assert.That(Folder.Names.Select(name => new FileInfo(Path.Combine(Folder.Path, name)).Length), Is.EquivalentTo((long[])[5000, 100]));
    }

    [Test]
    public async Task A_complete_image_removes_what_was_kept_of_it_from_the_same_sender()
    {
        IImageStore store = Keeping();
        await BreakOffAsync(store, Offered("alice"), 5000);
        await BreakOffAsync(store, Offered("bob"), 100);
        await using IImageSink whole = await store.CreateAsync(Offered("alice"));
        await whole.WriteAsync(0, new ReadOnlySequence<byte>(Image));
        await whole.CompleteAsync();
        Assert.That(Folder.Names.Count(static name => name.EndsWith(".partial", StringComparison.Ordinal)), Is.EqualTo(1), "that of bob");
        Assert.That(store.CanResume(Offered("bob", 100)), Is.True);
    }

    [TestCase("a stored name", true)]
    [TestCase("another name", false)]
    [TestCase("another date", false)]
    [TestCase("another size", false)]
    [TestCase("another sender", false)]
    [TestCase("no name", false)]
    [TestCase("no date", false)]
    [TestCase("no sender", false)]
    [TestCase("a hash", false)]
    [TestCase("an unsupported hash", false)]
    public async Task Without_a_hash_sender_name_size_and_date_identify_the_image(string what, bool canResume)
    {
        IImageStore store = Keeping(withoutHash: true);
        IncomingImage offer = Offered("alice") with { Hashes = [], Modified = Date };
        await BreakOffAsync(store, offer, 5000);
        Assert.That(Folder.Names.Single(), Does.Match(@"^\.n[0-9A-F]{64}-10000-"));
        IncomingImage rest = offer with { ResumesAt = 5000 };
        rest = what switch
        {
            "another name" => rest with { SuggestedName = "dog.jpg" },
            "another date" => rest with { Modified = Date.AddSeconds(1) },
            "another size" => rest with { Size = 10_001 },
            "another sender" => rest with { Sender = "bob" },
            "no name" => rest with { SuggestedName = null },
            "no date" => rest with { Modified = null },
            "no sender" => rest with { Sender = null },
            "a hash" => rest with { Hashes = Offered("alice").Hashes },
            "an unsupported hash" => rest with { Hashes = [new ImageHash("md5", [.. new byte[16]])] },
            _ => rest,
        };
        Assert.That(store.CanResume(rest), Is.EqualTo(canResume));
        Assert.That(Keeping().CanResume(rest), Is.False, "only if the options allow it");
    }

    [Test]
    public async Task A_partial_file_is_found_by_hash_size_and_sender()
    {
        IImageStore store = Keeping();
        await BreakOffAsync(store, Offered("alice"), 5000);
        await BreakOffAsync(store, Offered(null), 6000);
        var bySha1 = new ImageSelector { Hashes = Offered("alice").Hashes };
        Assert.Multiple(() =>
        {
            Assert.That(store.FindPartial(bySha1, "alice"), Is.EqualTo(new ImagePartial { Bytes = 6000, Size = 10_000 }), "the longest");
            Assert.That(store.FindPartial(bySha1 with { Size = 10_000 }, "alice")?.Bytes, Is.EqualTo(6000));
            Assert.That(store.FindPartial(bySha1 with { Size = 10_001 }, "alice"), Is.Null);
            Assert.That(store.FindPartial(ImageSelector.FromHash(new string('0', 40)), "alice"), Is.Null);
            Assert.That(store.FindPartial(new ImageSelector { Name = "cat.jpg" }, "alice"), Is.Null, "a name is not enough");
            Assert.That(Store().FindPartial(bySha1, "alice"), Is.Null, "the store keeps none");
            Assert.That(ImageStore.InMemory().FindPartial(bySha1, "alice"), Is.Null);
            Assert.That(ImageStore.InMemory().CanResume(Offered("alice", 5000)), Is.False);
        });

        await using IImageSink resuming = await store.CreateAsync(Offered("alice", 5500));
        Assert.That(store.FindPartial(bySha1, "alice")?.Bytes, Is.EqualTo(5000), "the other one is in use");
        Directory.Delete(Folder.Path, recursive: true);
        Assert.That(store.FindPartial(bySha1, "alice"), Is.Null);
        Assert.That(store.CanResume(Offered("alice", 5000)), Is.False);
        Directory.CreateDirectory(Folder.Path);
    }

    [Test]
    public async Task A_file_in_use_is_not_resumed_a_second_time()
    {
        IImageStore store = Keeping();
        await BreakOffAsync(store, Offered("alice"), 5000);
        await using IImageSink resuming = await store.CreateAsync(Offered("alice", 5000));
        await Assert.ThatAsync(async () => await store.CreateAsync(Offered("alice", 5000)), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NothingToResume));
        await resuming.WriteAsync(5000, new ReadOnlySequence<byte>(Image, 5000, 1000));
        await resuming.DisposeAsync();
        Assert.That(store.CanResume(Offered("alice", 6000)), Is.True, "what came meanwhile is kept as well");
    }

    [TestCase(41, 1, false)]
    [TestCase(40, 8, true)]
    [TestCase(64, 8, true)]
    [TestCase(96, 8, true)]
    [TestCase(128, 8, true)]
    [TestCase(39, 8, false)]
    [TestCase(40, 6, false)]
    public void Partial_files_are_removed_after_their_lifetime_and_files_of_others_never(int digits, int days, bool isRemoved)
    {
        foreach (string prefix in (string[])[".", ".n"])
        {
            string path = Folder.File($"{prefix}{new string('A', digits)}-10000-0-token.partial", "half"u8);
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-days));
            _ = Keeping();
            Assert.That(File.Exists(path), Is.Not.EqualTo(isRemoved), prefix);
        }
    }

    [TestCase(".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-10000-0.partial", Description = "a field is missing")]
    [TestCase(".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-10000-0-a-b.partial", Description = "a field too many")]
    [TestCase(".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA--10000-0-token.partial", Description = "a sign")]
    [TestCase(".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-1e4-0-token.partial", Description = "no number")]
    public void A_file_with_another_name_is_not_resumed(string name)
    {
        Folder.File(name, new byte[5000]);
        var offer = new IncomingImage { Size = 10_000, Hashes = [ImageHash.OfSha1(new string('A', 40))], ResumesAt = 5000 };
        Assert.That(Keeping().CanResume(offer), Is.False);
    }

    [Test]
    public void A_file_longer_than_its_image_does_not_claim_more_than_the_image()
    {
        Folder.File($".{new string('A', 40)}-10000-0-token.partial", new byte[10_001]);
        Assert.That(Keeping().FindPartial(ImageSelector.FromHash(new string('A', 40)), null), Is.EqualTo(new ImagePartial { Bytes = 10_000, Size = 10_000 }));
    }

    private static IncomingImage Offered(string? sender, long resumesAt = 0) =>
        Offer(Image) with { Hashes = [new ImageHash("sha-1", [.. SHA1.HashData(Image)])], Sender = sender, ResumesAt = resumesAt };

    private static async Task BreakOffAsync(IImageStore store, IncomingImage offer, int length)
    {
        await using IImageSink sink = await store.CreateAsync(offer);
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(Image, 0, length));
    }
}
