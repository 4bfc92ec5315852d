using System.Buffers;
using System.Security.Cryptography;
using ImageShare.Core.Text;

namespace ImageShare.Core.Images;

/// <summary>
/// An image to share: a file, octets in memory, or any stream. It is described first, then read; between the two, and while it is
/// read, it must not change, and a change is noticed. It keeps no state: one source may be shared many times, at the same time.
/// </summary>
public sealed class ImageSource
{
    private const int PieceLength = 64 * 1024;

    // Only Windows reads files without keeping a thread waiting.
    private static readonly FileOptions FileAccessOptions =
        FileOptions.SequentialScan | (OperatingSystem.IsWindows() ? FileOptions.Asynchronous : FileOptions.None);

    private readonly Func<Stream> _open;
    private readonly Func<SourceState?> _look;
    private readonly string _name;
    private readonly MediaType? _type;

    private ImageSource(string name, MediaType? type, Func<Stream> open, Func<SourceState?> look)
    {
        _name = LeafOf(name);
        _type = type;
        _open = open;
        _look = look;
    }

    /// <summary>The octets of an image in memory: nobody has to read them. Null for any other.</summary>
    internal ReadOnlyMemory<byte>? Octets { get; private init; }

    /// <summary>A file. It is opened only when it is described or read.</summary>
    /// <param name="path">Where it is; only its last part is ever told to a peer.</param>
    /// <param name="type">Its media type; null to tell it from its first octets and its extension.</param>
    public static ImageSource FromFile(string path, MediaType? type = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        return new ImageSource(
            full,
            type,
            () => Directory.Exists(full)
                ? throw new ImageShareException(ImageShareError.FileNotFound, $"'{path}' is a directory, not an image; name a file in it.")
                : new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileAccessOptions),
            () => SourceState.Of(new FileInfo(full)));
    }

    /// <summary>Octets in memory; they are not copied and must not change.</summary>
    /// <param name="octets">The image.</param>
    /// <param name="name">The name to offer.</param>
    /// <param name="type">Its media type.</param>
    public static ImageSource FromBytes(ReadOnlyMemory<byte> octets, string name, MediaType type)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(type);
        return new ImageSource(name, type, () => new ReadOnlyMemoryStream(octets), () => null) { Octets = octets };
    }

    /// <summary>Any stream.</summary>
    /// <param name="open">Gives a new stream at the beginning of the image; called once to describe it and once to send it.</param>
    /// <param name="name">The name to offer.</param>
    /// <param name="type">Its media type.</param>
    public static ImageSource FromStream(Func<Stream> open, string name, MediaType type)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(type);
        return new ImageSource(name, type, open, () => null);
    }

    /// <summary>Reads the whole image once, in small pieces, and says what there is to say about it.</summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.FileNotFound"/>: it does not exist or may not be read.
    /// <see cref="ImageShareError.SourceUnreadable"/>: it is empty, or could not be read to its end, or changed meanwhile.
    /// </exception>
    public async Task<ImageDescription> DescribeAsync(CancellationToken cancellationToken = default)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            using IncrementalHash sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
            using IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            SourceState? before = _look();
            Stream stream = Open();
            await using (stream.ConfigureAwait(false))
            {
                long size = 0;
                MediaType? recognized = null;
                while (true)
                {
                    // The first piece is filled as far as the type needs it: streams may give one octet at a time.
                    int read = await stream.ReadAtLeastAsync(
                        piece.AsMemory(0, PieceLength), size == 0 ? ImageTypes.MagicLength : 1, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                    if (read == 0)
                    {
                        break;
                    }

                    recognized = size == 0 ? ImageTypes.Recognize(piece.AsSpan(0, read)) : recognized;
                    sha1.AppendData(piece.AsSpan(0, read));
                    sha256.AppendData(piece.AsSpan(0, read));
                    size += read;
                }

                return Describe(before, size, recognized, Convert.ToHexString(sha1.GetHashAndReset())) with { Sha256 = Convert.ToHexString(sha256.GetHashAndReset()) };
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable($"The image '{_name}' could not be read to its end: {e.Message} Check the file and try again.", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>
    /// Opens the image for sending. A change since it was described is noticed here or, at the latest, at the end of the stream, as
    /// <see cref="ImageShareError.SourceUnreadable"/>: the peer must not take a file for what was offered that is not.
    /// </summary>
    /// <param name="described">What <see cref="DescribeAsync"/> said, and the peer was told.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.FileNotFound"/>, <see cref="ImageShareError.SourceUnreadable"/>.
    /// </exception>
    public Stream OpenRead(ImageDescription described)
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
        $"The image '{name}' was changed while it was shared; share it again when nobody is writing to it.", null);

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
            throw Unreadable($"The image '{_name}' is empty; choose another file.", null);
        }

        MediaType type = _type ?? recognized ?? ImageTypes.FromExtension(Path.GetExtension(_name)) ?? new MediaType("application", "octet-stream");
        var description = new ImageDescription { Name = _name, Type = type, Size = size, Sha1 = sha1, Created = before?.Created, Modified = before?.Modified };
        ThrowIfChanged(description);
        return description;
    }

    // Only files tell when they were changed.
    private void ThrowIfChanged(ImageDescription described)
    {
        if (described.Modified is { } modified && (_look() is not { } now || now.Size != described.Size || now.Modified != modified))
        {
            throw Changed(_name);
        }
    }

    private static ImageShareException Unreadable(string message, Exception? inner) => new(ImageShareError.SourceUnreadable, message, inner);

    // Of a name that came from another system, too: no directory of either kind, no drive.
    private static string LeafOf(string path)
    {
        string leaf = path[(path.AsSpan().LastIndexOfAny('/', '\\') + 1)..];
        leaf = leaf.Length >= 2 && leaf[1] == ':' && char.IsAsciiLetter(leaf[0]) ? leaf[2..] : leaf;
        return leaf.Length == 0 ? "image" : leaf;
    }

    /// <summary>What a change of a file shows in.</summary>
    private sealed record SourceState(long Size, DateTimeOffset Modified, DateTimeOffset Created)
    {
        public static SourceState? Of(FileInfo file) =>
            file.Exists ? new SourceState(file.Length, file.LastWriteTimeUtc, file.CreationTimeUtc) : null;
    }
}
