using System.Collections.Immutable;
using ImageShare.Core.Text;

namespace ImageShare.Core.Images.Stores;

/// <summary>What a peer's offer says about an image that is to be received. None of it is trusted.</summary>
public sealed record IncomingImage
{
    /// <summary>The name suggested by the peer. It may contain anything; see <see cref="SafeFileName"/>.</summary>
    public string? SuggestedName { get; init; }

    /// <summary>The announced media type, or null.</summary>
    public MediaType? Type { get; init; }

    /// <summary>The announced size in bytes, which is also the most that is accepted; null if none was announced.</summary>
    public long? Size { get; init; }

    /// <summary>The announced hashes. Only the strongest supported one is checked.</summary>
    public ImmutableArray<ImageHash> Hashes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The URI of the sender, as far as it is known. Identifies the partial file of an image that has no hash.</summary>
    public string? Sender { get; init; }

    /// <summary>The modification date given by the sender, or null.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>
    /// The offset of the first byte that is sent: the bytes before it arrived in an earlier transfer (file-range, RFC 5547 §6). 0 for a whole
    /// image.
    /// </summary>
    public long ResumesAt { get; init; }

    /// <summary>The largest image this side accepts, in bytes, whatever was announced.</summary>
    public long MaxSize { get; init; } = long.MaxValue;
}
