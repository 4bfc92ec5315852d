using System.Collections.Immutable;
using ImageShare.Core.Text;

namespace ImageShare.Core.Images;

/// <summary>
/// Selects an image by name, type, size and hash (file-selector, RFC 5547 §6). Every property is optional; an image matches if all the given
/// ones match.
/// </summary>
public sealed record ImageSelector
{
    /// <summary>The exact name of the image, case-sensitive and without a path. Null matches any name.</summary>
    public string? Name { get; init; }

    /// <summary>The media type. Null matches any type.</summary>
    public MediaType? Type { get; init; }

    /// <summary>The size in bytes. Null matches any size.</summary>
    public long? Size { get; init; }

    /// <summary>Hashes of the whole image. The strongest supported one decides; all others are ignored.</summary>
    public ImmutableArray<ImageHash> Hashes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Whether the selector has nothing to match: no name, type or size, and no supported hash.</summary>
    public bool IsEmpty => Name is null && Type is null && Size is null && StrongestHash is null;

    /// <summary>The strongest supported hash, or null.</summary>
    internal ImageHash? StrongestHash => ImageHashes.Strongest(Hashes);

    /// <summary>Selects an image by its hash.</summary>
    /// <param name="hex">The hash as hex digits, with or without colons between the bytes: 40 digits for SHA-1, 64 for SHA-256, 96 for
    /// SHA-384, 128 for SHA-512.</param>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: the text is not a hash of one of these lengths.</exception>
    public static ImageSelector FromHash(string hex)
    {
        ArgumentNullException.ThrowIfNull(hex);
        string digits = hex.Replace(":", string.Empty, StringComparison.Ordinal);
        byte[] bytes = new byte[64];
        if (Convert.FromHexString(digits, bytes, out _, out int length) != System.Buffers.OperationStatus.Done
            || ImageHashes.NameOf(length) is not { } algorithm)
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, $"'{hex}' is not a hash; give the 40 hex digits of the image's SHA-1, or the 64 of its SHA-256.");
        }

        return new ImageSelector { Hashes = [new ImageHash(algorithm, [.. bytes.AsSpan(0, length)])] };
    }

    /// <summary>Whether no single image can have the sizes and hashes of both selectors.</summary>
    internal bool Contradicts(ImageSelector other) => (Size is { } mine && other.Size is { } theirs && mine != theirs)
        || Hashes.Any(a => ImageHashes.KeyOf(a) is { } name && other.Hashes.Any(b => name == ImageHashes.KeyOf(b) && !a.Value.AsSpan().SequenceEqual(b.Value.AsSpan())));

    /// <inheritdoc/>
    public bool Equals(ImageSelector? other) => other is not null && Name == other.Name && Type == other.Type && Size == other.Size
        && Hashes.Length == other.Hashes.Length && Hashes.Zip(other.Hashes).All(static pair =>
            pair.First.Algorithm == pair.Second.Algorithm && pair.First.Value.AsSpan().SequenceEqual(pair.Second.Value.AsSpan()));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Type, Size, Hashes.Length);
}
