using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>
/// The body types that may wrap an image. A receiver accepts images inside them and announces that (RFC 4975 §8.6). Image types listed in
/// <c>a=accept-types</c> may also be wrapped, so <c>a=accept-wrapped-types</c> is not needed.
/// </summary>
internal static class Containers
{
    /// <summary>The wrapper used for a peer that does not accept the bare image.</summary>
    public static readonly MediaType Cpim = new("message", "cpim");

    private static readonly MediaType OctetStream = new("application", "octet-stream");

    private static readonly MediaType[] Types = [Cpim, new("multipart", "mixed"), new("multipart", "alternative"), new("multipart", "related")];

    /// <summary>The types a receiver announces: bare types first, since they are preferred.</summary>
    public static AcceptedTypes With(IReadOnlyList<MediaType> types)
    {
        var alone = new AcceptedTypes(types);
        return new AcceptedTypes([.. types, .. Types.Where(t => !alone.Matches(t))]);
    }

    /// <summary>
    /// The content type for sending an image to a peer: the image's own type; <see cref="Cpim"/> if the peer accepts the type only wrapped;
    /// application/octet-stream if that is all it accepts; null if it accepts none of them.
    /// </summary>
    /// <param name="accepted">The types the peer accepts as a message; null if it did not say, which excludes nothing.</param>
    /// <param name="wrapped">The types the peer accepts only when wrapped.</param>
    /// <param name="type">The type of the image.</param>
    public static MediaType? TypeToSend(AcceptedTypes? accepted, AcceptedTypes? wrapped, MediaType type) =>
        accepted is null || accepted.Matches(type) ? type
        : accepted.Matches(Cpim) && wrapped?.Matches(type) == true ? Cpim
        : accepted.Matches(OctetStream) ? OctetStream
        : null;

    /// <summary>
    /// The content type for sending an image to a peer that accepted it in its answer. If its lists allow no type, the image's own type is
    /// used: answering the section with a port accepts the file (RFC 5547 §8.3), and some peers list arbitrary types. A peer that really does
    /// not accept the type answers 415.
    /// </summary>
    public static MediaType TypeOfTaken(MediaDescription answer, MediaType type) => TypeToSend(answer, type) ?? type;

    /// <summary>Whether to retry with <see cref="Cpim"/> after the peer refused the bare image with 415.</summary>
    public static bool MayWrapTaken(MediaDescription answer, MediaType type) =>
        answer.AcceptTypes?.Entries.Any(static entry => entry.Type is not "*" && AcceptedTypes.Matches(entry, Cpim)) == true && answer.AcceptWrappedTypes?.Matches(type) != false;

    /// <summary>As above, for the media section in which a peer lists what it accepts.</summary>
    public static MediaType? TypeToSend(MediaDescription peer, MediaType type) => TypeToSend(peer.AcceptTypes, peer.AcceptWrappedTypes, type);
}
