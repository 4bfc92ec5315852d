using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Sip.Transport;

/// <summary>
/// The sent-by values of this transport: those for Via and Contact (RFC 3261 §18.1.1), and the check whether a response is for this transport
/// (RFC 3261 §18.1.2). Thread-safe.
/// </summary>
internal sealed class SentBys(INetwork network, SipTransportOptions options, SipSockets sockets)
{
    private readonly IPEndPoint _local = sockets.Udp.LocalEndPoint;
    private readonly ConcurrentDictionary<SipSentBy, bool> _written = new();

    private IPEndPoint? TlsEndPoint => sockets.Tls?.LocalEndPoint;

    /// <summary>What to write into a request to that destination.</summary>
    public SipSentBy For(SipDestination destination)
    {
        bool isTls = destination.Protocol == SipProtocol.Tls;
        IPAddress address = options.AdvertisedAddress
            ?? (SipRouting.IsUnicast(_local.Address) ? _local.Address : network.GetLocalAddressFor(destination.EndPoint.Address));
        if (isTls && TlsEndPoint is null && destination.Connection is SipConnection { Stream: { } flow })
        {
            // Without a TLS listener the peer can reach this side only on the existing connection.
            return new SipSentBy(SipRouting.WithoutScope(options.AdvertisedAddress ?? flow.LocalEndPoint.Address).ToString(), flow.LocalEndPoint.Port);
        }

        string host = isTls && options.TlsHost is { } name ? name : SipRouting.WithoutScope(address).ToString();
        var sentBy = new SipSentBy(host, PortOf(isTls));
        _written.TryAdd(sentBy, true);
        return sentBy;
    }

    /// <summary>Whether a response with that top Via is for this side.</summary>
    public bool IsOurs(Via via, SipSource source)
    {
        bool isTls = source.Protocol == SipProtocol.Tls;
        int port = via.Port ?? (isTls ? SipRouting.DefaultTlsPort : SipRouting.DefaultPort);
        IPAddress? address = IPAddress.TryParse(via.Host, out IPAddress? parsed) ? parsed : null;
        if (isTls && TlsEndPoint is null && source.Connection is SipConnection { IsOpener: true, Stream: { } flow })
        {
            // The Via has the port of a connection that this side opened, possibly an earlier one.
            return address is not null && (address.Equals(flow.LocalEndPoint.Address) || address.Equals(options.AdvertisedAddress));
        }

        return port == PortOf(isTls)
            && (_written.ContainsKey(new SipSentBy(via.Host, port))
                || (address is not null
                    && (address.Equals(_local.Address) || address.Equals(options.AdvertisedAddress)
                        || _written.ContainsKey(new SipSentBy(address.ToString(), port)))));
    }

    private int PortOf(bool isTls) => (isTls ? TlsEndPoint : null)?.Port ?? _local.Port;
}
