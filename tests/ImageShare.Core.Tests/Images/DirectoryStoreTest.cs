using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

/// <summary>A folder of its own for each test.</summary>
public abstract class DirectoryStoreTest
{
    private protected static readonly MediaType Jpeg = new("image", "jpeg");
    private protected Folder Folder { get; private set; } = null!;

    [SetUp]
    public void MakeFolder() => Folder = new Folder();

    [TearDown]
    public void RemoveFolder() => Folder.Dispose();

    private protected IImageStore Store() => ImageStore.InDirectory(Folder.Path);

    private protected static IncomingImage Offer(byte[] content) => new()
    {
        SuggestedName = "cat.jpg",
        Type = Jpeg,
        Size = content.Length,
        Hashes = [new ImageHash("sha-1", Sha1.Of(content))],
    };

    private protected async Task AssertFails(ImageShareError error, Func<Task> act)
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
        Assert.That(Folder.Names, Is.Empty);
    }

    private protected static byte[] Content(int size)
    {
        byte[] content = new byte[size];
        new Random(size).NextBytes(content);
        return content;
    }

    private protected static long OffsetOf(byte[] content, ReadOnlyMemory<byte> piece)
    {
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(piece, out ArraySegment<byte> segment);
        Assert.That(segment.Array, Is.SameAs(content));
        return segment.Offset;
    }
}
