using ImageShare.Core.Text;

namespace ImageShare.Core;

/// <summary>The default options of a client.</summary>
internal static class ImageShareDefaults
{
    // IR.79 §3.6: JPEG is mandatory; GIF, BMP and PNG are optional. WebP and HEIC are what current cameras produce.
    public static IReadOnlyList<MediaType> AcceptedTypes { get; } =
    [
        new("image", "jpeg"), new("image", "gif"), new("image", "bmp"), new("image", "png"), new("image", "webp"), new("image", "heic"),
    ];

    public static string UserAgent { get; } = $"ImageShare.Core/{typeof(ImageShareDefaults).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>The list with image/jpeg added if missing: every client must support it (IR.79 §3.6).</summary>
    public static IReadOnlyList<MediaType> WithJpeg(IReadOnlyList<MediaType> types) =>
        types.Any(t => t.Is("image", "jpeg")) ? types : [new MediaType("image", "jpeg"), .. types];
}
