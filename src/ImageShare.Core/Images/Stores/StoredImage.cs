using ImageShare.Core.Text;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// An image that arrived complete and passed its checks. A sink sets <see cref="Name"/>, <see cref="Path"/>, <see cref="OriginalName"/> and
/// <see cref="Content"/>. This library measures the rest itself and overwrites whatever the sink put there.
/// </summary>
public sealed record StoredImage
{
    /// <summary>The safe name under which the image is stored.</summary>
    public required string Name { get; init; }

    /// <summary>The full path of the file, or null if the store does not use files.</summary>
    public string? Path { get; init; }

    /// <summary>The size in bytes, as counted by this library.</summary>
    public long Size { get; init; }

    /// <summary>
    /// The SHA-1 as 40 upper-case hex digits, as computed by this library. Null if the bytes arrived out of order, the sink cannot return them
    /// (<see cref="IImageSink.ReadAsync"/>) and the offer contained no hash to check.
    /// </summary>
    public string? Sha1 { get; init; }

    /// <summary>Whether the offer contained a hash this library supports, and the image matches it.</summary>
    public bool IsVerified { get; init; }

    /// <summary>
    /// The image type found in the first bytes, or null if they match no known type. Be careful with an image whose announced type is different.
    /// </summary>
    public MediaType? DetectedType { get; init; }

    /// <summary>The name given by the sender, or null. Escape it before display, and never use it as a path.</summary>
    public string? OriginalName { get; init; }

    /// <summary>The bytes of the image if the store keeps them in memory; otherwise null.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }

    /// <summary>Compares everything but <see cref="Content"/>.</summary>
    public bool Equals(StoredImage? other) =>
        other is not null && Path == other.Path && Size == other.Size && IsVerified == other.IsVerified && Name == other.Name
        && DetectedType == other.DetectedType && OriginalName == other.OriginalName && Sha1 == other.Sha1;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Path, Size, Name);
}
