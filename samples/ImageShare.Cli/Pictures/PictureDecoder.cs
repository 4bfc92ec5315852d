using System.Runtime.InteropServices;
using SkiaSharp;

namespace ImageShare.Cli.Pictures;

/// <summary>
/// Decodes a picture to a small one by Skia, which is loaded at the first call. The size a picture claims is compared with <see cref="DecodingCost"/>
/// before anything is decoded.
/// </summary>
internal static class PictureDecoder
{
    // A 200 megapixel photograph has about 80 MB.
    private const long LargestFile = 128L * 1024 * 1024;

    // The frame of a JPEG comes after its Exif, with a thumbnail, and its ICC profile.
    private const int LongestStart = 256 * 1024;

    // Asked before its managed part is touched, which would fail for good.
    private static readonly bool HasSkia = NativeLibrary.TryLoad("libSkiaSharp", typeof(SKCodec).Assembly, searchPath: null, out _);

    /// <param name="picture">The file. Must seek.</param>
    /// <param name="mostWidth">The most pixels of the result in a row.</param>
    /// <param name="mostHeight">The most rows of the result.</param>
    /// <param name="mostPixels">The most pixels of the picture itself.</param>
    /// <exception cref="PictureException">It cannot be decoded, not even its beginning, or is too large.</exception>
    public static Raster Decode(Stream picture, int mostWidth, int mostHeight, long mostPixels = DecodingCost.MostPixels)
    {
        if (picture.Length > LargestFile)
        {
            throw new PictureException("has too many bytes to be decoded");
        }

        byte[] start = new byte[(int)Math.Min(LongestStart, picture.Length)];
        int cost = DecodingCost.BytesPerPixel(start.AsSpan(0, picture.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
        picture.Position = 0;
        using SKCodec codec = Open(picture);
        long pixels = (long)codec.Info.Width * codec.Info.Height;
        if (pixels <= 0 || pixels > mostPixels || pixels * cost > DecodingCost.MostBytes)
        {
            throw TooLarge(codec);
        }

        bool isSideways = (int)codec.EncodedOrigin >= 5;
        (int width, int height) = RasterReducer.Fit(
            codec.Info.Width, codec.Info.Height, isSideways ? mostHeight : mostWidth, isSideways ? mostWidth : mostHeight);

        // Some formats are decoded to a smaller picture at once.
        SKSizeI size = codec.GetScaledDimensions(Math.Max((float)width / codec.Info.Width, (float)height / codec.Info.Height));
        if (size.Width < width || size.Height < height)
        {
            size = codec.Info.Size;
        }

        return Reduce(codec, size, width, height).Turn((int)codec.EncodedOrigin);
    }

    private static SKCodec Open(Stream picture) => !HasSkia
        ? throw new PictureException("cannot be decoded (the library Skia is not there for this system)")
        : SKCodec.Create(picture) ?? throw new PictureException("is of a format that cannot be decoded here, or damaged");

    private static Raster Reduce(SKCodec codec, SKSizeI size, int width, int height)
    {
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Premul, SKColorSpace.CreateSrgb());
        if (info.BytesSize64 > DecodingCost.MostBytes)
        {
            throw TooLarge(codec);
        }

        using var bitmap = new SKBitmap();
        if (!bitmap.TryAllocPixels(info))
        {
            throw TooLarge(codec);
        }

        // What is there of a truncated picture is shown.
        bitmap.Erase(SKColors.Transparent);
        if (codec.GetPixels(info, bitmap.GetPixels()) is not (SKCodecResult.Success or SKCodecResult.IncompleteInput or SKCodecResult.ErrorInInput))
        {
            throw new PictureException("cannot be decoded");
        }

        var reducer = new RasterReducer(size.Width, size.Height, width, height);
        ReadOnlySpan<byte> pixels = bitmap.GetPixelSpan();
        for (int y = 0; y < size.Height; y++)
        {
            reducer.Add(pixels.Slice(y * bitmap.RowBytes, size.Width * 4));
        }

        return reducer.End();
    }

    private static PictureException TooLarge(SKCodec codec) => new($"has too many pixels to be decoded ({codec.Info.Width} × {codec.Info.Height})");
}
