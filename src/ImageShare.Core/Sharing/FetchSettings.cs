using ImageShare.Core.Images;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sharing;

/// <summary>Settings for fetching an image.</summary>
public sealed record FetchSettings
{
    /// <summary>The defaults.</summary>
    public static FetchSettings Default { get; } = new();

    /// <summary>
    /// Reports the bytes stored, at most every 64 KiB or 1/256 of the image, whichever is more. Called on a thread-pool thread unless it is a
    /// <see cref="Progress{T}"/>.
    /// </summary>
    public IProgress<ImageShareProgress>? Progress { get; init; }

    /// <summary>
    /// Whether to query the peer's capabilities first, and fail with <see cref="ImageShareError.NotCapable"/> if it cannot share images or
    /// says it serves none. Default true.
    /// </summary>
    public bool QueryFirst { get; init; } = true;

    /// <summary>
    /// Extra header fields for the capability query and the invitation of this share, added after those of <see
    /// cref="ImageShareOptions.Headers"/>.
    /// </summary>
    public ExtraHeaders Headers { get; init; } = ExtraHeaders.None;

    /// <summary>
    /// Resumes an interrupted fetch: set it to the earlier session's <see cref="ImageShareSession.Image"/>, which must include a hash. If the
    /// store has kept the beginning, only the rest is requested (file-range, RFC 5547 §6). The whole image is requested instead if another
    /// fetch is already resuming it, or if the peer no longer has that image. Null (the default) always requests the whole image.
    /// </summary>
    public ImageSelector? Resume { get; init; }
}
