using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>
/// The answer that accepts the image of a <see cref="ReceivedOffer"/>, or sends the requested one (RFC 5547 §8.3), and refuses everything
/// else in the offer.
/// </summary>
internal sealed record ImageAnswer
{
    public required ReceivedOffer Offer { get; init; }

    public required Origin Origin { get; init; }

    /// <summary>The MSRP listening address of this side as told the peer.</summary>
    public required ConnectionData Connection { get; init; }

    /// <summary>The MSRP listening port of this side as told the peer.</summary>
    public required int Port { get; init; }

    /// <summary>Whether the peer can be expected to connect to that address; if not, this side connects where the offer leaves it open (RFC 6135 §4.2.2).</summary>
    public bool IsReachable { get; init; } = true;

    public required string Path { get; init; }

    /// <summary>The fingerprints of this side's certificate, for an offer with TLS.</summary>
    public IReadOnlyList<Fingerprint> Fingerprints { get; init; } = [];

    /// <summary>Whether the answer uses CEMA (RFC 6714 §4.3).</summary>
    public bool HasCema { get; init; }

    /// <summary>The types this side lists.</summary>
    public AcceptedTypes AcceptedTypes { get; init; } = AcceptedTypes.Anything;

    /// <summary>The largest image accepted, in bytes; null on the sending side.</summary>
    public long? MaxSize { get; init; }

    /// <summary>The direction of the transfer.</summary>
    public MediaDirection Direction { get; init; } = MediaDirection.ReceiveOnly;

    /// <summary>The selector of the sending side's image; null repeats the offered one.</summary>
    public FileSelector? Selector { get; init; }

    /// <summary>Whether this side opens the connection.</summary>
    public bool IsActive => SetupChoice.AnswersActively(Offer, IsReachable);

    public SessionDescription Write() => Write([this]);

    /// <summary>Writes the answer that accepts several images of an offer, each in its section, and refuses everything else.</summary>
    /// <param name="answers">At least one.</param>
    public static SessionDescription Write(IReadOnlyList<ImageAnswer> answers)
    {
        ImageAnswer first = answers[0];
        return new SessionDescription
        {
            Origin = first.Origin,
            Connection = first.Connection,
            Media =
            [
                .. first.Offer.Description.Media.Select((offered, i) => answers.FirstOrDefault(answer => answer.Offer.Section == i) is { } answer
                    ? answer.Accept(offered)
                    : OfferAnswer.Refuse(offered)),
            ],
        };
    }

    private MediaDescription Accept(MediaDescription offered)
    {
        List<SdpAttribute> attributes =
        [
            SdpAttributes.Direction(Direction),
            SdpAttributes.AcceptTypes(AcceptedTypes),
        ];
        if (MaxSize is { } maxSize)
        {
            attributes.Add(SdpAttributes.MaxSize(maxSize));
        }

        attributes.Add(SdpAttributes.Path(Path.Split(' ')));
        if (Offer.Setup is not null || HasCema)
        {
            attributes.Add(SdpAttributes.Setup(IsActive ? SetupRole.Active : SetupRole.Passive));
        }

        if (HasCema)
        {
            attributes.Add(SdpAttributes.MsrpCema);
        }

        attributes.AddRange(Fingerprints.Select(SdpAttributes.Fingerprint));

        // Copied byte for byte: name, type and size must be repeated (RFC 5547 §8.3.1), and peers compare the text.
        foreach (string name in (ReadOnlySpan<string>)[SdpAttributes.FileSelectorName, SdpAttributes.FileTransferIdName, SdpAttributes.FileRangeName])
        {
            if (name == SdpAttributes.FileSelectorName && Selector is not null)
            {
                attributes.Add(SdpAttributes.FileSelector(Selector));
            }
            else if (offered.Find(name) is { } attribute)
            {
                attributes.Add(attribute);
            }
        }

        return new MediaDescription
        {
            Port = Port,
            Protocol = offered.Protocol,
            Formats = offered.Formats,
            Attributes = [.. attributes],
        };
    }
}
