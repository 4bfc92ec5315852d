using ImageShare.Core.Text;

namespace ImageShare.Core.Images;

/// <summary>Received images as files in one folder. See <see cref="ImageStore.InDirectory(string)"/>.</summary>
internal sealed class DirectoryImageStore(
    string folder, Func<string, IPartialFile> createFile, DirectoryStoreOptions? settings = null, Func<string, long>? freeSpace = null) : IImageStore
{
    // After so many images of one name the next number would take longer and longer to find.
    private const int MaxNumber = 1000;

    private int _isTidy;

    public string Folder => folder;

    public DirectoryStoreOptions Options { get; } = settings ?? DirectoryStoreOptions.Default;

    public StoreRoom Room { get; } = new(folder, settings ?? DirectoryStoreOptions.Default, freeSpace ?? StoreRoom.FreeSpaceOf);

    public SinkBuffers Buffers { get; } = new();

    public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfNotAllowed(image.Type);
        try
        {
            Directory.CreateDirectory(folder);
            if (Interlocked.Exchange(ref _isTidy, 1) == 0)
            {
                LeftOverFiles.Remove(folder);
                KeptPartial.RemoveExpired(folder, Options.PartialLifetime);
            }

            return ValueTask.FromResult<IImageSink>(Create(image));
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            throw StoreErrors.Translate(e, folder);
        }
    }

    /// <exception cref="ImageShareException"><see cref="ImageShareError.TypeNotAccepted"/>.</exception>
    public void ThrowIfNotAllowed(MediaType? type)
    {
        if (Options.AllowsType is { } allows && !allows(type))
        {
            throw new ImageShareException(
                ImageShareError.TypeNotAccepted, $"Images of the type {type?.Essence ?? "nobody knows"} are not stored here; decline the image, or allow its type.");
        }
    }

    public bool CanResume(IncomingImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return KeptPathOf(image) is { } path && KeptPartial.Has(path, image.FirstOctet);
    }

    public ImagePartial? FindPartial(ImageSelector image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Options.KeepPartials && Directory.Exists(folder) ? KeptPartial.Find(folder, image) : null;
    }

    private string? KeptPathOf(IncomingImage image) => !Options.KeepPartials ? null
        : KeptPartial.PathOf(folder, image) ?? (Options.KeepPartialsWithoutHash ? KeptPartial.PathWithoutHash(folder, image) : null);

    private DirectoryImageSink Create(IncomingImage image)
    {
        var owner = new object();
        bool created = false;
        try
        {
            Room.Claim(owner, (image.Size ?? 0) - image.FirstOctet);
            if (KeptPathOf(image) is { } kept && (image.FirstOctet == 0 || KeptPartial.Has(kept, image.FirstOctet))
                && KeptPartial.Open(kept, image.FirstOctet) is { } continued)
            {
                created = true;
                return new DirectoryImageSink(this, image, kept, continued, owner) { Keeps = true };
            }

            if (image.FirstOctet > 0)
            {
                throw new ImageShareException(
                    ImageShareError.NothingToResume, $"The first {image.FirstOctet} octets of the image are not in '{folder}'; the peer has to offer the whole image.");
            }

            string path = LeftOverFiles.NewPath(folder);
            var sink = new DirectoryImageSink(this, image, path, createFile(path), owner);
            created = true;
            return sink;
        }
        finally
        {
            if (!created)
            {
                Room.Leave(owner);
            }
        }
    }

    /// <summary>
    /// Gives a finished file its name. The name is taken first, by creating an empty file that must not exist yet, and the finished
    /// file then replaces that one: unlike asking whether the name is free, this cannot overwrite what appears in between.
    /// </summary>
    public string Publish(string partialPath, string name)
    {
        for (int number = 1; ; number++)
        {
            string candidate = number == 1 ? name
                : SafeFileName.WithSuffix(name, number <= MaxNumber ? number.ToString(System.Globalization.CultureInfo.InvariantCulture) : RandomToken.Create(8));
            string path = Path.Combine(folder, candidate);
            if (!TryReserve(path))
            {
                continue;
            }

            bool moved = false;
            try
            {
                File.Move(partialPath, path, overwrite: true);
                moved = true;
                return path;
            }
            finally
            {
                if (!moved)
                {
                    File.Delete(path);
                }
            }
        }
    }

    private static bool TryReserve(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write).Dispose();
            return true;
        }
        catch (IOException) when (Exists(path))
        {
            // The name is taken, by a file, a folder or a link to nowhere: try the next one.
            return false;
        }
        catch (UnauthorizedAccessException) when (Exists(path))
        {
            // What some systems say when the name is taken by a folder.
            return false;
        }
    }

    private static bool Exists(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;
}
