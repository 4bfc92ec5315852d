using System.Net;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>The answer that takes the image of a <see cref="ReceivedOffer"/>, or sends the one it asks for (RFC 5547 §8.3), and refuses everything else in it.</summary>
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

    public IReadOnlyList<MediaType> AcceptedTypes { get; init; } = [];

    /// <summary>The largest image taken; null on the side that sends.</summary>
    public long? MaxSize { get; init; }

    /// <summary>Which way the image goes.</summary>
    public MediaDirection Direction { get; init; } = MediaDirection.ReceiveOnly;

    /// <summary>What the side that sends says of its image; null repeats what was offered.</summary>
    public FileSelector? Selector { get; init; }

    /// <summary>Whether this side opens the connection.</summary>
    public bool IsActive => Offer.IsAnsweredActively;

    public SessionDescription Write() => Write([this]);

    /// <summary>The answer that takes several images of one offer, each in its section, and refuses everything else.</summary>
    /// <param name="answers">At least one.</param>
    public static SessionDescription Write(IReadOnlyList<ImageAnswer> answers)
    {
        ImageAnswer first = answers[0];
        return new SessionDescription
        {
            Origin = first.Origin,
            Connection = new ConnectionData(first.MsrpAddress.Address),
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
            SdpAttributes.AcceptTypes(Direction is MediaDirection.SendOnly ? new AcceptedTypes(AcceptedTypes) : Containers.With(AcceptedTypes)),
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

        // Mirrored octet for octet: name, type and size must be copied (RFC 5547 §8.3.1), and peers compare the text.
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
            Port = MsrpAddress.Port,
            Protocol = offered.Protocol,
            Formats = offered.Formats,
            Attributes = [.. attributes],
        };
    }
}
