using System.Buffers;
using ImageShare.Core.Images.Stores;

namespace ImageShare.Core.Tests.Images;

/// <summary>The names images get in a folder.</summary>
[TestFixture]
public sealed class StoredNameTests : DirectoryStoreTest
{
    [Test]
    [Category("FT-004")]
    [Category("SEC-001")]
    [Category("SEC-003")]
    public async Task No_suggested_name_leaves_the_folder_or_overwrites_anything()
    {
        string witness = Folder.File("passwd.jpg", "mine"u8);
        var paths = new HashSet<string>(StringComparer.Ordinal) { witness };
        foreach ((string? suggested, string safe) in SafeFileNameTests.Table)
        {
            await using IImageSink sink = await Store().CreateAsync(new IncomingImage { SuggestedName = suggested, Type = Jpeg });
            await sink.WriteAsync(0, new ReadOnlySequence<byte>("theirs"u8.ToArray()));
            StoredImage stored = await sink.CompleteAsync();
            Assert.That(Path.GetDirectoryName(stored.Path), Is.EqualTo(Folder.Path));
            Assert.That(stored.Name, Does.StartWith(safe[..Math.Min(20, safe.LastIndexOf('.'))]));
            Assert.That(paths.Add(stored.Path!), Is.True, "a name of its own");
            SafeFileNameTests.AssertSafe(stored.Name);
        }

        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllText(witness), Is.EqualTo("mine"));
            Assert.That(Folder.Names, Has.Length.EqualTo(SafeFileNameTests.Table.Length + 1));
            Assert.That(Directory.GetFileSystemEntries(Folder.Outer), Has.Length.EqualTo(1));
        });
    }

    [Test]
    [Category("SEC-003")]
    public async Task A_taken_name_gets_a_number_whatever_took_it()
    {
        Folder.File("cat.jpg", "mine"u8);
        Directory.CreateDirectory(Path.Combine(Folder.Path, "cat (2).jpg"));
        File.CreateSymbolicLink(Path.Combine(Folder.Path, "cat (3).jpg"), Path.Combine(Folder.Outer, "escaped"));
        await using IImageSink sink = await Store().CreateAsync(Offer(Content(1)));
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(Content(1)));
        StoredImage stored = await sink.CompleteAsync();
        Assert.Multiple(() =>
        {
            Assert.That(stored.Name, Is.EqualTo("cat (4).jpg"));
            Assert.That(File.Exists(Path.Combine(Folder.Outer, "escaped")), Is.False);
            Assert.That(File.ReadAllText(Path.Combine(Folder.Path, "cat.jpg")), Is.EqualTo("mine"));
        });
    }

    [Test]
    [Category("SEC-003")]
    public async Task Images_that_end_at_the_same_time_all_get_names_of_their_own()
    {
        IImageStore store = Store();
        StoredImage[] stored = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
        {
            byte[] content = [(byte)i];
            await using IImageSink sink = await store.CreateAsync(Offer(content));
            await sink.WriteAsync(0, new ReadOnlySequence<byte>(content));
            return await sink.CompleteAsync();
        })));
        Assert.Multiple(() =>
        {
            Assert.That(stored.Select(s => s.Path).Distinct().Count(), Is.EqualTo(50));
            Assert.That(stored.Select(s => File.ReadAllBytes(s.Path!).Single()), Is.EqualTo(Enumerable.Range(0, 50).Select(i => (byte)i)));
            Assert.That(Folder.Names, Has.Length.EqualTo(50));
        });
    }
}
