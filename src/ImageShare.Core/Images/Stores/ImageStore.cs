using System.IO.Pipelines;

namespace ImageShare.Core.Images.Stores;

/// <summary>The stores that come with the library.</summary>
public static class ImageStore
{
    /// <summary>
    /// Stores received images as files in a folder, which is created if missing. Each image is written under a hidden temporary name
    /// (<c>.….part</c>) and gets its safe name only after it is complete and verified; if the name is taken, a number is added. Nothing is
    /// ever overwritten or written outside the folder. Temporary files left by a terminated program are deleted at once; files that a running
    /// program has open are not.
    /// </summary>
    /// <example><code source="tests/ImageShare.Core.Tests/Documentation/ApiExamples.cs" region="Receive" /></example>
    public static IImageStore InDirectory(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return InDirectory(folder, DirectoryStoreOptions.Default);
    }

    /// <summary>Stores received images as files in a folder, with settings; see <see cref="InDirectory(string)"/>.</summary>
    /// <param name="folder">The folder. Use one store per folder: it accounts for all images being received into the folder and enforces the
    /// limits. Several stores or programs may still share a folder safely.</param>
    /// <param name="options">The settings.</param>
    public static IImageStore InDirectory(string folder, DirectoryStoreOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(options);
        var store = new DirectoryImageStore(Path.GetFullPath(folder), PartialFile.Create, options);
        store.TidyNow();
        return store;
    }

    /// <summary>Keeps received images in memory, in <see cref="StoredImage.Content"/>.</summary>
    /// <param name="maxSize">The largest image in bytes. Default 64 MiB.</param>
    public static IImageStore InMemory(int maxSize = 64 * 1024 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxSize);
        return new MemoryImageStore(maxSize);
    }

    /// <summary>
    /// Writes one image to a stream as it arrives, for <c>ImageShareClient.FetchAsync</c>, and for an invitation as
    /// <c>ImageShareInvitation.AcceptAsync</c> does. The image is known to be the offered one only when the result says
    /// that the share completed: what a failed share left in the stream stays there, for the application to discard.
    /// </summary>
    /// <param name="destination">
    /// Where to write to, from its position on, in pieces of some 64 KiB. It stays the caller's: it is used until the share has ended, and neither closed nor
    /// cut. A slow stream slows the sender down. Bytes that arrive out of order fail the share, which almost no sender sends; a store for several images, or one
    /// that resumes, is a folder.
    /// </param>
    /// <exception cref="ArgumentException">The stream cannot be written to.</exception>
    public static IImageStore ToStream(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return destination.CanWrite ? PipeImageStore.Of(destination) : throw new ArgumentException("The stream cannot be written to.", nameof(destination));
    }

    /// <summary>Writes one image to a pipe as it arrives, each chunk at once; otherwise like <see cref="ToStream"/>.</summary>
    /// <param name="destination">
    /// Where to write to. It belongs to the share from then on, which completes it: without an exception if the image is complete and verified, otherwise with an
    /// <see cref="ImageShareException"/>, so that its reader cannot take a part for the whole. While the reader is behind, the sender waits. A reader that ends
    /// early fails the share with <see cref="ImageShareError.StoreNotWritable"/>. If the call that takes this store throws, there is no share, and the pipe is still
    /// the caller's.
    /// </param>
    public static IImageStore ToPipe(PipeWriter destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return PipeImageStore.Of(destination);
    }
}
