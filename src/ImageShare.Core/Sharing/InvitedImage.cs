using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>What an invitation says about its image. All of it is the peer's claim until the transfer has been verified.</summary>
public sealed record InvitedImage
{
    /// <summary>
    /// The offset of the first byte that will be sent: the bytes before it arrived in an interrupted transfer. 0 for a whole image. Accepting
    /// with a store that does not have these bytes refuses the invitation, and the sender may then offer the whole image.
    /// </summary>
    public long ResumesAt { get; init; }

    /// <summary>The name given by the peer. Escape it before display, and never use it as a path; the store derives a safe file name.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The media type, or null. If the peer sent the generic <c>application/octet-stream</c>, the type derived from the file extension.
    /// </summary>
    public MediaType? Type { get; init; }

    /// <summary>The size in bytes, or null.</summary>
    public long? Size { get; init; }

    /// <summary>The offered SHA-1 as upper-case hex, or null.</summary>
    public string? Sha1 { get; init; }

    /// <summary>When the image was created, or null.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When the image was last modified, or null.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Whether the sender suggests displaying the image at once (RFC 5547 §7); otherwise it should only be stored.</summary>
    public bool ShowAtOnce { get; init; }
}
