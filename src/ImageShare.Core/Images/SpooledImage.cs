using System.Buffers;
using System.Security.Cryptography;
using ImageShare.Core.Text;

namespace ImageShare.Core.Images;

/// <summary>
/// The bytes of a stream that was read once: in memory, or in a temporary file that disappears with the object, and on Unix even with the process: its name is
/// removed as soon as it is open. Hashed while it was read. Thread-safe; disposing ends it for new readers, those that have it open read on.
/// </summary>
internal sealed class SpooledImage : IDisposable
{
    private const int PieceLength = 64 * 1024;

    private readonly byte[]? _bytes;
    private readonly FileStream? _file;
    private volatile bool _isDisposed;

    private SpooledImage(byte[]? bytes, FileStream? file)
    {
        _bytes = bytes;
        _file = file;
    }

    public required long Size { get; init; }

    public required string Sha1 { get; init; }

    public required string Sha256 { get; init; }

    /// <summary>The type found in the first bytes, or null.</summary>
    public required MediaType? Recognized { get; init; }

    public bool IsDisposed => _isDisposed;

    /// <summary>The bytes, if they are in memory and it is not disposed of.</summary>
    public ReadOnlyMemory<byte>? Bytes => _isDisposed || _bytes is null ? default(ReadOnlyMemory<byte>?) : _bytes;

    /// <summary>Reads a stream to its end.</summary>
    /// <exception cref="ImageShareException">As <see cref="ImageSource.FromStreamAsync"/> says. Nothing is left of it then.</exception>
    public static async Task<SpooledImage> ReadAsync(Stream stream, string name, ImageSpoolOptions options, CancellationToken cancellationToken)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        using IncrementalHash sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        using IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var memory = new ArrayBufferWriter<byte>();
        FileStream? file = null;
        bool isDone = false;
        try
        {
            long size = 0;
            MediaType? recognized = null;
            while (true)
            {
                int read = await ReadPieceAsync(stream, piece, size == 0 ? ImageTypes.MagicLength : 1, name, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                if (read > options.MaxSize - size)
                {
                    throw new ImageShareException(
                        ImageShareError.TooLarge, $"The image '{name}' is larger than the limit of {options.MaxSize} bytes; raise ImageSpoolOptions.MaxSize to share it.");
                }

                recognized = size == 0 ? ImageTypes.Recognize(piece.AsSpan(0, read)) : recognized;
                sha1.AppendData(piece, 0, read);
                sha256.AppendData(piece, 0, read);
                if (file is null && read <= options.MaxMemory - size)
                {
                    memory.Write(piece.AsSpan(0, read));
                }
                else
                {
                    file ??= await MoveToFileAsync(memory, options, cancellationToken).ConfigureAwait(false);
                    await WriteAsync(file, piece.AsMemory(0, read), size, cancellationToken).ConfigureAwait(false);
                }

                size += read;
            }

            isDone = true;
            return new SpooledImage(file is null ? memory.WrittenSpan.ToArray() : null, file)
            {
                Size = size,
                Sha1 = Convert.ToHexString(sha1.GetHashAndReset()),
                Sha256 = Convert.ToHexString(sha256.GetHashAndReset()),
                Recognized = recognized,
            };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
            if (!isDone && file is not null)
            {
                await file.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>A new stream at the start of the image; several may be open.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.SourceUnreadable"/>: it was disposed of.</exception>
    public Stream Open()
    {
        if (_isDisposed)
        {
            throw Gone(null);
        }

        if (_bytes is not null)
        {
            return new ReadOnlyMemoryStream(_bytes);
        }

        try
        {
            return new SpooledStream(_file!.SafeFileHandle, Size);
        }
        catch (ObjectDisposedException e)
        {
            throw Gone(e);
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        _file?.Dispose();
    }

    private static async ValueTask<int> ReadPieceAsync(Stream stream, byte[] piece, int least, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAtLeastAsync(piece.AsMemory(0, PieceLength), least, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ImageShareException(
                ImageShareError.SourceUnreadable, $"The image '{name}' could not be read to its end: {e.Message} Share it again from the start.", e);
        }
    }

    private static async ValueTask<FileStream> MoveToFileAsync(ArrayBufferWriter<byte> memory, ImageSpoolOptions options, CancellationToken cancellationToken)
    {
        FileStream file = Create(options.Folder ?? Path.GetTempPath());
        bool isDone = false;
        try
        {
            await WriteAsync(file, memory.WrittenMemory, 0, cancellationToken).ConfigureAwait(false);
            memory.ResetWrittenCount();
            isDone = true;
            return file;
        }
        finally
        {
            if (!isDone)
            {
                await file.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static FileStream Create(string folder)
    {
        string path = Path.Combine(folder, $"imageshare-{Path.GetRandomFileName()}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
            Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose | FileOptions.Asynchronous : FileOptions.None,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            var file = new FileStream(path, options);
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(path);
            }

            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotKept(folder, e);
        }
    }

    private static async ValueTask WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(file.SafeFileHandle, bytes, offset, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotKept(Path.GetDirectoryName(file.Name) ?? file.Name, e);
        }
    }

    private static ImageShareException NotKept(string folder, Exception e) => new(
        ImageShareError.StoreNotWritable,
        $"The image cannot be kept in '{folder}' until it is sent; free some space there, or choose another folder with ImageSpoolOptions.Folder. The system says: {e.Message}",
        e);

    private static ImageShareException Gone(Exception? inner) => new(
        ImageShareError.SourceUnreadable, "The source of the image was disposed of before it was sent; dispose of it after its shares have ended.", inner);
}
