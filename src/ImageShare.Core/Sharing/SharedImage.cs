using ImageShare.Core.Images;

namespace ImageShare.Core.Sharing;

/// <summary>One of several images shared in one invitation.</summary>
public sealed record SharedImage
{
    /// <summary>Creates one from the values it must have.</summary>
    /// <param name="source">See <see cref="Source"/>.</param>
    public SharedImage(ImageSource source)
    {
        Source = source;
    }

    /// <summary>The image.</summary>
    public ImageSource Source { get; init; }

    /// <summary>A small preview for the peer's user (RFC 5547 §8.8). Not sent if the profile has no icons.</summary>
    public ImageIcon? Icon { get; init; }

    /// <summary>
    /// Reports the bytes of this image acknowledged by the peer, at most every 64 KiB or 1/256 of it, whichever is more. Called on a
    /// thread-pool thread unless it is a <see cref="Progress{T}"/>.
    /// </summary>
    public IProgress<ImageShareProgress>? Progress { get; init; }

    /// <summary>
    /// The offset to resume at, as in <see cref="ShareSettings.ResumeAt"/>. A peer that lacks the beginning refuses this image and may accept
    /// the others. That cannot be distinguished from a user who declines, so the whole image is offered again only if the peer refuses the
    /// entire invitation with 488. Default 0: the whole image.
    /// </summary>
    public long ResumeAt { get; init; }

    /// <summary>The settings of this image, given those of the whole invitation.</summary>
    internal ShareSettings In(ShareSettings invitation) => invitation with { Icon = Icon, Progress = Progress, ResumeAt = ResumeAt };

    /// <summary>Throws if the images cannot be shared in one invitation with these settings.</summary>
    internal static void ThrowIfInvalid(IReadOnlyList<SharedImage> images, ShareSettings invitation, ImageShareLimits limits)
    {
        int most = limits.MaxImagesPerInvitation;
        if (images.Count == 0 || images.Count > most)
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, $"One invitation can contain 1 to {most} images, not {images.Count}; split them over several invitations.");
        }

        if (invitation.Icon is not null || invitation.Progress is not null || invitation.ResumeAt != 0)
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, "Icon, Progress and ResumeAt apply to a single image; set them on each SharedImage.");
        }
    }
}
