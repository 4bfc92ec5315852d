using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// What came of an image whose transfer broke off: hidden files named for hash and size of the whole image and for its sender. All octets of one are good as far as it is long,
/// for it is only written in order; the hash of the whole is checked when the rest has come. Where none was offered, and that is allowed, they are named for what the sender said
/// of the image instead. The id of a transfer says nothing here: one that is resumed has another (RFC 5547 §8.1).
/// </summary>
/// <remarks>
/// Each transfer writes a file of its own, whose name ends in letters nobody else uses; nobody but who has it open touches it. A transfer that is resumed takes
/// one that nobody has open and gives it a name of its own first: of two that want it, one gets it, and a file that has become an image meanwhile has no such name any more. What one sender began,
/// another never continues, whatever hash it claims.
/// </remarks>
/// <param name="Image">The hash of the whole image, or what stands for it.</param>
/// <param name="Size">The size of the whole image.</param>
/// <param name="Sender">Who sends it, as a word.</param>
internal sealed record KeptPartial(string Image, long Size, string Sender)
{
    private const string Extension = ".partial";

    // What no hex digit is: a name of this kind is never taken for a hash.
    private const char WithoutHash = 'n';

    // Of an application that stores by itself and does not say who sends.
    private const string Unknown = "0";

    private const int Attempts = 3;

    private static readonly EnumerationOptions Listing = new() { AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>What would be kept of an image; null for one that cannot be told from others or could not be checked at its end.</summary>
    /// <param name="image">The image as it is offered.</param>
    /// <param name="withoutHash">Whether images without a hash are kept too.</param>
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

        // The lengths keep two names from being read as one.
        string said = FormattableString.Invariant($"{sender.Length} {sender} {name.Length} {name} {modified.UtcTicks}");
        return new KeptPartial(WithoutHash + Convert.ToHexString(SHA256.HashData(Encoding.Unicode.GetBytes(said))), size, WordOf(sender));
    }

    /// <summary>Looks for what is kept, and in nobody's hands; the size need not be known.</summary>
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

    /// <summary>Removes those that have waited too long.</summary>
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

    /// <summary>A name for the file of one transfer.</summary>
    public string NewPath(string folder) => Path.Combine(folder, FormattableString.Invariant($".{Image}-{Size}-{Sender}-{RandomToken.Create()}{Extension}"));

    /// <summary>Whether so many octets are there.</summary>
    public bool Has(string folder, long octets) => Mine(folder).Any(found => found.Length >= octets);

    /// <summary>Takes what is kept for a transfer that brings the octets from an offset on; what was there behind that goes. Null when there is none, or others have it.</summary>
    public (string Path, IPartialFile File)? TryTake(string folder, long offset)
    {
        // Who only looks whether a file is free has it for a moment.
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
    /// A transfer breaks off and leaves its file: the longest of those of this image and sender is enough, or a sender that begins again and again would fill the disk. Called
    /// while the file is still open.
    /// </summary>
    public void Leave(string folder, string path, long octets)
    {
        foreach (string other in Own(folder).Where(found => found != path))
        {
            using PartialFile? file = PartialFile.TryOpen(other);
            if (file?.Length > octets)
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

    /// <summary>The image is here: what was kept of it from the same sender is of no more use.</summary>
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
            // It was another transfer's until it was locked here, and has become an image, or is gone.
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
            // The folder cannot be listed any more. What is done here makes room, and its failing is no reason for an image to fail.
            return [];
        }
    }

    private bool IsFrom(string sender) => Sender == sender || Sender == Unknown;
}
