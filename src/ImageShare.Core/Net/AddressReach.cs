using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Net;

/// <summary>From where packets can be sent to an address.</summary>
internal enum AddressReach
{
    /// <summary>A loopback address.</summary>
    Machine,

    /// <summary>A link-local address (RFC 3927, RFC 4291 §2.5.6).</summary>
    Link,

    /// <summary>An address of a private network, or behind the NAT of a provider (RFC 1918, RFC 6598, RFC 4193).</summary>
    PrivateNetwork,

    /// <summary>Any other address.</summary>
    Everywhere,
}

/// <summary>Classifies addresses by <see cref="AddressReach"/>.</summary>
internal static class AddressReaches
{
    /// <summary>From where packets can be sent to <paramref name="address"/>.</summary>
    public static AddressReach Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (IPAddress.IsLoopback(address))
        {
            return AddressReach.Machine;
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return address.IsIPv6LinkLocal ? AddressReach.Link
                : address.IsIPv6UniqueLocal || address.IsIPv6SiteLocal ? AddressReach.PrivateNetwork
                : AddressReach.Everywhere;
        }

        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return bytes switch
        {
            [169, 254, ..] => AddressReach.Link,
            [10, ..] or [172, >= 16 and <= 31, ..] or [192, 168, ..] or [100, >= 64 and <= 127, ..] => AddressReach.PrivateNetwork,
            _ => AddressReach.Everywhere,
        };
    }
}
