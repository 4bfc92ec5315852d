using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>
/// The types that wrap an image: whoever receives takes an image inside them, and says so (RFC 4975 §8.6). Image types in <c>a=accept-types</c> may stand
/// inside as well as alone, so no <c>a=accept-wrapped-types</c> is needed.
/// </summary>
internal static class Containers
{
    /// <summary>What an image is sent in to a peer that takes none alone.</summary>
    public static readonly MediaType Cpim = new("message", "cpim");

    private static readonly MediaType Octets = new("application", "octet-stream");

    private static readonly MediaType[] Types = [Cpim, new("multipart", "mixed"), new("multipart", "alternative"), new("multipart", "related")];

    /// <summary>What a receiver takes: what it takes alone first, since that is what it likes best.</summary>
    public static AcceptedTypes With(IReadOnlyList<MediaType> types)
    {
        var alone = new AcceptedTypes(types);
        return new AcceptedTypes([.. types, .. Types.Where(t => !alone.Matches(t))]);
    }

    /// <summary>
    /// The type of a message that carries an image of that type to a peer: the image's own; <see cref="Cpim"/> around it, where the peer takes the type inside
    /// only; application/octet-stream when that is all it takes. Null when it takes none of them.
    /// </summary>
    /// <param name="accepted">What the peer takes as a whole message; null when it did not say, which hinders nothing.</param>
    /// <param name="wrapped">What it takes inside another type only.</param>
    /// <param name="type">The type of the image.</param>
    public static MediaType? TypeToSend(AcceptedTypes? accepted, AcceptedTypes? wrapped, MediaType type) =>
        accepted is null || accepted.Matches(type) ? type
        : accepted.Matches(Cpim) && wrapped?.Matches(type) == true ? Cpim
        : accepted.Matches(Octets) ? Octets
        : null;

    /// <summary>
    /// The type of a message that carries an image to a peer whose answer has taken it. Its own, when the lists name no way: whoever answers the section
    /// has taken the file (RFC 5547 §8.3), and there are peers that list whatever comes to their mind. What they really do not take they refuse with 415.
    /// </summary>
    public static MediaType TypeOfTaken(MediaDescription answer, MediaType type) => TypeToSend(answer, type) ?? type;

    /// <summary>Whether a peer that has refused the type of an image (415) may be tried with <see cref="Cpim"/> around it.</summary>
    public static bool MayWrapTaken(MediaDescription answer, MediaType type) =>
        answer.AcceptTypes?.Entries.Any(static entry => entry.Type is not "*" && new AcceptedTypes(entry).Matches(Cpim)) == true && answer.AcceptWrappedTypes?.Matches(type) != false;

    /// <summary>As above, for the section in which a peer says what it takes.</summary>
    public static MediaType? TypeToSend(MediaDescription peer, MediaType type) => TypeToSend(peer.AcceptTypes, peer.AcceptWrappedTypes, type);
}
