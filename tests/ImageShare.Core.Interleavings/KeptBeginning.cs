using System.Buffers;
using System.Security.Cryptography;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Text;

namespace ImageShare.Core.Interleavings;

/// <summary>What a store kept of an interrupted transfer. Made once and copied for each order: a store writes on threads that Coyote does not schedule.</summary>
internal static class KeptBeginning
{
    private const int Size = 9000;
    private const int Kept = 4000;

    private static readonly byte[] Bytes = RandomNumberGenerator.GetBytes(Size);
    private static string _folder = string.Empty;

    public static DirectoryStoreOptions Options { get; } = new() { KeepPartials = true };

    public static ImageSelector Image { get; } = new() { Hashes = [new ImageHash("sha-1", [.. SHA1.HashData(Bytes)])], Size = Size };

    /// <summary>The offer of the rest.</summary>
    public static IncomingImage Rest { get; } = new()
    {
        SuggestedName = "a.png",
        Type = new MediaType("image", "png"),
        Size = Size,
        Hashes = Image.Hashes,
        MaxSize = 1 << 20,
        Sender = "sip:alice@ims.example",
        ResumesAt = Kept,
    };

    public static async Task MakeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("imageshare-beginning-").FullName;
        IImageStore store = ImageStore.InDirectory(_folder, Options);
        IImageSink sink = await store.CreateAsync(Rest with { ResumesAt = 0 }).ConfigureAwait(false);
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(Bytes.AsMemory(0, Kept))).ConfigureAwait(false);
        await sink.DisposeAsync().ConfigureAwait(false);
        Check.That(store.FindPartial(Image, Rest.Sender) is { Bytes: Kept }, "The beginning was kept.");
    }

    public static string Copy()
    {
        string copy = Directory.CreateTempSubdirectory("imageshare-order-").FullName;
        foreach (string file in Directory.GetFiles(_folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    public static void Remove() => Directory.Delete(_folder, recursive: true);
}
