using System.Buffers;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

/// <summary>What a folder takes, and what is in it when a program was killed.</summary>
[TestFixture]
public sealed class StoreRoomTests
{
    private const int Piece = 128 * 1024;

    private Folder _folder = null!;
    private long _free;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new Folder();
        _free = 100_000_000;
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    [Category("FT-027")]
    public async Task What_does_not_fit_on_the_disk_is_refused_before_it_is_accepted()
    {
        DirectoryImageStore store = Store(new DirectoryStoreOptions { MinFreeSpace = 1000 });
        _free = 11_000;
        await AssertFullAsync(() => store.CreateAsync(Offer(10_001)));
        Assert.That(_folder.Names, Is.Empty);

        // Two that would fit alone do not fit together; what is given up makes room again.
        IImageSink first = await store.CreateAsync(Offer(6000));
        await AssertFullAsync(() => store.CreateAsync(Offer(6000)));
        await first.DisposeAsync();
        await using IImageSink second = await store.CreateAsync(Offer(6000));
    }

    [Test]
    [Category("FT-027")]
    public void Those_that_come_at_once_do_not_all_get_the_same_room()
    {
        using var together = new Barrier(2);
        for (int round = 0; round < 300; round++)
        {
            var room = new StoreRoom(_folder.Path, new DirectoryStoreOptions { MinFreeSpace = 1000 }, static _ =>
            {
                Thread.Yield();
                return 11_000;
            });
            bool Claim()
            {
                together.SignalAndWait(TimeSpan.FromSeconds(30));
                try
                {
                    room.Claim(new object(), 6000);
                    return true;
                }
                catch (ImageShareException e) when (e.Error == ImageShareError.DiskFull)
                {
                    return false;
                }
            }

            Task<bool> other = Task.Run(Claim);
            bool one = Claim();
            Assert.That((one ? 1 : 0) + (other.GetAwaiter().GetResult() ? 1 : 0), Is.EqualTo(1), $"round {round}");
            Assert.DoesNotThrow(() => room.Claim(new object(), 4000), "what was refused takes no room");
        }
    }

    [Test]
    [Category("FT-027")]
    public void What_is_still_to_come_of_an_image_is_not_what_others_are_promised()
    {
        long free = 11_000;
        var room = new StoreRoom(_folder.Path, new DirectoryStoreOptions { MinFreeSpace = 1000 }, _ => free);
        object one = new(), other = new();
        room.Claim(one, 3000);
        room.Claim(other, 2000);
        free = 5500;
        Assert.That(
            () => room.Recheck(one, 2600),
            Throws.TypeOf<ImageShareException>().With.Message.Contains("it needs 2600 more bytes and 5500 are free, of which 1000 must stay free and 2000 are reserved for other images"));
    }

    [TestCase(50_000_000L)]
    [TestCase(null)]
    [Category("FT-027")]
    public async Task A_disk_that_fills_up_meanwhile_ends_the_transfer_before_it_is_full(long? size)
    {
        await using IImageSink sink = await Store(DirectoryStoreOptions.Default).CreateAsync(Offer(size));
        _free = 17_000_000;
        var piece = new ReadOnlySequence<byte>(new byte[Piece]);
        long offset = 0;
        ImageShareException? failure = null;
        while (failure is null && offset < 40_000_000)
        {
            try
            {
                await sink.WriteAsync(offset, piece);
                offset += Piece;
                _free -= Piece;
            }
            catch (ImageShareException e)
            {
                failure = e;
            }
        }

        Assert.That(failure?.Error, Is.EqualTo(ImageShareError.DiskFull));
        Assert.That(_free, Is.GreaterThan(0), "some of it is left for others");
        Assert.That(_folder.Names, Is.Empty);
    }

