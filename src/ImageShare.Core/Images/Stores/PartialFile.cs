using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace ImageShare.Core.Images.Stores;

/// <summary>The open temporary file of an image that is being received. Tests implement it to simulate a failing disk.</summary>
internal interface IPartialFile : IDisposable
{
    /// <summary>Writes at an offset and returns when the operating system has the bytes. Called on a background thread, never by the receiver.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Flushes the written bytes to the disk (fsync).</summary>
    void FlushToDisk();
}

/// <summary>
/// A temporary file on disk. While it is open, no other program can open it (on file systems with locks) and nothing else in this program can
/// (on any file system). Its owner may rename and delete it.
/// </summary>
internal sealed class PartialFile : IPartialFile
{
    // On Unix an open file can always be renamed and deleted, and FileShare.None is the only mode that locks it. On Windows, only
    // FileShare.Delete allows both and still shares nothing else.
    private static readonly FileShare Alone = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    // Some file systems have no locks, and on some network file systems they hold only between processes.
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

    /// <summary>Opens an existing file; null if it is in use or gone.</summary>
    /// <remarks>
    /// On Unix a file is locked only after it is opened; its previous owner may have renamed it in between. Check that before you touch the
    /// file.
    /// </remarks>
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

    /// <summary>Renames an open file to an unused name in the same folder.</summary>
    /// <exception cref="IOException">The file no longer has this name.</exception>
    public static void Rename(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        if (InUse.TryRemove(from, out PartialFile? file))
        {
            file._path = to;
            InUse[to] = file;
        }
    }

    /// <summary>Truncates the file at an offset.</summary>
    public void CutAt(long offset) => RandomAccess.SetLength(_handle, offset);

    public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_handle, bytes, offset);

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        RandomAccess.ReadAsync(_handle, buffer, offset, cancellationToken);

    public void FlushToDisk() => RandomAccess.FlushToDisk(_handle);

    public void Dispose()
    {
        InUse.TryRemove(new KeyValuePair<string, PartialFile>(_path, this));
        _handle.Dispose();
    }
}
