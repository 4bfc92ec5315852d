using ImageShare.Core.Text;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Diagnostics;

/// <summary>
/// Log messages of shares. Ids start at 100; the next free one is 110 (120 is in use). Messages of the SIP agent (from 1101, AgentLog) and of
/// MSRP connections (from 1201, MsrpLog) are defined next to the code that logs them. Anything that names a person, an address or a file is
/// logged at Trace level only, by methods whose names end in Sensitive. Bodies and credentials are never logged.
/// </summary>
internal static partial class Log
{
    /// <summary>Boxes the states only if they are logged.</summary>
    public static void StateChanged<TState>(this ILogger logger, string id, TState before, TState after)
        where TState : struct, Enum
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            logger.StateChangedBoxed(id, before, after);
        }
    }

    [LoggerMessage(100, LogLevel.Debug, "Share {Id}: {Before} -> {After}", SkipEnabledCheck = true)]
    private static partial void StateChangedBoxed(this ILogger logger, string id, Enum before, Enum after);

    /// <summary>Boxes the state only if it is logged.</summary>
    public static void ShareEnded<TState>(this ILogger logger, string id, TState state, ImageShareError error)
        where TState : struct, Enum
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            logger.ShareEndedBoxed(id, state, error);
        }
    }

    [LoggerMessage(101, LogLevel.Information, "Share {Id} ended: {State}, {Error}", SkipEnabledCheck = true)]
    private static partial void ShareEndedBoxed(this ILogger logger, string id, Enum state, ImageShareError error);

    // Exception messages contain file names and addresses.
    [LoggerMessage(106, LogLevel.Trace, "Share {Id}: cause of the failure")]
    public static partial void CauseSensitive(this ILogger logger, string id, Exception cause);

    /// <summary>Application code threw an exception. Its message may name files, so it is logged at Trace level only.</summary>
    public static void HandlerFailed(this ILogger logger, string id, Exception exception)
    {
        logger.HandlerFailed(id, exception.GetType().Name);
        logger.HandlerFailedSensitive(id, exception);
    }

    [LoggerMessage(102, LogLevel.Error, "Share {Id}: an application callback threw {Reason}; enable Trace logging for details.")]
    private static partial void HandlerFailed(this ILogger logger, string id, string reason);

    [LoggerMessage(107, LogLevel.Trace, "Share {Id}: exception of an application callback")]
    private static partial void HandlerFailedSensitive(this ILogger logger, string id, Exception exception);

    [LoggerMessage(103, LogLevel.Debug, "Invitation {Id} refused with {Status}: {Reason}")]
    public static partial void InvitationRefused(this ILogger logger, string id, int status, string reason);

    /// <summary>Logs a peer's name and image name, escaped so that they cannot affect the program that displays the log.</summary>
    public static void InvitationSensitive(this ILogger logger, string id, string from, string? name)
    {
        if (logger.IsEnabled(LogLevel.Trace))
        {
            logger.InvitationEscapedSensitive(id, Printable.Of(from), name is null ? null : Printable.Of(name));
        }
    }

    [LoggerMessage(104, LogLevel.Trace, "Invitation {Id} from {From}: {Name}", SkipEnabledCheck = true)]
    private static partial void InvitationEscapedSensitive(this ILogger logger, string id, string from, string? name);

    /// <summary>Like <see cref="InvitationSensitive"/>, for a peer that requests an image.</summary>
    public static void RequestSensitive(this ILogger logger, string id, string from, string? name)
    {
        if (logger.IsEnabled(LogLevel.Trace))
        {
            logger.RequestEscapedSensitive(id, Printable.Of(from), name is null ? null : Printable.Of(name));
        }
    }

    [LoggerMessage(120, LogLevel.Trace, "Request {Id} from {From}: {Name}", SkipEnabledCheck = true)]
    private static partial void RequestEscapedSensitive(this ILogger logger, string id, string from, string? name);
    [LoggerMessage(108, LogLevel.Warning, "Share {Id}: the peer did not accept the new relay path; it can send until the previous path expires.")]
    public static partial void PathNotRenewed(this ILogger logger, string id);

    [LoggerMessage(109, LogLevel.Error, "The client no longer listens for {Protocol} ({Reason}); dispose of it and start another.")]
    public static partial void ListenerFailed(this ILogger logger, string protocol, string reason);

    [LoggerMessage(105, LogLevel.Error, "The application's trace listener threw")]
    public static partial void TraceFailed(this ILogger logger, Exception exception);
}
