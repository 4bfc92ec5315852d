using ImageShare.Core.Images;

namespace ImageShare.Core.Sharing;

/// <summary>One of several images that are shared in one invitation.</summary>
/// <param name="Source">The image.</param>
public sealed record SharedImage(ImageSource Source)
{
    /// <summary>A small picture the peer sees before it decides (RFC 5547 §8.8). Not sent when the profile has no icons.</summary>
    public ImageIcon? Icon { get; init; }

    /// <summary>Told as the peer acknowledges octets of this image, at most every 64 KiB or 1/256 of it. Called on a pool thread unless it is a <see cref="Progress{T}"/>.</summary>
    public IProgress<ImageShareProgress>? Progress { get; init; }

    /// <summary>
    /// How many octets of this image the peer has from a transfer that broke off, as <see cref="ShareSettings.ResumeAt"/> says of an image alone. A peer that has not refuses
    /// this image and may take the others: no answer tells that from a user who declines, so the whole is not offered again by itself, but when the peer refuses all of
    /// them with 488. Default 0: the whole image.
    /// </summary>
    public long ResumeAt { get; init; }
}
