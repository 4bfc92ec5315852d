using System.Net;
using ImageShare.Core.Images;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>Everything an offer to push one image says, before a profile decides how it is written (RFC 5547 §8.2.1).</summary>
internal sealed record ImageOffer
{
    public required Origin Origin { get; init; }

    /// <summary>Where this side's MSRP listens, as the peer is to reach it.</summary>
    public required IPEndPoint MsrpAddress { get; init; }

    /// <summary>The URIs of this side's MSRP session, SP between: those of its relays, and its own.</summary>
    public required string Path { get; init; }

    public required ImageDescription Image { get; init; }

    public required FileTransferId TransferId { get; init; }

    public required IReadOnlyList<MediaType> AcceptedTypes { get; init; }

    /// <summary>Whether the offer is one of TLS.</summary>
    public bool IsSecure => Path.StartsWith("msrps:", StringComparison.OrdinalIgnoreCase);

    /// <summary>Those of this side's certificate. Empty for plain MSRP, and behind relays.</summary>
    public IReadOnlyList<Fingerprint> Fingerprints { get; init; } = [];

    /// <summary>Whether middleboxes may anchor the media (RFC 6714 §4.2): then it is said who connects, whatever the profile says.</summary>
    public bool HasCema { get; init; }

    /// <summary>The cid: URL of the icon beside this offer, or null. It must name a part of the same message (RFC 5547 §8.8).</summary>
    public string? IconUrl { get; init; }

    /// <summary>How many octets are left out at the beginning, because the peer has them (RFC 5547 §6); 0 offers the whole image.</summary>
    public long ResumesAt { get; init; }

    public SessionDescription Write(ImageShareProfile profile) => profile.IsMercuroLayout ? WriteMercuro(profile) : WriteStandard(profile);

    // The image's own type leads the list: there are answerers that take over its first entry, and only that.
    private SessionDescription WriteStandard(ImageShareProfile profile)
    {
        List<SdpAttribute> attributes =
        [
            SdpAttributes.Direction(MediaDirection.SendOnly),
            SdpAttributes.AcceptTypes(new AcceptedTypes([Image.Type, .. AcceptedTypes.Where(type => !type.IsSameTypeAs(Image.Type))])),
            SdpAttributes.Path(Path.Split(' ')),
        ];
        if (profile.Setup is not SetupForm.None || HasCema)
        {
            attributes.Add(SdpAttributes.Setup(profile.Setup is SetupForm.Active ? SetupRole.Active : SetupRole.ActPass));
        }

        AddCema(attributes);
        attributes.AddRange(Fingerprints.Select(SdpAttributes.Fingerprint));
        attributes.Add(SdpAttributes.FileSelector(Selector(profile)));
        attributes.Add(SdpAttributes.FileTransferId(TransferId));
        AddOptional(attributes, profile);
        return new SessionDescription
        {
            Origin = Origin,
            Connection = new ConnectionData(MsrpAddress.Address),
            Media = [Section(profile) with { Attributes = [.. attributes] }],
        };
    }

    // The order and the fixed values of the client this profile is named for; its peers depend on neither, its traces show both.
    private SessionDescription WriteMercuro(ImageShareProfile profile)
    {
        List<SdpAttribute> attributes =
        [
            SdpAttributes.Direction(MediaDirection.SendOnly),
            SdpAttributes.AcceptTypes(new AcceptedTypes(new MediaType("text", "plain"), new MediaType("message", "cpim"))),
            SdpAttributes.AcceptWrappedTypes(Sdp.Attributes.AcceptedTypes.Anything),
            SdpAttributes.FileSelector(Selector(profile)),
        ];
        AddOptional(attributes, profile);
        attributes.Add(SdpAttributes.Path(Path.Split(' ')));
        if (HasCema)
        {
            attributes.Add(SdpAttributes.Setup(SetupRole.ActPass));
        }

        AddCema(attributes);
        attributes.AddRange(Fingerprints.Select(SdpAttributes.Fingerprint));
        attributes.Add(SdpAttributes.FileTransferId(TransferId));
        return new SessionDescription
        {
            Origin = Origin,
            SessionName = "Mercuro IMS Client Session",
            Media = [Section(profile) with { Connection = new ConnectionData(MsrpAddress.Address), Attributes = [.. attributes] }],
        };
    }

    private void AddCema(List<SdpAttribute> attributes)
    {
        if (HasCema)
        {
            attributes.Add(SdpAttributes.MsrpCema);
        }
    }

    private FileSelector Selector(ImageShareProfile profile) => new()
    {
        Name = Image.Name,
        Type = Image.Type,
        Size = Image.Size,
        Hashes = profile.Sha256 && Image.Sha256 is { } sha256 ? [Hash("sha-1", Image.Sha1), Hash("sha-256", sha256)] : [Hash("sha-1", Image.Sha1)],
    };

    private static FileHash Hash(string algorithm, string hex) => new(algorithm, [.. Convert.FromHexString(hex)]);

    /// <summary>The m= line. A purely active end has nothing to dial: RFC 6135 §4.2.2 gives it the discard port.</summary>
    public static MediaDescription Section(ImageShareProfile profile, int port, bool isSecure) => new()
    {
        Port = profile.Setup is SetupForm.Active ? 9 : port,
        Protocol = isSecure ? MediaTerms.Secure : "TCP/MSRP",
    };

    private MediaDescription Section(ImageShareProfile profile) => Section(profile, MsrpAddress.Port, IsSecure);

    private void AddOptional(List<SdpAttribute> attributes, ImageShareProfile profile)
    {
        if (profile.Disposition)
        {
            attributes.Add(SdpAttributes.FileDisposition(FileDisposition.Render));
        }

        if (profile.Dates is not DateForm.None && Dates(profile) is { } dates)
        {
            attributes.Add(SdpAttributes.FileDate(dates, profile.Dates is DateForm.Iso8601Unquoted ? FileDateStyle.Iso8601 : FileDateStyle.Rfc5322));
        }

        if (ResumesAt > 0)
        {
            attributes.Add(SdpAttributes.FileRange(new FileRange(ResumesAt + 1)));
        }

        if (IconUrl is not null)
        {
            attributes.Add(SdpAttributes.FileIcon(IconUrl));
        }
    }

    // When an image was last read is nobody's business.
    private FileDate? Dates(ImageShareProfile profile) => (Image.Created, Image.Modified) switch
    {
        (null, null) => null,
        (null, { } modified) when profile.IsMercuroLayout => new FileDate { Created = modified },
        ({ } created, _) when profile.IsMercuroLayout => new FileDate { Created = created },
        _ => new FileDate { Created = Image.Created, Modified = Image.Modified },
    };
}
