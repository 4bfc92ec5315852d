using ImageShare.Core.Sip.Messages;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>
/// What the agent logs, ids from 1101; next free: 1115. Id is the Call-ID, which is the id of the share the message belongs to, if any. No other header values: they may hold credentials. What names a person, an address or a file is
/// logged at Trace only, by methods whose names end in Sensitive.
/// </summary>
internal static partial class AgentLog
{
    [LoggerMessage(1101, LogLevel.Error, "A work item of the SIP agent failed; the agent goes on.")]
    public static partial void WorkFailed(ILogger logger, Exception error);

    /// <summary>The application's own code threw: what its message says is for Trace only, it may name files.</summary>
    public static void HandlerFailed(ILogger logger, SipMethod method, string? id, Exception error)
    {
        HandlerFailed(logger, method, id, error.GetType().Name);
        HandlerFailedSensitive(logger, method, id, error);
    }

    [LoggerMessage(1102, LogLevel.Error, "The application's handler of {Method} ({Id}) failed: {Reason}. Trace says more.")]
    private static partial void HandlerFailed(ILogger logger, SipMethod method, string? id, string reason);

    [LoggerMessage(1110, LogLevel.Trace, "Why the application's handler of {Method} ({Id}) failed")]
    private static partial void HandlerFailedSensitive(ILogger logger, SipMethod method, string? id, Exception error);

    [LoggerMessage(1103, LogLevel.Warning, "{Method} ({Id}) is too large for UDP, but the peer does not listen on TCP; sent over UDP.")]
    public static partial void FallsBackToUdp(ILogger logger, SipMethod method, string? id);

    [LoggerMessage(1114, LogLevel.Information, "A target did not answer the {Method} ({Id}), or refused it with 503; it goes to the next one of the same name.")]
    public static partial void MovesToNextTarget(ILogger logger, SipMethod method, string? id);

    [LoggerMessage(1104, LogLevel.Warning, "A response to {Method} ({Id}) could not be sent: {Reason}")]
    public static partial void ResponseNotSent(ILogger logger, SipMethod method, string? id, ImageShareError reason);

    // The message of an exception names addresses.
    [LoggerMessage(1107, LogLevel.Trace, "Why a response to {Method} ({Id}) could not be sent")]
    public static partial void ResponseNotSentSensitive(ILogger logger, SipMethod method, string? id, Exception error);

    [LoggerMessage(1108, LogLevel.Warning, "The SIM did not answer a challenge to {Method} ({Id}): {Reason}. The request fails as refused.")]
    public static partial void SimFailed(ILogger logger, SipMethod method, string? id, ImageShareError reason);

    [LoggerMessage(1109, LogLevel.Trace, "Why the SIM did not answer a challenge to {Method} ({Id})")]
    public static partial void SimFailedSensitive(ILogger logger, SipMethod method, string? id, Exception error);

    [LoggerMessage(1105, LogLevel.Warning, "Too many requests at once: {Method} ({Id}) refused with 503.")]
    public static partial void Overloaded(ILogger logger, SipMethod method, string? id);

    [LoggerMessage(1111, LogLevel.Warning, "A response ({Status}) to {Method} ({Id}) could not be read ({Reason} at byte {Offset}) and was dropped.")]
    public static partial void Unreadable(ILogger logger, int status, SipMethod method, string? id, SipReadErrorCode reason, int offset);

    [LoggerMessage(1112, LogLevel.Debug, "{Count} header lines of a message ({Id}) could not be read and were ignored, the first ({Reason}) at byte {Offset}.")]
    public static partial void PassedOver(ILogger logger, int count, string? id, SipReadErrorCode reason, int offset);

    [LoggerMessage(1113, LogLevel.Debug, "A retransmission ({Id}) could not be sent: {Reason}. The peer may ask for another.")]
    public static partial void NotSentAgain(ILogger logger, string? id, ImageShareError reason);

    /// <summary>Looks for the Call-ID only if it is logged: there may be many of these.</summary>
    public static void Dropped(ILogger logger, string what, SipMessage message)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            DroppedUnchecked(logger, what, message.Headers.CallId);
        }
    }

    [LoggerMessage(1106, LogLevel.Debug, "A {Message} ({Id}) that matches no transaction or dialog was dropped.", SkipEnabledCheck = true)]
    private static partial void DroppedUnchecked(ILogger logger, string message, string? id);
}
