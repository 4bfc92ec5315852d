using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>Writes and reads the SDP of the answer to a capability query (IR.79 §3.3, RFC 3264 §9, RFC 5547 §8.5).</summary>
internal static class CapabilityOffer
{
    /// <summary>
    /// One media section with port 0, the accepted types, the maximum size and an empty file-selector: files can be shared, but none is being
    /// shared. If images are served, it says sendrecv.
    /// </summary>
    public static SessionDescription Write(Origin origin, ConnectionData connection, AcceptedTypes acceptedTypes, long maxSize, MsrpSecurity security = MsrpSecurity.None, bool serves = false) => new()
    {
        Origin = origin,
        Connection = connection,
        Media =
        [
            new MediaDescription
            {
                Port = 0,
                Protocol = security is MsrpSecurity.Required ? MediaTerms.Secure : "TCP/MSRP",
                Attributes =
                [
                    SdpAttributes.AcceptTypes(acceptedTypes),
                    SdpAttributes.BareFileSelector,
                    SdpAttributes.MaxSize(maxSize),
                    .. serves ? (SdpAttribute[])[SdpAttributes.Direction(MediaDirection.SendReceive)] : [],
                ],
            },
        ],
    };

    /// <summary>Evaluates the evidence: the Image Share tag in a Contact, an MSRP section with a file-selector and an image type, or both.</summary>
    public static ImageShareCapabilities Read(SipResponse response)
    {
        bool iari = response.Headers.Contacts.Any(c => FeatureTags.FromContact(c).HasImageShare);
        MediaDescription? section = FindSection(response);
        AcceptedTypes? types = section?.AcceptTypes;
        bool sdp = section is { } found && found.Find("file-selector") is not null
            && (NamesImages(types) || (types?.Matches(Containers.Cpim) == true && NamesImages(found.AcceptWrappedTypes)));
        return new ImageShareCapabilities
        {
            Evidence = (iari, sdp) switch
            {
                (true, true) => CapabilityEvidence.IariAndSdp,
                (true, false) => CapabilityEvidence.Iari,
                (false, true) => CapabilityEvidence.Sdp,
                _ => CapabilityEvidence.None,
            },
            AcceptedTypes = NamesOf(types),
            AcceptedWrappedTypes = NamesOf(section?.AcceptWrappedTypes),
            MaxSize = section?.MaxSize,
            ServesImages = section is null || !sdp ? null
                : section.Attributes.Select(static a => MediaDirections.FromAttributeName(a.Name)).FirstOrDefault(static d => d is not null) switch
                {
                    MediaDirection.SendReceive or MediaDirection.SendOnly => true,
                    MediaDirection.ReceiveOnly => false,
                    _ => null,
                },
            SipStatus = response.StatusCode,
            SaysNothing = !iari && response.Body.IsEmpty && !response.Headers.Contacts.Any(static c => FeatureTags.FromContact(c).HasServiceTag),
            Software = response.Headers.GetString("User-Agent") ?? response.Headers.GetString("Server"),
        };
    }

    private static bool NamesImages(AcceptedTypes? types) =>
        types?.Entries.Any(static t => t.Type is "*" || t.Type.Equals("image", StringComparison.OrdinalIgnoreCase)) == true;

    private static string[] NamesOf(AcceptedTypes? types) =>
        types is null ? [] : [.. types.Entries.Select(static t => t is { Type: "*", Subtype: "*" } ? "*" : t.Essence)];

    private static MediaDescription? FindSection(SipResponse response) =>
        response.Headers.ContentType?.IsSdp == true
        && SessionDescription.TryParse(response.Body, out SessionDescription? description, out _)
            ? description.Media.FirstOrDefault(m => m.IsMsrp && m.Find("file-selector") is not null) ?? description.Media.FirstOrDefault(m => m.IsMsrp)
            : null;
}
