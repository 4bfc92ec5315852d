namespace ImageShare.Core.Sharing;

/// <summary>
/// The metadata a sender gives with the transfer itself (Content-Disposition in MSRP, RFC 5547 §8.7). It is used where the offer says
/// nothing. None of it is trusted.
/// </summary>
public sealed record SentFile
{
    /// <summary>The name, or null. It may contain anything; see <see cref="Images.Stores.SafeFileName"/>.</summary>
    public string? Name { get; init; }

    /// <summary>The size in bytes, or null.</summary>
    public long? Size { get; init; }

    /// <summary>When the file was created, or null.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When the file was last modified, or null.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Whether the image may be displayed at once (render, the default of RFC 5547 §8.7) or should only be stored (attachment).</summary>
    public bool MayDisplay { get; init; } = true;
}
