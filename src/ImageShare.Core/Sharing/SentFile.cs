namespace ImageShare.Core.Sharing;

/// <summary>
/// What the sender said of a file with the transfer itself (Content-Disposition in MSRP, RFC 5547 §8.7). What its offer says comes first; this counts where the
/// offer says nothing. None of it is trusted.
/// </summary>
public sealed record SentFile
{
    /// <summary>Its name; may be anything, see <see cref="Images.Stores.SafeFileName"/>. Null when none was said.</summary>
    public string? Name { get; init; }

    /// <summary>Its size in octets; null when none was said.</summary>
    public long? Size { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Whether it may be shown at once (render, the default of RFC 5547 §8.7), or is only to be kept (attachment).</summary>
    public bool MayDisplay { get; init; } = true;
}
