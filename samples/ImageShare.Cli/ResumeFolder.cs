using System.Security.Cryptography;
using System.Text;

namespace ImageShare.Cli;

/// <summary>Small files about broken transfers, in the user's folder for application data: they outlive this program however it ends, and are removed when 30 days old.</summary>
internal static class ResumeFolder
{
    // Long after what the peer kept of it is gone too: a store's partials live seven days unless it is told otherwise.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>The file about one transfer, told by words that say which one it is.</summary>
    public static string FileOf(params string[] words)
    {
        string folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "imageshare", "resume");
        RemoveOld(Directory.CreateDirectory(folder));
        return Path.Combine(folder, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', words)))));
    }

    // A transfer that nobody finishes leaves its file. Another run of this program may remove it first, or have it open: then it is left to that one, or to the next.
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

    /// <summary>What a file says; nothing when it is not there, or another run of this program removes it just now.</summary>
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

    /// <summary>Writes in one step: a program that is killed here leaves the old file or the new one. Several programs may write one file: each leaves a whole one, and the last one stays.</summary>
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
            // Gone already, unless one of the two failed.
            File.Delete(next);
        }
    }
}
