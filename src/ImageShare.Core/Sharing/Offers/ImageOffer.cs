using ImageShare.Core.Images;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>The content of an offer to send an image (RFC 5547 §8.2.1), independent of how a profile writes it.</summary>
internal sealed record ImageOffer
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

    public required ImageDescription Image { get; init; }

    public required FileTransferId TransferId { get; init; }

    public required IReadOnlyList<MediaType> AcceptedTypes { get; init; }

    /// <summary>Whether TLS is offered.</summary>
    public bool IsSecure => Path.StartsWith("msrps:", StringComparison.OrdinalIgnoreCase);

    /// <summary>The fingerprints of this side's certificate. Empty for plain MSRP and behind relays.</summary>
    public IReadOnlyList<Fingerprint> Fingerprints { get; init; } = [];

    /// <summary>Whether middleboxes may anchor the media (RFC 6714 §4.2); a=setup is then always written, whatever the profile says.</summary>
    public bool HasCema { get; init; }

    /// <summary>The cid: URL of the icon, or null. It must refer to a part of the same message (RFC 5547 §8.8).</summary>
    public string? IconUrl { get; init; }

    /// <summary>The offset of the first byte to send, because the peer has those before (RFC 5547 §6); 0 offers the whole image.</summary>
    public long ResumesAt { get; init; }

    public SessionDescription Write(ImageShareProfile profile) => profile.IsMercuroLayout ? WriteMercuro(profile) : WriteStandard(profile);

    // The image's own type comes first: some answerers copy only the first entry of the list.
    private SessionDescription WriteStandard(ImageShareProfile profile)
    {
        List<SdpAttribute> attributes =
        [
            SdpAttributes.Direction(MediaDirection.SendOnly),
            SdpAttributes.AcceptTypes(new AcceptedTypes([Image.Type, .. AcceptedTypes.Where(type => !type.IsSameTypeAs(Image.Type))])),
            SdpAttributes.Path(Path.Split(' ')),
        ];
        if (SetupChoice.ToOffer(profile.Setup, HasCema, IsReachable) is { } setup)
        {
            attributes.Add(SdpAttributes.Setup(setup));
        }

        AddCema(attributes);
        attributes.AddRange(Fingerprints.Select(SdpAttributes.Fingerprint));
        attributes.Add(SdpAttributes.FileSelector(Selector(profile)));
        attributes.Add(SdpAttributes.FileTransferId(TransferId));
        AddOptional(attributes, profile);
        return new SessionDescription
        {
            Origin = Origin,
            Connection = Connection,
            Media = [Section(profile) with { Attributes = [.. attributes] }],
        };
    }

    // The order and fixed values of the Mercuro client. Its peers do not depend on them, but its traces show them.
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
        if (SetupChoice.ToOffer(profile.Setup, HasCema, IsReachable) is { } setup)
        {
            attributes.Add(SdpAttributes.Setup(setup));
        }

        AddCema(attributes);
        attributes.AddRange(Fingerprints.Select(SdpAttributes.Fingerprint));
        attributes.Add(SdpAttributes.FileTransferId(TransferId));
        return new SessionDescription
        {
            Origin = Origin,
            SessionName = "Mercuro IMS Client Session",
            Media = [Section(profile) with { Connection = Connection, Attributes = [.. attributes] }],
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
        Hashes = profile.Sha256 && Image.Sha256 is { } sha256 ? [Hash(ImageHashes.Sha1, Image.Sha1), Hash(ImageHashes.Sha256, sha256)] : [Hash(ImageHashes.Sha1, Image.Sha1)],
    };

    private static FileHash Hash(string algorithm, string hex) => new(algorithm, [.. Convert.FromHexString(hex)]);

    /// <summary>The m= line. An endpoint that only connects has no listening port and uses the discard port (RFC 6135 §4.2.2).</summary>
    public static MediaDescription Section(SetupRole? setup, int port, bool isSecure) => new()
    {
        Port = setup is SetupRole.Active ? 9 : port,
        Protocol = isSecure ? MediaTerms.Secure : "TCP/MSRP",
    };

    private MediaDescription Section(ImageShareProfile profile) => Section(SetupChoice.ToOffer(profile.Setup, HasCema, IsReachable), Port, IsSecure);

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

    // The read date is not sent: it reveals something about the user.
    private FileDate? Dates(ImageShareProfile profile) => (Image.Created, Image.Modified) switch
    {
        (null, null) => null,
        (null, { } modified) when profile.IsMercuroLayout => new FileDate { Created = modified },
        ({ } created, _) when profile.IsMercuroLayout => new FileDate { Created = created },
        _ => new FileDate { Created = Image.Created, Modified = Image.Modified },
    };
}
