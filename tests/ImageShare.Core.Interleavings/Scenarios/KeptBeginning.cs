using System.Buffers;
using System.Security.Cryptography;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Interleavings.Orders;
using ImageShare.Core.Text;

namespace ImageShare.Core.Interleavings.Scenarios;

/// <summary>What a store kept of an interrupted transfer.</summary>
internal static class KeptBeginning
{
    private const int Size = 9000;
    private const int Kept = 4000;

    private static readonly byte[] Bytes = RandomNumberGenerator.GetBytes(Size);

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

    /// <summary>A new folder with it.</summary>
    public static async Task<string> MakeAsync()
    {
        string folder = Directory.CreateTempSubdirectory("imageshare-order-").FullName;
        IImageStore store = ImageStore.InDirectory(folder, Options);
        IImageSink sink = await store.CreateAsync(Rest with { ResumesAt = 0 });
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(Bytes.AsMemory(0, Kept)));
        await sink.DisposeAsync();
        Check.That(store.FindPartial(Image, Rest.Sender) is { Bytes: Kept }, "The beginning was kept.");
        return folder;
    }
}
