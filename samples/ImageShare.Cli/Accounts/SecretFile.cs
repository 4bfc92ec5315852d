using System.Text;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Terminals;

namespace ImageShare.Cli.Accounts;

/// <summary>Files with a password: nobody but their owner may read them, as with the private keys of ssh.</summary>
internal static class SecretFile
{
    // A password or an account, not an image given by mistake.
    private const int Longest = 64 * 1024;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Reads the text of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isSecret">Says, of its text, whether it contains a password.</param>
    /// <exception cref="UsageException">It cannot be read, or others may read the password.</exception>
    public static string Read(FileInfo file, Predicate<string> isSecret)
    {
        string name = Shown.Text(file.Name);
        try
        {
            using FileStream stream = file.OpenRead();

            // It may be a pipe, which has no length.
            byte[] bytes = new byte[Longest + 1];
            int count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (count > Longest)
            {
                throw new UsageException($"{name}: this file is too large for an account or a password.");
            }

            using var reader = new StreamReader(new MemoryStream(bytes, 0, count), Encoding.UTF8);
            string text = reader.ReadToEnd();
            if (!OperatingSystem.IsWindows() && isSecret(text) && File.GetUnixFileMode(stream.SafeFileHandle) is var mode && (mode & Others) != 0)
            {
                throw new UsageException($"{name} contains a password, and others on this machine may read or write it (mode {Convert.ToString((int)mode, 8)}). Run 'chmod 600 {name}' first.");
            }

            return text;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file; check the path."
                : Directory.Exists(file.FullName) ? "it is a folder."
                : e.Message;
            throw new UsageException($"{name} could not be read: {reason}");
        }
    }

    /// <summary>Reads a file that is a password: its first line.</summary>
    /// <exception cref="UsageException">It cannot be read, is empty, or others may read it.</exception>
    public static string ReadPassword(FileInfo file)
    {
        string text = Read(file, static _ => true);
        int end = text.IndexOfAny(['\r', '\n']);
        string password = end < 0 ? text : text[..end];
        return password.Length > 0 ? password : throw new UsageException($"{Shown.Text(file.Name)}: the first line is to be the password, and is empty.");
    }
}
