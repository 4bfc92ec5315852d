using ImageShare.Core;

namespace ImageShare.Cli.Shares;

/// <summary>Finds out at the start that the folder for received images cannot be written, and not when the first image is lost.</summary>
internal static class Inbox
{
    /// <summary>
    /// Tries to write into the folder, or into the one in which it will be made when the first image comes, and leaves nothing behind. It makes no folder: to remove it again
    /// could take it from another program that begins at the same time.
    /// </summary>
    /// <exception cref="ImageShareException">It cannot be written.</exception>
    public static void Check(DirectoryInfo folder)
    {
        try
        {
            string there = Nearest(folder).FullName;
            using FileStream probe = new(Path.Combine(there, $".imageshare-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageShareException(
                ImageShareError.StoreNotWritable, $"Images cannot be stored in '{folder}': {e.Message.TrimEnd('.')}. Give another folder with --inbox DIR, or make this one writable.", e);
        }
    }

    private static DirectoryInfo Nearest(DirectoryInfo folder)
    {
        DirectoryInfo nearest = folder;
        while (!nearest.Exists && nearest.Parent is { } parent)
        {
            nearest = File.Exists(nearest.FullName) ? throw new IOException($"'{nearest.FullName}' is a file, not a folder.") : parent;
        }

        return nearest;
    }
}
