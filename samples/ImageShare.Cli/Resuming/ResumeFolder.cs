using System.Security.Cryptography;
using System.Text;
using ImageShare.Cli.Terminals;

namespace ImageShare.Cli.Resuming;

/// <summary>Small files about interrupted transfers, in the user's application data folder. They outlive this program and are removed after 30 days.</summary>
internal static class ResumeFolder
{
    // Longer than a peer keeps its partial file: seven days by default.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>The file for one transfer, identified by the given words.</summary>
    public static string FileOf(params string[] words)
    {
        string folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "imageshare", "resume");
        RemoveOld(Directory.CreateDirectory(folder));
        return Path.Combine(folder, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', words)))));
    }

    // An unfinished transfer leaves its file. Another process may remove it first or have it open: then leave it.
    private static void RemoveOld(DirectoryInfo folder)
    {
        DateTime oldest = DateTime.UtcNow - Lifetime;
        foreach (FileInfo file in folder.EnumerateFiles().Where(file => file.LastWriteTimeUtc < oldest))
        {
            try
            {
                file.Delete();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                StandardError.Say($"An old record of an interrupted transfer could not be removed: {e.Message}");
            }
        }
    }

    /// <summary>The content of a file; empty if it does not exist or is being removed by another process.</summary>
    public static string[] Read(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Replaces a file atomically: a killed process leaves the old file or the new one. If several processes write the same file, the last one wins.</summary>
    public static void Write(string path, params string[] lines)
    {
        string next = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            File.WriteAllLines(next, lines);
            File.Move(next, path, overwrite: true);
        }
        finally
        {
            // Already moved, unless one of the two steps failed.
            File.Delete(next);
        }
    }
}
