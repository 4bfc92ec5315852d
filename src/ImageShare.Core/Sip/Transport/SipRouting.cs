using System.Net;
using System.Net.Sockets;
using ImageShare.Core.Net;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.Transport;

/// <summary>The destinations of messages (RFC 3261 §18, RFC 3581). Pure functions.</summary>
internal static class SipRouting
{
    /// <summary>
    /// Writes the actual source into the top Via: the port where <c>rport</c> asks for it, and then always the address; the
    /// address too when sent-by is a name or another address (RFC 3261 §18.2.1, RFC 3581 §4). What a peer claims in their
    /// place is overwritten.
    /// </summary>
    public static void StampSource(SipRequest request, IPEndPoint remote)
    {
        if (request.Headers.TopVia is not { } via)
        {
            return;
        }

        bool isSource = IPAddress.TryParse(via.Host, out IPAddress? host) && host.Equals(remote.Address);
        if (via.HasRPort)
        {
            request.Headers.ReplaceFirst(SipHeaderNames.Via, via.WithRPort(remote.Port).WithReceived(WithoutScope(remote.Address)));
        }
        else if (!isSource || via.Parameters.Contains("received"))
        {
            request.Headers.ReplaceFirst(SipHeaderNames.Via, via.WithReceived(WithoutScope(remote.Address)));
        }
    }

    /// <summary>
    /// Where a response goes. Over a stream: the request's connection, or a new one to the source address and the sent-by port.
    /// Over UDP: a unicast maddr, else the source address with the port rport asked for, else with the sent-by port
    /// (RFC 3261 §18.2.2, RFC 3581 §4). The source is where the request truly came from, whatever its Via says.
    /// </summary>
    public static SipDestination GetResponseDestination(SipResponse response, SipSource source, bool followMaddr)
    {
        Via? via = response.Headers.TopVia;
        if (source.Protocol != SipProtocol.Udp)
        {
            return new SipDestination(new IPEndPoint(source.Remote.Address, PortOf(via, source.Protocol)), source.Protocol, source.Connection)
            {
                ServerName = source.Protocol == SipProtocol.Tls ? via?.Host : null,
            };
        }

        if (via is null)
        {
            return new SipDestination(source.Remote, SipProtocol.Udp);
        }

        if (followMaddr && IPAddress.TryParse(via.MulticastAddress, out IPAddress? maddr)
            && maddr.AddressFamily == source.Remote.AddressFamily && IsUnicast(maddr))
        {
            return new SipDestination(new IPEndPoint(maddr, PortOf(via, SipProtocol.Udp)), SipProtocol.Udp);
        }

        return new SipDestination(
            via.HasRPort ? source.Remote : new IPEndPoint(source.Remote.Address, PortOf(via, SipProtocol.Udp)), SipProtocol.Udp);
    }

    /// <summary>The host to send to, a name or an address without brackets: maddr, or the host (RFC 3263 §4).</summary>
    public static string TargetOf(SipUri nextHop) => nextHop.Parameters.GetValue("maddr")?.Trim('[', ']') ?? nextHop.Host;

    /// <summary>
    /// The protocol of a request: TLS when its URI asks for it, whatever is fixed, since nothing may weaken that (RFC 3261 §26.2.2); else
    /// the fixed one, or as the URI says, or by the size (RFC 3261 §18.1.1).
    /// </summary>
    public static SipProtocol ChooseProtocol(SipUri nextHop, int messageLength, SipProtocol? isFixed, int threshold)
    {
        string? asked = nextHop.TransportParameter?.ToUpperInvariant();
        if (nextHop.IsSecure || asked == "TLS")
        {
            return SipProtocol.Tls;
        }

        if (isFixed is { } only)
        {
            return only;
        }

        return asked switch
        {
            "TCP" => SipProtocol.Tcp,
            _ => messageLength > threshold ? SipProtocol.Tcp : SipProtocol.Udp,
        };
    }

    /// <summary>Whether one host can have the address: not unspecified, multicast or broadcast.</summary>
    public static bool IsUnicast(IPAddress address) => AdvertisedHosts.IsUnicast(address);

    /// <summary>An address as it may be written in a message: a scope means something on this machine only.</summary>
    public static IPAddress WithoutScope(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes()) : address;

    // A Via may say port 0, which nothing listens on.
    private static int PortOf(Via? via, SipProtocol protocol) => via?.Port is > 0 and { } port ? port : HostPort.DefaultPort(protocol == SipProtocol.Tls);
}
