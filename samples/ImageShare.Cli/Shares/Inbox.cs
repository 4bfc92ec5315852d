using ImageShare.Core;

namespace ImageShare.Cli.Shares;

/// <summary>Finds out at the start that the folder for received images cannot be written, and not when the first image is lost.</summary>
internal static class Inbox
{
    /// <summary>Makes the folder if there is none, and tries to write into it. The folder stays: another program may have begun to use it.</summary>
    /// <exception cref="ImageShareException">It cannot be written.</exception>
    public static void Check(DirectoryInfo folder)
    {
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
    }
}
