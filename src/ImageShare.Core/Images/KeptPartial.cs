using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ImageShare.Core.Images;

/// <summary>
/// What came of an image whose transfer broke off: a hidden file named for the hash and the size of the whole. All its octets are good as far
/// as it is long, for it is only written in order; the hash of the whole is checked when the rest has come. Where none was offered, and that is allowed, it is named for
/// what the sender said of the image instead. The id of a transfer says nothing here: one that is resumed has another (RFC 5547 §8.1).
/// </summary>
internal static class KeptPartial
{
    private const string Extension = ".partial";

    // What no hex digit is: a name of this kind is never taken for a hash.
    private const char WithoutHash = 'n';

    /// <summary>Where it would be; null for an image that cannot be told from others or could not be checked at its end.</summary>
    public static string? PathOf(string folder, IncomingImage image)
    {
        ImmutableArray<byte> hash = image.Hashes.Where(static h => h.Value.Length is 20 or 32 or 48 or 64).Select(static h => h.Value).OrderByDescending(static v => v.Length).FirstOrDefault();
        return image.Size is { } size && !hash.IsDefault
            ? Path.Combine(folder, FormattableString.Invariant($".{Convert.ToHexString(hash.AsSpan())}-{size}{Extension}"))
            : null;
    }

    /// <summary>Where it would be without a hash; null for an image that has one, or of which too little was said to tell it from others.</summary>
    public static string? PathWithoutHash(string folder, IncomingImage image)
    {
        if (!image.Hashes.IsEmpty || image is not { Size: { } size, Sender: { } sender, SuggestedName: { } name, Modified: { } modified })
        {
            return null;
        }

        // The lengths keep two names from being read as one.
        string said = FormattableString.Invariant($"{sender.Length} {sender} {name.Length} {name} {modified.UtcTicks}");
        string key = Convert.ToHexString(SHA256.HashData(Encoding.Unicode.GetBytes(said)));
        return Path.Combine(folder, FormattableString.Invariant($".{WithoutHash}{key}-{size}{Extension}"));
    }

    /// <summary>Whether so many octets are there.</summary>
    public static bool Has(string path, long octets) => new FileInfo(path) is { Exists: true } file && file.Length >= octets;

    /// <summary>Looks for it; the size need not be known.</summary>
    public static ImagePartial? Find(string folder, ImageSelector image)
    {
        if (image.StrongestHash is not { } hash)
        {
            return null;
        }

        string pattern = FormattableString.Invariant($".{Convert.ToHexString(hash.Value.AsSpan())}-{(image.Size is { } size ? size : "*")}{Extension}");
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles(pattern, new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            if (long.TryParse(file.Name.AsSpan()[(file.Name.IndexOf('-') + 1)..^Extension.Length], NumberStyles.None, CultureInfo.InvariantCulture, out long whole))
            {
                return new ImagePartial(Math.Min(file.Length, whole), whole);
            }
        }

        return null;
    }

    /// <summary>Opens it for what comes from an offset on; what was there behind that goes. Null when another transfer has it.</summary>
    public static IPartialFile? Open(string path, long offset)
    {
        try
        {
            return PartialFile.OpenAt(path, offset);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Removes those that have waited too long.</summary>
    public static void RemoveExpired(string folder, TimeSpan lifetime)
    {
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles(".*" + Extension, new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            if (file.Name.AsSpan(1).TrimStart(WithoutHash).IndexOf('-') is 40 or 64 or 96 or 128 && DateTime.UtcNow - file.LastWriteTimeUtc > lifetime)
            {
                LeftOverFiles.TryRemove(file.FullName);
            }
        }
    }
}
