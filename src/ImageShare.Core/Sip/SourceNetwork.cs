using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Sip;

/// <summary>
/// What counts as one source where bounds are per source: an IPv4 address, or the /64 network of an IPv6 one, which is the least that one subscriber has
/// (RFC 6177 §2) and all of whose addresses it can use.
/// </summary>
internal static class SourceNetwork
{
    private const int PrefixBytes = 8;

    public static IPAddress Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[PrefixBytes..].Clear();
        return new IPAddress(bytes);
    }
}
