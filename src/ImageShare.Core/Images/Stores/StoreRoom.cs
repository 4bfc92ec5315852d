using System.Collections.Concurrent;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// Checks whether a folder has room for an image: free disk space and the folder's quota. The bytes still expected by running transfers are
/// reserved, so that concurrent transfers do not all count on the same space.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="options">The limits.</param>
/// <param name="freeSpace">Returns the free bytes on the disk of a folder. Tests replace it to simulate a small disk.</param>
internal sealed class StoreRoom(string folder, DirectoryStoreOptions options, Func<string, long> freeSpace)
{
    private readonly ConcurrentDictionary<object, long> _outstanding = new();
    private readonly Lock _claiming = new();

    /// <summary>The free space of the disk, or <see cref="long.MaxValue"/> if it is unknown: the write itself will then fail.</summary>
    public static long FreeSpaceOf(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Some network folders do not belong to a drive.
            return long.MaxValue;
        }
    }

    /// <summary>Reserves space for the rest of an image.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.DiskFull"/>: there is not enough space.</exception>
    public void Claim(object owner, long bytes)
    {
        lock (_claiming)
        {
            // Reserve first, then check: concurrent transfers then count this one as well.
            _outstanding[owner] = bytes;
            try
            {
                Check(owner);
            }
            catch (ImageShareException)
            {
                // A transfer that finds no room must not keep a reservation.
                Leave(owner);
                throw;
            }
        }
    }

    /// <summary>Updates the reservation to what is still expected, and checks again.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.DiskFull"/>: there is not enough space.</exception>
    public void Recheck(object owner, long stillToCome)
    {
        _outstanding[owner] = Math.Max(0, stillToCome);
        Check(owner);
    }

    public void Leave(object owner) => _outstanding.TryRemove(owner, out _);

    private void Check(object owner)
    {
        long bytes = _outstanding.TryGetValue(owner, out long own) ? own : 0;
        long promised = _outstanding.Values.Sum() - bytes;
        long free = freeSpace(folder);
        if (free - options.MinFreeSpace - promised < bytes)
        {
            throw new ImageShareException(
                ImageShareError.DiskFull,
                $"There is no room for the image on the disk of '{folder}': it needs {bytes} more bytes and {free} are free, of which {options.MinFreeSpace} must stay free and {promised} are reserved for other images; free some space.");
        }

        if (options.Quota is { } quota && quota - promised - Used() < bytes)
        {
            throw new ImageShareException(
                ImageShareError.DiskFull, $"The image would exceed the quota of {quota} bytes for '{folder}'; remove some images or raise the quota.");
        }
    }

    private long Used() => new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { AttributesToSkip = 0 }).Sum(static f => f.Exists ? f.Length : 0);
}
