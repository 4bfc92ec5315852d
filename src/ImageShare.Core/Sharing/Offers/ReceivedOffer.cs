using ImageShare.Core.Images;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>The image a peer's offer is about, found among its media sections; or the SIP status that refuses the offer.</summary>
internal sealed record ReceivedOffer
{
    private ReceivedOffer(SessionDescription description) => Description = description;

    public SessionDescription Description { get; }

    /// <summary>The index of the section that carries the image.</summary>
    public int Section { get; private init; }

    public MediaDescription Media => Description.Media[Section];

    public required FileSelector Selector { get; init; }

    /// <summary>
    /// The image as the offer has it. A sender that does not look at its files names each of them <c>application/octet-stream</c>, which says of no file what it is
    /// (RFC 2046 §4.5.1): then the extension of the name counts.
    /// </summary>
    public ImageSelector Image => TypeByName(Selector) is { } type ? Selector.ToImage() with { Type = type } : Selector.ToImage();

    public required IReadOnlyList<string> Path { get; init; }

    /// <summary>Whether the caller wants to get the image, and not to send it.</summary>
    public bool IsPull => Description.GetDirection(Media) is MediaDirection.ReceiveOnly;

    /// <summary>How many octets of the image are left out at its beginning (RFC 5547 §6).</summary>
    public long ResumesAt => Math.Max(0, (Media.FileRange?.Start ?? 1) - 1);

    public SetupRole? Setup { get; private init; }

    /// <summary>
    /// Whether this side, the answerer, connects: when the offer says it will not (RFC 6135 §4.2), or leaves it open and only the relay of its side can be
    /// recognized, by the name it was called by. An offer without a=setup is from before that RFC: the offerer connects (RFC 4975 §8.5).
    /// </summary>
    public bool IsAnsweredActively { get; private init; }

    /// <summary>What the caller's certificate is recognized by, in an offer with TLS.</summary>
    public required FingerprintSet Fingerprints { get; init; }

    /// <summary>
    /// Finds the first section that pushes an image over MSRP, or pulls one where images are served, with TLS or without as this side wants it. Others are refused in the answer, section by section (RFC 3264 §6).
    /// </summary>
    /// <returns>The offer, or the status and reason to refuse the invitation with.</returns>
    public static (ReceivedOffer? Offer, int Status, string Reason) Read(
        SessionDescription description, ImageShareLimits limits, MediaTerms? terms = null, bool serves = false)
    {
        (IReadOnlyList<ReceivedOffer> offers, int status, string reason) = ReadAll(description, limits, terms, most: 1, serves);
        return (offers.Count > 0 ? offers[0] : null, status, reason);
    }

    /// <summary>Finds all such sections, one for each image (RFC 5547 §8.2.3).</summary>
    /// <param name="description">The offer.</param>
    /// <param name="limits">What is taken.</param>
    /// <param name="terms">What is asked of media.</param>
    /// <param name="most">How many are found at most.</param>
    /// <param name="serves">Whether images are served.</param>
    /// <returns>The offers, or none and the status and reason to refuse the invitation with.</returns>
    public static (IReadOnlyList<ReceivedOffer> Offers, int Status, string Reason) ReadAll(
        SessionDescription description, ImageShareLimits limits, MediaTerms? terms, int most, bool serves = false)
    {
        terms ??= MediaTerms.Default;
        string reason = "No Image Offered";
        List<ReceivedOffer> offers = [];
        for (int i = 0; i < description.Media.Length && offers.Count < most; i++)
        {
            MediaDescription media = description.Media[i];
            if (!media.IsMsrp || media.Port == 0 || media.PortCount is > 1)
            {
                continue;
            }

            ReceivedOffer? offer = ReadSection(description, i, limits, terms, serves, ref reason);

            // An id names one transfer (RFC 5547 §8.1): a second section under it is none of its own.
            if (offer is not null && (media.FileTransferId is null || offers.All(other => other.Media.FileTransferId != media.FileTransferId)))
            {
                offers.Add(offer);
            }
        }

        return offers.Count > 0 ? (offers, 200, string.Empty) : (offers, 488, reason);
    }

