using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>The reader loop: requests to the sessions, responses to the transfers, and what is to be answered to the writer loop.</summary>
internal sealed partial class MsrpConnection
{
    /// <summary>So many bytes of answers are handed over even while there is more to read.</summary>
    private const int ResponseBatch = 16 * 1024;

    private readonly MsrpDecoder _decoder;
    private readonly ResponseWriter _responses = new();
    private readonly TransactionIds _reportIds = new();
    private readonly List<MsrpSession> _everBound = [];
    private MsrpPath? _lastToPath;
    private MsrpPath? _lastFromPath;
    private MsrpSession? _lastSession;
    private MsrpSession? _receiving;

    // Whose first chunk has begun that may hold no bytes at all: with a Content-Type or without, it then only opens the connection.
    private MsrpSession? _opening;
    private long _bodyLength;
    private bool _isAnswered;
    private bool _hasResponses;
    private bool _wasCutOff;

    // In the middle of a message, ours or the peer's. A peer may be slow: of many connections each would keep its buffer for nothing.
    private bool ExpectsInput
    {
        get
        {
            if (!_endpoint.HasFewConnections)
            {
                return false;
            }

            if (_lastSession is { Incoming.IsOpen: true })
            {
                return true;
            }

            foreach (OutgoingTransfer transfer in _transfers)
            {
                if (transfer.ExpectsAnswers)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private async Task<MsrpSessionEndReason> ReadLoopAsync()
    {
        PipeReader input = _stream.Input;
        try
        {
            while (true)
            {
                _stream.ExpectsInput = ExpectsInput;
                ValueTask<ReadResult> reading = input.ReadAsync(CancellationToken.None);
                if (!reading.IsCompleted || _responses.Pending.Length >= ResponseBatch)
                {
                    // Before waiting, and not after each read: while there is more at hand, more answers go out in one piece.
                    EndOfBatch();
                }
                else
                {
                    // Ours go on however long the peer keeps this loop busy.
                    TakeInResponses();
                }

                ReadResult read = await reading.ConfigureAwait(false);
                ReadOnlySequence<byte> rest = read.Buffer;
                if (!rest.IsEmpty)
                {
                    if (!_decoder.IsIdle || !IsBlank(rest))
                    {
                        Touch();
                    }

                    Volatile.Write(ref _readBytes, _readBytes + rest.Length);
                }

                OperationStatus status;
                while ((status = Decode(ref rest, out ValueTask waiting)) == OperationStatus.Done)
                {
                    _waitsForReceiver = true;
                    await waiting.ConfigureAwait(false);
                    _waitsForReceiver = false;
                }

                bool hasRest = !rest.IsEmpty;
                _isInsideRequest = hasRest || !_decoder.IsIdle;
                bool isInsideHead = _decoder.IsInHead || (hasRest && _decoder.IsIdle && !IsBlank(rest));
                input.AdvanceTo(rest.Start, rest.End);
                if (status == OperationStatus.InvalidData || _closing || read.IsCompleted)
                {
                    EndOfBatch();
                    _wasCutOff = hasRest || !_decoder.IsIdle;
                    return status == OperationStatus.InvalidData ? MsrpSessionEndReason.ProtocolError
                        : _closing ? MsrpSessionEndReason.Closed
                        : MsrpSessionEndReason.PeerClosed;
                }

                if (read.IsCanceled)
                {
                    await AbortClosedSessionsAsync().ConfigureAwait(false);
                }

                if (!_refusals.IsEmpty && !isInsideHead)
                {
                    await RefuseAsync().ConfigureAwait(false);
                }

                // A peer that sends and does not read gets no further than this.
                while (_control.WaitingBytes > Options.Limits.MaxPendingResponseBytes && !_closing && !_writerEnded)
                {
                    await _drained.WaitAsync().ConfigureAwait(false);
                }
            }
        }
        catch (Exception error)
        {
            // The pump: a broken stream, or one that was taken from under us, has many faces and one meaning; a receiver's failure never gets here.
            MsrpLog.LoopEnded(_endpoint.Logger, "reader", error);
            return MsrpSessionEndReason.ConnectionLost;
        }
    }

    // Reads until something has to be waited for: done, then. What it works with stays on the stack, as it would not in the loop above.
    private OperationStatus Decode(ref ReadOnlySequence<byte> input, out ValueTask waiting)
    {
        ReadOnlySequence<byte> rest = input;
        OperationStatus status = OperationStatus.Done;
        do
        {
            waiting = TakeWhole(ref rest);
            if (waiting.IsCompletedSuccessfully && (status = _decoder.Read(ref rest, out MsrpEvent next)) == OperationStatus.Done)
            {
                waiting = HandleAsync(next);
            }
        }
        while (status == OperationStatus.Done && waiting.IsCompletedSuccessfully);
        input = rest;
        return status;
    }

    private ValueTask HandleAsync(in MsrpEvent next)
    {
        switch (next.Kind)
        {
            case MsrpEventKind.Body:
                _bodyLength += next.Body.Length;
                return TakesBody ? WriteBodyAsync(next.Head, next.Body) : default;
            case MsrpEventKind.RequestHead:
                return BeginMessageAsync(next.Head);
            case MsrpEventKind.ResponseHead:
                BeginResponse(next.Head);
                return default;
            default:
                return EndMessageAsync(next.Head, next.Continuation);
        }
    }

    private bool TakesBody => (_receiving ?? _opening) is not null;

    private ValueTask BeginMessageAsync(MsrpHead head)
    {
        _receiving = null;
        _opening = null;
        _isAnswered = false;
        _bodyLength = 0;
        return BeginRequestAsync(head);
    }

    private void BeginResponse(MsrpHead head)
    {
        _receiving = null;
        _isAnswered = true;
        _bodyLength = 0;
        TakeResponse(head);
    }

    private ValueTask EndMessageAsync(MsrpHead head, MsrpContinuation continuation)
    {
        Volatile.Write(ref _endedRequests, _endedRequests + 1);
        if (Options.Trace is not null)
        {
            TraceIncoming(head, continuation);
        }

        return EndRequestAsync(head, continuation);
    }

    private ValueTask BeginRequestAsync(MsrpHead head)
    {
        if (head.Fault is not null)
        {
            Answer(head, 400);
            return default;
        }

        if (PeerToCome(head) is { } peerToCome)
        {
            return BeginRequestAsync(peerToCome, head);
        }

        if (FindSession(head, out int status) is not { } session)
        {
            Answer(head, status);
            return default;
        }

        if (head.IsReport)
        {
            TakeReport(head, session);
            return default;
        }

        if (!head.IsSend)
        {
            Answer(head, 501);
            return default;
        }

        if (!head.HasBody)
        {
            // It binds the connection or keeps it alive, and is answered at its end (RFC 4975 §7.1).
            return default;
        }

        if (session is { Options: { ExpectsMessage: true, MayBeEmpty: false }, Incoming.Messages: 0 } && head.ByteRange is not { Total: > 0 })
        {
            // Where a file is expected, not before a byte shows that it is content: there are peers that open with an empty body (RFC 4975 §5.4).
            _opening = session;
            return default;
        }

        ValueTask<int> beginning = session.Incoming.BeginChunkAsync(head, _lifetime.Token);
        if (!beginning.IsCompletedSuccessfully)
        {
            return AwaitAsync(beginning, session, head);
        }

        BeginBody(session, head, beginning.Result);
        return default;

        async ValueTask AwaitAsync(ValueTask<int> beginning, MsrpSession session, MsrpHead head) =>
            BeginBody(session, head, await beginning.ConfigureAwait(false));
    }

    private void BeginBody(MsrpSession session, MsrpHead head, int status)
    {
        if (status == 200)
        {
            _receiving = session;
            _receivingHead = head;
        }
        else if (status != IncomingMessages.DroppedOk)
        {
            // At once, not at the end-line: the rest of the chunk need not be sent.
            Answer(head, status);
        }
    }

    private async ValueTask BeginAndWriteAsync(MsrpSession session, MsrpHead head, ReadOnlySequence<byte> body)
    {
        BeginBody(session, head, await session.Incoming.BeginChunkAsync(head, _lifetime.Token).ConfigureAwait(false));
        if (_receiving is not null)
        {
            await WriteBodyAsync(head, body).ConfigureAwait(false);
        }
    }

    private ValueTask WriteBodyAsync(MsrpHead head, ReadOnlySequence<byte> body)
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

        ValueTask<int> writing = _receiving!.Incoming.WriteAsync(body, _lifetime.Token);
        if (!writing.IsCompletedSuccessfully)
        {
            return AwaitAsync(writing, head);
        }

        EndWrite(head, writing.Result);
        return default;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        async ValueTask AwaitAsync(ValueTask<int> writing, MsrpHead head) => EndWrite(head, await writing.ConfigureAwait(false));
    }

    private void EndWrite(MsrpHead head, int status)
    {
        if (status != 200)
        {
            _receiving = null;
            Answer(head, status);
        }
    }

    private ValueTask EndRequestAsync(MsrpHead head, MsrpContinuation continuation)
    {
        _opening = null;
        if (_receiving is not { } session)
        {
            if (!_isAnswered)
            {
                Answer(head, 200);
            }

            return default;
        }

        _receiving = null;
        ValueTask<(int Status, bool Complete)> ending = session.Incoming.EndChunkAsync(continuation, _lifetime.Token);
        if (!ending.IsCompletedSuccessfully)
        {
            return AwaitAsync(ending, session, head, continuation);
        }

        EndChunk(session, head, continuation, ending.Result);
        return default;

        async ValueTask AwaitAsync(ValueTask<(int, bool)> ending, MsrpSession session, MsrpHead head, MsrpContinuation continuation) =>
            EndChunk(session, head, continuation, await ending.ConfigureAwait(false));
    }

    private void TraceIncoming(MsrpHead head, MsrpContinuation continuation) => Options.Trace!(new MsrpTraceEvent(
        Outgoing: false, head.StartLine, head.MessageId, head.ByteRange, _bodyLength, (char)continuation.ToSign(), RemoteEndPoint));
}
