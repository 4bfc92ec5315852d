using System.Buffers;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

/// <summary>One folder, one image, and several transfers of it at a time: whatever they do, an image that has its name is what was verified.</summary>
[TestFixture]
[Parallelizable]
public sealed class SharedFolderTests
{
    private static readonly byte[] Content = TestImage.Png(3_000_000);

    private Folder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    [Category("FT-033")]
    [Category("SEC-003")]
    public async Task The_same_image_from_two_senders_at_once_comes_twice([Values] bool keeps, [Values] bool oneStore, [Values] bool sameSender)
    {
        IImageStore store = Store(keeps);
        await using IImageSink one = await store.CreateAsync(Offer("alice"));
        await WriteAsync(one, 0, 2_000_000);
        await using IImageSink two = await (oneStore ? store : Store(keeps)).CreateAsync(Offer(sameSender ? "alice" : "carol"));
        await WriteAsync(two, 0, 500_000);
        await WriteAsync(one, 2_000_000, Content.Length);
        StoredImage first = await one.CompleteAsync();
        AssertWhole(first);
        await WriteAsync(two, 500_000, Content.Length);
        StoredImage second = await two.CompleteAsync();
        AssertWhole(second);
        AssertWhole(first);
        Assert.That(second.Path, Is.Not.EqualTo(first.Path));
        Assert.That(_folder.Names, Has.Length.EqualTo(2), "and nothing else");
    }

    [Test]
    [Category("FT-033")]
    [Category("SEC-003")]
    public async Task Who_claims_the_hash_of_an_image_does_not_change_it_once_it_has_its_name([Values] bool keeps)
    {
        IImageStore store = Store(keeps);
        await using IImageSink one = await store.CreateAsync(Offer("alice"));
        await WriteAsync(one, 0, 1000);
        IImageSink evil = await store.CreateAsync(Offer("mallory"));
        await WriteAsync(one, 1000, Content.Length);
        StoredImage first = await one.CompleteAsync();
        byte[] junk = new byte[2_000_000];
        Array.Fill(junk, (byte)'E');
        await evil.WriteAsync(0, new ReadOnlySequence<byte>(junk));
        await evil.DisposeAsync();
        AssertWhole(first);
    }

    [Test]
    [Category("FT-033")]
    [Category("SEC-003")]
    public async Task What_one_sender_began_another_does_not_continue()
    {
        IImageStore store = Store(keeps: true);
        await BreakOffAsync(store, "alice", 1_000_000);
        Assert.Multiple(() =>
        {
            Assert.That(store.CanResume(Offer("mallory", 1_000_000)), Is.False);
            Assert.That(store.CanResume(Offer("alice", 1_000_000)), Is.True);
            Assert.That(async () => await store.CreateAsync(Offer("mallory", 1_000_000)), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NothingToResume));
        });

