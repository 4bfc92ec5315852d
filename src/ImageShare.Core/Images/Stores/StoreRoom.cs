using System.Collections.Concurrent;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// Whether a folder has room: free space on its disk, and a quota of its own. What running transfers have announced and not yet written
/// counts as taken, so that several at once do not all get the same room.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="options">The bounds.</param>
/// <param name="freeSpace">The octets that are free on the disk of a folder: the seam where a test puts a small disk.</param>
internal sealed class StoreRoom(string folder, DirectoryStoreOptions options, Func<string, long> freeSpace)
{
    private readonly ConcurrentDictionary<object, long> _outstanding = new();
    private readonly Lock _claiming = new();

    /// <summary>What the disk says; nothing known counts as enough, for the write itself will tell.</summary>
    public static long FreeSpaceOf(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Some network folders belong to no drive.
            return long.MaxValue;
        }
    }

    /// <summary>Keeps room for what is still to come of one image.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.DiskFull"/>.</exception>
    public void Claim(object owner, long octets)
    {
        lock (_claiming)
        {
            // Noted before it is looked at: one that writes meanwhile counts it too.
            _outstanding[owner] = octets;
            try
            {
                Check(owner);
            }
            catch (ImageShareException)
            {
                // What finds no room takes none from those behind it.
                Leave(owner);
                throw;
            }
        }
    }

    /// <summary>Notes what of it is written, and looks again.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.DiskFull"/>.</exception>
    public void Recheck(object owner, long stillToCome)
    {
        _outstanding[owner] = Math.Max(0, stillToCome);
        Check(owner);
    }

    public void Leave(object owner) => _outstanding.TryRemove(owner, out _);

    private void Check(object owner)
    {
        long octets = _outstanding.TryGetValue(owner, out long own) ? own : 0;
        long promised = _outstanding.Values.Sum() - octets;
        long free = freeSpace(folder);
        if (free - options.MinFreeSpace - promised < octets)
        {
            throw new ImageShareException(
                ImageShareError.DiskFull,
                $"There is no room for the image on the disk of '{folder}': {octets} octets are still to come and {free} are free, of which {options.MinFreeSpace} stay free and {promised} are promised to other images; free some.");
        }

        if (options.Quota is { } quota && quota - promised - Used() < octets)
        {
            throw new ImageShareException(
                ImageShareError.DiskFull, $"The images in '{folder}' may have {quota} octets together, and this one would exceed that; remove some or raise the quota.");
        }
    }

    private long Used() => new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { AttributesToSkip = 0 }).Sum(static f => f.Exists ? f.Length : 0);
}
