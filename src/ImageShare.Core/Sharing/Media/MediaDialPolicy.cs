using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Sharing.Media;

/// <summary>
/// Decides which addresses from a peer's SDP this side connects to (RFC 4975 §14.5): an offer or answer must not direct connections to third
/// parties or to services on this machine.
/// </summary>
internal static class MediaDialPolicy
{
    /// <summary>
    /// Multicast, broadcast and unspecified addresses are never allowed. Loopback and link-local addresses are allowed only if <paramref
    /// name="signalling"/>, the peer's SIP address, is one as well.
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
