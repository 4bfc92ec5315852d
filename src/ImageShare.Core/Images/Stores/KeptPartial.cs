using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// The partial file of an interrupted transfer: a hidden file named after the hash and size of the whole image and its sender. It is only
/// written in order, so all of its bytes are valid; the hash of the whole image is checked once the rest has arrived. If no hash was offered
/// and the options allow it, the file is named after the sender's metadata instead. The transfer id is not used: a resumed transfer has a new
/// one (RFC 5547 §8.1).
/// </summary>
/// <remarks>
/// Each transfer writes its own file, whose name ends in a random token, and only the process that has it open touches it. A transfer that
/// resumes picks a file no one has open and renames it first: if two want the same file, only one gets it, and a file that has become an
/// image in the meantime no longer has that name. A partial file is never resumed by another sender, whatever hash that sender claims.
/// </remarks>
/// <param name="Image">The hash of the whole image, or the hash of its metadata.</param>
/// <param name="Size">The size of the whole image.</param>
/// <param name="Sender">A hash of the sender's URI.</param>
internal sealed record KeptPartial(string Image, long Size, string Sender)
{
    private const string Extension = ".partial";

    // Not a hex digit, so such a name cannot be confused with a hash.
    private const char WithoutHash = 'n';

    // The sender, if an application uses the store directly and does not name one.
    private const string Unknown = "0";

    private const int Attempts = 3;

    private static readonly EnumerationOptions Listing = new() { AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>The partial file for an image, or null if the image cannot be identified or could not be verified at the end.</summary>
    /// <param name="image">The image as it is offered.</param>
    /// <param name="withoutHash">Whether images without a hash are kept as well.</param>
    public static KeptPartial? Of(IncomingImage image, bool withoutHash)
    {
        if (image.Size is not { } size)
        {
            return null;
        }

        if (ImageHashes.Strongest(image.Hashes) is { } hash)
        {
            return new KeptPartial(Convert.ToHexString(hash.Value.AsSpan()), size, WordOf(image.Sender));
        }

        if (!withoutHash || !image.Hashes.IsEmpty || image is not { Sender: { } sender, SuggestedName: { } name, Modified: { } modified })
        {
            return null;
        }

        // With the lengths, two different pairs cannot produce the same text.
        string said = FormattableString.Invariant($"{sender.Length} {sender} {name.Length} {name} {modified.UtcTicks}");
        return new KeptPartial(WithoutHash + Convert.ToHexString(SHA256.HashData(Encoding.Unicode.GetBytes(said))), size, WordOf(sender));
    }

    /// <summary>Finds a partial file that is not in use. The size need not be known.</summary>
    public static ImagePartial? Find(string folder, ImageSelector image, string? sender)
    {
        if (image.StrongestHash is not { } hash)
        {
            return null;
        }

        string key = Convert.ToHexString(hash.Value.AsSpan()), word = WordOf(sender);
        return Files(folder, key)
            .Where(found => (image.Size ?? found.Kept.Size) == found.Kept.Size && found.Kept.IsFrom(word) && IsFree(found.Path))
            .Select(static found => new ImagePartial { Bytes = Math.Min(found.Length, found.Kept.Size), Size = found.Kept.Size })
            .MaxBy(static partial => partial.Bytes);
    }

    /// <summary>Removes expired partial files.</summary>
    public static void RemoveExpired(string folder, TimeSpan lifetime)
    {
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles(".*" + Extension, Listing))
        {
            if (file.Name.AsSpan(1).TrimStart(WithoutHash).IndexOf('-') is 40 or 64 or 96 or 128 && DateTime.UtcNow - file.LastWriteTimeUtc > lifetime)
            {
                LeftOverFiles.TryRemove(file.FullName);
            }
        }
    }

    /// <summary>A new name for the file of one transfer.</summary>
    public string NewPath(string folder) => Path.Combine(folder, FormattableString.Invariant($".{Image}-{Size}-{Sender}-{RandomToken.Create()}{Extension}"));

    /// <summary>Whether a partial file of at least that many bytes exists.</summary>
    public bool Has(string folder, long bytes) => Mine(folder).Any(found => found.Length >= bytes);

    /// <summary>Takes a partial file for a transfer that resumes at an offset, and truncates it there. Null if there is none or all are in use.</summary>
    public (string Path, IPartialFile File)? TryTake(string folder, long offset)
    {
        // Another transfer that checks whether the file is free holds it for a moment: try again.
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            foreach ((string path, _, _) in Mine(folder).Where(found => found.Length >= offset).OrderByDescending(static found => found.Length))
            {
                if (TryTake(folder, path, offset) is { } taken)
                {
                    return taken;
                }
            }
        }

        return null;
    }

    /// <summary>
    /// Keeps the file of an interrupted transfer. Only the longest file per image and sender is kept; otherwise a sender that starts over and
    /// over would fill the disk. Called while the file is still open.
    /// </summary>
    public void Leave(string folder, string path, long bytes)
    {
        foreach (string other in Own(folder).Where(found => found != path))
        {
            using PartialFile? file = PartialFile.TryOpen(other);
            if (file?.Length > bytes)
            {
                LeftOverFiles.TryDelete(path);
                return;
            }

            if (file is not null)
            {
                LeftOverFiles.TryDelete(other);
            }
        }
    }

    /// <summary>Removes the partial files of this image and sender, which is complete now.</summary>
    public void Remove(string folder)
    {
        foreach (string path in Own(folder))
        {
            LeftOverFiles.TryRemove(path);
        }
    }

    private (string Path, IPartialFile File)? TryTake(string folder, string path, long offset)
    {
        PartialFile? file = PartialFile.TryOpen(path);
        bool isTaken = false;
        try
        {
            if (file is null || file.Length < offset)
            {
                return null;
            }

            string own = NewPath(folder);
            PartialFile.Rename(path, own);
            file.CutAt(offset);
            isTaken = true;
            return (own, file);
        }
        catch (FileNotFoundException)
        {
            // It belonged to another transfer until it was locked here, and has become an image or was deleted.
            return null;
        }
        finally
        {
            if (!isTaken)
            {
                file?.Dispose();
            }
        }
    }

    private static string WordOf(string? sender) =>
        sender is null ? Unknown : Convert.ToHexString(SHA256.HashData(Encoding.Unicode.GetBytes(sender)).AsSpan(0, 16));

    private static bool IsFree(string path)
    {
        using PartialFile? file = PartialFile.TryOpen(path);
        return file is not null;
    }

    private static IEnumerable<(string Path, long Length, KeptPartial Kept)> Files(string folder, string image)
    {
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles($".{image}-*{Extension}", Listing))
        {
            string[] parts = file.Name[1..^Extension.Length].Split('-');
            if (parts.Length == 4 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long size) && file.Exists)
            {
                yield return (file.FullName, file.Length, new KeptPartial(parts[0], size, parts[2]));
            }
        }
    }

    private IEnumerable<(string Path, long Length, KeptPartial Kept)> Mine(string folder) =>
        Directory.Exists(folder) ? Files(folder, Image).Where(found => found.Kept.Size == Size && found.Kept.IsFrom(Sender)) : [];

    private string[] Own(string folder)
    {
        try
        {
            return [.. Mine(folder).Where(found => found.Kept.Sender == Sender).Select(static found => found.Path)];
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            // The folder can no longer be listed. This only cleans up, so its failure must not fail an image.
            return [];
        }
    }

    private bool IsFrom(string sender) => Sender == sender || Sender == Unknown;
}
