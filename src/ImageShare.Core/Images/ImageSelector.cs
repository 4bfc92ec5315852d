using System.Collections.Immutable;
using ImageShare.Core.Text;

namespace ImageShare.Core.Images;

/// <summary>
/// Which image is meant: what it is called, of which type and size it is, and what its octets hash to (file-selector, RFC 5547 §6). Every part is
/// optional; an image is meant when all that are given are its own.
/// </summary>
public sealed record ImageSelector
{
    /// <summary>The exact name of the image, case included; never a path. Null when any will do.</summary>
    public string? Name { get; init; }

    /// <summary>The media type; null when any will do.</summary>
    public MediaType? Type { get; init; }

    /// <summary>The size in octets; null when any will do.</summary>
    public long? Size { get; init; }

    /// <summary>Hashes of all octets of the image. The strongest that this library knows decides; the others, and those it does not know, say nothing.</summary>
    public ImmutableArray<ImageHash> Hashes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Whether nothing is selected that an image can be told by: no name, type or size, and no hash this library knows.</summary>
    public bool IsEmpty => Name is null && Type is null && Size is null && StrongestHash is null;

    /// <summary>The strongest hash this library knows; null when there is none.</summary>
    internal ImageHash? StrongestHash => ImageHashes.Strongest(Hashes);

    /// <summary>Selects an image by its hash.</summary>
    /// <param name="hex">The hash in hex digits, with colons between the octets or without: 40 digits are SHA-1, 64 SHA-256, 96 SHA-384, 128 SHA-512.</param>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: it is none of these.</exception>
    public static ImageSelector FromHash(string hex)
    {
        ArgumentNullException.ThrowIfNull(hex);
        string digits = hex.Replace(":", string.Empty, StringComparison.Ordinal);
        byte[] octets = new byte[64];
        if (Convert.FromHexString(digits, octets, out _, out int length) != System.Buffers.OperationStatus.Done
            || ImageHashes.NameOf(length) is not { } algorithm)
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, $"'{hex}' is no hash of an image; give the 40 hex digits of its SHA-1, or the 64 of its SHA-256.");
        }

        return new ImageSelector { Hashes = [new ImageHash(algorithm, [.. octets.AsSpan(0, length)])] };
    }

    /// <summary>Whether no image has the size and the hashes of both.</summary>
    internal bool Contradicts(ImageSelector other) => (Size is { } mine && other.Size is { } theirs && mine != theirs)
        || Hashes.Any(a => ImageHashes.KeyOf(a) is { } name && other.Hashes.Any(b => name == ImageHashes.KeyOf(b) && !a.Value.AsSpan().SequenceEqual(b.Value.AsSpan())));

    /// <inheritdoc/>
    public bool Equals(ImageSelector? other) => other is not null && Name == other.Name && Type == other.Type && Size == other.Size
        && Hashes.Length == other.Hashes.Length && Hashes.Zip(other.Hashes).All(static pair =>
            pair.First.Algorithm == pair.Second.Algorithm && pair.First.Value.AsSpan().SequenceEqual(pair.Second.Value.AsSpan()));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Type, Size, Hashes.Length);
}
