using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Msrp;

namespace ImageShare.Core.Sharing;

/// <summary>The MSRP path out of a peer's SDP (RFC 4975 §8.2): SDP carries it as text, MSRP works with its parts.</summary>
internal static class PeerPath
{
    public static bool TryParse(IReadOnlyList<string> uris, [NotNullWhen(true)] out MsrpPath? path) =>
        MsrpPath.TryParse(Encoding.UTF8.GetBytes(string.Join(' ', uris)), out path);

    /// <exception cref="ImageShareException"><see cref="ImageShareError.UnacceptableOffer"/>: it is no list of MSRP URIs.</exception>
    public static MsrpPath Parse(IReadOnlyList<string> uris) => TryParse(uris, out MsrpPath? path)
        ? path
        : throw new ImageShareException(ImageShareError.UnacceptableOffer, "The MSRP path in the peer's session description cannot be read; the peer is faulty.");
}
