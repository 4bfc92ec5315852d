using System.Buffers;
using System.Security.Cryptography;
using ImageShare.Core.Text;

namespace ImageShare.Core.Images;

/// <summary>
/// An image to share: a file, bytes in memory, or any stream. It is described first and read afterwards. It must not change in between or
/// during the transfer; a change is detected and fails the share. One source can be shared several times, also concurrently. Only a source from
/// <see cref="FromStreamAsync"/> holds anything that has to be disposed of.
/// </summary>
public sealed class ImageSource : IDisposable
{
    private const int PieceLength = 64 * 1024;

    // Only Windows has truly asynchronous file reads; elsewhere they block a thread-pool thread.
    private static readonly FileOptions FileAccessOptions =
        FileOptions.SequentialScan | (OperatingSystem.IsWindows() ? FileOptions.Asynchronous : FileOptions.None);

    private readonly Func<Stream> _open;
    private readonly Func<SourceState?> _look;
    private readonly string _name;
    private readonly MediaType? _type;
    private readonly SpooledImage? _spooled;
    private readonly ImageDescription? _described;

    private ImageSource(string name, MediaType? type, Func<Stream> open, Func<SourceState?> look)
    {
        _name = LeafOf(name);
        _type = type;
        _open = open;
        _look = look;
    }

    private ImageSource(SpooledImage spooled, string name, MediaType? type)
        : this(name, type, spooled.Open, static () => null)
    {
        _spooled = spooled;
        _described = Describe(null, spooled.Size, spooled.Recognized, spooled.Sha1) with { Sha256 = spooled.Sha256 };
    }

    /// <summary>The content of an in-memory image, so that it can be sent without reading a stream; null for any other source.</summary>
    internal ReadOnlyMemory<byte>? Bytes { get => field ?? _spooled?.Bytes; private init; }

    /// <summary>The path of a file; null for any other source, which cannot be recognized.</summary>
    private string? FilePath { get; init; }

