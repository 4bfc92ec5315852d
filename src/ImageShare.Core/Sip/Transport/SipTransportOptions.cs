using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Names;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Transport;

/// <summary>The addresses, protocols and limits of a <see cref="SipTransport"/>. Immutable.</summary>
/// <exception cref="ArgumentOutOfRangeException">A count, a port or a time is set out of its range; a time is more than zero and at most seven days.</exception>
public sealed record SipTransportOptions
{
    /// <summary>The address and port to bind for UDP and TCP; port 0 takes one that is free for both. Default 127.0.0.1:0.</summary>
    public IPEndPoint LocalEndPoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>
    /// The address or host name for Via and Contact, at which peers reach this side. Null (the default) uses the bound address or, if that is
    /// unspecified, the source address of packets to the peer.
    /// </summary>
    /// <exception cref="ArgumentException">It is no host name, or an address that no single host has.</exception>
    public string? AdvertisedHost { get; init => field = AdvertisedHosts.Check(value); }

    /// <summary>The UDP and TCP port for Via and Contact, which a NAT forwards to the bound one. Null (the default) for the bound port.</summary>
    public int? AdvertisedPort { get; init => field = AdvertisedHosts.CheckPort(value); }

    /// <summary>The TLS port for Via and Contact, which a NAT forwards to the bound one. Null (the default) for the bound port.</summary>
    public int? AdvertisedTlsPort { get; init => field = AdvertisedHosts.CheckPort(value); }

    /// <summary>
    /// Whether Contact contains the address and port at which a server saw this side (<see cref="ISipTransport.LearnAddress"/>), unless
    /// <see cref="AdvertisedHost"/> is set. Default false.
    /// </summary>
    public bool UseLearntAddress { get; init; }

    /// <summary>
    /// TLS: which servers to trust, and this side's certificate. Without a certificate the transport does not listen for TLS, and peers can
    /// only use connections this side opened. Default: the machine's trusted roots and no certificate.
    /// </summary>
    public TlsOptions Tls { get; init; } = TlsOptions.Default;

    /// <summary>The TLS port, on the address of <see cref="LocalEndPoint"/>; 0 (the default) takes a free one.</summary>
    public int TlsPort { get; init => field = OptionRange.Port(value); }

    /// <summary>
    /// The host name in this side's certificate, for Via and Contact of messages over TLS; peers resolve and verify it. Null (the default)
    /// uses the address, which the certificate must then contain.
    /// </summary>
    public string? TlsHost { get; init; }

    /// <summary>
    /// The protocol for all requests, whatever their size; null (the default) chooses by RFC 3261 §18.1.1. A sips URI or
    /// <c>transport=tls</c> still uses TLS.
    /// </summary>
    public SipProtocol? FixedProtocol { get; init; }

    /// <summary>
    /// Who is asked for the NAPTR, SRV and address records of host names (RFC 3263). Null (the default): on <see cref="SystemNetwork"/> the name servers of the
    /// machine are asked for NAPTR and SRV, and the machine itself for addresses; on any other network only the network is asked, for addresses.
    /// </summary>
    public ISipResolver? Resolver { get; init; }

    /// <summary>Requests larger than this are sent over TCP: bytes, at least 0. Default 1300, the limit for an unknown path MTU (RFC 3261 §18.1.1).</summary>
    public int MtuThreshold { get; init => field = OptionRange.AtLeast(0, value); } = 1300;

    /// <summary>The limits for received messages.</summary>
    public SipLimits Limits { get; init; } = SipLimits.Default;

    /// <summary>The clock for all time limits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Called for each message sent or received, before it is processed. Called on the transport's threads; must not block or throw.</summary>
    public Action<SipTraceEvent>? Trace { get; init; }

    /// <summary>Called instead of <see cref="Trace"/> for received data that is not a valid message, or lacks the headers to match it to a transaction. Called on the transport's threads; must not block or throw.</summary>
    public Action<SipUnreadableTraceEvent>? TraceUnreadable { get; init; }

    /// <summary>The time limit for finding the targets of a name, a third of it for each question to a name server, and the one for a connection including its TLS handshake. Default 10 s, well below timers B and F (32 s, RFC 3261 §17).</summary>
    public TimeSpan ConnectTimeout { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(10);

    /// <summary>The connection is closed if the peer reads nothing for this long while a message is being sent. Default 32 s, 64*T1 (RFC 3261 §17.1.1.1).</summary>
    public TimeSpan SendTimeout { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(32);

    /// <summary>
    /// The connection is closed if a message takes longer than this from its first byte to its last, or if the first byte on an accepted connection takes
    /// longer. Default 32 s, 64*T1.
    /// </summary>
    public TimeSpan ReceiveTimeout { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(32);

    /// <summary>
    /// The interval without received data after which a keep-alive is sent on a connection this side opened (RFC 5626 §4.4.1); each time between 80 and
    /// 100 % of it, at random. The connection is closed if nothing arrives within 10 s, so the peer must support keep-alives. Null (the default) sends none.
    /// </summary>
    public TimeSpan? KeepAliveInterval { get; init => field = value is { } time ? OptionRange.Time(time) : null; }

    /// <summary>
    /// An accepted connection is closed if nothing is sent or received for this long. Default 1 hour. Keep-alives count as use (RFC 5626 §4.4.1). Null
    /// never closes it. Connections this side opened are kept.
    /// </summary>
    public TimeSpan? IdleTimeout { get; init => field = value is { } time ? OptionRange.Time(time) : null; } = TimeSpan.FromHours(1);

    /// <summary>
    /// The maximum number of stream connections, at least 1. Default 1024. A further connection replaces the accepted connection that has been idle longest, if
    /// that is at least 3 minutes (longer than the interval between keep-alives); otherwise the new connection is dropped.
    /// </summary>
    public int MaxConnections { get; init => field = OptionRange.AtLeast(1, value); } = 1024;

    /// <summary>
    /// The maximum number of accepted connections per source, at least 1. A source is an IPv4 address or an IPv6 /64 network. Default 256, for many users behind
    /// one address. A further connection replaces one of the same source, as with <see cref="MaxConnections"/>, or is dropped.
    /// </summary>
    public int MaxConnectionsPerSource { get; init => field = OptionRange.AtLeast(1, value); } = 256;

    /// <summary>
    /// Whether a response is sent to the <c>maddr</c> of its Via (RFC 3261 §18.2.2) if that is a unicast address. Default true. Multicast and
    /// broadcast addresses are never used.
    /// </summary>
    public bool FollowMaddr { get; init; } = true;

    /// <summary>Called when a socket on which messages or connections arrive is beyond repair; it is not used again. Not called for what the end of the transport ends.</summary>
    internal Action<SipProtocol, Exception?>? ListenerFailed { get; init; }
}
