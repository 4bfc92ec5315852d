using System.Buffers;
using System.Globalization;
using ImageShare.Core.Images.Stores;

namespace ImageShare.Core.Tests.Images;

/// <summary>The files of a folder while images arrive, and the errors of its disk.</summary>
[TestFixture]
[Parallelizable]
public sealed class StoreFilesTests : DirectoryStoreTest
{
    [Test]
    [Category("SEC-003")]
    public void A_temporary_file_is_open_for_one_only()
    {
        string path = Path.Combine(Folder.Path, "a.part");
        using (IPartialFile file = PartialFile.Create(path))
        {
            Assert.That(PartialFile.TryOpen(path), Is.Null);
            Assert.That(() => PartialFile.Create(path), Throws.InstanceOf<IOException>());
            LeftOverFiles.TryRemove(path);
            Assert.That(File.Exists(path), Is.True, "it is in use");
        }

        using (PartialFile? again = PartialFile.TryOpen(path))
        {
            Assert.That(again, Is.Not.Null);
            Assert.That(PartialFile.TryOpen(path), Is.Null);
        }

        LeftOverFiles.TryRemove(path);
        Assert.That(File.Exists(path), Is.False);
        Assert.That(PartialFile.TryOpen(path), Is.Null, "it is gone");
        Assert.That(() => LeftOverFiles.TryRemove(path), Throws.Nothing);
    }

    [Test]
    public async Task A_temporary_file_is_written_anywhere_read_back_cut_and_renamed()
    {
        string path = Path.Combine(Folder.Path, "a.part"), renamed = Path.Combine(Folder.Path, "b.part");
        PartialFile.Create(path).Dispose();
        using (PartialFile file = PartialFile.TryOpen(path)!)
        {
            file.Write(3, [4, 5, 6]);
            file.Write(0, [1, 2, 3]);
            byte[] read = new byte[10];
            Assert.That(await file.ReadAsync(1, read, CancellationToken.None), Is.EqualTo(5));
            Assert.That(read[..5], Is.EqualTo((byte[])[2, 3, 4, 5, 6]));
            file.CutAt(4);
            Assert.That(file.Length, Is.EqualTo(4));
            PartialFile.Rename(path, renamed);
            Assert.That(PartialFile.TryOpen(renamed), Is.Null, "it is in use under its new name");
            Assert.That(Folder.Names, Is.EqualTo((string[])["b.part"]));
            using IPartialFile another = PartialFile.Create(path);
        }

        using PartialFile? free = PartialFile.TryOpen(renamed);
        Assert.That(free, Is.Not.Null, "and free once it is closed");
        Assert.That(() => PartialFile.Rename(path + "x", renamed), Throws.InstanceOf<IOException>());
    }

    [Test]
    [Category("SEC-003")]
    public void A_new_file_that_a_clean_up_takes_away_is_created_once_more()
    {
        List<string> created = [];
        (string path, IPartialFile file) = LeftOverFiles.Create(() => LeftOverFiles.NewPath(Folder.Path), path =>
        {
            created.Add(path);
            IPartialFile made = PartialFile.Create(path);
            if (created.Count == 1)
            {
                File.Delete(path);
            }
            else if (created.Count == 2)
            {
                made.Dispose();
                throw new IOException("Someone else has opened it.");
            }

            return made;
        });
        using (file)
        {
            Assert.That(created, Has.Count.EqualTo(3).And.Unique);
            Assert.That(path, Is.EqualTo(created[2]));
            Assert.That(Path.GetFileName(path), Does.Match("^\\.[A-Za-z0-9]{22}\\.part$"));
            Assert.That(PartialFile.TryOpen(created[0]), Is.Null);
            PartialFile.Create(created[0]).Dispose();
        }
    }

    [Test]
    public void Creating_a_file_is_tried_five_times_and_at_once_given_up_if_none_appears()
    {
        int attempts = 0;
        Assert.That(() => LeftOverFiles.Create(() => Path.Combine(Folder.Path, "a"), IPartialFile (path) =>
        {
            attempts++;
            File.WriteAllText(path, "");
            throw new IOException("in use");
        }), Throws.TypeOf<IOException>());
        Assert.That(attempts, Is.EqualTo(5));
        attempts = 0;
        Assert.That(() => LeftOverFiles.Create(() => Path.Combine(Folder.Path, "b"), IPartialFile (_) =>
        {
            attempts++;
            throw new IOException("the disk fails");
        }), Throws.TypeOf<IOException>());
        Assert.That(attempts, Is.EqualTo(1));
        attempts = 0;
        (_, IPartialFile last) = LeftOverFiles.Create(() => Path.Combine(Folder.Path, "c"), path =>
        {
            attempts++;
            IPartialFile file = PartialFile.Create(path);
            File.Delete(path);
            return file;
        });
        last.Dispose();
        Assert.That(attempts, Is.EqualTo(5), "the last one is used as it is");
    }

