using ImageShare.Core.Sdp;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>The requirements of this side for a peer's media section.</summary>
/// <param name="Security">Whether TLS is required.</param>
/// <param name="AcceptsSha1">Whether SHA-1 fingerprints are accepted.</param>
/// <param name="HasRelay">Whether this side is behind a relay, which connects to the peer and verifies its certificate.</param>
internal sealed record MediaTerms(MsrpSecurity Security = MsrpSecurity.None, bool AcceptsSha1 = false, bool HasRelay = false)
{
    public const string Secure = "TCP/TLS/MSRP";

    public static MediaTerms Default { get; } = new();

    /// <summary>Whether all URIs of the path have the scheme that matches the protocol (RFC 4975 §8.1, §6).</summary>
    public static bool GoTogether(MediaDescription media, IReadOnlyList<string> path) =>
        path.All(uri => uri.StartsWith(media.IsMsrpOverTls ? "msrps:" : "msrp:", StringComparison.OrdinalIgnoreCase)
            || !(uri.StartsWith("msrp:", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("msrps:", StringComparison.OrdinalIgnoreCase)));

    /// <summary>
    /// Why the peer's certificate could not be verified, or null if it can or need not be. A peer that connects to this side can only be
    /// verified by its fingerprint; a peer this side connects to also by its host name.
    /// </summary>
    public string? Unrecognizable(MediaDescription media, FingerprintSet fingerprints, bool peerConnects) =>
        !media.IsMsrpOverTls || HasRelay ? null
        : fingerprints is { IsPresent: true, IsUsable: false } ? "No Usable Fingerprint"
        : peerConnects && !fingerprints.IsPresent ? "No Fingerprint"
        : null;
}
