using System.Collections.Immutable;
using ImageShare.Core.Text;

namespace ImageShare.Core.Images;

/// <summary>An image that arrived whole and was checked.</summary>
/// <param name="Path">Where the file is; null when the store keeps no files.</param>
/// <param name="Size">Its size in octets.</param>
/// <param name="Sha1">Its SHA-1, 20 octets, computed here.</param>
/// <param name="HashVerified">Whether the offer named a hash this library knows, and it was right.</param>
/// <param name="Name">The safe name it was given.</param>
public sealed record StoredImage(string? Path, long Size, ImmutableArray<byte> Sha1, bool HashVerified, string Name)
{
    /// <summary>
    /// The image type its first octets show; null when they show none this library knows. An application should look twice at an
    /// image whose announced type is another one.
    /// </summary>
    public MediaType? DetectedType { get; init; }

    /// <summary>The name its sender gave it, or null: for showing to people, escaped, and never a path.</summary>
    public string? OriginalName { get; init; }

    /// <summary>The octets themselves, when the store keeps them in memory.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }

    /// <inheritdoc/>
    public bool Equals(StoredImage? other) =>
        other is not null && Path == other.Path && Size == other.Size && HashVerified == other.HashVerified && Name == other.Name
        && DetectedType == other.DetectedType && OriginalName == other.OriginalName && Sha1.AsSpan().SequenceEqual(other.Sha1.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Path, Size, Name);
}
