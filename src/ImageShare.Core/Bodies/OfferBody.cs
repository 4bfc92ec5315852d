using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>An icon for an offer (RFC 5547 §8.8).</summary>
public sealed record OfferIcon
{
    /// <summary>Creates one from the values it must have.</summary>
    /// <param name="type">See <see cref="Type"/>.</param>
    /// <param name="content">See <see cref="Content"/>.</param>
    /// <param name="contentId">See <see cref="ContentId"/>.</param>
    public OfferIcon(MediaType type, ReadOnlyMemory<byte> content, string contentId)
    {
        Type = type;
        Content = content;
        ContentId = contentId;
    }

    /// <summary>The media type, <c>image/...</c>.</summary>
    public MediaType Type { get; init; }

    /// <summary>The bytes of the icon. They are not copied and must not change until the body is written.</summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>The Content-ID without angle brackets; see <see cref="ContentIdUrl.CreateContentId"/>.</summary>
    public string ContentId { get; init; }

    /// <summary>The default size limit for icons: 8 KiB. A message above about 1300 bytes needs a stream transport (RFC 3261 §18.1.1).</summary>
    public const int DefaultMaxBytes = 8192;

    /// <summary>The transfer encoding: binary, which RFC 5621 §3.2 prefers, or base64 for peers that expect it.</summary>
    public TransferEncoding TransferEncoding { get; init; } = TransferEncoding.Binary;
}

/// <summary>Combines an offer and its icons in one body.</summary>
public static class OfferBody
{
    /// <summary>
    /// Creates a body with the session description first and the icon second, marked as optional. The description must contain
    /// <c>a=file-icon</c> with the cid URL of the icon.
    /// </summary>
    /// <param name="description">The bytes of the session description.</param>
    /// <param name="icon">The icon.</param>
    /// <param name="subtype"><c>related</c>, or <c>mixed</c> for peers that expect it.</param>
    /// <param name="maxIconBytes">The size limit for the icon, in bytes.</param>
    /// <param name="boundary">The boundary, if a peer expects a certain one; null for a random one.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.TooLarge"/>: the icon exceeds the limit. <see cref="ImageShareError.InvalidValue"/>: it is not an image, or
    /// the boundary is not usable.
    /// </exception>
    public static MultipartBody WithIcon(
        ReadOnlyMemory<byte> description, OfferIcon icon, string subtype = "related", int maxIconBytes = OfferIcon.DefaultMaxBytes, string? boundary = null)
    {
        ArgumentNullException.ThrowIfNull(icon);
        return WithIcons(description, [icon], subtype, maxIconBytes, boundary);
    }

    /// <summary>
    /// Creates a body for an offer of several files: the session description first, then the icons of its sections (RFC 5547 §8.2.3), each
    /// with its own Content-ID.
    /// </summary>
    /// <param name="description">The bytes of the session description.</param>
    /// <param name="icons">The icons, at least one.</param>
    /// <param name="subtype"><c>related</c>, or <c>mixed</c> for peers that expect it.</param>
    /// <param name="maxIconBytes">The size limit for each icon, in bytes.</param>
    /// <param name="boundary">The boundary, if a peer expects a certain one; null for a random one.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.TooLarge"/>: an icon exceeds the limit. <see cref="ImageShareError.InvalidValue"/>: one is not an image,
    /// two have the same Content-ID, or the boundary is not usable.
    /// </exception>
    public static MultipartBody WithIcons(
        ReadOnlyMemory<byte> description, IReadOnlyList<OfferIcon> icons, string subtype = "related", int maxIconBytes = OfferIcon.DefaultMaxBytes, string? boundary = null)
    {
        ArgumentNullException.ThrowIfNull(icons);
        if (icons.DistinctBy(static icon => icon.ContentId).Count() < icons.Count)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "Two icons have the same Content-ID; use a different one for each, see ContentIdUrl.CreateContentId.");
        }

        // No start parameter: it would need a Content-ID on the description, and the first part is the root by default (RFC 2387 §3.2).
        bool isRelated = subtype.Equals("related", StringComparison.OrdinalIgnoreCase);
        return MultipartBody.Create(
            subtype,
            [
                new BodyPart { ContentType = MediaType.Sdp, Content = description },
                .. icons.Select(icon => Part(icon, maxIconBytes)),
            ],
            isRelated ? new ParameterList(new Parameter("type", "application/sdp", IsQuoted: true)) : default,
            boundary);
    }

    private static BodyPart Part(OfferIcon icon, int maxIconBytes)
    {
        if (icon.Content.Length > maxIconBytes)
        {
            throw new ImageShareException(
                ImageShareError.TooLarge, $"The icon has {icon.Content.Length} bytes, but the limit is {maxIconBytes}; use a smaller icon or raise the limit.");
        }

        if (!icon.Type.Type.Equals("image", StringComparison.OrdinalIgnoreCase) || icon.Content.IsEmpty)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "The icon is empty or its type is not an image type; use a small PNG or JPEG.");
        }

        return new BodyPart
        {
            ContentType = icon.Type,
            TransferEncoding = icon.TransferEncoding,
            ContentId = icon.ContentId,
            Disposition = new ContentDisposition("icon", new ParameterList(new Parameter("handling", "optional"))),
            Content = icon.Content,
        };
    }
}
