using ImageShare.Core.Images;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>The image in a peer's offer, found among its media sections.</summary>
internal sealed record ReceivedOffer
{
    private const string NotServed = "Files Are Not Served Here";

    private ReceivedOffer(SessionDescription description) => Description = description;

    public SessionDescription Description { get; }

    /// <summary>The index of the image's media section.</summary>
    public int Section { get; private init; }

    public MediaDescription Media => Description.Media[Section];

    public required FileSelector Selector { get; init; }

    /// <summary>
    /// The image as offered. Some senders give every file the type <c>application/octet-stream</c>, which says nothing about its content (RFC
    /// 2046 §4.5.1); the type is then derived from the file extension.
    /// </summary>
    public ImageSelector Image => TypeByName(Selector) is { } type ? Selector.ToImage() with { Type = type } : Selector.ToImage();

    public required IReadOnlyList<string> Path { get; init; }

    /// <summary>Whether the caller requests the image instead of sending it.</summary>
    public bool IsPull => Description.GetDirection(Media) is MediaDirection.ReceiveOnly;

    /// <summary>The offset of the first byte that is sent (RFC 5547 §6).</summary>
    public long ResumesAt => Math.Max(0, (Media.FileRange?.Start ?? 1) - 1);

    public SetupRole? Setup { get; private init; }

    /// <summary>
    /// Whether this side, the answerer, has to open the connection: if the offer is passive (RFC 6135 §4.2), or if it is actpass and the peer's
    /// relay can only be verified by its host name. An offer without a=setup predates that RFC: the offerer connects (RFC 4975 §8.5). Any other
    /// offer leaves the choice to <see cref="SetupChoice"/>.
    /// </summary>
    public bool IsAnsweredActively { get; private init; }

    /// <summary>The fingerprints of the caller's certificate, in an offer with TLS.</summary>
    public required FingerprintSet Fingerprints { get; init; }

    /// <summary>
    /// Finds the first section that sends an image over MSRP, or requests one if images are served, with or without TLS as required by this
    /// side. Other sections are refused in the answer (RFC 3264 §6).
    /// </summary>
    /// <returns>The offer, or the status and reason phrase to refuse the invitation with.</returns>
    public static (ReceivedOffer? Offer, int Status, string Reason) Read(
        SessionDescription description, ImageShareLimits limits, MediaTerms? terms = null, bool serves = false)
    {
        (IReadOnlyList<ReceivedOffer> offers, int status, string reason) = ReadAll(description, limits, terms, most: 1, serves);
        return (offers.Count > 0 ? offers[0] : null, status, reason);
    }

    /// <summary>Finds all such sections, one per image (RFC 5547 §8.2.3).</summary>
    /// <param name="description">The offer.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="terms">The requirements for media sections.</param>
    /// <param name="most">The maximum number of images.</param>
    /// <param name="serves">Whether images are served.</param>
    /// <returns>The offers; if there are none, the status and reason phrase to refuse the invitation with.</returns>
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

            // A transfer id identifies one transfer (RFC 5547 §8.1): a second section with the same id is a duplicate and ignored.
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
        FingerprintSet fingerprints = FingerprintSet.FromMedia(description, media, terms.AcceptsSha1);
        SetupRole? setup = description.GetSetup(media);

        // A plain MSRP session or a capability description selects no file (RFC 5547 §5, §8.5).
        string? problem = media.FileSelector is not { } selector ? "No File Selected"
            : ProtocolProblem(media, terms)
            ?? terms.Unrecognizable(media, fingerprints, peerConnects: !Connects(setup, media, media.Path!, fingerprints, terms))
            ?? (description.GetDirection(media) switch
            {
                MediaDirection.Inactive => NotServed,
                MediaDirection.ReceiveOnly => PullProblem(selector, serves),
                _ => PushProblem(media, selector, limits),
            });
        if (problem is not null)
        {
            reason = problem;
            return null;
        }

        return new ReceivedOffer(description)
        {
            Section = section,
            Selector = media.FileSelector!,
            Path = media.Path!,
            Setup = setup,
            Fingerprints = fingerprints,
            IsAnsweredActively = Connects(setup, media, media.Path!, fingerprints, terms),
        };
    }

    private static string? ProtocolProblem(MediaDescription media, MediaTerms terms) =>
        media.IsMsrpOverTls && terms.Security == MsrpSecurity.None ? "TCP/TLS/MSRP Not Supported"
        : !media.IsMsrpOverTls && terms.Security == MsrpSecurity.Required ? "TCP/TLS/MSRP Required"
        : media.Path is not { } path ? "No MSRP Path"
        : !MediaTerms.GoTogether(media, path) ? "MSRP Path Does Not Go With Protocol"
        : null;

    // Fetching needs a catalogue (RFC 5547 §10), which decides about any range of any image.
    private static string? PullProblem(FileSelector selector, bool serves) =>
        !serves ? NotServed : selector.ToImage().IsEmpty ? "No File Selected" : null;

    private static string? PushProblem(MediaDescription media, FileSelector selector, ImageShareLimits limits) =>
        media.FileRange is { } range && !ReachesTheEnd(range, selector.Size) ? "Partial Files Not Supported"
        : selector.Type is { } type && !type.Type.Equals("image", StringComparison.OrdinalIgnoreCase) && TypeByName(selector) is null ? "Not An Image"
        : selector.Size > limits.MaxImageSize ? FormattableString.Invariant($"Image Larger Than {limits.MaxImageSize} Bytes")
        : null;

    private static bool Connects(SetupRole? setup, MediaDescription media, IReadOnlyList<string> path, FingerprintSet fingerprints, MediaTerms terms) =>
        setup is SetupRole.Passive
        || (setup is SetupRole.ActPass && media.IsMsrpOverTls && path.Count > 1 && !fingerprints.IsPresent && !terms.HasRelay);

    private static MediaType? TypeByName(FileSelector selector) => selector is { Type: { } type, Name: { } name } && type.Is("application", "octet-stream")
        ? ImageTypes.FromExtension(System.IO.Path.GetExtension(name))
        : null;

    // Only a whole image or the rest of one: a range from the middle completes nothing.
    private static bool ReachesTheEnd(FileRange range, long? size) =>
        size is { } bytes ? range.Fits(bytes) && (range.End is null || range.End == bytes) : range == FileRange.Whole;
}
