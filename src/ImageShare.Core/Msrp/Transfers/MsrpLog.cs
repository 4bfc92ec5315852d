using System.Net.Sockets;
using ImageShare.Core.Msrp.Framing;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>What MSRP connections log. No paths and no addresses: they name sessions and people.</summary>
internal static partial class MsrpLog
{
    /// <summary>A loop ended by an exception: a broken stream is everyday, anything else is a fault of ours or of the application.</summary>
    public static void LoopEnded(ILogger logger, string loop, Exception error)
    {
        if (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            StreamBroken(logger, loop, error);
        }
        else
        {
            LoopFailed(logger, loop, error);
        }
    }

    [LoggerMessage(1201, LogLevel.Error, "The {Loop} loop of an MSRP connection failed; its sessions end.")]
    private static partial void LoopFailed(ILogger logger, string loop, Exception error);

    [LoggerMessage(1202, LogLevel.Debug, "An MSRP connection broke under its {Loop} loop.")]
    private static partial void StreamBroken(ILogger logger, string loop, Exception error);

    /// <summary>The application's receiver threw: what its message says is for Trace only, it may name files.</summary>
    public static void AbortFailed(ILogger logger, Exception error)
    {
        AbortFailed(logger, error.GetType().Name);
        AbortFailedSensitive(logger, error);
    }

    [LoggerMessage(1203, LogLevel.Error, "A receiver failed to give a message up ({Reason}); what it had received may be left behind. Trace says more.")]
    private static partial void AbortFailed(ILogger logger, string reason);

    [LoggerMessage(1204, LogLevel.Trace, "Why a receiver failed to give a message up")]
    private static partial void AbortFailedSensitive(ILogger logger, Exception error);

    [LoggerMessage(1205, LogLevel.Debug, "A request came from another MSRP path than the session's peer has; refused: {Refused}.")]
    public static partial void ForeignFromPath(ILogger logger, bool refused);

    [LoggerMessage(1206, LogLevel.Debug, "An MSRP connection ended: {Reason}, {Fault}.")]
    public static partial void ConnectionEnded(ILogger logger, MsrpSessionEndReason reason, MsrpDecodeReason fault);

    [LoggerMessage(1207, LogLevel.Debug, "An MSRP connection was not let in: {Limit}.")]
    public static partial void ConnectionRefused(ILogger logger, string limit);

    [LoggerMessage(1210, LogLevel.Debug, "A TLS handshake with whoever connected for MSRP failed: {Reason}.")]
    public static partial void HandshakeFailed(ILogger logger, string reason);

    [LoggerMessage(1211, LogLevel.Warning, "A relay did not renew the way through it ({Reason}); sessions behind it end when its time is over.")]
    public static partial void RelayNotRenewed(ILogger logger, ImageShareError reason);

    [LoggerMessage(1212, LogLevel.Warning, "No MSRP response for {Waited}: what is being sent has probably failed (RFC 4975 §7.1.1). It is given up after {Limit}.")]
    public static partial void AnswersLate(ILogger logger, TimeSpan waited, TimeSpan limit);
}
