using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Sharing.Peers;

/// <summary>
/// Whom an invitation is counted against where bounds are per peer. What comes straight from a peer is its network address's, for it can write any name; behind a
/// trusted proxy, which all peers come through, it is the identity the proxy asserts, or the one the caller claims.
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
