namespace ImageShare.Core.Images.Stores;

/// <summary>The stores that come with the library.</summary>
public static class ImageStore
{
    /// <summary>
    /// Received images become files in a folder, which is created when it is missing. Each is written under a hidden temporary name
    /// (<c>.….part</c>) and gets its own safe name only after it is whole and checked; a name that is taken gets a number. Nothing is
    /// ever overwritten, and nothing is ever written outside the folder. What a killed program left there is removed at once; what one
    /// that runs has open is not.
    /// </summary>
    public static IImageStore InDirectory(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return InDirectory(folder, DirectoryStoreOptions.Default);
    }

    /// <summary>The same, with a say in how.</summary>
    /// <param name="folder">The folder; one store for it knows of all that is on its way into it, and keeps its bounds; several stores and programs do one another no harm.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number in the options is negative.</exception>
    public static IImageStore InDirectory(string folder, DirectoryStoreOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfInvalid();
        var store = new DirectoryImageStore(Path.GetFullPath(folder), PartialFile.Create, options);
        store.TidyNow();
        return store;
    }

    /// <summary>Received images stay in memory, in <see cref="StoredImage.Content"/>.</summary>
    /// <param name="maxSize">The largest image taken, in octets; default 64 MiB.</param>
    public static IImageStore InMemory(int maxSize = 64 * 1024 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxSize);
        return new MemoryImageStore(maxSize);
    }
}
