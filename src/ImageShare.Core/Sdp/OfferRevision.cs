using System.Collections.Immutable;

namespace ImageShare.Core.Sdp;

/// <summary>
/// Derives the next session description of a session from the previous one (RFC 3264 §8): sections keep their positions, and the version in
/// o= shows whether anything changed.
/// </summary>
public static class OfferRevision
{
    /// <summary>The description to send next. The o= line stays the same if nothing else changed; otherwise its version is incremented.</summary>
    /// <param name="current">The last description sent by this side.</param>
    /// <param name="wanted">The new content. Its origin is ignored, except for a changed address.</param>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: a section is missing or has a different media type.</exception>
    public static SessionDescription Next(SessionDescription current, SessionDescription wanted)
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(wanted);
        if (wanted.Media.Length < current.Media.Length)
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, "The new offer omits a media section of the previous one; keep it with port 0, see OfferRevision.Remove.");
        }

        for (int i = 0; i < current.Media.Length; i++)
        {
            // A section with port 0 may be replaced by any other (RFC 3264 §8.1).
            if (current.Media[i].Port != 0 && !current.Media[i].Media.Equals(wanted.Media[i].Media, StringComparison.OrdinalIgnoreCase))
            {
                throw new ImageShareException(
                    ImageShareError.InvalidValue, "A media section of the new offer has a different media type than before; add a new section, see OfferRevision.Add.");
            }
        }

        Origin origin = current.Origin with { Address = wanted.Origin.Address, AddressType = wanted.Origin.AddressType };
        SessionDescription next = wanted with { Origin = origin };
        return next == current ? next : next with { Origin = origin.Next() };
    }

    /// <summary>Adds a section: in place of the first unused one, or else at the end (RFC 3264 §8.1).</summary>
    public static ImmutableArray<MediaDescription> Add(ImmutableArray<MediaDescription> media, MediaDescription section)
    {
        ArgumentNullException.ThrowIfNull(section);
        ImmutableArray<MediaDescription> all = media.IsDefault ? [] : media;
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i].Port == 0)
            {
                return all.SetItem(i, section);
            }
        }

        return all.Add(section);
    }

    /// <summary>
    /// Ends a section: it keeps its position with port 0 and, for a file, its selector and transfer id (RFC 3264 §8.2, RFC 5547 §8.1, §8.4).
    /// </summary>
    public static ImmutableArray<MediaDescription> Remove(ImmutableArray<MediaDescription> media, int index) =>
        media.SetItem(index, OfferAnswer.Refuse(media[index]));
}
