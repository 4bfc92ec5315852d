using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Hosting;

/// <summary>What the host of a client logs, ids from 1; next free: 8. What may name a person, an address or a file is logged at Trace only, except wrong values of the configuration.</summary>
internal static partial class HostLog
{
    /// <summary>The application's code threw: what its message says is for Trace only, it may name files.</summary>
    public static void HandlerFailed(ILogger logger, string id, Exception error)
    {
        HandlerFailed(logger, id, error.GetType().Name);
        HandlerFailedSensitive(logger, id, error);
    }

    [LoggerMessage(1, LogLevel.Error, "The handler of invitation {Id} threw {Reason}; enable Trace logging for details.")]
    private static partial void HandlerFailed(ILogger logger, string id, string reason);

    [LoggerMessage(2, LogLevel.Trace, "The exception of the handler of invitation {Id}")]
    private static partial void HandlerFailedSensitive(ILogger logger, string id, Exception error);

    [LoggerMessage(3, LogLevel.Warning, "Invitation {Id} was declined because its handler ended without a decision.")]
    public static partial void Undecided(ILogger logger, string id);

    [LoggerMessage(4, LogLevel.Error, "The changed configuration is refused, and the client goes on with what it has: {Problems}")]
    public static partial void ChangeRefused(ILogger logger, string problems);

    [LoggerMessage(5, LogLevel.Warning, "The configuration changed in what the client reads only at its start; start the program again for: {Options}")]
    public static partial void NeedsRestart(ILogger logger, string options);

    [LoggerMessage(6, LogLevel.Information, "The registration follows the changed configuration.")]
    public static partial void RegistrationChanged(ILogger logger);

    [LoggerMessage(7, LogLevel.Warning, "The client is not registered as the changed configuration says: {Error}")]
    public static partial void RegistrationNotChanged(ILogger logger, ImageShareError error);
}