    // The room is looked at again every 8 MiB; then 28 of 36 MB are still to come.
    [TestCase(30_000_000, false)]
    [TestCase(24_000_000, true)]
    [Category("FT-027")]
    public async Task What_has_arrived_needs_no_more_room(int free, bool isFull)
    {
        await using IImageSink sink = await Store(new DirectoryStoreOptions { MinFreeSpace = 0 }).CreateAsync(Offer(36_000_000));
        _free = free;
        NUnit.Framework.Constraints.IResolveConstraint expected = isFull ? Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.DiskFull) : Throws.Nothing;
        await Assert.ThatAsync(
            async () =>
            {
                for (int offset = 0; offset < 18_000_000; offset += Piece)
                {
                    await sink.WriteAsync(offset, new ReadOnlySequence<byte>(new byte[Piece]));
                }
            },
            expected);
    }

    [Test]
    [Category("FT-027")]
    public async Task Hidden_files_count_for_the_quota_and_it_says_which()
    {
        _folder.File(".hidden", new byte[4000]);
        DirectoryImageStore store = Store(new DirectoryStoreOptions { Quota = 10_000 });
        await Assert.ThatAsync(
            async () => await store.CreateAsync(Offer(6001)), Throws.TypeOf<ImageShareException>().With.Message.Contains("exceed the quota of 10000 bytes"));
        await using IImageSink sink = await store.CreateAsync(Offer(6000));
    }

    [Test]
    [Category("FT-027")]
    public async Task A_quota_holds_for_what_is_there_and_for_what_is_coming()
    {
        _folder.File("old.jpg", new byte[4000]);
        DirectoryImageStore store = Store(new DirectoryStoreOptions { Quota = 10_000 });
        await AssertFullAsync(() => store.CreateAsync(Offer(6001)));
        await using IImageSink sink = await store.CreateAsync(Offer(6000));
        await AssertFullAsync(() => store.CreateAsync(Offer(1)));
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[6000]));
        await sink.CompleteAsync();
        await AssertFullAsync(() => store.CreateAsync(Offer(1)));
        Assert.That(_folder.Names, Is.EqualTo((string[])["cat.jpg", "old.jpg"]));
    }

    [Test]
    [Category("SEC-003")]
    public async Task What_a_killed_program_left_is_removed_and_what_runs_or_belongs_to_others_is_not()
    {
        string left = _folder.File($".{new string('a', RandomToken.Length128)}.part", "half"u8);
        string others = _folder.File(".somebody-else.part", "theirs"u8);
        IImageSink running = await Store(DirectoryStoreOptions.Default).CreateAsync(Offer(10));
        string runs = Directory.GetFiles(_folder.Path, ".*.part", new EnumerationOptions { AttributesToSkip = 0 }).Except([left, others]).Single();
        File.SetLastWriteTimeUtc(runs, DateTime.UtcNow - TimeSpan.FromHours(1));
        string young = _folder.File($".{new string('b', RandomToken.Length128)}.part", "half"u8);
        // Another program of the same kind, in the same folder.
        await using IImageSink next = await Store(DirectoryStoreOptions.Default).CreateAsync(Offer(10));
        Assert.Multiple(() =>
        {
            Assert.That(File.Exists(left), Is.False);
            Assert.That(File.Exists(young), Is.False, "a file nobody has is removed however young it is");
            Assert.That(File.Exists(others), Is.True);
            Assert.That(File.Exists(runs), Is.True);
        });
        await running.WriteAsync(0, new ReadOnlySequence<byte>(new byte[10]));
        await running.CompleteAsync();
    }

    [TestCase(true, 1)]
    [TestCase(false, 0)]
    [Category("SEC-003")]
    public async Task An_image_is_on_the_disk_before_it_has_its_name(bool flushes, int times)
    {
        int flushed = 0;
        var store = new DirectoryImageStore(
            _folder.Path,
            path => new WatchedFile(PartialFile.Create(path), () =>
            {
                flushed++;
                Assert.That(_folder.Names, Has.None.EqualTo("cat.jpg"));
            }),
            new DirectoryStoreOptions { FlushToDisk = flushes });
        await using IImageSink sink = await store.CreateAsync(Offer(3));
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[3]));
        await sink.CompleteAsync();
        Assert.That(flushed, Is.EqualTo(times));
        Assert.That(_folder.Names, Is.EqualTo((string[])["cat.jpg"]));
    }

    [Test]
    public async Task The_name_its_sender_gave_it_is_kept_for_showing()
    {
        await using IImageSink sink = await Store(DirectoryStoreOptions.Default).CreateAsync(Offer(3) with { SuggestedName = "../\u202egpj.exe" });
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[3]));
        StoredImage stored = await sink.CompleteAsync();
        Assert.That(stored.OriginalName, Is.EqualTo("../\u202egpj.exe"));
        Assert.That(stored.Name, Is.EqualTo("gpj.exe.jpg"));
    }

    [TestCase("image/gif", "FFD8FFE0")]
    [TestCase(null, "FFD8FFE0")]
    [TestCase("image/jpeg", "474946383961")]
    [TestCase("image/jpeg", "4D5A9000")]
    [Category("SEC-003")]
    public async Task A_type_that_is_not_allowed_is_refused_when_it_is_announced_and_when_it_shows(string? announced, string octets)
    {
        byte[] content = Convert.FromHexString(octets);
        IImageStore store = Store(new DirectoryStoreOptions { AllowType = type => type?.Is("image", "jpeg") == true });
        await Assert.ThatAsync(
            async () =>
            {
                IImageSink sink = await store.CreateAsync(Offer(content.Length) with { Type = announced is null ? null : MediaType.Parse(announced) });
                await sink.WriteAsync(0, new ReadOnlySequence<byte>(content));
                await sink.CompleteAsync();
            },
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.TypeNotAccepted)
                .And.Message.Contains($"type {(announced == "image/gif" ? announced : octets == "FFD8FFE0" ? "(unknown)" : octets == "474946383961" ? "image/gif" : "(unknown)")} are not stored"));
        Assert.That(_folder.Names, Is.Empty);
        await using IImageSink allowed = await store.CreateAsync(Offer(4));
        await allowed.WriteAsync(0, new ReadOnlySequence<byte>(Convert.FromHexString("FFD8FFE0")));
        Assert.That((await allowed.CompleteAsync()).Name, Is.EqualTo("cat.jpg"));
    }

    [TestCase("image/jpeg", "FFD8FFE0", null)]
    [TestCase("image/jpg", "FFD8FFE0", null)]
    [TestCase("image/png", "89504E470D0A1A0A", null)]
    [TestCase("image/gif", "474946383961", null)]
    [TestCase("image/bmp", "424D10000000000000000000000028000000", null)]
    [TestCase("image/webp", "524946460000000057454250", null)]
    [TestCase("image/heic", "00000018667479706865696300000000", null)]
    [TestCase("image/heic", "0000001866747970 6D69663100000000", null)]
    [TestCase("image/jpeg", "89504E470D0A1A0A", "TypeMismatch")]
    [TestCase("image/png", "4D5A9000", "TypeNotRecognized")]
    [TestCase("image/x-unheard-of", "4D5A9000", null)]
    [TestCase("image/x-unheard-of", "FFD8FFE0", "TypeMismatch")]
    [TestCase(null, "4D5A9000", null)]
    public void The_announced_type_is_held_against_the_first_octets(string? announced, string octets, string? warning) => Assert.That(
        ImageTypes.Compare(announced is null ? null : MediaType.Parse(announced), ImageTypes.Recognize(Convert.FromHexString(octets.Replace(" ", "", StringComparison.Ordinal)))),
        Is.EqualTo(warning));

    [Test]
    public void Bounds_below_zero_are_refused()
    {
        Assert.That(() => ImageStore.InDirectory(_folder.Path, new DirectoryStoreOptions { Quota = -1 }), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => ImageStore.InDirectory(_folder.Path, new DirectoryStoreOptions { MinFreeSpace = -1 }), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private DirectoryImageStore Store(DirectoryStoreOptions options) => new(_folder.Path, PartialFile.Create, options, _ => _free);

    private static IncomingImage Offer(long? size) => new() { SuggestedName = "cat.jpg", Type = new MediaType("image", "jpeg"), Size = size };

    private static async Task AssertFullAsync(Func<ValueTask<IImageSink>> create)
    {
        ImageShareException? failure = null;
        try
        {
            await (await create()).DisposeAsync();
        }
        catch (ImageShareException e)
        {
            failure = e;
        }

        Assert.That(failure?.Error, Is.EqualTo(ImageShareError.DiskFull));
    }

    private sealed class WatchedFile(IPartialFile inner, Action flushing) : IPartialFile
    {
        public void Write(long offset, ReadOnlySpan<byte> octets) => inner.Write(offset, octets);

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) => inner.ReadAsync(offset, buffer, cancellationToken);

        public void FlushToDisk()
        {
            flushing();
            inner.FlushToDisk();
        }

        public void Dispose() => inner.Dispose();
    }
}
