using System.Collections.Concurrent;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>Sessions that take nothing more: those that are over, and those whose receiver has given up. Part of the reader loop.</summary>
internal sealed partial class MsrpConnection
{
    private readonly ConcurrentQueue<(MsrpSession Session, TaskCompletionSource Said)> _refusals = new();
    private MsrpHead? _receivingHead;

    /// <summary>
    /// Refuses what the session is receiving: with 413 at once, and not at the next octets, which may be long in coming (RFC 4975 §7.2, §10.5). For any thread.
    /// </summary>
    /// <returns>Done when what there was to answer has left; never when the connection ends before.</returns>
    public Task RefuseAsync(MsrpSession session)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _refusals.Enqueue((session, said));
        _stream.Input.CancelPendingRead();
        return said.Task;
    }

    // Called when all that was at hand is read, and outside a head: what has begun to come may be a chunk that wants its answer.
    private async ValueTask RefuseAsync()
    {
        while (_refusals.TryDequeue(out (MsrpSession Session, TaskCompletionSource Said) refusal))
        {
            if (_receiving == refusal.Session)
            {
                _receiving = null;
                Answer(_receivingHead!, 413);
            }

            // The answer first: the receiver is the application's, and may take its time.
            EndOfBatch();
            WhenFlushed(refusal.Said);
            await refusal.Session.Incoming.AbortAsync(MsrpAbortReason.SessionClosed).ConfigureAwait(false);
        }
    }

    private async ValueTask AbortClosedSessionsAsync()
    {
        for (int i = _everBound.Count - 1; i >= 0; i--)
        {
            MsrpSession session = _everBound[i];
            if (session.IsOver)
            {
                if (_receiving == session)
                {
                    _receiving = null;
                }

                _everBound.RemoveAt(i);
                await session.Incoming.AbortAsync(MsrpAbortReason.SessionClosed).ConfigureAwait(false);
            }
        }
    }
}
