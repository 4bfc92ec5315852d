using ImageShare.Core.Sip;

namespace ImageShare.Core.Sharing.Peers;

/// <summary>A canonical key for a peer, independent of URI parameters.</summary>
internal static class PeerKey
{
    public static string Of(SipUri peer)
    {
        if (!peer.IsSip)
        {
            return $"{peer.Scheme}:{peer.TelephoneNumber ?? peer.Opaque}".ToLowerInvariant();
        }

        // sip and sips identify the same user; the port distinguishes peers without a proxy.
        string host = peer.Host.ToLowerInvariant();
        return FormattableString.Invariant($"{peer.DecodedUser}@{host}:{peer.Port}");
    }
}
