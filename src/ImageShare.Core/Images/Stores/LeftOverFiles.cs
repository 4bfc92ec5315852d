using ImageShare.Core.Text;

namespace ImageShare.Core.Images.Stores;

/// <summary>The hidden temporary files of a folder: how one is made, and the removal of those a killed program left.</summary>
internal static class LeftOverFiles
{
    private const int Attempts = 5;

    public static string NewPath(string folder) => Path.Combine(folder, $".{RandomToken.Create()}.part");

    /// <summary>Makes a temporary file. Who tidies up the folder just then may take it for a left-over one until it is locked: then another is made.</summary>
    public static (string Path, IPartialFile File) Create(Func<string> newPath, Func<string, IPartialFile> create)
    {
        for (int attempt = 1; ; attempt++)
        {
            string path = newPath();
            IPartialFile file;
            try
            {
                file = create(path);
            }
            catch (IOException) when (attempt < Attempts && File.Exists(path))
            {
                // It was made, and somebody else had it before it could be locked.
                continue;
            }

            if (File.Exists(path) || attempt == Attempts)
            {
                return (path, file);
            }

            file.Dispose();
        }
    }

    /// <summary>Removes the files of this kind that nobody has open. What cannot be removed stays: it hides nothing and harms nobody.</summary>
    public static void Remove(string folder)
    {
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles(".*.part", new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            if (IsOurs(file.Name))
            {
                TryRemove(file.FullName);
            }
        }
    }

    /// <summary>Removes a file unless somebody has it open, in this program or another.</summary>
    public static void TryRemove(string path)
    {
        using PartialFile? file = PartialFile.TryOpen(path);
        if (file is not null)
        {
            TryDelete(path);
        }
    }

    /// <summary>Removes a file, if it can be removed.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            // The caller has said why the file is of no more use; that its hidden remains could not be removed changes nothing.
        }
    }

    private static bool IsOurs(string name) =>
        name.Length == RandomToken.Length128 + ".".Length + ".part".Length && name.Skip(1).Take(RandomToken.Length128).All(char.IsAsciiLetterOrDigit);
}
