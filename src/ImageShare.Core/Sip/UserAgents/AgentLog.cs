using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>What the agent logs. No header values: they may hold credentials.</summary>
internal static partial class AgentLog
{
    [LoggerMessage(1101, LogLevel.Error, "Work of the SIP agent failed; it goes on with the next.")]
    public static partial void WorkFailed(ILogger logger, Exception error);

    [LoggerMessage(1102, LogLevel.Error, "The application's handler of {Method} failed.")]
    public static partial void HandlerFailed(ILogger logger, SipMethod method, Exception error);

    [LoggerMessage(1103, LogLevel.Warning, "{Method} was too large for UDP, but nobody listens on TCP; it goes out on UDP after all.")]
    public static partial void FallsBackToUdp(ILogger logger, SipMethod method);

    [LoggerMessage(1104, LogLevel.Warning, "A response to {Method} could not be sent: {Reason}")]
    public static partial void ResponseNotSent(ILogger logger, SipMethod method, string reason);

    [LoggerMessage(1105, LogLevel.Warning, "Too many requests at once: {Method} refused with 503.")]
    public static partial void Overloaded(ILogger logger, SipMethod method);

    [LoggerMessage(1106, LogLevel.Debug, "A {Message} that belongs to nothing was dropped.")]
    public static partial void Dropped(ILogger logger, string message);
}
