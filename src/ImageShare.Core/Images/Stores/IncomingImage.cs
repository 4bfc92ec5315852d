using System.Collections.Immutable;
using ImageShare.Core.Text;

namespace ImageShare.Core.Images.Stores;

/// <summary>What an offer promised about an image that is to be received. None of it is trusted.</summary>
public sealed record IncomingImage
{
    /// <summary>The name the peer suggests; may be anything, see <see cref="SafeFileName"/>.</summary>
    public string? SuggestedName { get; init; }

    /// <summary>The announced type; null when none was.</summary>
    public MediaType? Type { get; init; }

    /// <summary>The announced size in octets, which is then also the most that is taken; null when none was.</summary>
    public long? Size { get; init; }

    /// <summary>The announced hashes. The strongest one this library knows is checked, the others are not.</summary>
    public ImmutableArray<ImageHash> Hashes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Who sends it: the URI that stands for the caller, as far as it is known. With no hash it is a part of what an image is told by.</summary>
    public string? Sender { get; init; }

    /// <summary>When the image was last changed, as its sender says; null when it does not.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>
    /// How many octets of the image come not, because they came before (file-range, RFC 5547 §6): the first one written is at this offset. 0 for a
    /// whole image.
    /// </summary>
    public long ResumesAt { get; init; }

    /// <summary>The most octets this side takes, whatever was announced.</summary>
    public long MaxSize { get; init; } = long.MaxValue;
}
