using SkiaSharp;

namespace ImageShare.Cli.Pictures;

/// <summary>Writes a small picture as the icon of an invitation (RFC 5547 §6, file-icon): a JPEG without metadata.</summary>
internal static class IconEncoder
{
    /// <summary>The most pixels in a row, and the most rows.</summary>
    public const int Side = 96;

    /// <summary>The encoded icon, with the best quality that fits; null if none does.</summary>
    public static byte[]? Encode(Raster picture, int mostBytes)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Span<byte> pixels = bitmap.GetPixelSpan();
        for (int y = 0; y < picture.Height; y++)
        {
            for (int x = 0; x < picture.Width; x++)
            {
                Span<byte> pixel = pixels.Slice((y * bitmap.RowBytes) + (x * 4), 4);
                picture[x, y].CopyTo(pixel);
                pixel[3] = byte.MaxValue;
            }
        }

        foreach (int quality in (ReadOnlySpan<int>)[80, 60, 40, 20])
        {
            using SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, quality);
            if (jpeg.Size <= mostBytes)
            {
                return jpeg.ToArray();
            }
        }

        return null;
    }
}