    /// <summary>
    /// Shares a file. The file is opened when it is described and when it is sent. A client that shares it again does not read it again to describe it, if
    /// path, size and dates are the same and it is older than two seconds. If its content was changed and its date set back, the peer receives an image that
    /// does not match its hash, and the share fails there.
    /// </summary>
    /// <param name="path">The path of the file. Only the file name is ever sent to a peer.</param>
    /// <param name="type">The media type. Null to detect it from the first bytes or the file extension.</param>
    /// <example><code source="tests/ImageShare.Core.Tests/Documentation/ApiExamples.cs" region="Share" /></example>
    public static ImageSource FromFile(string path, MediaType? type = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        return new ImageSource(
            full,
            type,
            () => Directory.Exists(full)
                ? throw new ImageShareException(ImageShareError.FileNotFound, $"'{path}' is a directory; choose a file in it.")
                : new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileAccessOptions),
            () => SourceState.Of(new FileInfo(full)))
        {
            FilePath = full,
        };
    }

    /// <summary>Shares bytes in memory. They are not copied and must not change until the share has ended.</summary>
    /// <param name="content">The image.</param>
    /// <param name="name">The name to offer.</param>
    /// <param name="type">Its media type.</param>
    public static ImageSource FromBytes(ReadOnlyMemory<byte> content, string name, MediaType type)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(type);
        return new ImageSource(name, type, () => new ReadOnlyMemoryStream(content), () => null) { Bytes = content };
    }

    /// <summary>Shares the content of a stream.</summary>
    /// <param name="open">Opens a new stream at the start of the image. Called once to describe the image and once to send it; each stream is
    /// disposed by the library.</param>
    /// <param name="name">The name to offer.</param>
    /// <param name="type">Its media type.</param>
    public static ImageSource FromStream(Func<Stream> open, string name, MediaType type)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(type);
        return new ImageSource(name, type, open, () => null);
    }

    /// <summary>
    /// Shares the rest of a stream that can be read only once, such as a body of a request: reads it to its end, keeps its bytes in memory or, if there are many, in
    /// a temporary file that nobody else can open, and hashes them meanwhile, so that they are not read again to be described.
    /// </summary>
    /// <param name="stream">The image, from the position of the stream on. It stays the caller's, who may close it when this method has returned.</param>
    /// <param name="name">The name to offer.</param>
    /// <param name="type">The media type. Null to detect it from the first bytes or the extension of the name.</param>
    /// <param name="options">The limits, or null for the defaults.</param>
    /// <param name="cancellationToken">Cancels reading; nothing is left then.</param>
    /// <returns>
    /// A source that holds the bytes until it is disposed of. Do that after its shares have ended: one that has not begun to send by then fails with
    /// <see cref="ImageShareError.SourceUnreadable"/>, one that sends goes on. The file is also gone when the program ends.
    /// </returns>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.SourceUnreadable"/>: the stream is empty or could not be read to its end. <see cref="ImageShareError.TooLarge"/>: it has more bytes
    /// than <see cref="ImageSpoolOptions.MaxSize"/>. <see cref="ImageShareError.StoreNotWritable"/>: the temporary file could not be written.
    /// </exception>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<ImageSource> FromStreamAsync(
        Stream stream, string name, MediaType? type = null, ImageSpoolOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!stream.CanRead)
        {
            throw new ArgumentException("The stream cannot be read.", nameof(stream));
        }

        SpooledImage spooled = await SpooledImage.ReadAsync(stream, LeafOf(name), options ?? ImageSpoolOptions.Default, cancellationToken).ConfigureAwait(false);
        try
        {
            return new ImageSource(spooled, name, type);
        }
        catch (ImageShareException)
        {
            spooled.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Deletes what a source from <see cref="FromStreamAsync"/> holds; a transfer that is reading it goes on. Does nothing for any other source. May be called
    /// several times and at any time.
    /// </summary>
    public void Dispose() => _spooled?.Dispose();

    /// <summary>Reads the whole image once, in 64 KiB pieces, to determine its size, type and hashes.</summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.FileNotFound"/>: the image does not exist or may not be read. <see
    /// cref="ImageShareError.SourceUnreadable"/>: it is empty, changed while it was read, or reading failed.
    /// </exception>
    public Task<ImageDescription> DescribeAsync(CancellationToken cancellationToken = default) => ReadDescriptionAsync(withSha256: true, known: null, cancellationToken);

    /// <summary>
    /// Like <see cref="DescribeAsync"/>, but without the SHA-256 if nobody will read it, and without reading a file that was read before: hashing is most of
    /// the work.
    /// </summary>
    /// <param name="withSha256">Whether the SHA-256 is needed.</param>
    /// <param name="known">The files that were read before, or null.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    internal Task<ImageDescription> ReadDescriptionAsync(bool withSha256, DescribedFiles? known, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_spooled is { IsDisposed: true }, this);
        return _described is not null ? Task.FromResult(withSha256 ? _described : _described with { Sha256 = null })
            : FilePath is not null && known?.Find(FilePath) is { } file && (!withSha256 || file.Sha256 is not null) && file.State == _look()
            ? Task.FromResult(Describe(file.State, file.State.Size, file.Recognized, file.Sha1) with { Sha256 = withSha256 ? file.Sha256 : null })
            : HashAsync(withSha256, known, cancellationToken);
    }

    private async Task<ImageDescription> HashAsync(bool withSha256, DescribedFiles? known, CancellationToken cancellationToken)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            using IncrementalHash sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
            using IncrementalHash? sha256 = withSha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
            SourceState? before = _look();
            if (before is { Size: 0 })
            {
                // Nor is a pipe or a device opened, which have no size: opening a pipe waits for a writer.
                throw Empty(_name);
            }

            // Asked before the first byte is read: what is written afterwards has another date.
            bool mayBeKept = FilePath is not null && before is not null && known?.IsOldEnough(before.Modified) == true;
            Stream stream = Open();
            await using (stream.ConfigureAwait(false))
            {
                long size = 0;
                MediaType? recognized = null;
                while (true)
                {
                    // The first piece must hold enough bytes to detect the type: a stream may return one byte at a time.
                    int read = await stream.ReadAtLeastAsync(
                        piece.AsMemory(0, PieceLength), size == 0 ? ImageTypes.MagicLength : 1, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                    if (read == 0)
                    {
                        break;
                    }

                    recognized = size == 0 ? ImageTypes.Recognize(piece.AsSpan(0, read)) : recognized;
                    sha1.AppendData(piece.AsSpan(0, read));
                    sha256?.AppendData(piece.AsSpan(0, read));
                    size += read;
                }

                string first = Convert.ToHexString(sha1.GetHashAndReset());
                string? second = sha256 is null ? null : Convert.ToHexString(sha256.GetHashAndReset());
                ImageDescription description = Describe(before, size, recognized, first) with { Sha256 = second };
                if (mayBeKept)
                {
                    known!.Keep(FilePath!, new DescribedFile(before!, recognized, first, second));
                }

                return description;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw Unreadable($"The image '{_name}' could not be read to its end: {e.Message} Check the file and try again.", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>
    /// Opens the image for sending. A change since it was described is reported as <see cref="ImageShareError.SourceUnreadable"/>, here or at
    /// the latest at the end of the stream, so that the peer never receives anything other than what was offered.
    /// </summary>
    /// <param name="described">The description that was offered to the peer, as returned by <see cref="DescribeAsync"/>.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.FileNotFound"/>: it cannot be opened. <see cref="ImageShareError.SourceUnreadable"/>: it has changed.
    /// </exception>
    internal Stream OpenRead(ImageDescription described)
    {
        ArgumentNullException.ThrowIfNull(described);
        Stream stream = Open();
        bool changed = true;
        try
        {
            ThrowIfChanged(described);
            changed = false;
            return new UnchangedStream(stream, described.Size, () => ThrowIfChanged(described), () => Changed(_name));
        }
        finally
        {
            if (changed)
            {
                stream.Dispose();
            }
        }
    }

    private static ImageShareException Changed(string name) => Unreadable(
        $"The image '{name}' changed while it was being shared; share it again once it is no longer being written.", null);

    private Stream Open()
    {
        try
        {
            return _open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageShareException(
                ImageShareError.FileNotFound, $"The image '{_name}' cannot be opened: {e.Message} Check that the file exists and may be read.", e);
        }
    }

    private ImageDescription Describe(SourceState? before, long size, MediaType? recognized, string sha1)
    {
        if (size == 0)
        {
            throw Empty(_name);
        }

        MediaType type = _type ?? recognized ?? ImageTypes.FromExtension(Path.GetExtension(_name)) ?? new MediaType("application", "octet-stream");
        var description = new ImageDescription { Name = _name, Type = type, Size = size, Sha1 = sha1, Created = before?.Created, Modified = before?.Modified };
        ThrowIfChanged(description);
        return description;
    }

    // Only files have a modification date.
    private void ThrowIfChanged(ImageDescription described)
    {
        if (described.Modified is { } modified && (_look() is not { } now || now.Size != described.Size || now.Modified != modified))
        {
            throw Changed(_name);
        }
    }

    private static ImageShareException Empty(string name) => Unreadable($"The image '{name}' is empty; choose another file.", null);

    private static ImageShareException Unreadable(string message, Exception? inner) => new(ImageShareError.SourceUnreadable, message, inner);

    // The name may come from another operating system: remove directories with either separator, and a drive letter.
    private static string LeafOf(string path)
    {
        string leaf = path[(path.AsSpan().LastIndexOfAny('/', '\\') + 1)..];
        leaf = leaf.Length >= 2 && leaf[1] == ':' && char.IsAsciiLetter(leaf[0]) ? leaf[2..] : leaf;
        return leaf.Length == 0 ? "image" : leaf;
    }

}

/// <summary>The properties of a file that reveal a change.</summary>
internal sealed record SourceState(long Size, DateTimeOffset Modified, DateTimeOffset Created)
{
    public static SourceState? Of(FileInfo file)
    {
        // The size and the dates of a link are its own, but what is read is the file it leads to.
        FileSystemInfo? target = file.LinkTarget is null ? null : file.ResolveLinkTarget(returnFinalTarget: true);
        file = target is null ? file : new FileInfo(target.FullName);
        return file.Exists ? new SourceState(file.Length, file.LastWriteTimeUtc, file.CreationTimeUtc) : null;
    }
}
