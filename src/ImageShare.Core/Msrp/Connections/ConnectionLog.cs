using ImageShare.Core.Msrp.Framing;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>What MSRP connections log. No paths and no addresses: they name sessions and people.</summary>
internal static partial class ConnectionLog
{
    [LoggerMessage(1205, LogLevel.Debug, "The From-Path of a request is not the path of the session's peer; refused: {Refused}.")]
    public static partial void ForeignFromPath(ILogger logger, bool refused);

    [LoggerMessage(1206, LogLevel.Debug, "An MSRP connection ended: {Reason}, {Fault}.")]
    public static partial void ConnectionEnded(ILogger logger, MsrpSessionEndReason reason, MsrpDecodeReason fault);
}
