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
    /// <summary>The address and port to listen on. Default 127.0.0.1 and a free port.</summary>
    public IPEndPoint LocalEndPoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>
    /// TLS for msrps, on a port of its own; null, the default, speaks none. Without a certificate one is made for this endpoint, to be recognized by its
    /// fingerprint (RFC 8122 §6.1). The roots count for peers that name no fingerprint.
    /// </summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>The port for msrps, at the address of <see cref="LocalEndPoint"/>. Default 0, a free one.</summary>
    public int TlsPort { get; init => field = OptionRange.Port(value); }

    /// <summary>The address that peers are told. Null, the default, is the one listened on; needed when that is the unspecified address.</summary>
    public IPAddress? AdvertisedAddress { get; init; }

    /// <summary>
    /// Whether a session is found by its session id alone, whatever host and port stand before it in To-Path and From-Path. Needed behind session border
    /// controllers that rewrite the addresses of paths and messages differently; against RFC 4975 §6.1 and RFC 4975 §7.3, which compare the whole URI. The id of this side
    /// has 131 random bits, so it cannot be guessed; scheme and transport are compared all the same. Default false.
    /// </summary>
    public bool MatchesBySessionId { get; init; }

    /// <summary>What a peer may ask.</summary>
    public MsrpLimits Limits { get; init; } = MsrpLimits.Default;

    /// <summary>The clock of all waits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How long one attempt to connect may take. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long an accepted connection may take to name a session, and a session to be named. Default 30 s (RFC 4975 §14.5 asks for a bound).
    /// </summary>
    public TimeSpan BindTimeout { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a connection that the peer has opened stays open behind its last session: the peer may bind further sessions to it, whose first
    /// requests are on their way (RFC 4975 §5.4); longer while a session is agreed upon that no peer has bound yet. The peer's own close ends it at once.
    /// Default 5 s.
    /// </summary>
    public TimeSpan LingerTime { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may be idle, in both directions, before its sessions end. Null is for ever. Default 60 s.</summary>
    public TimeSpan? IdleTimeout { get; init => field = value is { } time ? OptionRange.Time(time) : null; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// In each of these intervals an incoming message has to gain <see cref="MsrpLimits.MinProgressBytes"/>, or its session ends as idle; the same
    /// holds for a request that does not come to its end, and its connection. Time in which the receiver does not take bytes does not count. With <see cref="StandstillTimeout"/> it
    /// holds for outgoing messages as well: where the peer is so slow to acknowledge them, they are given up as if they stood still. Null
    /// asks for nothing. Default 60 s. A peer notices after one to two intervals.
    /// </summary>
    public TimeSpan? ProgressInterval { get; init => field = value is { } time ? OptionRange.Time(time) : null; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a response may take from the last byte of its request on. Then the message has probably failed (RFC 4975 §7.1.1): it is aborted, or, where
    /// <see cref="StandstillTimeout"/> allows more, that is logged and the message continues. Default 30 s.
    /// </summary>
    public TimeSpan TransactionTimeout { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a message may wait for any response before it is aborted. A peer that stalls for a while, or a link that
    /// recovers, then costs nothing. Null, the default, aborts a message with its first transaction that times out.
    /// </summary>
    public TimeSpan? StandstillTimeout { get; init => field = value is { } time ? OptionRange.Time(time) : null; }

    /// <summary>Where to log; null for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Told of each request and response. Called on the connection's own loops: it must return at once and not throw.</summary>
    public Action<MsrpTraceEvent>? Trace { get; init; }

    /// <summary>
    /// Asked before each connection this side opens, since the address comes from the peer (RFC 4975 §14.5); false refuses it. Null, the
    /// default, allows all. Ports 0 and 9 are never dialled.
    /// </summary>
    public Func<IPEndPoint, bool>? DialPolicy { get; init; }

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
            Trace = Trace,
        };
        return new ConnectionContext(
            new ConnectionSettings(Limits, transfers)
            {
                BindTimeout = BindTimeout,
                LingerTime = LingerTime,
                IdleTimeout = IdleTimeout,
                ProgressInterval = ProgressInterval,
                MatchesBySessionId = MatchesBySessionId,
            },
            logger);
    }
}
