namespace ImageShare.Core.Msrp.Transfers;

/// <summary>Why a transfer stops before its end.</summary>
internal enum TransferStop
{
    None = 0,
    Cancelled,
    SourceFailed,
    Refused,
    TimedOut,
    SessionClosed,
    ConnectionLost,
}
