using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>What all outgoing transfers of an endpoint have in common. Immutable.</summary>
/// <param name="TimeProvider">The clock of all waits.</param>
/// <param name="Logger">Where to log.</param>
internal sealed record TransferSettings(TimeProvider TimeProvider, ILogger Logger)
{
    /// <summary>How long a response may take from the last byte of its request on (RFC 4975 §7.1.1).</summary>
    public required TimeSpan TransactionTimeout { get; init; }

    /// <summary>How long a transfer may go without any response; null gives it up with the first transaction that times out.</summary>
    public TimeSpan? StandstillTimeout { get; init; }

    /// <summary>In each of these the peer has to acknowledge <see cref="MinProgressBytes"/> of what it is sent; null asks for nothing.</summary>
    public TimeSpan? ProgressInterval { get; init; }

    /// <summary>How many bytes it has to acknowledge.</summary>
    public long MinProgressBytes { get; init; }

    /// <summary>How long to wait for the next success report once every byte is acknowledged; null waits for the session to end.</summary>
    public TimeSpan? ReportTimeout { get; init; }

    /// <summary>Told of each chunk that was written; null when nobody listens.</summary>
    public Action<MsrpTraceEvent>? Trace { get; init; }
}
