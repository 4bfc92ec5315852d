using System.Collections.Immutable;
using ImageShare.Core.Text;

namespace ImageShare.Core.Images;

/// <summary>What there is to say about an image before it is shared.</summary>
/// <param name="Name">The name to offer: a leaf, without any directory.</param>
/// <param name="Type">The media type.</param>
/// <param name="Size">The size in octets.</param>
/// <param name="Sha1">The SHA-1 of all of its octets: 20 octets.</param>
public sealed record ImageDescription(string Name, MediaType Type, long Size, ImmutableArray<byte> Sha1)
{
    /// <summary>The SHA-256 of all of its octets, 32 octets; empty when unknown. Offered where the profile says so.</summary>
    public ImmutableArray<byte> Sha256 { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>When the file was created, in UTC; null when unknown.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When it was last changed, in UTC; null when unknown.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>When it was last read. Sources leave it null: it says something about the user, nothing about the image.</summary>
    public DateTimeOffset? Read { get; init; }

    /// <summary>Whether both say the same; that one knows another hash as well makes no difference.</summary>
    public bool Equals(ImageDescription? other) =>
        other is not null && Name == other.Name && Type == other.Type && Size == other.Size && Created == other.Created
        && Modified == other.Modified && Read == other.Read && Sha1.AsSpan().SequenceEqual(other.Sha1.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Type, Size);
}
