using System.Net;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>How an <see cref="MsrpEndpoint"/> listens, dials and waits. Every time is more than 0 and at most 7 days.</summary>
/// <exception cref="ArgumentOutOfRangeException">A time or port is out of range.</exception>
public sealed record MsrpEndpointOptions
{
    internal static readonly TimeSpan LeastKeepAlive = TimeSpan.FromSeconds(5);

    /// <summary>The address and port to listen on. Default 127.0.0.1 and a free port.</summary>
    public IPEndPoint LocalEndPoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>
    /// TLS for msrps, on a separate port; null (the default) for none. Without a certificate, one is generated for this endpoint, which peers verify
    /// by its fingerprint (RFC 8122 §6.1). The trusted roots apply to peers that send no fingerprint.
    /// </summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>The port for msrps, at the address of <see cref="LocalEndPoint"/>. Default 0, a free one.</summary>
    public int TlsPort { get; init => field = OptionRange.Port(value); }

    /// <summary>
    /// The address or host name to advertise in paths. Null (the default) for the bound address; required if that is the unspecified address.
    /// </summary>
    /// <exception cref="ArgumentException">It is no host name, or an address that no single host has.</exception>
    public string? AdvertisedHost { get; init => field = AdvertisedHosts.Check(value); }

    /// <summary>The port to advertise for msrp, which a NAT forwards to the bound one. Null (the default) for the bound port.</summary>
    public int? AdvertisedPort { get; init => field = AdvertisedHosts.CheckPort(value); }

    /// <summary>The port to advertise for msrps, which a NAT forwards to the bound one. Null (the default) for the bound port.</summary>
    public int? AdvertisedTlsPort { get; init => field = AdvertisedHosts.CheckPort(value); }

    /// <summary>
    /// Whether a session is found by its session id alone, ignoring host and port in To-Path and From-Path. Required behind session border
    /// controllers that rewrite the addresses in paths and messages differently. RFC 4975 §6.1 and RFC 4975 §7.3 compare the whole URI. The id of this side
    /// has 131 random bits, so it cannot be guessed; scheme and transport are still compared. Default false.
    /// </summary>
    public bool MatchBySessionId { get; init; }

    /// <summary>Limits for peers.</summary>
    public MsrpLimits Limits { get; init; } = MsrpLimits.Default;

    /// <summary>The clock for all timers.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How long one attempt to connect may take. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long an accepted connection may take to name a session, and a session to be bound. Default 30 s (RFC 4975 §14.5 asks for a limit).
    /// </summary>
    public TimeSpan BindTimeout { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a connection opened by the peer stays open after its last session: the first requests of further sessions may be in flight
    /// (RFC 4975 §5.4). It stays open longer while a session has been negotiated that no peer has bound yet. It ends at once if the peer closes it.
    /// Default 5 s.
    /// </summary>
    public TimeSpan LingerTime { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may be idle, in both directions, before its sessions end. Null for no limit. Default 60 s.</summary>
    public TimeSpan? IdleTimeout { get; init => field = value is { } time ? OptionRange.Time(time) : null; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The interval after which a connection on which this side has sent nothing gets a SEND without a body, which no one is shown (RFC 4975 §7.1), so
    /// that a NAT does not forget it: 5 s to 7 days, and less than the time the NAT remembers. It is sent as long as a session of the connection lasts, asks for
    /// no response, and is no use of the connection for the timeouts of this side. Null (the default) sends none.
    /// </summary>
    public TimeSpan? KeepAliveInterval { get; init => field = value is { } time ? OptionRange.TimeAtLeast(LeastKeepAlive, time) : null; }

    /// <summary>
    /// The interval in which an incoming message must gain <see cref="MsrpLimits.MinProgressBytes"/>, or its session ends as idle. The same applies
    /// to an incomplete request and its connection. Time in which the receiver does not accept bytes does not count. With
    /// <see cref="StandstillTimeout"/> it also applies to outgoing messages: one that the peer acknowledges more slowly times out. Null requires
    /// nothing. Default 60 s; a slow peer is dropped after one to two intervals.
    /// </summary>
    public TimeSpan? ProgressInterval { get; init => field = value is { } time ? OptionRange.Time(time) : null; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a response may take after the last byte of its request. Then the message has probably failed (RFC 4975 §7.1.1) and is aborted; if
    /// <see cref="StandstillTimeout"/> is longer, this is only logged. Default 30 s.
    /// </summary>
    public TimeSpan TransactionTimeout { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a message may wait for any response before it is aborted, so that it survives a peer that stalls or a link that recovers. Null (the
    /// default) aborts a message with its first transaction that times out.
    /// </summary>
    public TimeSpan? StandstillTimeout { get; init => field = value is { } time ? OptionRange.Time(time) : null; }

    /// <summary>The logger factory; null for no logging.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Called for each request and response, on the loops of the connection: it must return at once and not throw.</summary>
    public Action<MsrpTraceEvent>? Trace { get; init; }

    /// <summary>Whether <see cref="MsrpTraceEvent.Body"/> is filled. Default false.</summary>
    public bool TraceBodies { get; init; }

    /// <summary>
    /// Called before each connection this side opens, since the address comes from the peer (RFC 4975 §14.5); false refuses it. Null (the
    /// default) allows all. Ports 0 and 9 are never dialled.
    /// </summary>
    public Func<IPEndPoint, bool>? DialPolicy { get; init; }

    /// <summary>Called when a listener is beyond repair; it accepts no further connection. Not called when the endpoint is disposed of.</summary>
    internal Action<Exception?>? ListenerFailed { get; init; }

    /// <summary>What connections need of the options.</summary>
    internal ConnectionContext CreateContext()
    {
        ILogger logger = LoggerFactory?.CreateLogger<MsrpEndpoint>() ?? (ILogger)NullLogger.Instance;
        var transfers = new TransferSettings(TimeProvider, logger)
        {
            TransactionTimeout = TransactionTimeout,
            StandstillTimeout = StandstillTimeout,
            ProgressInterval = StandstillTimeout is null ? null : ProgressInterval,
            MinProgressBytes = Limits.MinProgressBytes,
            ReportTimeout = IdleTimeout,
            KeepAliveInterval = KeepAliveInterval,
            Trace = Trace,
            TraceBodies = TraceBodies,
        };
        return new ConnectionContext(
            new ConnectionSettings(Limits, transfers)
            {
                BindTimeout = BindTimeout,
                LingerTime = LingerTime,
                IdleTimeout = IdleTimeout,
                ProgressInterval = ProgressInterval,
                MatchBySessionId = MatchBySessionId,
            },
            logger);
    }
}
