using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Msrp.Writing;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// Takes the requests of one connection to their sessions, and answers them (RFC 4975 §7.3). For the reader loop, one call after the other; only
/// <see cref="RefuseLater"/> may be called by any thread.
/// </summary>
internal sealed class RequestHandler(HeardSessions sessions, ResponseHandler responses, Answers answers, WriterLoop writer, ConnectionEnd end)
{
    private readonly ConcurrentQueue<(SessionBinding Session, TaskCompletionSource Answered)> _refusals = new();

    // The request that is open: whose chunk it is, or may become once it is seen to have bytes; and whether it has its answer.
    private SessionBinding? _receiving;
    private SessionBinding? _opening;
    private MsrpHead? _receivingHead;
    private bool _isAnswered;

    /// <summary>Whether the body of the open request is wanted.</summary>
    public bool TakesBody => (_receiving ?? _opening) is not null;

    /// <summary>Whether <see cref="RefuseAsync"/> has something to do.</summary>
    public bool HasRefusals => !_refusals.IsEmpty;

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

        // The wait ends with the session, or with the connection when no session is bound in time.
        async ValueTask AwaitAsync(Task peerToCome, MsrpHead head)
        {
            await peerToCome.WaitAsync(end.Lifetime).ConfigureAwait(false);
            await BeginAsync(head).ConfigureAwait(false);
        }
    }

    /// <summary>Bytes of the open request's body, if <see cref="TakesBody"/>.</summary>
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

    /// <summary>The open request ends.</summary>
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

    /// <summary>Has what a session is receiving refused by <see cref="RefuseAsync"/>. For any thread.</summary>
    /// <param name="session">The session.</param>
    /// <param name="answered">Completed when what there was to answer has been flushed; never when the connection ends before.</param>
    public void RefuseLater(SessionBinding session, TaskCompletionSource answered) => _refusals.Enqueue((session, answered));

    /// <summary>
    /// Refuses what sessions are receiving with 413 at once, and not at the next bytes, which may be long in coming (RFC 4975 §7.2, RFC 4975 §10.5). Not called inside a head:
    /// what has begun to come may be a chunk that wants its answer.
    /// </summary>
    public async ValueTask RefuseAsync()
    {
        while (_refusals.TryDequeue(out (SessionBinding Session, TaskCompletionSource Answered) refusal))
        {
            RefuseChunk(refusal.Session, 413);

            // The answer first: the receiver is the application's, and may take its time.
            answers.HandOver();
            responses.EndOfBatch();
            writer.WhenFlushed(refusal.Answered);
            await refusal.Session.Incoming.AbortAsync(MsrpAbortReason.SessionClosed).ConfigureAwait(false);
        }
    }

    /// <summary>Gives up what sessions were receiving that are over by now.</summary>
    public async ValueTask ReleaseEndedAsync()
    {
        sessions.ForgetLastIfOver();
        for (int i = sessions.All.Count - 1; i >= 0; i--)
        {
            SessionBinding session = sessions.All[i];
            if (session.IsOver)
            {
                // As the next chunk will be: a 200 at the end of this one would acknowledge it.
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

        // Without a body it binds the connection or keeps it alive, and is answered at its end (RFC 4975 §7.1).
        return head.HasBody ? BeginChunkAsync(head, session) : default;
    }

    // RFC 4975 §7.3.1.
    private ValueTask BeginChunkAsync(MsrpHead head, SessionBinding session)
    {
        if (session is { ExpectsMessage: true, MayBeEmpty: false, Incoming.Messages: 0 } && head.ByteRange is not { Total: > 0 })
        {
            // Where a file is expected, not before a byte shows that it is content: some peers open with an empty body (RFC 4975 §5.4).
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
            // At once, not at the end-line: the rest of the chunk need not be sent (RFC 4975 §7.2).
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

    // The head is still that of the chunk: the next one is read only when the chunk has ended, and then it is received no more.
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
