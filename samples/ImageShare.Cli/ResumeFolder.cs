using System.Security.Cryptography;
using System.Text;

namespace ImageShare.Cli;

/// <summary>Small files about broken transfers, in the user's folder for application data: they outlive this program however it ends.</summary>
internal static class ResumeFolder
{
    /// <summary>The file about one transfer, told by words that say which one it is.</summary>
    public static string FileOf(params string[] words)
    {
        string folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "imageshare", "resume");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', words)))));
    }

    /// <summary>Writes in one step: a program that is killed here leaves the old file or the new one.</summary>
    public static void Write(string path, params string[] lines)
    {
        string next = path + ".new";
        File.WriteAllLines(next, lines);
        File.Move(next, path, overwrite: true);
    }
}
