using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Transport;

/// <summary>How a <see cref="SipTransport"/> is bound, what it writes in Via and Contact, and its limits.</summary>
/// <exception cref="ArgumentOutOfRangeException">A count, a port or a time is set out of its range; a time is more than zero and at most seven days.</exception>
public sealed record SipTransportOptions
{
    /// <summary>The address and port for UDP and TCP alike; port 0 takes one that is free for both. Default 127.0.0.1:0.</summary>
    public IPEndPoint LocalEndPoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>
    /// The address others reach this side at, for Via and Contact. Null (the default) means the bound one, or, when bound to the
    /// unspecified address, the one packets to that peer leave from.
    /// </summary>
    public IPAddress? AdvertisedAddress { get; init; }

    /// <summary>
    /// TLS: trust for the servers connected to, and the certificate of this side. With a certificate TLS is listened for, without one
    /// peers can only use the connections this side opens. Default: the machine's trust and no certificate.
    /// </summary>
    public TlsOptions Tls { get; init; } = TlsOptions.Default;

    /// <summary>The port TLS is listened for on, at the address of <see cref="LocalEndPoint"/>; 0 (the default) takes a free one.</summary>
    public int TlsPort { get; init => field = OptionRange.Port(value); }

    /// <summary>
    /// The host name that this side's certificate is for, written in Via and Contact of what goes over TLS; peers resolve and verify it. Null
    /// (the default) writes the address, which the certificate must be for then.
    /// </summary>
    public string? TlsHost { get; init; }

    /// <summary>
    /// Send every request over this protocol, whatever its size; null (the default) chooses by RFC 3261 §18.1.1. What asks for TLS, by a
    /// sips URI or <c>transport=tls</c>, gets TLS all the same.
    /// </summary>
    public SipProtocol? Fixed { get; init; }

    /// <summary>Requests above this many bytes, at least 0, go over TCP. Default 1300, for when the path MTU is not known (RFC 3261 §18.1.1).</summary>
    public int MtuThreshold { get; init => field = OptionRange.AtLeast(0, value); } = 1300;

    /// <summary>What is taken of a received message.</summary>
    public SipLimits Limits { get; init; } = SipLimits.Default;

    /// <summary>The clock for all time limits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Called for each message that leaves or comes, before it is worked on; on the transport's threads, must not block or throw.</summary>
    public Action<SipTraceEvent>? Trace { get; init; }

    /// <summary>Called for what came and could not be read, or can be matched to nothing because a header is missing; <see cref="Trace"/> does not see it then. On the transport's threads, must not block or throw.</summary>
    public Action<SipUnreadableTraceEvent>? TraceUnreadable { get; init; }

    /// <summary>How long a name may take to resolve, and a connection to open and to finish its TLS handshake: 10 s, well below the 32 s of timers B and F (RFC 3261 §17).</summary>
    public TimeSpan ConnectTimeout { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(10);

    /// <summary>How long the peer may read nothing while a message is sent: 32 s, 64*T1 (RFC 3261 §17.1.1.1). Then the connection is closed.</summary>
    public TimeSpan SendTimeout { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(32);

    /// <summary>
    /// How long a message may take on a stream from its first byte to its last, and how long a peer may take to say anything at all on a connection it
    /// opened: 32 s, 64*T1. The connection is dropped then.
    /// </summary>
    public TimeSpan ReceiveTimeout { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(32);

    /// <summary>
    /// After how long without anything received a keep-alive is sent on a connection this side opened (RFC 5626 §4.4.1); between 80 and
    /// 100 % of it, at random. A connection on which nothing comes within 10 s is closed, so the peer must support this. Null (the default) sends none.
    /// </summary>
    public TimeSpan? KeepAliveInterval { get; init => field = value is { } time ? OptionRange.Time(time) : null; }

    /// <summary>
    /// How long a connection that a peer opened may be idle, with nothing sent or received, before it is closed: 1 hour. Keep-alives count as use
    /// (RFC 5626 §4.4.1): a peer that can be reached on nothing else sends them. Null keeps it as long as the peer does. Connections
    /// this side opened are kept.
    /// </summary>
    public TimeSpan? IdleTimeout { get; init => field = value is { } time ? OptionRange.Time(time) : null; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Stream connections at the same time, at least 1. Default 1024. One above that replaces the accepted one that has been idle for longest, for 3 minutes at least,
    /// which is longer than the silence between keep-alives; when there is none such, it is dropped.
    /// </summary>
    public int MaxConnections { get; init => field = OptionRange.AtLeast(1, value); } = 1024;

    /// <summary>
    /// Connections that one source may have opened at the same time, at least 1. A source is an IPv4 address, or the /64 network of an IPv6 one. Default 256: many users
    /// behind one address, and room for others. One above that replaces one of the same source, as with <see cref="MaxConnections"/>, or is dropped.
    /// </summary>
    public int MaxConnectionsPerSource { get; init => field = OptionRange.AtLeast(1, value); } = 256;

    /// <summary>
    /// Whether a response follows the <c>maddr</c> of a Via (RFC 3261 §18.2.2) when that is a unicast address. Default true;
    /// multicast and broadcast are never followed.
    /// </summary>
    public bool FollowMaddr { get; init; } = true;
}
