using ImageShare.Core.Sip.Registration;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Sip.UserAgents.Registration;

/// <summary>
/// What a registration logs, ids from 1151; next free: 1159. What names a person or an address is logged at Trace only, by methods whose names end in Sensitive.
/// </summary>
internal static partial class RegistrationLog
{
    [LoggerMessage(1151, LogLevel.Debug, "Registration: {Before} -> {After}")]
    public static partial void Changed(ILogger logger, SipRegistrationStatus before, SipRegistrationStatus after);

    [LoggerMessage(1152, LogLevel.Information, "Registered for {Seconds} s; the registrar has {Count} bindings of this user.")]
    public static partial void Registered(ILogger logger, double seconds, int count);

    [LoggerMessage(1153, LogLevel.Warning, "The registration failed: {Error}, status {Status}; the next attempt is in {Seconds} s.")]
    public static partial void Failed(ILogger logger, ImageShareError error, int? status, double seconds);

    [LoggerMessage(1158, LogLevel.Warning, "The registration failed: {Error}, status {Status}.")]
    public static partial void Failed(ILogger logger, ImageShareError error, int? status);

    [LoggerMessage(1154, LogLevel.Warning, "The registration is lost: {Error}. Nobody reaches this client until it is registered again.")]
    public static partial void Lost(ILogger logger, ImageShareError error);

    // Messages name the registrar and the user.
    [LoggerMessage(1155, LogLevel.Trace, "Why: {Message}")]
    public static partial void WhySensitive(ILogger logger, string message);

    /// <summary>The application's own code threw: what its message says is for Trace only, it may name the user.</summary>
    public static void HandlerFailed(ILogger logger, Exception error)
    {
        HandlerFailed(logger, error.GetType().Name);
        HandlerFailedSensitive(logger, error);
    }

    [LoggerMessage(1156, LogLevel.Error, "The application's handler of registrations failed: {Reason}. Trace says more.")]
    private static partial void HandlerFailed(ILogger logger, string reason);

    [LoggerMessage(1157, LogLevel.Trace, "Why the application's handler of registrations failed")]
    private static partial void HandlerFailedSensitive(ILogger logger, Exception error);
}
