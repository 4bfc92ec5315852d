using System.Collections.Immutable;

namespace ImageShare.Core.Images;

/// <summary>A hash of an image, as named in an offer or a selector (RFC 5547 §6). Two hashes are equal if algorithm and bytes are.</summary>
public sealed record ImageHash
{
    /// <summary>Creates one from the values it must have.</summary>
    /// <param name="algorithm">See <see cref="Algorithm"/>.</param>
    /// <param name="value">See <see cref="Value"/>.</param>
    public ImageHash(string algorithm, ImmutableArray<byte> value)
    {
        Algorithm = algorithm;
        Value = value;
    }

    /// <summary>The name of the algorithm, such as <c>sha-1</c> or <c>sha-256</c>. Case and dashes are ignored when an image is checked.</summary>
    public string Algorithm { get; init; }

    /// <summary>The bytes of the hash.</summary>
    public ImmutableArray<byte> Value { get; init => field = value.IsDefault ? [] : value; }

    /// <inheritdoc/>
    public bool Equals(ImageHash? other) =>
        other is not null && Algorithm == other.Algorithm && Value.AsSpan().SequenceEqual(other.Value.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Algorithm, Value.IsEmpty ? 0 : Value[0]);

    internal static ImageHash OfSha1(string hex) => new(ImageHashes.Sha1, [.. Convert.FromHexString(hex)]);
}
