namespace ImageShare.Cli.Metadata;

/// <summary>
/// Copies a picture without what tells about its user: Exif (with the place and the thumbnail), XMP, IPTC, comments, times and what follows the picture.
/// The compressed pixels are copied byte by byte, and so is what their colours depend on (ICC and the like). Of Exif, only the orientation stays. The
/// memory needed does not depend on the picture, and the copy is never larger.
/// </summary>
internal static class PictureMetadata
{
    public const string Formats = "JPEG, PNG, WebP, HEIC, AVIF";

    private const int LongestSignature = 12;

    /// <param name="from">The picture. Read to its end; need not seek.</param>
    /// <param name="to">Where the copy goes. Must seek: the header of a WebP has the size of the whole.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="MetadataException">The format is not one of <see cref="Formats"/>, or the picture is damaged so that its parts cannot be told apart.</exception>
    public static void Remove(Stream from, Stream to, CancellationToken cancellationToken = default)
    {
        var source = new PictureReader(from, cancellationToken);
        ReadOnlySpan<byte> start = source.Peek(LongestSignature);
        if (start.StartsWith(JpegMetadata.Signature))
        {
            JpegMetadata.Remove(source, to);
        }
        else if (start.StartsWith(PngMetadata.Signature))
        {
            PngMetadata.Remove(source, to);
        }
        else if (WebPMetadata.IsWebP(start))
        {
            WebPMetadata.Remove(source, to);
        }
        else if (HeifMetadata.IsHeif(start))
        {
            HeifMetadata.Remove(source, to);
        }
        else
        {
            throw new MetadataException($"{FormatOf(start)}, and its metadata cannot be removed here; that can be done for {Formats}.");
        }
    }

    private static string FormatOf(ReadOnlySpan<byte> start)
    {
        string? name =
            start.StartsWith("GIF8"u8) ? "a GIF"
            : start.StartsWith("II*\0"u8) || start.StartsWith("MM\0*"u8) ? "a TIFF"
            : start.StartsWith("BM"u8) ? "a BMP"
            : start.Length >= LongestSignature && start[4..].StartsWith("ftyp"u8) ? "a film"
            : start.StartsWith("\0\0\0\fJXL "u8) || start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) ? "a JPEG XL"
            : null;
        return name is null ? "this is of no known image format" : $"this is {name}";
    }
}
