using ImageShare.Core.Images;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Core;

/// <content>Several images in one invitation.</content>
public sealed partial class ImageShareClient
{
    /// <summary>
    /// Shares several images in one invitation (RFC 5547 §8.2.3): the peer accepts or refuses each by itself, and those it accepts travel over one
    /// connection. Reads and hashes the sources, then starts a session for each and returns them at once, in the order of the images. They have the same
    /// <see cref="ImageShareSession.Id"/>; each has its own state, progress, result and <see cref="ImageShareSession.CancelAsync"/>, which leaves the
    /// others running. To share images one after another, each in its own SIP session as IR.79 has it, call <see cref="ShareAsync"/> for each.
    /// </summary>
    /// <param name="peer">Whom to share them with.</param>
    /// <param name="images">The images, 1 to <see cref="ImageShareLimits.MaxImagesPerInvitation"/>.</param>
    /// <param name="settings">What else there is to say of all of them, or null. Icon, progress and where to resume are each image's own.</param>
    /// <param name="cancellationToken">Stops the reading of the sources before the sessions start. It has no power over the sessions.</param>
    /// <exception cref="ImageShareException">
    /// A source cannot be shared, or resumed where it says, as for <see cref="ShareAsync"/>: then none is. <see cref="ImageShareError.InvalidValue"/>: there are no images or too many, or the
    /// settings have an icon, a progress or something to resume.
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
                ImageShareError.InvalidValue, $"{images.Count} images cannot be shared in one invitation, only 1 to {most}; share the others in a next one.");
        }

        if (settings.Icon is not null || settings.Progress is not null || settings.ResumeAt != 0)
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, "An icon, a progress and where to resume belong to one image: give them with it.");
        }

        var described = new (ImageSource, ImageDescription, ShareSettings)[images.Count];
        for (int i = 0; i < described.Length; i++)
        {
            ShareSettings own = settings with { Icon = images[i].Icon, Progress = images[i].Progress, ResumeAt = images[i].ResumeAt };
            described[i] = (images[i].Source, await DescribeAsync(images[i].Source, own, cancellationToken).ConfigureAwait(false), own);
        }

        // Reading the images takes its time; the client may be gone by now.
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return Share(peer, described, settings);
    }
}
