using ImageShare.Core.Text;

namespace ImageShare.Core.Images;

/// <summary>Maps media types to file extensions and to the first bytes of a file. Images are never decoded.</summary>
internal static class ImageTypes
{
    /// <summary>The number of bytes <see cref="Recognize"/> needs at most.</summary>
    public const int MagicLength = 16;

    // The first extension is the one written. The aliases are types seen from real peers.
    private static readonly (string Subtype, string[] Extensions, string[] Aliases)[] Known =
    [
        ("jpeg", [".jpg", ".jpeg", ".jpe", ".jfif"], ["jpg", "pjpeg"]),
        ("png", [".png"], ["x-png"]),
        ("gif", [".gif"], []),
        ("bmp", [".bmp", ".dib"], ["x-bmp", "x-ms-bmp"]),
        ("webp", [".webp"], []),
        ("heic", [".heic", ".heif"], []),
        ("heif", [".heif", ".heic"], []),
        ("avif", [".avif"], []),
        ("tiff", [".tif", ".tiff"], []),
    ];

    /// <summary>The extension for a file of that type, with its dot; <c>.bin</c> if it is not a known image type.</summary>
    public static string ExtensionOf(MediaType? type) => Find(type)?.Extensions[0] ?? ".bin";

    /// <summary>Whether an extension (with its dot) fits the type. Without a type, the extension of any known image type fits.</summary>
    public static bool Fits(MediaType? type, string extension) => type is null
        ? FromExtension(extension) is not null
        : Find(type)?.Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase) == true;

    /// <summary>The media type for a file extension (with its dot), or null if it is not that of a known image type.</summary>
    public static MediaType? FromExtension(string extension)
    {
        foreach ((string subtype, string[] extensions, _) in Known)
        {
            if (extensions.Contains(extension, StringComparer.OrdinalIgnoreCase))
            {
                return new MediaType("image", subtype);
            }
        }

        return null;
    }

    /// <summary>The image type that the first bytes identify, or null.</summary>
    public static MediaType? Recognize(ReadOnlySpan<byte> start)
    {
        string? subtype =
            start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "jpeg"
            : start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]) ? "png"
            : start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8) ? "gif"
            : start.Length >= 12 && start.StartsWith("RIFF"u8) && start[8..].StartsWith("WEBP"u8) ? "webp"
            : start.StartsWith((ReadOnlySpan<byte>)[(byte)'I', (byte)'I', 42, 0]) || start.StartsWith((ReadOnlySpan<byte>)[(byte)'M', (byte)'M', 0, 42]) ? "tiff"
            : start.Length >= 12 && start[4..].StartsWith("ftyp"u8) ? FromBrand(start[8..12])
            : start.Length >= 14 && start.StartsWith("BM"u8) && start[6..10].IndexOfAnyExcept((byte)0) < 0 ? "bmp"
            : null;
        return subtype is null ? null : new MediaType("image", subtype);
    }

    /// <summary>
    /// The warning code for an image announced as <paramref name="announced"/>, or null. A type this library cannot detect is taken as
    /// announced.
    /// </summary>
    public static string? Compare(MediaType? announced, MediaType? detected)
    {
        if (announced is null)
        {
            return null;
        }

        string? claimed = Find(announced)?.Subtype;
        return detected is null ? claimed is null ? null : "TypeNotRecognized"
            : claimed == detected.Subtype || (claimed is "heic" or "heif" && detected.Subtype is "heic" or "heif") ? null
            : "TypeMismatch";
    }

    /// <summary>Whether both are the same type. Parameters are ignored, and so is the difference between a type and its aliases.</summary>
    public static bool AreSame(MediaType one, MediaType? other) =>
        other is not null && (one.IsSameTypeAs(other) || (Find(one) is { } known && known.Subtype == Find(other)?.Subtype));

    private static string? FromBrand(ReadOnlySpan<byte> brand) =>
        brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8) || brand.SequenceEqual("hevc"u8) ? "heic"
        : brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8) ? "heif"
        : brand.SequenceEqual("avif"u8) ? "avif"
        : null;

    private static (string Subtype, string[] Extensions, string[] Aliases)? Find(MediaType? type)
    {
        if (type is null || !type.Type.Equals("image", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        foreach (var known in Known)
        {
            if (known.Subtype.Equals(type.Subtype, StringComparison.OrdinalIgnoreCase)
                || known.Aliases.Contains(type.Subtype, StringComparer.OrdinalIgnoreCase))
            {
                return known;
            }
        }

        return null;
    }
}
