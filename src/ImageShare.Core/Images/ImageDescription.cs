using ImageShare.Core.Text;

namespace ImageShare.Core.Images;

/// <summary>The metadata of an image that is offered to a peer.</summary>
public sealed record ImageDescription
{
    /// <summary>The name to offer, without any directory.</summary>
    public required string Name { get; init; }

    /// <summary>The media type.</summary>
    public required MediaType Type { get; init; }

    /// <summary>The size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The SHA-1 of the whole image, 40 hex digits; stored in upper case.</summary>
    /// <exception cref="ArgumentException">The value is not 40 hex digits.</exception>
    public required string Sha1 { get; init => field = ImageHashes.CheckHex(value, 20, nameof(Sha1)); }

    /// <summary>
    /// The SHA-256 of the whole image, 64 hex digits; stored in upper case. Null if unknown. Only some profiles offer it.
    /// </summary>
    /// <exception cref="ArgumentException">The value is not 64 hex digits.</exception>
    public string? Sha256 { get; init => field = value is null ? null : ImageHashes.CheckHex(value, 32, nameof(Sha256)); }

    /// <summary>When the file was created, or null if unknown.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When the file was last modified, or null if unknown.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>When the file was last read, or null. The sources of this library leave it null: it reveals something about the user, not the image.</summary>
    public DateTimeOffset? Read { get; init; }

    /// <summary>Compares everything but <see cref="Sha256"/>, which one of the two may lack.</summary>
    public bool Equals(ImageDescription? other) =>
        other is not null && Name == other.Name && Type == other.Type && Size == other.Size && Created == other.Created
        && Modified == other.Modified && Read == other.Read && Sha1 == other.Sha1;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Type, Size);
}
