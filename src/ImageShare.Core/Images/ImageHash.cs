using System.Collections.Immutable;

namespace ImageShare.Core.Images;

/// <summary>A hash of an image, as named in an offer or a selector (RFC 5547 §6). Two hashes are equal if algorithm and bytes are.</summary>
/// <param name="Algorithm">The name of the algorithm, such as <c>sha-1</c> or <c>sha-256</c>. Case and dashes are ignored when an image is checked.</param>
/// <param name="Value">The bytes of the hash.</param>
public sealed record ImageHash(string Algorithm, ImmutableArray<byte> Value)
{
    /// <summary>The bytes of the hash.</summary>
    public ImmutableArray<byte> Value { get; init => field = value.IsDefault ? [] : value; } = Value.IsDefault ? [] : Value;

    /// <inheritdoc/>
    public bool Equals(ImageHash? other) =>
        other is not null && Algorithm == other.Algorithm && Value.AsSpan().SequenceEqual(other.Value.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Algorithm, Value.IsEmpty ? 0 : Value[0]);

    internal static ImageHash OfSha1(string hex) => new(ImageHashes.Sha1, [.. Convert.FromHexString(hex)]);
}
