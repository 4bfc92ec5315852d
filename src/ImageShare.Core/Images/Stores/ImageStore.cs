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
}
