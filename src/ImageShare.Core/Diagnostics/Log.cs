using ImageShare.Core.Text;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Diagnostics;

/// <summary>
/// What shares log, ids from 100; next free: 108. The SIP agent's messages have ids from 1101 and stand in AgentLog, those of MSRP
/// from 1201 (next free: 1213) in LoopLog, TransferLog, ConnectionLog and SessionLog, each beside the loop that writes them. What names a person, an address or a file is logged at Trace
/// only, by methods whose names end in Sensitive; bodies and credentials are never logged.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Debug, "Share {Id}: {Before} -> {After}")]
    public static partial void StateChanged(this ILogger logger, string id, Enum before, Enum after);

    [LoggerMessage(101, LogLevel.Information, "Share {Id} ended: {State}, {Error}")]
    public static partial void ShareEnded(this ILogger logger, string id, Enum state, ImageShareError error);

    // The message of an exception names files and addresses.
    [LoggerMessage(106, LogLevel.Trace, "Share {Id}: the cause of its end")]
    public static partial void CauseSensitive(this ILogger logger, string id, Exception cause);

    /// <summary>The application's own code threw: what its message says is for Trace only, it may name files.</summary>
    public static void HandlerFailed(this ILogger logger, string id, Exception exception)
    {
        logger.HandlerFailed(id, exception.GetType().Name);
        logger.HandlerFailedSensitive(id, exception);
    }

    [LoggerMessage(102, LogLevel.Error, "Share {Id}: a handler of the application threw {Reason}; Trace says more.")]
    private static partial void HandlerFailed(this ILogger logger, string id, string reason);

    [LoggerMessage(107, LogLevel.Trace, "Share {Id}: what the handler of the application threw")]
    private static partial void HandlerFailedSensitive(this ILogger logger, string id, Exception exception);

    [LoggerMessage(103, LogLevel.Debug, "Invitation {Id} refused with {Status}: {Reason}")]
    public static partial void InvitationRefused(this ILogger logger, string id, int status, string reason);

    /// <summary>What a peer says of itself and of its image, so that it does nothing to whatever shows the log.</summary>
    public static void InvitationSensitive(this ILogger logger, string id, string from, string? name)
    {
        if (logger.IsEnabled(LogLevel.Trace))
        {
            logger.InvitationEscapedSensitive(id, Printable.Of(from), name is null ? null : Printable.Of(name));
        }
    }

    [LoggerMessage(104, LogLevel.Trace, "Invitation {Id} from {From}: {Name}", SkipEnabledCheck = true)]
    private static partial void InvitationEscapedSensitive(this ILogger logger, string id, string from, string? name);

    /// <summary>As for an invitation: a peer asks for an image.</summary>
    public static void RequestSensitive(this ILogger logger, string id, string from, string? name)
    {
        if (logger.IsEnabled(LogLevel.Trace))
        {
            logger.RequestEscapedSensitive(id, Printable.Of(from), name is null ? null : Printable.Of(name));
        }
    }

    [LoggerMessage(120, LogLevel.Trace, "Request {Id} from {From}: {Name}", SkipEnabledCheck = true)]
    private static partial void RequestEscapedSensitive(this ILogger logger, string id, string from, string? name);
    [LoggerMessage(108, LogLevel.Warning, "Share {Id}: the peer did not take the new path through the relays; it can send until the time of the one before is over.")]
    public static partial void PathNotRenewed(this ILogger logger, string id);

    [LoggerMessage(105, LogLevel.Error, "The application's trace listener threw")]
    public static partial void TraceFailed(this ILogger logger, Exception exception);
}
