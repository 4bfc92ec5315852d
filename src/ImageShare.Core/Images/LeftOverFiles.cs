using ImageShare.Core.Text;

namespace ImageShare.Core.Images;

/// <summary>The hidden temporary files of a folder: their names, and the removal of those a killed program left.</summary>
internal static class LeftOverFiles
{
    // One that was only just created may not be locked yet.
    private static readonly TimeSpan LeastAge = TimeSpan.FromMinutes(1);

    public static string NewPath(string folder) => Path.Combine(folder, $".{RandomToken.Create()}.part");

    /// <summary>Removes the files of this kind that nobody has open. What cannot be removed stays: it hides nothing and harms nobody.</summary>
    public static void Remove(string folder)
    {
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles(".*.part", new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            if (IsOurs(file.Name) && DateTime.UtcNow - file.LastWriteTimeUtc >= LeastAge)
            {
                TryRemove(file.FullName);
            }
        }
    }

    private static bool IsOurs(string name) =>
        name.Length == RandomToken.Length128 + ".".Length + ".part".Length && name.Skip(1).Take(RandomToken.Length128).All(char.IsAsciiLetterOrDigit);

    /// <summary>Removes a file unless somebody has it open.</summary>
    public static void TryRemove(string path)
    {
        try
        {
            // Whoever is writing it, in this program or another, keeps others from opening it.
            using (File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            {
                File.Delete(path);
            }
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            // In use.
        }
    }
}
