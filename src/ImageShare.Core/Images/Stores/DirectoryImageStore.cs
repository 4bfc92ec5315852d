using ImageShare.Core.Text;

namespace ImageShare.Core.Images.Stores;

/// <summary>Stores received images as files in one folder. See <see cref="ImageStore.InDirectory(string)"/>.</summary>
internal sealed class DirectoryImageStore(
    string folder, Func<string, IPartialFile> createFile, DirectoryStoreOptions? settings = null, Func<string, long>? freeSpace = null) : IImageStore
{
    // After this many images with the same name, a random suffix is used: searching for the next free number would take longer and longer.
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
            Tidy();
            return ValueTask.FromResult<IImageSink>(Create(image));
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            throw StoreErrors.Translate(e, folder);
        }
    }

    /// <summary>Removes temporary files left by a terminated program, and expired partial files.</summary>
    public void TidyNow()
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Tidy();
            }
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            // The next attempt to store an image reports the error; tidying is then tried again.
            Volatile.Write(ref _isTidy, 0);
        }
    }

    /// <exception cref="ImageShareException"><see cref="ImageShareError.TypeNotAccepted"/>.</exception>
    public void ThrowIfNotAllowed(MediaType? type)
    {
        if (Options.AllowType is { } allows && !allows(type))
        {
            throw new ImageShareException(
                ImageShareError.TypeNotAccepted, $"Images of the type {type?.Essence ?? "(unknown)"} are not stored here; decline the image, or allow its type in DirectoryStoreOptions.AllowType.");
        }
    }

    public bool CanResume(IncomingImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return KeptOf(image)?.Has(folder, image.ResumesAt) == true;
    }

    public ImagePartial? FindPartial(ImageSelector image, string? sender)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Options.KeepPartials && Directory.Exists(folder) ? KeptPartial.Find(folder, image, sender) : null;
    }

    private void Tidy()
    {
        if (Interlocked.Exchange(ref _isTidy, 1) == 0)
        {
            LeftOverFiles.Remove(folder);
            KeptPartial.RemoveExpired(folder, Options.PartialLifetime);
        }
    }

    private KeptPartial? KeptOf(IncomingImage image) => Options.KeepPartials ? KeptPartial.Of(image, Options.KeepPartialsWithoutHash) : null;

    private VerifyingSink Create(IncomingImage image)
    {
        var owner = new object();
        bool created = false;
        try
        {
            Room.Claim(owner, (image.Size ?? 0) - image.ResumesAt);
            KeptPartial? kept = KeptOf(image);
            (string path, IPartialFile file) = image.ResumesAt > 0
                ? kept?.TryTake(folder, image.ResumesAt) ?? throw new ImageShareException(
                    ImageShareError.NothingToResume,
                    $"The first {image.ResumesAt} bytes of the image from this peer are not in '{folder}', or another transfer is resuming them; the peer must offer the whole image, or fetch the whole image.")
                : LeftOverFiles.Create(() => kept?.NewPath(folder) ?? LeftOverFiles.NewPath(folder), createFile);
            var hasher = new ImageHasher(image.Hashes);
            var place = new ImagePlace(this, image, path, owner, kept);
            var sink = new VerifyingSink(new DirectoryImageSink(place, file, hasher, Buffers.Take(image.Size), image.ResumesAt), hasher, image);
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
    /// Gives a finished file its name. The name is reserved first by creating an empty file that must not exist yet; the finished file then
    /// replaces it. Unlike a check whether the name is free, this cannot overwrite a file created in between.
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
        catch (IOException) when (Path.Exists(path))
        {
            // The name is taken by a file, a folder or a dangling link: try the next one.
            return false;
        }
        catch (UnauthorizedAccessException) when (Path.Exists(path))
        {
            // Some systems report this when the name is taken by a folder.
            return false;
        }
    }
}
