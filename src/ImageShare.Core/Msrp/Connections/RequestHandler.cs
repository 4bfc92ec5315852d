using System.Buffers;
using System.Runtime.CompilerServices;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Msrp.Writing;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// Passes the requests of one connection to their sessions and answers them (RFC 4975 §7.3). Used by the reader loop, one call at a time; only
/// <see cref="RefuseLater"/> may be called by any thread.
/// </summary>
internal sealed class RequestHandler(HeardSessions sessions, ResponseHandler responses, Answers answers, WriterLoop writer, ConnectionEnd end)
{
    // Rarely any; filled by other threads.
    private readonly Queue<(SessionBinding Session, TaskCompletionSource Answered)> _refusals = [];
    private volatile bool _hasRefusals;

    // The current request: the session whose chunk it is, or becomes with its first byte; its head; and whether it is answered.
    private SessionBinding? _receiving;
    private SessionBinding? _opening;
    private MsrpHead? _receivingHead;
    private bool _isAnswered;

    /// <summary>Whether the body of the current request is read.</summary>
    public bool TakesBody => (_receiving ?? _opening) is not null;

    /// <summary>Whether <see cref="RefuseAsync"/> has work.</summary>
    public bool HasRefusals => _hasRefusals;

    /// <summary>A request begins.</summary>
    public ValueTask BeginAsync(MsrpHead head)
    {
        _receiving = null;
        _opening = null;
        _isAnswered = false;
        if (head.Fault is not null)
        {
            // RFC 4975 §10.2.
            Respond(head, 400);
            return default;
        }

        return sessions.PeerToCome(head) is { } peerToCome ? AwaitAsync(peerToCome, head) : BeginForAsync(head);

        // The wait ends with the session, or with the connection if no session is bound in time.
        async ValueTask AwaitAsync(Task peerToCome, MsrpHead head)
        {
            await peerToCome.WaitAsync(end.Lifetime).ConfigureAwait(false);
            await BeginAsync(head).ConfigureAwait(false);
        }
    }

    /// <summary>Bytes of the body of the current request, if <see cref="TakesBody"/>.</summary>
    public ValueTask WriteBodyAsync(MsrpHead head, ReadOnlySequence<byte> body)
    {
        if (_opening is { } opening)
        {
            if (body.IsEmpty)
            {
                return default;
            }

            _opening = null;
            return BeginAndWriteAsync(opening, head, body);
        }

        ValueTask<int> writing = _receiving!.Incoming.WriteAsync(body, end.Lifetime);
        if (!writing.IsCompletedSuccessfully)
        {
            return AwaitAsync(writing, head);
        }

        EndWrite(head, writing.Result);
        return default;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        async ValueTask AwaitAsync(ValueTask<int> writing, MsrpHead head) => EndWrite(head, await writing.ConfigureAwait(false));
    }

    /// <summary>The current request ends.</summary>
    public ValueTask EndAsync(MsrpHead head, MsrpContinuation continuation)
    {
        _opening = null;
        if (_receiving is not { } session)
        {
            if (!_isAnswered)
            {
                Respond(head, 200);
            }

            return default;
        }

        _receiving = null;
        ValueTask<(int Status, bool Complete)> ending = session.Incoming.EndChunkAsync(continuation, end.Lifetime);
        if (!ending.IsCompletedSuccessfully)
        {
            return AwaitAsync(ending, session, head, continuation);
        }

        EndChunk(session, head, continuation, ending.Result);
        return default;

        async ValueTask AwaitAsync(ValueTask<(int, bool)> ending, SessionBinding session, MsrpHead head, MsrpContinuation continuation) =>
            EndChunk(session, head, continuation, await ending.ConfigureAwait(false));
    }

    /// <summary>Lets <see cref="RefuseAsync"/> refuse the message a session is receiving. May be called by any thread.</summary>
    /// <param name="session">The session.</param>
    /// <param name="answered">Completed when the response is flushed; never if the connection ends before.</param>
    public void RefuseLater(SessionBinding session, TaskCompletionSource answered)
    {
        lock (_refusals)
        {
            _refusals.Enqueue((session, answered));
            _hasRefusals = true;
        }
    }