        // Nor does another's whole image, whether it breaks off or is another one after all.
        await BreakOffAsync(store, "mallory", 2_000_000);
        await using (IImageSink wrong = await store.CreateAsync(Offer("mallory")))
        {
            await wrong.WriteAsync(0, new ReadOnlySequence<byte>(new byte[Content.Length]));
            Assert.That(async () => await wrong.CompleteAsync(), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.HashMismatch));
        }

        await using IImageSink rest = await store.CreateAsync(Offer("alice", 1_000_000));
        await WriteAsync(rest, 1_000_000, Content.Length);
        AssertWhole(await rest.CompleteAsync());
        Assert.That(_folder.Names, Has.Length.EqualTo(2), "what mallory began is mallory's still");
    }

    [Test]
    [Category("FT-033")]
    [Category("SEC-003")]
    public async Task Of_two_that_continue_one_beginning_one_has_it([Values] bool oneStore)
    {
        IImageStore store = Store(keeps: true);
        await BreakOffAsync(store, "alice", 1_000_000);
        await using IImageSink one = await store.CreateAsync(Offer("alice", 900_000));
        IImageStore other = oneStore ? store : Store(keeps: true);
        Assert.That(async () => await other.CreateAsync(Offer("alice", 900_000)), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NothingToResume));
        await using IImageSink whole = await other.CreateAsync(Offer("alice"));
        await WriteAsync(one, 900_000, Content.Length);
        StoredImage first = await one.CompleteAsync();
        await WriteAsync(whole, 0, Content.Length);
        AssertWhole(await whole.CompleteAsync());
        AssertWhole(first);
    }

    [Test]
    [Category("FT-033")]
    [Category("SEC-003")]
    public async Task A_beginning_that_is_still_coming_is_not_continued()
    {
        IImageStore store = Store(keeps: true);
        await using IImageSink running = await store.CreateAsync(Offer("alice"));
        await WriteAsync(running, 0, 2_000_000);
        Assert.That(async () => await Store(keeps: true).CreateAsync(Offer("alice", 500_000)), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NothingToResume));
        await WriteAsync(running, 2_000_000, Content.Length);
        AssertWhole(await running.CompleteAsync());
    }

    [TestCase(100_000, 2_000_000)]
    [Category("FT-033")]
    [Category("SEC-003")]
    [TestCase(2_000_000, 100_000)]
    public async Task Of_what_one_sender_left_the_longest_is_kept(int first, int second)
    {
        IImageStore store = Store(keeps: true);
        await using IImageSink earlier = await store.CreateAsync(Offer("alice"));
        await WriteAsync(earlier, 0, first);
        await BreakOffAsync(store, "alice", second);
        await earlier.DisposeAsync();
        Assert.That(Directory.GetFiles(_folder.Path, ".*", new EnumerationOptions { AttributesToSkip = 0 }).Select(static f => new FileInfo(f).Length), Is.EqualTo((long[])[2_000_000]));
    }

    [Test]
    [Category("FT-033")]
    [Category("SEC-003")]
    public async Task A_beginning_is_not_kept_beside_its_whole()
    {
        IImageStore store = Store(keeps: true);
        await BreakOffAsync(store, "alice", 1_000_000);
        await using IImageSink whole = await store.CreateAsync(Offer("alice"));
        await WriteAsync(whole, 0, Content.Length);
        AssertWhole(await whole.CompleteAsync());
        Assert.That(_folder.Names, Is.EqualTo((string[])["cat.png"]));
    }

    [Test]
    [Category("FT-033")]
    [Category("SEC-003")]
    public async Task What_a_killed_program_left_is_removed_when_the_store_is_opened()
    {
        string left = _folder.File($".{new string('a', RandomToken.Length128)}.part", "half"u8);
        await using IImageSink running = await Store(keeps: false).CreateAsync(Offer("alice"));
        await WriteAsync(running, 0, 1_000_000);
        Assert.That(File.Exists(left), Is.False);
        string again = _folder.File($".{new string('b', RandomToken.Length128)}.part", "half"u8);
        _ = Store(keeps: false);
        Assert.That(File.Exists(again), Is.False);
        await WriteAsync(running, 1_000_000, Content.Length);
        AssertWhole(await running.CompleteAsync());
    }

    [Test]
    [Category("FT-033")]
    [Category("SEC-003")]
    public async Task Whatever_several_do_at_once_every_image_is_whole()
    {
        IImageStore[] stores = [Store(keeps: true), Store(keeps: true)];
        int[] ends = new int[3];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (int round = 0; round < 25; round++)
            {
                string sender = random.Next(2) == 0 ? "alice" : "carol";
                int from = random.Next(3) == 0 ? 0 : random.Next(1, 1_000_000);
                IImageSink sink;
                try
                {
                    sink = await stores[random.Next(2)].CreateAsync(Offer(sender, from));
                }
                catch (ImageShareException e) when (e.Error == ImageShareError.NothingToResume)
                {
                    Interlocked.Increment(ref ends[0]);
                    continue;
                }

                await using IImageSink closing = sink;
                int to = random.Next(2) == 0 ? Content.Length : random.Next(from, Content.Length);
                await WriteAsync(sink, from, to);
                if (to == Content.Length)
                {
                    // Its name is taken, its octets are right, and they stay so.
                    AssertWhole(await sink.CompleteAsync());
                    Interlocked.Increment(ref ends[1]);
                }
                else
                {
                    Interlocked.Increment(ref ends[2]);
                }
            }
        })));
        string[] images = Directory.GetFiles(_folder.Path, "cat*.png");
        Assert.That(images, Has.Length.EqualTo(ends[1]));
        Assert.That(images.Select(File.ReadAllBytes).All(static found => found.AsSpan().SequenceEqual(Content)), Is.True);
        Assert.That(ends, Is.All.GreaterThan(0), "each kind of end was among them");
        Assert.That(_folder.Names.Count(static n => n.EndsWith(".part", StringComparison.Ordinal)), Is.Zero);
    }

    private static void AssertWhole(StoredImage image)
    {
        Assert.That(image.IsVerified, Is.True);
        Assert.That(File.ReadAllBytes(image.Path!).AsSpan().SequenceEqual(Content), Is.True, "what was verified is what is on the disk");
    }

    private static IncomingImage Offer(string sender, int from = 0) => new()
    {
        SuggestedName = "cat.png",
        Type = new MediaType("image", "png"),
        Size = Content.Length,
        Hashes = [new ImageHash("sha-1", Sha1.Of(Content))],
        Sender = $"sip:{sender}@ims.example",
        ResumesAt = from,
    };

    private static async Task WriteAsync(IImageSink sink, int from, int to)
    {
        for (int offset = from; offset < to; offset += 65_536)
        {
            await sink.WriteAsync(offset, new ReadOnlySequence<byte>(Content, offset, Math.Min(65_536, to - offset)));
        }
    }

    private static async Task BreakOffAsync(IImageStore store, string sender, int octets)
    {
        await using IImageSink sink = await store.CreateAsync(Offer(sender));
        await WriteAsync(sink, 0, octets);
    }

    private IImageStore Store(bool keeps) => ImageStore.InDirectory(_folder.Path, new DirectoryStoreOptions { KeepPartials = keeps });
}
