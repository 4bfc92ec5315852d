using System.Collections.Immutable;

namespace ImageShare.Core.Sdp;

/// <summary>
/// How the description of a session goes on from one offer or answer to the next (RFC 3264 §8): sections keep their places, and the
/// version in o= tells whether anything changed.
/// </summary>
public static class OfferRevision
{
    /// <summary>
    /// The description to send next: with the o= line of the one before when nothing else differs, else with its version raised by one.
    /// </summary>
    /// <param name="current">What this side sent last in the session.</param>
    /// <param name="wanted">What it is to say now. Its origin is not looked at, except for an address that moved.</param>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: a section is gone, or is now another kind of media.</exception>
    public static SessionDescription After(SessionDescription current, SessionDescription wanted)
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(wanted);
        if (wanted.Media.Length < current.Media.Length)
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, "A new offer leaves out a media section of the one before; keep it in its place with port 0, see OfferRevision.Remove.");
        }

        for (int i = 0; i < current.Media.Length; i++)
        {
            // A place whose port is 0 may be taken by anything (RFC 3264 §8.1).
            if (current.Media[i].Port != 0 && !current.Media[i].Media.Equals(wanted.Media[i].Media, StringComparison.OrdinalIgnoreCase))
            {
                throw new ImageShareException(
                    ImageShareError.InvalidValue, "A media section of a new offer is of another kind than before; add a new one, see OfferRevision.Add.");
            }
        }

        Origin origin = current.Origin with { Address = wanted.Origin.Address, AddressType = wanted.Origin.AddressType };
        SessionDescription next = wanted with { Origin = origin };
        return next == current ? next : next with { Origin = origin.Next() };
    }

    /// <summary>The sections with one more: in the place of the first one that is no longer used, else at the end (RFC 3264 §8.1).</summary>
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
    /// The sections with one of them ended: it keeps its place with port 0, and for a file its selector and transfer id (RFC 3264 §8.2,
    /// RFC 5547 §8.1, §8.4).
    /// </summary>
    public static ImmutableArray<MediaDescription> Remove(ImmutableArray<MediaDescription> media, int index) =>
        media.SetItem(index, OfferAnswer.Refuse(media[index]));
}
