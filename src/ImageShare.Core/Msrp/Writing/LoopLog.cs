using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Msrp.Writing;

/// <summary>What the loops of a connection log when an exception ends them.</summary>
internal static partial class LoopLog
{
    /// <summary>A loop ended by an exception: a broken stream is ordinary, anything else is a fault of this library or of the application.</summary>
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

    [LoggerMessage(1202, LogLevel.Debug, "An MSRP connection broke; its {Loop} loop ends.")]
    private static partial void StreamBroken(ILogger logger, string loop, Exception error);
}
