using ImageShare.Core.Text;

namespace ImageShare.Core;

/// <summary>What a client is when nothing else is said.</summary>
internal static class ImageShareDefaults
{
    // IR.79 §3.6: JPEG always; GIF, BMP and PNG optional. WebP and HEIC are what cameras of today make.
    public static IReadOnlyList<MediaType> AcceptedTypes { get; } =
    [
        new("image", "jpeg"), new("image", "gif"), new("image", "bmp"), new("image", "png"), new("image", "webp"), new("image", "heic"),
    ];

    public static string UserAgent { get; } = $"ImageShare.Core/{typeof(ImageShareDefaults).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>The list with image/jpeg in it, which no client may leave out (IR.79 §3.6).</summary>
    public static IReadOnlyList<MediaType> WithJpeg(IReadOnlyList<MediaType> types) =>
        types.Any(t => t.Is("image", "jpeg")) ? types : [new MediaType("image", "jpeg"), .. types];
}
