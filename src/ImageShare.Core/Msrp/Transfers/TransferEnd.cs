namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// The end of an outgoing transfer: it is stopped, unless it completes, and then gets its result. The first reason and the first result count. Any thread
/// may call any member.
/// </summary>
internal sealed class TransferEnd
{
    private readonly TaskCompletionSource<MsrpSendResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _reason;
    private int _status;

    /// <summary>Why it was stopped.</summary>
    public TransferStop Reason => (TransferStop)Volatile.Read(ref _reason);

    /// <summary>The MSRP status that caused the reason, or null.</summary>
    public int? Status => Volatile.Read(ref _status) is var status and not 0 ? status : null;

    /// <summary>Done when the transfer was stopped; what is on the wire may not say so yet.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>What became of the message, once its last chunk is answered or its end is on the wire.</summary>
    public Task<MsrpSendResult> Result => _result.Task;

    /// <summary>Notes why the transfer stops.</summary>
    /// <returns>False if it has a result or was stopped before.</returns>
    public bool TrySetReason(TransferStop reason, int status)
    {
        if (_result.Task.IsCompleted || Interlocked.CompareExchange(ref _reason, (int)reason, 0) != 0)
        {
            return false;
        }

        Volatile.Write(ref _status, status);
        return true;
    }

    /// <summary>What the reason means for the message.</summary>
    /// <param name="lacksOnlyTheReport">Whether every byte is acknowledged, and only a success report is missing.</param>
    public MsrpSendOutcome GetOutcome(bool lacksOnlyTheReport) => Reason switch
    {
        TransferStop.None => MsrpSendOutcome.Completed,
        TransferStop.SessionClosed or TransferStop.ConnectionLost when lacksOnlyTheReport => MsrpSendOutcome.Unknown,
        TransferStop.Refused => MsrpSendOutcome.Refused,
        TransferStop.TimedOut => MsrpSendOutcome.TimedOut,
        TransferStop.ConnectionLost => MsrpSendOutcome.ConnectionLost,
        _ => MsrpSendOutcome.Aborted,
    };

    /// <summary>Completes <see cref="Stopped"/>.</summary>
    public void SetStopped() => _stopped.TrySetResult();

    /// <summary>Sets the result, if there is none.</summary>
    public void SetResult(MsrpSendResult result) => _result.TrySetResult(result);
}

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