    /// <summary>
    /// Refuses the messages queued by <see cref="RefuseLater"/> with 413 at once, not only at the next bytes, which may take long to arrive
    /// (RFC 4975 §7.2, RFC 4975 §10.5). Not called while a head is incomplete: it may be a chunk that needs the response.
    /// </summary>
    public async ValueTask RefuseAsync()
    {
        while (TryTakeRefusal(out (SessionBinding Session, TaskCompletionSource Answered) refusal))
        {
            RefuseChunk(refusal.Session, 413);

            // The response first: the receiver belongs to the application and may take long.
            answers.HandOver();
            responses.EndOfBatch();
            writer.WhenFlushed(refusal.Answered);
            await refusal.Session.Incoming.AbortAsync(MsrpAbortReason.SessionClosed).ConfigureAwait(false);
        }
    }

    private bool TryTakeRefusal(out (SessionBinding Session, TaskCompletionSource Answered) refusal)
    {
        lock (_refusals)
        {
            return _hasRefusals = _refusals.TryDequeue(out refusal);
        }
    }

    /// <summary>Aborts the messages of sessions that have ended.</summary>
    public async ValueTask ReleaseEndedAsync()
    {
        sessions.ForgetLastIfOver();
        for (int i = sessions.All.Count - 1; i >= 0; i--)
        {
            SessionBinding session = sessions.All[i];
            if (session.IsOver)
            {
                // Like the next chunk: a 200 at the end of this one would acknowledge it.
                RefuseChunk(session, 481);
                sessions.Release(session);
                await session.Incoming.AbortAsync(MsrpAbortReason.SessionClosed).ConfigureAwait(false);
            }
        }
    }

    private ValueTask BeginForAsync(MsrpHead head)
    {
        if (sessions.Find(head, out int status) is not { } session)
        {
            Respond(head, status);
            return default;
        }

        if (head.IsReport)
        {
            _isAnswered = true;
            responses.TakeReport(head, session);
            return default;
        }

        if (!head.IsSend)
        {
            // RFC 4975 §10.9.
            Respond(head, 501);
            return default;
        }

        // Without a body, a SEND binds the session or keeps the connection alive, and is answered at its end (RFC 4975 §7.1).
        return head.HasBody ? BeginChunkAsync(head, session) : default;
    }

    // RFC 4975 §7.3.1.
    private ValueTask BeginChunkAsync(MsrpHead head, SessionBinding session)
    {
        if (session is { ExpectsMessage: true, MayBeEmpty: false, Incoming.Messages: 0 } && head.ByteRange is not { Total: > 0 })
        {
            // If a file is expected, the message begins only with its first byte: some peers open the session with an empty body (RFC 4975 §5.4).
            _opening = session;
            return default;
        }

        ValueTask<int> beginning = session.Incoming.BeginChunkAsync(head, end.Lifetime);
        if (!beginning.IsCompletedSuccessfully)
        {
            return AwaitAsync(beginning, session, head);
        }

        BeginBody(session, head, beginning.Result);
        return default;

        async ValueTask AwaitAsync(ValueTask<int> beginning, SessionBinding session, MsrpHead head) =>
            BeginBody(session, head, await beginning.ConfigureAwait(false));
    }

    private void BeginBody(SessionBinding session, MsrpHead head, int status)
    {
        if (status == 200)
        {
            _receiving = session;
            _receivingHead = head;
        }
        else if (status != IncomingMessages.DroppedOk)
        {
            // At once, not at the end-line: the sender need not send the rest of the chunk (RFC 4975 §7.2).
            Respond(head, status);
        }
    }

    private async ValueTask BeginAndWriteAsync(SessionBinding session, MsrpHead head, ReadOnlySequence<byte> body)
    {
        BeginBody(session, head, await session.Incoming.BeginChunkAsync(head, end.Lifetime).ConfigureAwait(false));
        if (_receiving is not null)
        {
            await WriteBodyAsync(head, body).ConfigureAwait(false);
        }
    }

    private void EndWrite(MsrpHead head, int status)
    {
        if (status != 200)
        {
            _receiving = null;
            Respond(head, status);
        }
    }

    private void EndChunk(SessionBinding session, MsrpHead head, MsrpContinuation continuation, (int Status, bool Complete) ended)
    {
        _isAnswered = true;
        answers.EndChunk(session, head, continuation, ended);
    }

    // The head is still that of the chunk: the next head is read only after the chunk has ended.
    private void RefuseChunk(SessionBinding session, int status)
    {
        if (_receiving == session)
        {
            _receiving = null;
            Respond(_receivingHead!, status);
        }
    }

    private void Respond(MsrpHead head, int status)
    {
        _isAnswered = true;
        answers.Respond(head, status);
    }
}
