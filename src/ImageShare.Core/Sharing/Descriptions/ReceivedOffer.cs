using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.FileTransfer;

namespace ImageShare.Core.Sharing.Descriptions;

/// <summary>The image a peer's offer is about, found among its media sections; or the SIP status that refuses the offer.</summary>
internal sealed record ReceivedOffer
{
    private ReceivedOffer(SessionDescription description) => Description = description;

    public SessionDescription Description { get; }

    /// <summary>The index of the section that carries the image.</summary>
    public int Section { get; private init; }

    public MediaDescription Media => Description.Media[Section];

    public required FileSelector Selector { get; init; }

    public required IReadOnlyList<string> Path { get; init; }

    /// <summary>How many octets of the image are left out at its beginning (RFC 5547 §6).</summary>
    public long FirstOctet => Math.Max(0, (Media.FileRange?.Start ?? 1) - 1);

    public SetupRole? Setup { get; private init; }

    /// <summary>
    /// Whether this side, the answerer, connects: when the offer says it will not (RFC 6135 §4.2), or leaves it open and only the relay of its side can be
    /// recognized, by the name it was called by. An offer without a=setup is from before that RFC: the offerer connects (RFC 4975 §8.5).
    /// </summary>
    public bool IsAnsweredActively { get; private init; }

    /// <summary>What the caller's certificate is recognized by, in an offer with TLS.</summary>
    public required FingerprintSet Fingerprints { get; init; }

    /// <summary>
    /// Finds the first section that pushes an image over MSRP, with TLS or without as this side wants it. Others are refused in the answer, section by section (RFC 3264 §6).
    /// </summary>
    /// <returns>The offer, or the status and reason to refuse the invitation with.</returns>
    public static (ReceivedOffer? Offer, int Status, string Reason) Read(
        SessionDescription description, ImageShareLimits limits, MediaTerms? terms = null)
    {
        terms ??= MediaTerms.Default;
        string reason = "No Image Offered";
        for (int i = 0; i < description.Media.Length; i++)
        {
            MediaDescription media = description.Media[i];
            if (!media.IsMsrp || media.Port == 0 || media.PortCount is > 1)
            {
                continue;
            }

            FingerprintSet fingerprints = FingerprintSet.Of(description, media, terms.AcceptsSha1);
            SetupRole? setup = description.GetSetup(media);
            if (media.FileSelector is not { } selector)
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
            else if (description.GetDirection(media) is not (MediaDirection.SendOnly or MediaDirection.SendReceive))
            {
                // Pulling files needs a catalogue, and nobody supplied one (RFC 5547 §10).
                reason = "Files Are Not Served Here";
            }
            else if (media.FileRange is { } range && !ReachesTheEnd(range, selector.Size))
            {
                reason = "Partial Files Not Supported";
            }
            else if (selector.Type is { } type && !type.Type.Equals("image", StringComparison.OrdinalIgnoreCase))
            {
                reason = "Not An Image";
            }
            else if (selector.Size > limits.MaxImageSize)
            {
                reason = FormattableString.Invariant($"Image Larger Than {limits.MaxImageSize} Bytes");
            }
            else
            {
                return (new ReceivedOffer(description) { Section = i, Selector = selector, Path = path, Setup = setup, Fingerprints = fingerprints, IsAnsweredActively = Connects(setup, media, path, fingerprints, terms) }, 200, string.Empty);
            }
        }

        return (null, 488, reason);
    }

    private static bool Connects(SetupRole? setup, MediaDescription media, IReadOnlyList<string> path, FingerprintSet fingerprints, MediaTerms terms) =>
        setup is SetupRole.Passive
        || (setup is SetupRole.ActPass && media.IsMsrpOverTls && path.Count > 1 && !fingerprints.IsPresent && !terms.HasRelay);

    // The whole image, or the rest of one: a piece out of the middle completes nothing.
    private static bool ReachesTheEnd(FileRange range, long? size) =>
        size is { } octets ? range.Fits(octets) && (range.End is null || range.End == octets) : range == FileRange.Whole;
}
