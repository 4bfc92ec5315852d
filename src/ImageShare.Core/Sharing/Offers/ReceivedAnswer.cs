using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>A peer's answer to our offer, checked and ready to act on.</summary>
internal sealed record ReceivedAnswer
{
    /// <summary>The peer's MSRP path.</summary>
    public required IReadOnlyList<string> Path { get; init; }

    /// <summary>Whether this side, the offerer, opens the connection.</summary>
    public required bool IsActive { get; init; }

    /// <summary>The type of the message the image is sent in, see <see cref="Containers.TypeOfTaken"/>. Null when it is received.</summary>
    public MediaType? ContentType { get; private init; }

    /// <summary>What the peer's certificate is recognized by, in an answer with TLS.</summary>
    public required FingerprintSet Fingerprints { get; init; }

    public required SessionDescription Description { get; init; }

    /// <summary>The index of the image's section.</summary>
    public int Section { get; private init; }

    /// <summary>The section that answers the image's.</summary>
    public MediaDescription Media => Description.Media[Section];

    public static (ReceivedAnswer? Answer, ShareOutcome? Problem) Read(SessionDescription offer, ReadOnlySpan<byte> body, MediaTerms? terms = null, int section = 0)
    {
        terms ??= MediaTerms.Default;
        if (!SessionDescription.TryParse(body, SdpLimits.Default, out SessionDescription? answer, out _))
        {
            return Unusable("The peer accepted, but its answer is no readable SDP.");
        }

        int sections = answer.Media.Length;
        answer = Complete(answer, offer);
        if (OfferAnswer.Check(offer, answer, out _) is not AnswerProblem.None and var problem)
        {
            return Unusable($"The peer accepted, but its answer does not fit the offer ({problem}).");
        }

        MediaDescription offered = offer.Media[section];
        MediaDescription answered = answer.Media[section];
        if (section >= sections)
        {
            return (null, ShareOutcome.Failed(
                ImageShareError.UnacceptableOffer, "The peer accepted, but its answer passes over this image: it takes fewer in one session than were offered. Share it in a session of its own."));
        }

        bool isPull = offer.GetDirection(offered) is MediaDirection.ReceiveOnly;
        if (answered.Port == 0)
        {
            return (null, isPull ? SipOutcome.NotServed("port 0") : new ShareOutcome(ImageShareState.Declined, ImageShareError.Declined, "The peer took the call, but declined the image."));
        }

        if (offered.FileRange is { } range ? answered.FileRange != range : isPull && (answered.FileRange ?? FileRange.Whole) != FileRange.Whole)
        {
            return Unusable("The peer accepted the image, but its answer names other octets of it.");
        }

        if (isPull && answer.GetDirection(answered) is not MediaDirection.SendOnly)
        {
            return Unusable("The peer accepted, but its answer does not say that it sends the image.");
        }

        if (answered.Path is not { } path)
        {
            return Unusable("The peer accepted, but its answer has no MSRP path.");
        }

        if (!MediaTerms.GoTogether(answered, path))
        {
            return Unusable("The peer accepted, but the MSRP path in its answer does not go with its protocol.");
        }

        // The answerer is passive unless it says it is active; without a=setup the offerer connects (RFC 4975 §8.5, RFC 6135 §5).
        bool isActive = answer.GetSetup(answered) is not SetupRole.Active;
        FingerprintSet fingerprints = FingerprintSet.Of(answer, answered, terms.AcceptsSha1);
        if (terms.Unrecognizable(answered, fingerprints, peerConnects: !isActive) is { } unrecognizable)
        {
            return Unusable($"The peer accepted, but its certificate could not be recognized ({unrecognizable}).");
        }

        if (isPull)
        {
            return (new ReceivedAnswer { Path = path, IsActive = isActive, Fingerprints = fingerprints, Description = answer, Section = section }, null);
        }

        long size = offered.FileSelector!.Size ?? 0;
        if (answered.MaxSize < size)
        {
            return (null, ShareOutcome.Failed(
                ImageShareError.TooLarge, $"The peer takes at most {answered.MaxSize} bytes, the image has {size}; share a smaller version."));
        }

        MediaType content = Containers.TypeOfTaken(answered, offered.FileSelector.Type!);
        return (new ReceivedAnswer { Path = path, IsActive = isActive, ContentType = content, Fingerprints = fingerprints, Description = answer, Section = section }, null);
    }

    // An answer has a section for each one of the offer (RFC 3264 §6). Peers that know one medium of a kind answer the first and no other: what has no answer is refused.
    private static SessionDescription Complete(SessionDescription answer, SessionDescription offer) => answer.Media.Length > 0 && answer.Media.Length < offer.Media.Length
        ? answer with { Media = [.. answer.Media, .. offer.Media.Skip(answer.Media.Length).Select(OfferAnswer.Refuse)] }
        : answer;

    private static (ReceivedAnswer?, ShareOutcome) Unusable(string message) =>
        (null, ShareOutcome.Failed(ImageShareError.UnacceptableOffer, message + " The session was ended; try another profile."));
}
