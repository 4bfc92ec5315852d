using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Sharing.Peers;

/// <summary>
/// The key by which invitations are counted for per-peer limits. For a direct peer it is the network address, because a peer can forge any
/// name. Behind a trusted proxy, which all peers come through, it is the asserted identity or else the claimed one.
/// </summary>
internal static class PeerName
{
    public static string Of(SipRequest request, SipSource source, TrustedHops hops)
    {
        if (!hops.IsTrusted(source.Remote.Address))
        {
            return SourceNetwork.Of(source.Remote.Address).ToString();
        }

        NameAddress? identity = hops.IdentitiesIn(request, source) is [var asserted, ..] ? asserted : request.Headers.From;
        return identity?.Uri is { } uri ? $"{uri.User}@{uri.Host.ToLowerInvariant()}" : string.Empty;
    }
}
