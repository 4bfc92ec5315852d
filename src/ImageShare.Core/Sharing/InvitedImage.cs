using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>What an invitation says of its image. All of it is the peer's word; only after the transfer is it checked.</summary>
public sealed record InvitedImage
{
    /// <summary>
    /// How many octets the sender leaves out, because this side got them before a transfer broke off; 0 for a whole image. A store that has
    /// them completes the image; without them the invitation is refused when it is accepted, and the sender may offer the whole.
    /// </summary>
    public long ResumesAt { get; init; }

    /// <summary>The name as the peer gave it: for showing, escaped. Never a path; the store makes a safe file name of it.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The media type, or null. Where the peer says <c>application/octet-stream</c>, which tells nothing, it is the one that the extension of its name stands for.
    /// </summary>
    public MediaType? Type { get; init; }

    /// <summary>The size in octets, or null.</summary>
    public long? Size { get; init; }

    /// <summary>The SHA-1 the peer promises, upper-case hex, or null when it promises none.</summary>
    public string? Sha1 { get; init; }

    /// <summary>When the image was made, or null.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When the image was last changed, or null.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Whether the peer would like it shown at once (RFC 5547 §7); otherwise it is to be kept until the user asks.</summary>
    public bool ShowAtOnce { get; init; }
}
