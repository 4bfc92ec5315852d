using ImageShare.Core.Sdp;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>What this side asks of a peer's media section beyond what is in it.</summary>
/// <param name="Security">Whether TLS is asked for.</param>
/// <param name="AcceptsSha1">Whether a fingerprint made with SHA-1 counts.</param>
/// <param name="HasRelay">Whether this side is behind a relay, which connects to the peer and recognizes it in its place.</param>
internal sealed record MediaTerms(MediaSecurity Security = MediaSecurity.None, bool AcceptsSha1 = false, bool HasRelay = false)
{
    public const string Secure = "TCP/TLS/MSRP";

    public static MediaTerms Default { get; } = new();

    /// <summary>Whether the path has the scheme that goes with the protocol, from its first URI to its last (RFC 4975 §8.1, §6).</summary>
    public static bool GoTogether(MediaDescription media, IReadOnlyList<string> path) =>
        path.All(uri => uri.StartsWith(media.IsMsrpOverTls ? "msrps:" : "msrp:", StringComparison.OrdinalIgnoreCase)
            || !(uri.StartsWith("msrp:", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("msrps:", StringComparison.OrdinalIgnoreCase)));

    /// <summary>
    /// Why the peer could not be recognized by its certificate; null when it can, or need not. Who connects to us can be recognized by nothing else; whom
    /// we connect to, by the name of its host, unless it has said more.
    /// </summary>
    public string? Unrecognizable(MediaDescription media, FingerprintSet fingerprints, bool peerConnects) =>
        !media.IsMsrpOverTls || HasRelay ? null
        : fingerprints is { IsPresent: true, IsUsable: false } ? "No Usable Fingerprint"
        : peerConnects && !fingerprints.IsPresent ? "No Fingerprint"
        : null;
}
