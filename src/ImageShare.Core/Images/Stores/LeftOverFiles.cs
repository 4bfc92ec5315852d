using ImageShare.Core.Text;

namespace ImageShare.Core.Images.Stores;

/// <summary>Creates the hidden temporary files of a folder, and removes those a terminated program left behind.</summary>
internal static class LeftOverFiles
{
    private const int Attempts = 5;

    public static string NewPath(string folder) => Path.Combine(folder, $".{RandomToken.Create()}.part");

    /// <summary>Creates a temporary file. A concurrent clean-up may delete it as a leftover before it is locked; another one is then created.</summary>
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
                // The file was created, but someone else opened it before it could be locked.
                continue;
            }

            if (File.Exists(path) || attempt == Attempts)
            {
                return (path, file);
            }

            file.Dispose();
        }
    }

    /// <summary>Removes temporary files that no one has open. A file that cannot be removed is left: it is hidden and harmless.</summary>
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

    /// <summary>Deletes a file unless this or another program has it open.</summary>
    public static void TryRemove(string path)
    {
        using PartialFile? file = PartialFile.TryOpen(path);
        if (file is not null)
        {
            TryDelete(path);
        }
    }

    /// <summary>Deletes a file if possible.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            // The caller reports why the file is useless; failing to delete the hidden remains adds nothing.
        }
    }

    private static bool IsOurs(string name) =>
        name.Length == RandomToken.Length128 + ".".Length + ".part".Length && name.Skip(1).Take(RandomToken.Length128).All(char.IsAsciiLetterOrDigit);
}
