using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>A peer's validated answer to our offer.</summary>
internal sealed record ReceivedAnswer
{
    /// <summary>The peer's MSRP path.</summary>
    public required IReadOnlyList<string> Path { get; init; }

    /// <summary>Whether this side, the offerer, opens the connection.</summary>
    public required bool IsActive { get; init; }

    /// <summary>The content type for sending the image (see <see cref="Containers.TypeOfTaken"/>); null if the image is received.</summary>
    public MediaType? ContentType { get; private init; }

    /// <summary>The fingerprints of the peer's certificate, in an answer with TLS.</summary>
    public required FingerprintSet Fingerprints { get; init; }

    public required SessionDescription Description { get; init; }

    /// <summary>The index of the image's media section.</summary>
    public int Section { get; private init; }

    /// <summary>The media section of the image in the answer.</summary>
    public MediaDescription Media => Description.Media[Section];

    public static (ReceivedAnswer? Answer, ShareOutcome? Problem) Read(SessionDescription offer, ReadOnlyMemory<byte> body, MediaTerms? terms = null, int section = 0)
    {
        terms ??= MediaTerms.Default;
        if (!SessionDescription.TryParse(body, out SessionDescription? answer, out _))
        {
            return (null, Unusable("The peer accepted, but its answer is not valid SDP."));
        }

        int sections = answer.Media.Length;
        answer = Complete(answer, offer);
        if (OfferAnswer.Check(offer, answer, out _) is not AnswerProblem.None and var problem)
        {
            return (null, Unusable($"The peer accepted, but its answer does not fit the offer ({problem})."));
        }

        MediaDescription offered = offer.Media[section];
        MediaDescription answered = answer.Media[section];
        if (section >= sections)
        {
            return (null, ShareOutcome.Failed(
                ImageShareError.UnacceptableOffer, "The peer accepted, but its answer omits this image: it accepts fewer images in one session than were offered. Share it in a session of its own."));
        }

        bool isPull = offer.GetDirection(offered) is MediaDirection.ReceiveOnly;
        if (FileProblem(offered, answered, answer.GetDirection(answered), isPull) is { } unusable)
        {
            return (null, unusable);
        }

        // The answerer is passive unless it says otherwise; without a=setup the offerer connects (RFC 4975 §8.5, RFC 6135 §5).
        bool isActive = answer.GetSetup(answered) is not SetupRole.Active;
        FingerprintSet fingerprints = FingerprintSet.FromMedia(answer, answered, terms.AcceptsSha1);
        if (terms.Unrecognizable(answered, fingerprints, peerConnects: !isActive) is { } unrecognizable)
        {
            return (null, Unusable($"The peer accepted, but its certificate cannot be verified ({unrecognizable})."));
        }

        if (isPull)
        {
            return (new ReceivedAnswer { Path = answered.Path!, IsActive = isActive, Fingerprints = fingerprints, Description = answer, Section = section }, null);
        }

        long size = offered.FileSelector!.Size ?? 0;
        if (answered.MaxSize < size)
        {
            return (null, ShareOutcome.Failed(
                ImageShareError.TooLarge, $"The peer accepts at most {answered.MaxSize} bytes, but the image has {size}; share a smaller version."));
        }

        MediaType content = Containers.TypeOfTaken(answered, offered.FileSelector.Type!);
        return (new ReceivedAnswer { Path = answered.Path!, IsActive = isActive, ContentType = content, Fingerprints = fingerprints, Description = answer, Section = section }, null);
    }

    // Why the answer does not lead to a transfer of the image.
    private static ShareOutcome? FileProblem(MediaDescription offered, MediaDescription answered, MediaDirection direction, bool isPull)
    {
        if (answered.Port == 0)
        {
            return isPull ? SipOutcome.NotServed("port 0") : new ShareOutcome(ImageShareState.Declined, ImageShareError.Declined, "The peer accepted the invitation, but declined the image.");
        }

        if (offered.FileRange is { } range ? answered.FileRange != range : isPull && (answered.FileRange ?? FileRange.Whole) != FileRange.Whole)
        {
            return Unusable("The peer accepted the image, but its answer has a different byte range.");
        }

        return isPull && direction is not MediaDirection.SendOnly ? Unusable("The peer accepted, but its answer is not sendonly, so it does not send the image.")
            : answered.Path is not { } path ? Unusable("The peer accepted, but its answer has no MSRP path.")
            : !MediaTerms.GoTogether(answered, path) ? Unusable("The peer accepted, but the scheme of the MSRP path in its answer does not match the protocol.")
            : null;
    }

    // An answer must have a section for each one of the offer (RFC 3264 §6). Peers that support only one section per media type answer just
    // the first: the others count as refused.
    private static SessionDescription Complete(SessionDescription answer, SessionDescription offer) => answer.Media.Length > 0 && answer.Media.Length < offer.Media.Length
        ? answer with { Media = [.. answer.Media, .. offer.Media.Skip(answer.Media.Length).Select(OfferAnswer.Refuse)] }
        : answer;

    private static ShareOutcome Unusable(string message) =>
        ShareOutcome.Failed(ImageShareError.UnacceptableOffer, message + " The session was ended; try another profile.");
}
