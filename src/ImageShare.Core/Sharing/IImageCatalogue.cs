using ImageShare.Core.Images;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Sharing;

/// <summary>
/// Decides which images peers may fetch (RFC 5547 §8.3.2). Without a catalogue (<see cref="ImageShareOptions.Catalogue"/>) nothing is served.
/// Calls may overlap. If a call throws, the request is refused with 500 and the exception is logged.
/// </summary>
public interface IImageCatalogue
{
    /// <summary>
    /// Finds the images that match a request. The caller hears ringing in the meantime. The token is cancelled if the caller gives up or <see
    /// cref="ImageShareLimits.AnswerTimeout"/> expires.
    /// </summary>
    /// <returns>
    /// The candidates. The library removes those that do not match the selector. If exactly one remains, it is sent; if several remain, none
    /// is, so a catalogue that can choose should return only its choice.
    /// </returns>
    ValueTask<CatalogueAnswer> FindAsync(ImageRequest request, CancellationToken cancellationToken = default);
}

/// <summary>A peer's request for an image. Everything in it is the peer's unverified claim, except for asserted identities.</summary>
public sealed record ImageRequest
{
    /// <summary>The SIP Call-ID of the request; also the <see cref="ImageShareSession.Id"/> of the resulting share.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// The caller: the identity asserted by a trusted proxy, otherwise the From address, which anyone can forge. See <see
    /// cref="ImageShareInvitation.Caller"/>.
    /// </summary>
    public required SipUri Caller { get; init; }

    /// <summary>The display name chosen by the caller, or null. Escape it before display.</summary>
    public string? CallerDisplayName { get; init; }

    /// <summary>Whether <see cref="Caller"/> was asserted by a trusted proxy rather than just claimed by the caller.</summary>
    public bool IsCallerAsserted { get; init; }

    /// <summary>All identities asserted by a trusted proxy; empty if there are none.</summary>
    public IReadOnlyList<SipUri> AssertedIdentities { get; init; } = [];

    /// <summary>The selector of the requested image; never empty. Its name is arbitrary text, not a path.</summary>
    public required ImageSelector Wanted { get; init; }
}

/// <summary>The answer of a catalogue to a request: candidate images, or a refusal.</summary>
public sealed class CatalogueAnswer
{
    private CatalogueAnswer(IReadOnlyList<CatalogueImage> images, int? refusal)
    {
        Images = images;
        Refusal = refusal;
    }

    /// <summary>No image matches; the peer receives 488.</summary>
    public static CatalogueAnswer None { get; } = new([], null);

    /// <summary>The candidate images.</summary>
    public IReadOnlyList<CatalogueImage> Images { get; }

    /// <summary>The SIP status to refuse the request with, or null.</summary>
    public int? Refusal { get; }

    /// <summary>Returns candidate images. An empty list is the same as <see cref="None"/>.</summary>
    public static CatalogueAnswer Found(params IReadOnlyList<CatalogueImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return new CatalogueAnswer(images, null);
    }

    /// <summary>Refuses the caller, whether or not there is a matching image.</summary>
    /// <param name="sipStatus">The status, 400 to 699: 403 (the default) if the caller is not allowed, 603 if the user does not want to send
    /// the image.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is not between 400 and 699.</exception>
    public static CatalogueAnswer Refuse(int sipStatus = 403)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sipStatus, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sipStatus, 699);
        return new CatalogueAnswer([], sipStatus);
    }
}

/// <summary>A candidate image of a catalogue.</summary>
public sealed record CatalogueImage
{
    /// <summary>Creates one from the values it must have.</summary>
    /// <param name="source">See <see cref="Source"/>.</param>
    public CatalogueImage(ImageSource source)
    {
        Source = source;
    }

    /// <summary>The image.</summary>
    public ImageSource Source { get; init; }

    /// <summary>
    /// The result of <see cref="ImageSource.DescribeAsync"/>, if the catalogue has cached it. Otherwise the whole image is read to compute
    /// it.
    /// </summary>
    public ImageDescription? Description { get; init; }

    /// <summary>
    /// Further hashes of the image if the catalogue has cached them. If a request contains a hash of another algorithm, the whole image is
    /// read to compute it.
    /// </summary>
    public IReadOnlyList<ImageHash> Hashes { get; init; } = [];

    /// <summary>The maximum sending rate in bytes per second, or null for no limit.</summary>
    public long? MaxBytesPerSecond { get; init; }
}
