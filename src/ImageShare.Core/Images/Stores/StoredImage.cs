using System.Collections.Immutable;
using ImageShare.Core.Text;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// An image that arrived whole and was checked. A sink says where it is and what it is called; size, hashes and type are what this library found itself,
/// whatever a sink put there.
/// </summary>
/// <param name="Path">Where the file is; null when the store keeps no files.</param>
/// <param name="Size">Its size in octets, counted by this library.</param>
/// <param name="Sha1">Its SHA-1, 20 octets, computed by this library; empty when it could not be, and no hash was offered (<see cref="IImageSink.ReadAsync"/>).</param>
/// <param name="HashVerified">Whether the offer named a hash this library knows, and this library found it right.</param>
/// <param name="Name">The safe name it was given.</param>
public sealed record StoredImage(string? Path, long Size, ImmutableArray<byte> Sha1, bool HashVerified, string Name)
{
    /// <summary>What a sink has to say of an image it has stored.</summary>
    /// <param name="path">Where the file is; null when there is none.</param>
    /// <param name="name">The safe name it was given.</param>
    public StoredImage(string? path, string name)
        : this(path, 0, [], false, name)
    {
    }

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
