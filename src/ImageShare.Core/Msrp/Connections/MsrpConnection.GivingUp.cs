using System.Collections.Immutable;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>Sessions that take nothing more: those that are over, and those whose receiver has given up. Part of the reader loop.</summary>
internal sealed partial class MsrpConnection
{
    private ImmutableArray<(MsrpSession Session, TaskCompletionSource Said)> _refusals = [];
    private MsrpHead? _receivingHead;

    /// <summary>
    /// Refuses what the session is receiving: with 413 at once, and not at the next bytes, which may be long in coming (RFC 4975 §7.2, §10.5). For any thread.
    /// </summary>
    /// <returns>Done when what there was to answer has left; never when the connection ends before.</returns>
    public Task RefuseAsync(MsrpSession session)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ImmutableInterlocked.Update(ref _refusals, static (all, added) => all.Add(added), (session, said));
        _stream.Input.CancelPendingRead();
        return said.Task;
    }

    // Called when all that was at hand is read, and outside a head: what has begun to come may be a chunk that wants its answer.
    private async ValueTask RefuseAsync()
    {
        foreach ((MsrpSession Session, TaskCompletionSource Said) refusal in ImmutableInterlocked.InterlockedExchange(ref _refusals, []))
        {
            RefuseChunk(refusal.Session, 413);

            // The answer first: the receiver is the application's, and may take its time.
            EndOfBatch();
            WhenFlushed(refusal.Said);
            await refusal.Session.Incoming.AbortAsync(MsrpAbortReason.SessionClosed).ConfigureAwait(false);
        }
    }

    // The head is still that of the chunk: the next one is read only when the chunk has ended, and it is received no more.
    private void RefuseChunk(MsrpSession session, int status)
    {
        if (_receiving == session)
        {
            _receiving = null;
            Answer(_receivingHead!, status);
        }
    }

    private async ValueTask AbortClosedSessionsAsync()
    {
        if (_lastSession is { IsOver: true })
        {
            // The connection may outlive it by far, and it holds what it has received.
            (_lastSession, _lastToPath, _lastFromPath) = (null, null, null);
        }

        for (int i = _everBound.Count - 1; i >= 0; i--)
        {
            MsrpSession session = _everBound[i];
            if (session.IsOver)
            {
                // As the next chunk will be: a 200 at the end of this one would say that it was taken.
                RefuseChunk(session, 481);
                _everBound.RemoveAt(i);
                await session.Incoming.AbortAsync(MsrpAbortReason.SessionClosed).ConfigureAwait(false);
            }
        }
    }
}
