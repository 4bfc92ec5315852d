using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>The content of an offer to fetch an image (RFC 5547 §8.2.2).</summary>
internal sealed record FetchOffer
{
    public required Origin Origin { get; init; }

    /// <summary>The MSRP listening address of this side as told the peer.</summary>
    public required ConnectionData Connection { get; init; }

    /// <summary>The MSRP listening port of this side as told the peer.</summary>
    public required int Port { get; init; }

    /// <summary>Whether the peer can be expected to connect to that address; if not, this side offers to connect (RFC 6135 §4.2.2).</summary>
    public bool IsReachable { get; init; } = true;

    /// <summary>The MSRP path: the URIs of this side's relays and its own, separated by spaces.</summary>
    public required string Path { get; init; }

    /// <summary>The selector of the requested image.</summary>
    public required FileSelector Selector { get; init; }

    public required FileTransferId TransferId { get; init; }

    public required IReadOnlyList<MediaType> AcceptedTypes { get; init; }

    /// <summary>The largest image accepted, in bytes.</summary>
    public required long MaxSize { get; init; }

    /// <summary>The fingerprints of this side's certificate. Empty for plain MSRP and behind relays.</summary>
    public IReadOnlyList<Fingerprint> Fingerprints { get; init; } = [];

    /// <summary>Whether middleboxes may anchor the media (RFC 6714 §4.2).</summary>
    public bool HasCema { get; init; }

    /// <summary>The offset of the first requested byte (RFC 5547 §6); 0 for the whole image.</summary>
    public long ResumesAt { get; init; }

    // No icon, disposition or date: a request does not describe the file.
    public SessionDescription Write(ImageShareProfile profile)
    {
        List<SdpAttribute> attributes =
        [
            SdpAttributes.Direction(MediaDirection.ReceiveOnly),
            SdpAttributes.AcceptTypes(Containers.With(AcceptedTypes)),
            SdpAttributes.MaxSize(MaxSize),
            SdpAttributes.Path(Path.Split(' ')),
        ];
        if (SetupChoice.ToOffer(profile.Setup, HasCema, IsReachable) is { } setup)
        {
            attributes.Add(SdpAttributes.Setup(setup));
        }

        if (HasCema)
        {
            attributes.Add(SdpAttributes.MsrpCema);
        }

        attributes.AddRange(Fingerprints.Select(SdpAttributes.Fingerprint));
        attributes.Add(SdpAttributes.FileSelector(Selector));
        attributes.Add(SdpAttributes.FileTransferId(TransferId));
        if (ResumesAt > 0)
        {
            attributes.Add(SdpAttributes.FileRange(new FileRange(ResumesAt + 1)));
        }

        MediaDescription section = ImageOffer.Section(SetupChoice.ToOffer(profile.Setup, HasCema, IsReachable), Port, Path.StartsWith("msrps:", StringComparison.OrdinalIgnoreCase));
        return new SessionDescription
        {
            Origin = Origin,
            Connection = Connection,
            Media = [section with { Attributes = [.. attributes] }],
        };
    }
}
