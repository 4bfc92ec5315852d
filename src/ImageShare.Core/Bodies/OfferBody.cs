using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>A small picture that goes with an offer (RFC 5547 §8.8).</summary>
/// <param name="Type">Its media type, an <c>image/...</c>.</param>
/// <param name="Content">Its octets; they are not copied and must not change until the body is written.</param>
/// <param name="ContentId">Its name, without angle brackets, see <see cref="ContentIdUrl.CreateContentId"/>.</param>
public sealed record OfferIcon(MediaType Type, ReadOnlyMemory<byte> Content, string ContentId)
{
    /// <summary>
    /// The largest icon sent unless the caller allows more: 8 KiB. From about 1300 octets on the message needs a stream transport
    /// (RFC 3261 §18.1.1).
    /// </summary>
    public const int DefaultMaxLength = 8192;

    /// <summary>How it is written: binary as RFC 5621 §3.2 prefers, or base64 for peers that expect it.</summary>
    public TransferEncoding TransferEncoding { get; init; } = TransferEncoding.Binary;
}

/// <summary>Puts an offer and its icon into one body.</summary>
public static class OfferBody
{
    /// <summary>
    /// The session description first, the icon it refers to second, marked so that a peer may ignore it. The description must carry
    /// <c>a=file-icon</c> with the URL of the icon's Content-ID.
    /// </summary>
    /// <param name="description">The octets of the session description.</param>
    /// <param name="icon">The icon.</param>
    /// <param name="subtype"><c>related</c>, or <c>mixed</c> for peers that expect it.</param>
    /// <param name="maxIconLength">The largest icon allowed, in octets.</param>
    /// <param name="boundary">A boundary a peer expects; null for a random one.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.TooLarge"/>: the icon is larger than allowed. <see cref="ImageShareError.InvalidValue"/>: it is no
    /// image, or the boundary cannot be used.
    /// </exception>
    public static MultipartBody WithIcon(
        ReadOnlyMemory<byte> description, OfferIcon icon, string subtype = "related", int maxIconLength = OfferIcon.DefaultMaxLength, string? boundary = null)
    {
        ArgumentNullException.ThrowIfNull(icon);
        return WithIcons(description, [icon], subtype, maxIconLength, boundary);
    }

    /// <summary>
    /// The same for an offer of several files: the session description first, then the icons its sections refer to (RFC 5547 §8.2.3), each with a
    /// Content-ID of its own.
    /// </summary>
    /// <param name="description">The octets of the session description.</param>
    /// <param name="icons">The icons, at least one.</param>
    /// <param name="subtype"><c>related</c>, or <c>mixed</c> for peers that expect it.</param>
    /// <param name="maxIconLength">The largest icon allowed, in octets, each.</param>
    /// <param name="boundary">A boundary a peer expects; null for a random one.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.TooLarge"/>: an icon is larger than allowed. <see cref="ImageShareError.InvalidValue"/>: one is no
    /// image, two have the same Content-ID, or the boundary cannot be used.
    /// </exception>
    public static MultipartBody WithIcons(
        ReadOnlyMemory<byte> description, IReadOnlyList<OfferIcon> icons, string subtype = "related", int maxIconLength = OfferIcon.DefaultMaxLength, string? boundary = null)
    {
        ArgumentNullException.ThrowIfNull(icons);
        if (icons.DistinctBy(static icon => icon.ContentId).Count() < icons.Count)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "Two icons have the same Content-ID; give each its own, see ContentIdUrl.CreateContentId.");
        }

        // No start parameter: it would need a Content-ID on the description, and the first part is the root anyway (RFC 2387 §3.2).
        bool isRelated = subtype.Equals("related", StringComparison.OrdinalIgnoreCase);
        return MultipartBody.Create(
            subtype,
            [
                new BodyPart { ContentType = MediaType.Sdp, Content = description },
                .. icons.Select(icon => Part(icon, maxIconLength)),
            ],
            isRelated ? new ParameterList(new Parameter("type", "application/sdp", IsQuoted: true)) : default,
            boundary);
    }

    private static BodyPart Part(OfferIcon icon, int maxIconLength)
    {
        if (icon.Content.Length > maxIconLength)
        {
            throw new ImageShareException(
                ImageShareError.TooLarge, $"The icon has {icon.Content.Length} octets, the limit is {maxIconLength}; give a smaller picture or raise the limit.");
        }

        if (!icon.Type.Type.Equals("image", StringComparison.OrdinalIgnoreCase) || icon.Content.IsEmpty)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "The icon is empty or its type is not an image type; give a small PNG or JPEG.");
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
