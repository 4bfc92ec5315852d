using System.Collections.Immutable;
using System.Globalization;

namespace ImageShare.Core.Images;

/// <summary>
/// What came of an image whose transfer broke off: a hidden file named for the hash and the size of the whole. All its octets are good as far
/// as it is long, for it is only written in order; the hash of the whole is checked when the rest has come.
/// </summary>
internal static class KeptPartial
{
    private const string Extension = ".partial";

    /// <summary>Where it would be; null for an image that cannot be told from others or could not be checked at its end.</summary>
    public static string? PathOf(string folder, IncomingImage image)
    {
        ImmutableArray<byte> hash = image.Hashes.Where(static h => h.Value.Length is 20 or 32 or 48 or 64).Select(static h => h.Value).MaxBy(static v => v.Length);
        return image.Size is { } size && !hash.IsDefault
            ? Path.Combine(folder, FormattableString.Invariant($".{Convert.ToHexString(hash.AsSpan())}-{size}{Extension}"))
            : null;
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
            if (file.Name.AsSpan(1).IndexOf('-') is 40 or 64 or 96 or 128 && DateTime.UtcNow - file.LastWriteTimeUtc > lifetime)
            {
                LeftOverFiles.TryRemove(file.FullName);
            }
        }
    }
}
