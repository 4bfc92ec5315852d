using ImageShare.Core.Images;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Sharing;

/// <summary>
/// The images that peers may fetch (RFC 5547 §8.3.2), and who may. Without one (<see cref="ImageShareOptions.Catalogue"/>) nothing is served. Calls may
/// overlap; what a call throws refuses the request with 500 and is logged.
/// </summary>
public interface IImageCatalogue
{
    /// <summary>
    /// Says which images are meant by a request. The caller hears ringing meanwhile, and the token is cancelled when it gives up or
    /// <see cref="ImageShareLimits.AnswerTimeout"/> is over.
    /// </summary>
    /// <returns>
    /// The images that may be meant: those of them that do not fit the selector are left out again. One that is left is sent; of several none is, so a
    /// catalogue that can choose gives only its choice.
    /// </returns>
    ValueTask<CatalogueAnswer> FindAsync(ImageRequest request, CancellationToken cancellationToken);
}

/// <summary>A peer's wish to get an image. All of it is the peer's word.</summary>
public sealed record ImageRequest
{
    /// <summary>The SIP Call-ID of the request, which is the <see cref="ImageShareSession.Id"/> of the share it may become.</summary>
    public required string Id { get; init; }

    /// <summary>Who asks: the identity a trusted proxy asserts, otherwise From, which anybody can write. See <see cref="ImageShareInvitation.Caller"/>.</summary>
    public required SipUri Caller { get; init; }

    /// <summary>The caller's own name for itself, or null. Show it escaped.</summary>
    public string? CallerDisplayName { get; init; }

    /// <summary>Whether <see cref="Caller"/> is asserted by a trusted proxy and not only claimed by the caller.</summary>
    public bool IsCallerAsserted { get; init; }

    /// <summary>All identities a trusted proxy asserts; empty when there are none.</summary>
    public IReadOnlyList<SipUri> AssertedIdentities { get; init; } = [];

    /// <summary>Which image is wanted. Never empty. The name is any text, and no path.</summary>
    public required ImageSelector Wanted { get; init; }
}

/// <summary>What a catalogue says to a request: images, or no.</summary>
public sealed class CatalogueAnswer
{
    private CatalogueAnswer(IReadOnlyList<CatalogueImage> images, int? refusal)
    {
        Images = images;
        Refusal = refusal;
    }

    /// <summary>There is no such image: the peer gets 488.</summary>
    public static CatalogueAnswer None { get; } = new([], null);

    /// <summary>The images that may be meant.</summary>
    public IReadOnlyList<CatalogueImage> Images { get; }

    /// <summary>The SIP status the request is refused with; null when it is not.</summary>
    public int? Refusal { get; }

    /// <summary>Images that may be meant; none at all is <see cref="None"/>.</summary>
    public static CatalogueAnswer Of(params IReadOnlyList<CatalogueImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return new CatalogueAnswer(images, null);
    }

    /// <summary>This caller gets nothing, whatever there is.</summary>
    /// <param name="sipStatus">403 (the default) for one who may not, 603 for a user who does not want to; 400 to 699.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is no refusal.</exception>
    public static CatalogueAnswer Refuse(int sipStatus = 403)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sipStatus, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sipStatus, 699);
        return new CatalogueAnswer([], sipStatus);
    }
}

/// <summary>An image of a catalogue.</summary>
/// <param name="Source">The image.</param>
public sealed record CatalogueImage(ImageSource Source)
{
    /// <summary>What <see cref="ImageSource.DescribeAsync"/> says of it, when the catalogue knows: otherwise the whole image is read for it.</summary>
    public ImageDescription? Description { get; init; }

    /// <summary>
    /// Hashes of the image beside its SHA-1, when the catalogue knows them. Asked for by another that is not here, the whole image is read for it.
    /// </summary>
    public IReadOnlyList<ImageHash> Hashes { get; init; } = [];

    /// <summary>At most so many octets per second when it is sent; null for no limit.</summary>
    public long? MaxBytesPerSecond { get; init; }
}
