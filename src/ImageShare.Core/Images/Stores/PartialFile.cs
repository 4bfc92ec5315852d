using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace ImageShare.Core.Images.Stores;

/// <summary>The open temporary file of an image that is being received: the seam where a test puts a disk that fails.</summary>
internal interface IPartialFile : IDisposable
{
    /// <summary>Writes at a place, and returns when the system has the octets. Called from a thread of its own, never by who receives.</summary>
    void Write(long offset, ReadOnlySpan<byte> octets);

    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Returns when what was written is on the disk itself.</summary>
    void FlushToDisk();
}

/// <summary>
/// A temporary file on the disk. As long as one is open, no other program can open it (where the file system has locks), and nothing else in this one
/// (wherever it is); it may be renamed and deleted by who has it.
/// </summary>
internal sealed class PartialFile : IPartialFile
{
    // On Unix a file can always be renamed and deleted, and only None locks it against all others. On Windows no other sharing than Delete allows either.
    private static readonly FileShare Alone = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    // Locks are missing on some file systems, and on some network ones they hold between programs only.
    private static readonly ConcurrentDictionary<string, PartialFile> InUse = new(StringComparer.Ordinal);

    private readonly SafeFileHandle _handle;
    private string _path;

    private PartialFile(SafeFileHandle handle, string path)
    {
        _handle = handle;
        _path = path;
    }

    public long Length => RandomAccess.GetLength(_handle);

    /// <summary>Creates the file, which must not exist.</summary>
    public static IPartialFile Create(string path)
    {
        var file = new PartialFile(File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, Alone), path);
        InUse[path] = file;
        return file;
    }

    /// <summary>Opens a file that exists; null when somebody has it, or it is gone.</summary>
    /// <remarks>On Unix a file is opened first and locked then: who had it may have given it another name in between. Whoever opens one asks that before he touches it.</remarks>
    public static PartialFile? TryOpen(string path)
    {
        if (InUse.ContainsKey(path))
        {
            return null;
        }

        PartialFile file;
        try
        {
            file = new PartialFile(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, Alone), path);
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            return null;
        }

        if (InUse.TryAdd(path, file))
        {
            return file;
        }

        file._handle.Dispose();
        return null;
    }

    /// <summary>Gives an open file another name in the same folder, which nobody else uses.</summary>
    /// <exception cref="IOException">It has not this name any more.</exception>
    public static void Rename(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        if (InUse.TryRemove(from, out PartialFile? file))
        {
            file._path = to;
            InUse[to] = file;
        }
    }

    /// <summary>What is behind an offset goes.</summary>
    public void CutAt(long offset) => RandomAccess.SetLength(_handle, offset);

    public void Write(long offset, ReadOnlySpan<byte> octets) => RandomAccess.Write(_handle, octets, offset);

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        RandomAccess.ReadAsync(_handle, buffer, offset, cancellationToken);

    public void FlushToDisk() => RandomAccess.FlushToDisk(_handle);

    public void Dispose()
    {
        InUse.TryRemove(new KeyValuePair<string, PartialFile>(_path, this));
        _handle.Dispose();
    }
}
