using Microsoft.Win32.SafeHandles;

namespace ImageShare.Core.Images;

/// <summary>The open temporary file of an image that is being received: the seam where a test puts a disk that fails.</summary>
internal interface IPartialFile : IDisposable
{
    /// <summary>Writes at a place, and returns when the system has the octets. Called from a thread of its own, never by who receives.</summary>
    void Write(long offset, ReadOnlySpan<byte> octets);

    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Returns when what was written is on the disk itself.</summary>
    void FlushToDisk();
}

/// <summary>A temporary file on the disk.</summary>
internal sealed class PartialFile(SafeFileHandle handle) : IPartialFile
{
    /// <summary>Creates the file, which must not exist; nobody else may open it meanwhile.</summary>
    public static IPartialFile Create(string path) =>
        new PartialFile(File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));

    /// <summary>Opens or creates a file and cuts it off at an offset; nobody else may open it meanwhile, but it may be renamed.</summary>
    public static IPartialFile OpenAt(string path, long offset)
    {
        SafeFileHandle handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Delete);
        bool done = false;
        try
        {
            RandomAccess.SetLength(handle, Math.Min(offset, RandomAccess.GetLength(handle)));
            done = true;
            return new PartialFile(handle);
        }
        finally
        {
            if (!done)
            {
                handle.Dispose();
            }
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> octets) => RandomAccess.Write(handle, octets, offset);

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        RandomAccess.ReadAsync(handle, buffer, offset, cancellationToken);

    public void FlushToDisk() => RandomAccess.FlushToDisk(handle);

    public void Dispose() => handle.Dispose();
}
