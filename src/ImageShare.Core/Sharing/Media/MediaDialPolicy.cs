using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Sharing.Media;

/// <summary>
/// Which addresses this side connects to because a peer named them (RFC 4975 §14.5): an offer or answer must not turn us against somebody who
/// never asked, least of all against services of our own machine.
/// </summary>
internal static class MediaDialPolicy
{
    /// <summary>
    /// Never multicast, broadcast or the unspecified address. This machine itself, and addresses of the link, only when the peer is
    /// already spoken to there: when <paramref name="signalling"/>, the other end of the SIP signalling, is of the same kind.
    /// </summary>
    public static bool Allows(IPAddress signalling, IPEndPoint remote)
    {
        IPAddress address = remote.Address.IsIPv4MappedToIPv6 ? remote.Address.MapToIPv4() : remote.Address;
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Broadcast)
            || address.IsIPv6Multicast || (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] >= 224))
        {
            return false;
        }

        return (!IPAddress.IsLoopback(address) || IPAddress.IsLoopback(signalling)) && (!IsLinkLocal(address) || IsLinkLocal(signalling));
    }

    private static bool IsLinkLocal(IPAddress address) => address.IsIPv6LinkLocal
        || (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..]);
}
