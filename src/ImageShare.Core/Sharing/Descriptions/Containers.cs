using ImageShare.Core.Sdp;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Descriptions;

/// <summary>
/// The types that wrap an image: whoever receives takes an image inside them, and says so (RFC 4975 §8.6). Image types in <c>a=accept-types</c> may stand
/// inside as well as alone, so no <c>a=accept-wrapped-types</c> is needed.
/// </summary>
internal static class Containers
{
    private static readonly MediaType[] Types = [new("message", "cpim"), new("multipart", "mixed"), new("multipart", "alternative"), new("multipart", "related")];

    /// <summary>What a receiver takes: what it takes alone first, since that is what it likes best.</summary>
    public static AcceptedTypes With(IReadOnlyList<MediaType> types)
    {
        var alone = new AcceptedTypes(types);
        return new AcceptedTypes([.. types, .. Types.Where(t => !alone.Matches(t))]);
    }
}