    [TestCase(".aaaaaaaaaaaaaaaaaaaaaa.part", true)]
    [TestCase(".aaaaaaaaaaa0123456789Z.part", true)]
    [TestCase(".aaaaaaaaaaaaaaaaaaaaa.part", false, Description = "21 letters")]
    [TestCase(".aaaaaaaaaaaaaaaaaaaaaaa.part", false, Description = "23 letters")]
    [TestCase(".aaaaaaaaaaaaaaaaaaaaa-.part", false)]
    [TestCase(".-aaaaaaaaaaaaaaaaaaaaa.part", false)]
    [TestCase("aaaaaaaaaaaaaaaaaaaaaaa.part", false, Description = "not hidden")]
    [TestCase(".aaaaaaaaaaaaaaaaaaaaaa.prat", false)]
    [Category("SEC-003")]
    public void Only_temporary_files_of_this_library_are_removed(string name, bool isRemoved)
    {
        Folder.File(name, "half"u8);
        _ = Store();
        Assert.That(Folder.Names, Has.Length.EqualTo(isRemoved ? 0 : 1));
    }

    [Test]
    public void A_store_tidies_when_it_is_made_and_not_a_missing_folder()
    {
        string missing = Path.Combine(Folder.Path, "missing");
        _ = ImageStore.InDirectory(missing);
        Assert.That(Directory.Exists(missing), Is.False, "nothing is created before an image arrives");
    }

    [TestCase(28, ImageShareError.DiskFull)]
    [TestCase(122, ImageShareError.DiskFull, IncludePlatform = "Linux")]
    [TestCase(69, ImageShareError.StoreNotWritable, IncludePlatform = "Linux")]
    [TestCase(5, ImageShareError.StoreNotWritable)]
    public void A_disk_error_becomes_an_error_of_the_store(int hresult, ImageShareError error)
    {
        ImageShareException translated = StoreErrors.Translate(new IOException("The system speaks.", hresult), "/inbox");
        Assert.Multiple(() =>
        {
            Assert.That(translated.Error, Is.EqualTo(error));
            Assert.That(translated.Message, Does.Contain("'/inbox'"));
            Assert.That(translated.InnerException, Is.TypeOf<IOException>());
            Assert.That(translated.Message.Contains("The system speaks.", StringComparison.Ordinal), Is.EqualTo(error == ImageShareError.StoreNotWritable));
        });
    }

    [Test]
    public void Only_errors_of_files_are_errors_of_the_store() => Assert.Multiple(() =>
    {
        Assert.That(StoreErrors.IsFileError(new FileNotFoundException()), Is.True);
        Assert.That(StoreErrors.IsFileError(new UnauthorizedAccessException()), Is.True);
        Assert.That(StoreErrors.IsFileError(new System.Security.SecurityException()), Is.True);
        Assert.That(StoreErrors.IsFileError(new NotSupportedException()), Is.True);
        Assert.That(StoreErrors.IsFileError(new InvalidOperationException()), Is.False);
        Assert.That(StoreErrors.Translate(new UnauthorizedAccessException("no"), "x").Error, Is.EqualTo(ImageShareError.StoreNotWritable));
    });

    [Test]
    public async Task After_a_thousand_images_of_one_name_the_number_is_random()
    {
        Folder.File("cat.jpg", default);
        for (int number = 2; number < 1000; number++)
        {
            Folder.File(string.Create(CultureInfo.InvariantCulture, $"cat ({number}).jpg"), default);
        }

        Assert.That(await StoreAsync(), Is.EqualTo("cat (1000).jpg"));
        Assert.That(await StoreAsync(), Does.Match(@"^cat \([A-Za-z0-9]{8}\)\.jpg$"));

        async Task<string> StoreAsync()
        {
            await using IImageSink sink = await Store().CreateAsync(Offer([1]));
            await sink.WriteAsync(0, new ReadOnlySequence<byte>([1]));
            return (await sink.CompleteAsync()).Name;
        }
    }

    [Test]
    [Category("SEC-003")]
    public async Task An_image_whose_temporary_file_has_vanished_leaves_no_empty_file_under_its_name()
    {
        await using IImageSink sink = await Store().CreateAsync(Offer([1]));
        await sink.WriteAsync(0, new ReadOnlySequence<byte>([1]));
        File.Delete(Path.Combine(Folder.Path, Folder.Names.Single()));
        await AssertFails(ImageShareError.StoreNotWritable, async () => await sink.CompleteAsync());
    }

