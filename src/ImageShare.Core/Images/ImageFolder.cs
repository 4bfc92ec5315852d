using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace ImageShare.Core.Images;

/// <summary>
/// The images in one folder, recognized by their first bytes. Subfolders, links and hidden files are left out. A requested name is only
/// compared with the names found; it never becomes a path. A hash is computed when it is first requested, one file at a time, and kept until
/// the size or date of the file changes.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore is only waited on asynchronously: it holds nothing to release.")]
internal sealed class ImageFolder(string folder)
{
    private static readonly EnumerationOptions Listing = new()
    {
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.Directory | FileAttributes.ReparsePoint | FileAttributes.Device,
        IgnoreInaccessible = true,
    };

    private readonly SemaphoreSlim _reading = new(1, 1);
    private Dictionary<string, KnownFile> _known = new(StringComparer.Ordinal);

    /// <summary>Finds the images that match a selector, ordered by name.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.FileNotFound"/>: the folder does not exist or cannot be read.</exception>
    public async Task<IReadOnlyList<(ImageSource Source, ImageDescription Description, ImmutableArray<ImageHash> Hashes)>> FindAsync(
        ImageSelector wanted, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            List<FileInfo> files = List();
            Forget(files);
            var found = new List<(ImageSource, ImageDescription, ImmutableArray<ImageHash>)>();
            foreach (FileInfo file in files.Where(f => (wanted.Name ?? f.Name) == f.Name && (wanted.Size ?? f.Length) == f.Length))
            {
                if (await TryReadAsync(file, wanted, cancellationToken).ConfigureAwait(false) is { } image)
                {
                    found.Add(image);
                }
            }

            return found;
        }
        finally
        {
            _reading.Release();
        }
    }

    // Empty files are not images, and neither are pipes and devices, which have no length.
    private List<FileInfo> List()
    {
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFiles("*", Listing)
                .Where(IsServed)
                .OrderBy(static f => f.Name, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageShareException(ImageShareError.FileNotFound, $"The folder '{folder}' cannot be read: {e.Message} Check that it exists and may be read.", e);
        }
    }

    private static bool IsServed(FileInfo file)
    {
        try
        {
            return !file.Name.StartsWith('.') && file.Length > 0 && file.LinkTarget is null;
        }
        catch (FileNotFoundException)
        {
            // The file was deleted after it was listed. The others can still be served.
            return false;
        }
    }

    private void Forget(List<FileInfo> files)
    {
        var names = files.Select(static f => f.Name).ToHashSet(StringComparer.Ordinal);
        _known = _known.Where(k => names.Contains(k.Key)).ToDictionary(StringComparer.Ordinal);
    }

    private async Task<(ImageSource Source, ImageDescription Description, ImmutableArray<ImageHash> Hashes)?> TryReadAsync(
        FileInfo file, ImageSelector wanted, CancellationToken cancellationToken)
    {
        try
        {
            KnownFile known = _known.TryGetValue(file.Name, out KnownFile? before) && before.Size == file.Length && before.Modified == file.LastWriteTimeUtc
                ? before
                : new KnownFile(file.Length, file.LastWriteTimeUtc);
            _known[file.Name] = known;
            if (!await known.LookAsync(file, cancellationToken).ConfigureAwait(false) || (wanted.Type is not null && !ImageTypes.AreSame(wanted.Type, known.Type)))
            {
                return null;
            }

            string? algorithm = wanted.StrongestHash is { } hash ? ImageHashes.KeyOf(hash) : null;
            await known.HashAsync(file, algorithm, cancellationToken).ConfigureAwait(false);
            if (algorithm is not null && !known.Hashes[algorithm].AsSpan().SequenceEqual(wanted.StrongestHash!.Value.AsSpan()))
            {
                return null;
            }

            var description = new ImageDescription
            {
                Name = file.Name,
                Type = known.Type!,
                Size = known.Size,
                Sha1 = Convert.ToHexString(known.Hashes[ImageHashes.Sha1].AsSpan()),
                Created = file.CreationTimeUtc,
                Modified = known.Modified,
            };
            return (ImageSource.FromFile(file.FullName, known.Type), description, [.. known.Hashes.Select(static h => new ImageHash(h.Key, h.Value))]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The file was deleted, or is locked or not readable: treat it as absent.
            return null;
        }
    }

    /// <summary>Cached facts about a file, valid while its size and date do not change.</summary>
    private sealed class KnownFile(long size, DateTime modified)
    {
        private bool _isLookedAt;

        public long Size => size;

        public DateTime Modified => modified;

        public Text.MediaType? Type { get; private set; }

        public ImmutableDictionary<string, ImmutableArray<byte>> Hashes { get; private set; } = ImmutableDictionary<string, ImmutableArray<byte>>.Empty;

        /// <summary>Reads the first bytes; false if they do not belong to a known image type.</summary>
        public async ValueTask<bool> LookAsync(FileInfo file, CancellationToken cancellationToken)
        {
            if (!_isLookedAt)
            {
                byte[] start = new byte[ImageTypes.MagicLength];
                using FileStream stream = Open(file);
                int read = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                Type = ImageTypes.Recognize(start.AsSpan(0, read));
                _isLookedAt = true;
            }

            return Type is not null;
        }

        /// <summary>Computes SHA-1 and the requested hash, unless they are cached.</summary>
        public async ValueTask HashAsync(FileInfo file, string? algorithm, CancellationToken cancellationToken)
        {
            if (!Hashes.ContainsKey(algorithm ?? ImageHashes.Sha1))
            {
                using FileStream stream = Open(file);
                Hashes = Hashes.SetItems(await ImageHashes.ComputeAsync(stream, algorithm, cancellationToken).ConfigureAwait(false));
            }
        }

        private static FileStream Open(FileInfo file) =>
            new(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
    }
}
