using ImageShare.Core;

namespace ImageShare.Cli.Shares;

/// <summary>Finds out at the start that the folder for received images cannot be written, and not when the first image is lost.</summary>
internal static class Inbox
{
    /// <summary>Tries to write into the folder, and leaves nothing behind: a folder that does not exist is made when the first image comes.</summary>
    /// <exception cref="ImageShareException">It cannot be written.</exception>
    public static void Check(DirectoryInfo folder)
    {
        DirectoryInfo[] missing = [.. Ancestors(folder).TakeWhile(static f => !f.Exists)];
        try
        {
            folder.Create();
            using FileStream probe = new(Path.Combine(folder.FullName, $".imageshare-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageShareException(
                ImageShareError.StoreNotWritable, $"Images cannot be stored in '{folder}': {e.Message.TrimEnd('.')}. Give another folder with --inbox DIR, or make this one writable.", e);
        }

        try
        {
            foreach (DirectoryInfo made in missing)
            {
                made.Delete();
            }
        }
        catch (IOException)
        {
            // Another program has put something there meanwhile: then it is wanted.
        }
    }

    private static IEnumerable<DirectoryInfo> Ancestors(DirectoryInfo? folder)
    {
        for (; folder is not null; folder = folder.Parent)
        {
            yield return folder;
        }
    }
}