    [TestCase(1)]
    [TestCase(-1)]
    [Category("SEC-003")]
    public async Task A_temporary_file_of_another_length_than_was_written_is_noticed(int more)
    {
        var store = new DirectoryImageStore(Folder.Path, path => new ChangedFile(PartialFile.Create(path), more));
        IImageSink sink = await store.CreateAsync(new IncomingImage { SuggestedName = "cat.jpg" });
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[10]));
        await AssertFails(ImageShareError.StoreNotWritable, async () => await sink.CompleteAsync());
    }

    [Test]
    public async Task What_is_buffered_is_written_before_it_is_read_back()
    {
        await using IImageSink sink = await Store().CreateAsync(new IncomingImage { SuggestedName = "cat.jpg" });
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(Content(10)));
        byte[] read = new byte[20];
        Assert.That(await sink.ReadAsync(4, read), Is.EqualTo(6));
        Assert.That(read[..6], Is.EqualTo(Content(10)[4..]));
    }

    [Test]
    [Category("SEC-003")]
    public async Task The_name_given_with_the_transfer_is_made_safe_too()
    {
        await using IImageSink sink = await Store().CreateAsync(Offer([1]) with { SuggestedName = null });
        sink.SuggestName("../dog.exe");
        await sink.WriteAsync(0, new ReadOnlySequence<byte>([1]));
        StoredImage stored = await sink.CompleteAsync();
        Assert.That((stored.Name, stored.OriginalName), Is.EqualTo(("dog.exe.jpg", "../dog.exe")));
    }

    [Test]
    public async Task A_completed_sink_takes_nothing_more_and_keeps_its_image()
    {
        IImageSink sink = await Store().CreateAsync(Offer([1]));
        await sink.WriteAsync(0, new ReadOnlySequence<byte>([1]));
        await sink.CompleteAsync();
        Assert.Multiple(() =>
        {
            Assert.That(async () => await sink.WriteAsync(1, default), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
            Assert.That(async () => await sink.ReadAsync(0, new byte[1]), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
            Assert.That(async () => await sink.CompleteAsync(), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
        });
        await sink.AbandonAsync();
        await sink.DisposeAsync();
        Assert.That(Folder.Names, Is.EqualTo((string[])["cat.jpg"]));
    }

    [Test]
    [Category("FT-027")]
    public async Task Completed_abandoned_and_refused_images_give_their_room_back()
    {
        var store = new DirectoryImageStore(Folder.Path, PartialFile.Create, new DirectoryStoreOptions { MinFreeSpace = 0, KeepPartials = true }, static _ => 100);
        for (int round = 0; round < 3; round++)
        {
            IImageSink completed = await store.CreateAsync(Offer(Content(100)) with { Hashes = [] });
            await completed.WriteAsync(0, new ReadOnlySequence<byte>(Content(100)));
            await completed.CompleteAsync();
            IImageSink abandoned = await store.CreateAsync(Offer(Content(100)));
            await abandoned.AbandonAsync();
            IImageSink kept = await store.CreateAsync(Offer(Content(100)));
            await kept.WriteAsync(0, new ReadOnlySequence<byte>(Content(100), 0, 50));
            await kept.DisposeAsync();
            await Assert.ThatAsync(
                async () => await store.CreateAsync(Offer(Content(100)) with { ResumesAt = 60 }),
                Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NothingToResume));
            await (await store.CreateAsync(Offer(Content(100)) with { ResumesAt = 50 })).DisposeAsync();
        }

        await Assert.ThatAsync(
            async () => await store.CreateAsync(Offer(Content(101))), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.DiskFull));
    }

    [Test]
    public void A_memory_store_of_negative_size_and_a_store_without_a_folder_are_refused() => Assert.Multiple(() =>
    {
        Assert.That(() => ImageStore.InMemory(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => ImageStore.InMemory(0), Throws.Nothing);
        Assert.That(() => ImageStore.InDirectory(""), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => ImageStore.InDirectory("", DirectoryStoreOptions.Default), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => ImageStore.InDirectory("x", null!), Throws.TypeOf<ArgumentNullException>());
        Assert.That(DirectoryStoreOptions.Default, Is.EqualTo(new DirectoryStoreOptions { MinFreeSpace = 16_777_216, FlushToDisk = true, PartialLifetime = TimeSpan.FromDays(7) }));
    });

    [Test]
    public void The_free_space_of_an_unknown_disk_does_not_stop_an_image()
    {
        Assert.That(StoreRoom.FreeSpaceOf(Folder.Path), Is.InRange(1, long.MaxValue - 1));
        Assert.That(StoreRoom.FreeSpaceOf("/no/such/disk/\0"), Is.EqualTo(long.MaxValue));
    }

    /// <summary>A file that another program makes longer or shorter while it is written.</summary>
    private sealed class ChangedFile(IPartialFile inner, int more) : IPartialFile
    {
        public void Write(long offset, ReadOnlySpan<byte> octets) => inner.Write(offset, more < 0 ? octets[..^-more] : [.. octets, .. new byte[more]]);

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) => inner.ReadAsync(offset, buffer, cancellationToken);

        public void FlushToDisk() => inner.FlushToDisk();

        public void Dispose() => inner.Dispose();
    }
}
