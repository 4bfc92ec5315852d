namespace ImageShare.Core.Tests.Images;

/// <summary>A new folder inside a new folder, so that what escapes the inner one is seen in the outer one. Gone when disposed.</summary>
internal sealed class Folder : IDisposable
{
    private readonly string _outer = Directory.CreateTempSubdirectory("imageshare-").FullName;

    public Folder() => Directory.CreateDirectory(Path);

    public string Path => System.IO.Path.Combine(_outer, "inbox");

    public string Outer => _outer;

    /// <summary>The names of everything inside, hidden files too.</summary>
    public string[] Names => [.. new DirectoryInfo(Path).EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0 }).Select(f => f.Name).Order(StringComparer.Ordinal)];

    public string File(string name, ReadOnlySpan<byte> content)
    {
        string path = System.IO.Path.Combine(Path, name);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Makes a named pipe. Not on Windows.</summary>
    public string Pipe(string name)
    {
        string path = System.IO.Path.Combine(Path, name);
        using var mkfifo = System.Diagnostics.Process.Start("mkfifo", [path]);
        mkfifo.WaitForExit();
        return mkfifo.ExitCode == 0 ? path : throw new InvalidOperationException($"mkfifo ended with {mkfifo.ExitCode}.");
    }

    public void Dispose() => Directory.Delete(_outer, recursive: true);
}
