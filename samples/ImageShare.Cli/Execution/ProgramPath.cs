using ImageShare.Cli.Settings;

namespace ImageShare.Cli.Execution;

/// <summary>
/// Finds a program by the folders in PATH, as a shell does. Without this, a program beside this one or in the current folder would come first, and the current folder may be one with
/// received files.
/// </summary>
internal static class ProgramPath
{
    /// <exception cref="UsageException">There is no such program.</exception>
    public static string Find(string name)
    {
        bool isPath = name.IndexOfAny([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]) >= 0;
        string[] folders = isPath ? [Environment.CurrentDirectory] : (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string[] endings = OperatingSystem.IsWindows() && Path.GetExtension(name).Length == 0 ? [".exe", ".com"] : [string.Empty];
        return folders.SelectMany(folder => endings.Select(ending => Path.GetFullPath(Path.Combine(folder, name + ending)))).FirstOrDefault(CanRun)
            ?? throw new UsageException($"{ExecLine.Name}: there is no program '{name}' {(isPath ? "that may be run" : "in the folders of PATH")}. Give the path of a program; it is not read by a shell.");
    }

    private static bool CanRun(string path)
    {
        const UnixFileMode Run = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Run) != 0);
    }
}
