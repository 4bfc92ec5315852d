using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace ImageShare.Core.Net;

/// <summary>Checks the hosts that are advertised to peers where they are set. The exception names the option.</summary>
internal static class AdvertisedHosts
{
    // RFC 1035 §2.3.4
    private const int LongestName = 253;
    private const int LongestLabel = 63;

    /// <summary>An address as it is written in messages, without scope and brackets, or a host name; null stays null.</summary>
    /// <exception cref="ArgumentException">It is neither, or an address that cannot belong to a single host.</exception>
    public static string? Check(string? host, [CallerMemberName] string option = "")
    {
        if (host is null)
        {
            return null;
        }

        // What has a port behind its brackets parses too, without the port.
        if (IPAddress.TryParse(host, out IPAddress? address) && host.StartsWith('[') == host.EndsWith(']'))
        {
            bool isPlain = address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == host;
            return isPlain && IsUnicast(address)
                ? new IPAddress(address.GetAddressBytes()).ToString()
                : throw new ArgumentException($"{option} is {host}, which is no address that a peer can reach; advertise one that it can, or none.", option);
        }

        return IsName(host) ? host : throw new ArgumentException($"{option} is neither an address nor a host name: \"{host}\".", option);
    }

    /// <summary>A port that peers can use; null stays null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not between 1 and 65535.</exception>
    public static int? CheckPort(int? port, [CallerMemberName] string option = "") => port is null or (> 0 and <= IPEndPoint.MaxPort)
        ? port
        : throw new ArgumentOutOfRangeException(option, port, $"{option} must be between 1 and {IPEndPoint.MaxPort}.");

    /// <summary>Whether one host can have the address: not unspecified, multicast or broadcast.</summary>
    public static bool IsUnicast(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return !address.IsIPv6Multicast && !address.Equals(IPAddress.IPv6Any);
        }

        Span<byte> bytes = stackalloc byte[4];
        return address.TryWriteBytes(bytes, out _) && bytes[0] is > 0 and < 224;
    }

    // hostname = *( domainlabel "." ) toplabel [ "." ]; the top label begins with a letter (RFC 3261 §25.1).
    private static bool IsName(string host)
    {
        string[] labels = (host.EndsWith('.') ? host[..^1] : host).Split('.');
        return host.Length <= LongestName && labels.All(IsLabel) && char.IsAsciiLetter(labels[^1][0]);
    }

    private static bool IsLabel(string label) => label.Length is > 0 and <= LongestLabel
        && label[0] != '-' && label[^1] != '-'
        && label.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
