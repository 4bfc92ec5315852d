using System.Net;
using ImageShare.Core.Sdp;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Descriptions;

/// <summary>The answer that takes the image of a <see cref="ReceivedOffer"/> (RFC 5547 §8.3.1) and refuses everything else in it.</summary>
internal sealed record ImageAnswer
{
    public required ReceivedOffer Offer { get; init; }

    public required Origin Origin { get; init; }

    public required IPEndPoint MsrpAddress { get; init; }

    public required string Path { get; init; }

    /// <summary>Those of this side's certificate, for an offer with TLS.</summary>
    public IReadOnlyList<Fingerprint> Fingerprints { get; init; } = [];

    /// <summary>Whether the answer reckons with a middlebox (RFC 6714 §4.3).</summary>
    public bool HasCema { get; init; }

    public required IReadOnlyList<MediaType> AcceptedTypes { get; init; }

    public required long MaxSize { get; init; }

    /// <summary>
    /// Whether this side opens the connection: only when the offer says it will not (RFC 6135 §4.2). An offer without a=setup is
    /// from before that RFC: the offerer connects (RFC 4975 §8.5).
    /// </summary>
    public bool IsActive => Offer.Setup is SetupRole.Passive;

    public SessionDescription Write() => new()
    {
        Origin = Origin,
        Connection = new ConnectionData(MsrpAddress.Address),
        Media = [.. Offer.Description.Media.Select((offered, i) => i == Offer.Section ? Accept(offered) : OfferAnswer.Refuse(offered))],
    };

    private MediaDescription Accept(MediaDescription offered)
    {
        List<SdpAttribute> attributes =
        [
            SdpAttributes.Direction(MediaDirection.ReceiveOnly),
            SdpAttributes.AcceptTypes(Containers.With(AcceptedTypes)),
            SdpAttributes.MaxSize(MaxSize),
            SdpAttributes.Path(Path),
        ];
        if (Offer.Setup is not null || HasCema)
        {
            attributes.Add(SdpAttributes.Setup(IsActive ? SetupRole.Active : SetupRole.Passive));
        }

        if (HasCema)
        {
            attributes.Add(SdpAttributes.MsrpCema);
        }

        attributes.AddRange(Fingerprints.Select(SdpAttributes.Fingerprint));

        // Mirrored octet for octet: name, type and size must be copied (RFC 5547 §8.3.1), and peers compare the text.
        foreach (string name in (ReadOnlySpan<string>)["file-selector", "file-transfer-id", "file-range"])
        {
            if (offered.Find(name) is { } attribute)
            {
                attributes.Add(attribute);
            }
        }

        return new MediaDescription
        {
            Port = MsrpAddress.Port,
            Protocol = offered.Protocol,
            Formats = offered.Formats,
            Attributes = [.. attributes],
        };
    }
}
