namespace ImageShare.Core.Images;

/// <summary>The stores that come with the library.</summary>
public static class ImageStore
{
    /// <summary>
    /// Received images become files in a folder, which is created when it is missing. Each is written under a hidden temporary name
    /// (<c>.….part</c>) and gets its own safe name only after it is whole and checked; a name that is taken gets a number. Nothing is
    /// ever overwritten, and nothing is ever written outside the folder.
    /// </summary>
    public static IImageStore InDirectory(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return new DirectoryImageStore(Path.GetFullPath(folder), PartialFile.Create);
    }

    /// <summary>Received images stay in memory, in <see cref="StoredImage.Content"/>.</summary>
    /// <param name="maxSize">The largest image taken, in octets; default 64 MiB.</param>
    public static IImageStore InMemory(int maxSize = 64 * 1024 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxSize);
        return new MemoryImageStore(maxSize);
    }
}
