using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Sdp;

namespace ImageShare.Core.Sharing.Media;

/// <summary>The MSRP path in a peer's SDP (RFC 4975 §8.2): text in SDP, parsed for MSRP.</summary>
internal static class PeerPath
{
    public static bool TryParse(IReadOnlyList<string> uris, [NotNullWhen(true)] out MsrpPath? path) =>
        MsrpPath.TryParse(Encoding.UTF8.GetBytes(string.Join(' ', uris)), out path);

    /// <summary>The check of the peer's certificate; null if the peer gave no fingerprint.</summary>
    public static Func<ReadOnlyMemory<byte>, bool>? Recognize(FingerprintSet fingerprints) =>
        fingerprints.IsPresent ? certificate => fingerprints.Matches(certificate.Span) : null;

    /// <exception cref="ImageShareException"><see cref="ImageShareError.UnacceptableOffer"/>: it is not a list of MSRP URIs.</exception>
    public static MsrpPath Parse(IReadOnlyList<string> uris) => TryParse(uris, out MsrpPath? path)
        ? path
        : throw new ImageShareException(ImageShareError.UnacceptableOffer, "The MSRP path in the peer's session description is malformed; report the fault to the peer's vendor.");
}
