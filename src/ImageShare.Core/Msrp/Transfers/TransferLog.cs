using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>What MSRP transfers log. No paths and no addresses: they name sessions and people.</summary>
internal static partial class TransferLog
{
    /// <summary>The application's receiver threw: what its message says is for Trace only, it may name files.</summary>
    public static void AbortFailed(ILogger logger, string? id, Exception error)
    {
        AbortFailed(logger, id, error.GetType().Name);
        AbortFailedSensitive(logger, id, error);
    }

    [LoggerMessage(1203, LogLevel.Error, "A receiver failed to abort a message of share {Id} ({Reason}); what it had received may be left behind. Trace says more.")]
    private static partial void AbortFailed(ILogger logger, string? id, string reason);

    [LoggerMessage(1204, LogLevel.Trace, "Why a receiver failed to abort a message of share {Id}")]
    private static partial void AbortFailedSensitive(ILogger logger, string? id, Exception error);

    [LoggerMessage(1212, LogLevel.Warning, "No MSRP response for share {Id} for {Waited}: the transfer has probably failed (RFC 4975 §7.1.1). It is given up after {Limit}.")]
    public static partial void AnswersLate(ILogger logger, string? id, TimeSpan waited, TimeSpan limit);
}
