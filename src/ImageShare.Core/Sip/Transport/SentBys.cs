using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Sip.Transport;

/// <summary>
/// How this transport is written into messages: the sent-by of Via (RFC 3261 §18.1.1), the host and port of Contact, and the check whether a response
/// is for this transport (RFC 3261 §18.1.2). Contact differs from Via if a server has told under which address it sees this side. Thread-safe.
/// </summary>
internal sealed class SentBys(INetwork network, SipTransportOptions options, SipSockets sockets)
{
    private readonly IPEndPoint _local = sockets.Udp.LocalEndPoint;
    private readonly ConcurrentDictionary<SipSentBy, bool> _written = new();

    // What servers saw, by the protocol they were asked with: a NAT has a binding for each.
    private readonly ConcurrentDictionary<SipProtocol, SipSentBy> _learnt = new();

    /// <summary>The address that was learnt, if it is not this side's own.</summary>
    public SipSentBy? Learnt => _learnt.Values.FirstOrDefault();

    // The one written last: nearly always the next one, too.
    private SipSentBy? _last;

    private IPEndPoint? TlsLocalEndPoint => sockets.Tls?.LocalEndPoint;

    /// <summary>What to write into Via for that destination.</summary>
    public SipSentBy For(SipDestination destination)
    {
        bool isTls = destination.Protocol == SipProtocol.Tls;
        if (isTls && TlsLocalEndPoint is null && destination.Connection is SipConnection { Stream: { } flow })
        {
            // Without a TLS listener the peer can reach this side only on the existing connection.
            return new SipSentBy(options.AdvertisedHost ?? SipRouting.WithoutScope(flow.LocalEndPoint.Address).ToString(), flow.LocalEndPoint.Port);
        }

        string host = isTls && options.TlsHost is { } name
            ? name
            : options.AdvertisedHost ?? SipRouting.WithoutScope(LocalAddressFor(destination.EndPoint.Address)).ToString();
        if (Volatile.Read(ref _last) is { } last && last.Port == PortOf(isTls) && last.Host == host)
        {
            return last;
        }

        var sentBy = new SipSentBy(host, PortOf(isTls));
        _written.TryAdd(sentBy, true);
        Volatile.Write(ref _last, sentBy);
        return sentBy;
    }

    /// <summary>What to write into Contact for that destination.</summary>
    public SipSentBy ContactFor(SipDestination destination)
    {
        bool isTls = destination.Protocol == SipProtocol.Tls;

        // What the application says counts more; and a certificate is verified by the name.
        return options.UseLearntAddress && options.AdvertisedHost is null && !(isTls && options.TlsHost is not null)
            && _learnt.TryGetValue(destination.Protocol, out SipSentBy? seen)
            ? seen with { Port = (isTls ? options.AdvertisedTlsPort : options.AdvertisedPort) ?? seen.Port }
            : For(destination);
    }

    /// <summary>Takes in what a server wrote into the Via of its response; null forgets everything.</summary>
    /// <returns>The address and port it saw, if they are not this side's own.</returns>
    public SipSentBy? Learn(Via? answered)
    {
        if (answered is null)
        {
            _learnt.Clear();
            return null;
        }

        if (ProtocolOf(answered) is not { } protocol)
        {
            return null;
        }

        if (SeenAs(answered, protocol) is not { } seen)
        {
            _learnt.TryRemove(protocol, out _);
            return null;
        }

        _learnt[protocol] = seen;
        return seen;
    }

    /// <summary>Whether a response with that top Via is for this side.</summary>
    public bool IsOurs(Via via, SipSource source)
    {
        bool isTls = source.Protocol == SipProtocol.Tls;
        int port = via.Port ?? HostPort.DefaultPort(isTls);
        if (!isTls && port == PortOf(isTls) && Volatile.Read(ref _last) is { } last && last.Port == port && last.Host == via.Host)
        {
            return true;
        }

        IPAddress? address = IPAddress.TryParse(via.Host, out IPAddress? parsed) ? parsed : null;
        if (isTls && TlsLocalEndPoint is null && source.Connection is SipConnection { IsOpener: true, Stream: { } flow })
        {
            // The Via has the port of a connection that this side opened, possibly an earlier one.
            return IsAdvertised(via.Host, address) || flow.LocalEndPoint.Address.Equals(address);
        }

        return port == PortOf(isTls)
            && (_written.ContainsKey(new SipSentBy(via.Host, port))
                || IsAdvertised(via.Host, address)
                || (address is not null && (address.Equals(_local.Address) || _written.ContainsKey(new SipSentBy(address.ToString(), port)))));
    }

    private static SipProtocol? ProtocolOf(Via via) => via.Transport.ToUpperInvariant() switch
    {
        "UDP" => SipProtocol.Udp,
        "TCP" => SipProtocol.Tcp,
        "TLS" => SipProtocol.Tls,
        _ => null,
    };

    // Null if there is no translation, or the server does not tell (RFC 3581 §4 always writes received with rport).
    private SipSentBy? SeenAs(Via answered, SipProtocol protocol)
    {
        if (answered.Received is not { } received || !SipRouting.IsUnicast(received))
        {
            return null;
        }

        IPAddress own = IPAddress.TryParse(answered.Host, out IPAddress? address) ? address : LocalAddressFor(received);
        int ownPort = answered.Port ?? HostPort.DefaultPort(protocol == SipProtocol.Tls);

        // A connection has a port of its own, which sent-by does not contain: there only the address tells.
        bool isOwn = received.Equals(own) && (protocol != SipProtocol.Udp || answered.RPort is null || answered.RPort == ownPort);
        return isOwn ? null : new SipSentBy(SipRouting.WithoutScope(received).ToString(), answered.RPort ?? ownPort);
    }

    private IPAddress LocalAddressFor(IPAddress remote) => SipRouting.IsUnicast(_local.Address) ? _local.Address : network.GetLocalAddressFor(remote);

    private bool IsAdvertised(string host, IPAddress? address) => options.AdvertisedHost is { } advertised
        && (advertised.Equals(host, StringComparison.OrdinalIgnoreCase)
            || (address is not null && IPAddress.TryParse(advertised, out IPAddress? own) && own.Equals(address)));

    private int PortOf(bool isTls) => isTls && TlsLocalEndPoint is { } tls
        ? options.AdvertisedTlsPort ?? tls.Port
        : options.AdvertisedPort ?? _local.Port;
}