    private static ReceivedOffer? ReadSection(SessionDescription description, int section, ImageShareLimits limits, MediaTerms terms, bool serves, ref string reason)
    {
        MediaDescription media = description.Media[section];
        FingerprintSet fingerprints = FingerprintSet.Of(description, media, terms.AcceptsSha1);
        SetupRole? setup = description.GetSetup(media);
        FileSelector? selector = media.FileSelector;
        if (selector is null)
        {
            // A plain MSRP session, or a capability: no file is named (RFC 5547 §5, §8.5).
            reason = "No File Selected";
        }
        else if (media.IsMsrpOverTls && terms.Security == MediaSecurity.None)
        {
            reason = "TCP/TLS/MSRP Not Supported";
        }
        else if (!media.IsMsrpOverTls && terms.Security == MediaSecurity.Required)
        {
            reason = "TCP/TLS/MSRP Required";
        }
        else if (media.Path is not { } path)
        {
            reason = "No MSRP Path";
        }
        else if (!MediaTerms.GoTogether(media, path))
        {
            reason = "MSRP Path Does Not Go With Protocol";
        }
        else if (terms.Unrecognizable(media, fingerprints, peerConnects: !Connects(setup, media, path, fingerprints, terms)) is { } unrecognizable)
        {
            reason = unrecognizable;
        }
        else if (description.GetDirection(media) is MediaDirection.Inactive || (description.GetDirection(media) is MediaDirection.ReceiveOnly && !serves))
        {
            // Pulling files needs a catalogue, and nobody supplied one (RFC 5547 §10).
            reason = "Files Are Not Served Here";
        }
        else if (description.GetDirection(media) is MediaDirection.ReceiveOnly)
        {
            // Whatever octets are wanted of whatever image: the catalogue knows.
            if (!selector.ToImage().IsEmpty)
            {
                return Take(path);
            }

            reason = "No File Selected";
        }
        else if (media.FileRange is { } range && !ReachesTheEnd(range, selector.Size))
        {
            reason = "Partial Files Not Supported";
        }
        else if (selector.Type is { } type && !type.Type.Equals("image", StringComparison.OrdinalIgnoreCase) && TypeByName(selector) is null)
        {
            reason = "Not An Image";
        }
        else if (selector.Size > limits.MaxImageSize)
        {
            reason = FormattableString.Invariant($"Image Larger Than {limits.MaxImageSize} Bytes");
        }
        else
        {
            return Take(path);
        }

        return null;

        ReceivedOffer Take(IReadOnlyList<string> path) => new(description)
        {
            Section = section,
            Selector = selector!,
            Path = path,
            Setup = setup,
            Fingerprints = fingerprints,
            IsAnsweredActively = Connects(setup, media, path, fingerprints, terms),
        };
    }

    private static bool Connects(SetupRole? setup, MediaDescription media, IReadOnlyList<string> path, FingerprintSet fingerprints, MediaTerms terms) =>
        setup is SetupRole.Passive
        || (setup is SetupRole.ActPass && media.IsMsrpOverTls && path.Count > 1 && !fingerprints.IsPresent && !terms.HasRelay);

    private static MediaType? TypeByName(FileSelector selector) => selector is { Type: { } type, Name: { } name } && type.Is("application", "octet-stream")
        ? ImageTypes.FromExtension(System.IO.Path.GetExtension(name))
        : null;

    // The whole image, or the rest of one: a piece out of the middle completes nothing.
    private static bool ReachesTheEnd(FileRange range, long? size) =>
        size is { } octets ? range.Fits(octets) && (range.End is null || range.End == octets) : range == FileRange.Whole;
}
