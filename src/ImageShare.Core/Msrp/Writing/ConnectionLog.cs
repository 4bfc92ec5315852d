using System.Net.Sockets;
using ImageShare.Core.Msrp.Framing;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Msrp.Writing;

/// <summary>What MSRP connections log. No paths and no addresses: they name sessions and people.</summary>
internal static partial class ConnectionLog
{
    /// <summary>A loop ended by an exception: a broken stream is ordinary, anything else is a fault of this library or of the application.</summary>
    public static void LoopEnded(ILogger logger, string loop, string? id, Exception error)
    {
        if (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            StreamBroken(logger, loop, id, error);
        }
        else
        {
            LoopFailed(logger, loop, id, error);
        }
    }

    [LoggerMessage(1201, LogLevel.Error, "The {Loop} loop of an MSRP connection (share {Id}) failed; its sessions end.")]
    private static partial void LoopFailed(ILogger logger, string loop, string? id, Exception error);

    [LoggerMessage(1202, LogLevel.Debug, "An MSRP connection (share {Id}) broke; its {Loop} loop ends.")]
    private static partial void StreamBroken(ILogger logger, string loop, string? id, Exception error);

    [LoggerMessage(1205, LogLevel.Debug, "The From-Path of a request (share {Id}) is not the path of the session's peer; refused: {Refused}.")]
    public static partial void ForeignFromPath(ILogger logger, string? id, bool refused);

    [LoggerMessage(1206, LogLevel.Debug, "An MSRP connection (share {Id}) ended: {Reason}, {Fault}.")]
    public static partial void ConnectionEnded(ILogger logger, string? id, MsrpSessionEndReason reason, MsrpReadErrorCode fault);
}
