using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>How connections wait and what they allow: what the options of the endpoint say of them. Immutable.</summary>
/// <param name="Limits">What a peer may ask.</param>
/// <param name="Transfers">How outgoing transfers wait.</param>
internal sealed record ConnectionSettings(MsrpLimits Limits, TransferSettings Transfers)
{
    /// <summary>How long an accepted connection may take to name a session, and a session to be named (RFC 4975 §14.5).</summary>
    public required TimeSpan BindTimeout { get; init; }

    /// <summary>How long an accepted connection stays open after its last session (RFC 4975 §5.4).</summary>
    public required TimeSpan LingerTime { get; init; }

    /// <summary>How long a connection may be idle in both directions; null for no limit.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>The interval in which an incomplete message must gain <see cref="MsrpLimits.MinProgressBytes"/>; null requires nothing.</summary>
    public TimeSpan? ProgressInterval { get; init; }

    /// <summary>Whether a session is found by its session id alone, against RFC 4975 §6.1.</summary>
    public bool MatchBySessionId { get; init; }

    /// <summary>The clock of all waits.</summary>
    public TimeProvider TimeProvider => Transfers.TimeProvider;

    /// <summary>Called for each request and response; or null.</summary>
    public Action<MsrpTraceEvent>? Trace => Transfers.Trace;
}
