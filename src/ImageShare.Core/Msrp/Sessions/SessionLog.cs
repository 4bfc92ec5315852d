using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>What an MSRP endpoint logs. No paths and no addresses: they name sessions and people.</summary>
internal static partial class SessionLog
{
    [LoggerMessage(1207, LogLevel.Debug, "An MSRP connection was not let in: {Limit}.")]
    public static partial void ConnectionRefused(ILogger logger, string limit);

    [LoggerMessage(1210, LogLevel.Debug, "The TLS handshake of an incoming MSRP connection failed: {Reason}.")]
    public static partial void HandshakeFailed(ILogger logger, string reason);

    [LoggerMessage(1211, LogLevel.Warning, "A relay did not renew its path for share {Id} ({Reason}); the session behind it ends when the path expires.")]
    public static partial void RelayNotRenewed(ILogger logger, string? id, ImageShareError reason);
}
