using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>The settings of all outgoing transfers of an endpoint. Immutable.</summary>
/// <param name="TimeProvider">The clock for all timers.</param>
/// <param name="Logger">The logger.</param>
internal sealed record TransferSettings(TimeProvider TimeProvider, ILogger Logger)
{
    /// <summary>How long a response may take after the last byte of its request (RFC 4975 §7.1.1).</summary>
    public required TimeSpan TransactionTimeout { get; init; }

    /// <summary>How long a transfer may go without any response; null gives it up with the first transaction that times out.</summary>
    public TimeSpan? StandstillTimeout { get; init; }

    /// <summary>The interval in which the peer must acknowledge <see cref="MinProgressBytes"/>; null requires nothing.</summary>
    public TimeSpan? ProgressInterval { get; init; }

    /// <summary>How many bytes the peer must acknowledge in each interval.</summary>
    public long MinProgressBytes { get; init; }

    /// <summary>How long to wait for the next success report once every byte is acknowledged; null waits for the session to end.</summary>
    public TimeSpan? ReportTimeout { get; init; }

    /// <summary>The interval without anything sent after which a SEND without a body keeps the bindings of NATs; null for none.</summary>
    public TimeSpan? KeepAliveInterval { get; init; }

    /// <summary>Called for each written chunk; or null.</summary>
    public Action<MsrpTraceEvent>? Trace { get; init; }

    /// <summary>Whether it is called with the bodies.</summary>
    public bool TraceBodies { get; init; }
}
