using ImageShare.Core.Sip;

namespace ImageShare.Core.Sharing.Peers;

/// <summary>One name for a peer, however its URI is decorated: what is learned of it is found under this.</summary>
internal static class PeerKey
{
    public static string Of(SipUri peer)
    {
        if (!peer.IsSip)
        {
            return $"{peer.Scheme}:{peer.TelephoneNumber ?? peer.Opaque}".ToLowerInvariant();
        }

        // sip and sips name the same user; the port tells peers without a proxy apart.
        string host = peer.Host.ToLowerInvariant();
        return FormattableString.Invariant($"{peer.DecodedUser}@{host}:{peer.Port}");
    }
}
