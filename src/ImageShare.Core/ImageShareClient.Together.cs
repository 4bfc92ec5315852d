using ImageShare.Core.Images;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Core;

/// <content>Several images in one invitation.</content>
public sealed partial class ImageShareClient
{
    /// <summary>
    /// Shares several images in one invitation (RFC 5547 §8.2.3): the peer accepts or declines each image separately, and the accepted ones
    /// share one connection. Reads and hashes the sources, then starts one session per image and returns them in the order of the images,
    /// without waiting for the peer. The sessions have the same <see cref="ImageShareSession.Id"/>, but each has its own state, progress and
    /// result; cancelling one (<see cref="ImageShareSession.CancelAsync"/>) does not affect the others. To share images one after another,
    /// each in its own SIP session as IR.79 describes, call <see cref="ShareAsync"/> for each.
    /// </summary>
    /// <param name="peer">The peer to share them with.</param>
    /// <param name="images">The images: 1 to <see cref="ImageShareLimits.MaxImagesPerInvitation"/> of them.</param>
    /// <param name="settings">Settings for all images, or null for the defaults. Set icon, progress and the offset to resume at on each <see
    /// cref="SharedImage"/> instead.</param>
    /// <param name="cancellationToken">Cancels reading the sources. It has no effect once the sessions have started.</param>
    /// <exception cref="ImageShareException">
    /// A source cannot be shared or resumed, as described for <see cref="ShareAsync"/>; no image is shared then. <see
    /// cref="ImageShareError.InvalidValue"/>: there are no images or too many, or <paramref name="settings"/> contains an icon, a progress
    /// handler or an offset to resume at.
    /// </exception>
    public async Task<IReadOnlyList<ImageShareSession>> ShareTogetherAsync(
        SipUri peer, IReadOnlyList<SharedImage> images, ShareSettings? settings = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(images);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        settings ??= ShareSettings.Default;
        int most = _context.Limits.MaxImagesPerInvitation;
        if (images.Count == 0 || images.Count > most)
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, $"One invitation can contain 1 to {most} images, not {images.Count}; split them over several invitations.");
        }

        if (settings.Icon is not null || settings.Progress is not null || settings.ResumeAt != 0)
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, "Icon, Progress and ResumeAt apply to a single image; set them on each SharedImage.");
        }

        var described = new (ImageSource, ImageDescription, ShareSettings)[images.Count];
        for (int i = 0; i < described.Length; i++)
        {
            ShareSettings own = settings with { Icon = images[i].Icon, Progress = images[i].Progress, ResumeAt = images[i].ResumeAt };
            described[i] = (images[i].Source, await DescribeAsync(images[i].Source, own, cancellationToken).ConfigureAwait(false), own);
        }

        // Reading the images takes time; the client may have been disposed in the meantime.
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return Share(peer, described, settings);
    }
}
