using System.Buffers;
using System.IO.Pipelines;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>The reader loop: requests to the sessions, responses to the transfers, and what is to be answered to the writer loop.</summary>
internal sealed partial class MsrpConnection
{
    /// <summary>So many octets of answers are handed over even while there is more to read.</summary>
    private const int ResponseBatch = 16 * 1024;

    private readonly MsrpDecoder _decoder;
    private readonly ResponseWriter _responses = new();
    private readonly TransactionIds _reportIds = new();
    private readonly List<MsrpSession> _everBound = [];
    private MsrpPath? _lastToPath;
    private MsrpSession? _lastSession;
    private MsrpSession? _receiving;
    private long _bodyLength;
    private bool _isAnswered;
    private bool _hasResponses;
    private bool _wasCutOff;

    private async Task<MsrpSessionEndReason> ReadLoopAsync()
    {
        PipeReader input = _stream.Input;
        try
        {
            while (true)
            {
                ValueTask<ReadResult> reading = input.ReadAsync(CancellationToken.None);
                if (!reading.IsCompleted || _responses.Pending.Length >= ResponseBatch)
                {
                    // Before waiting, and not after each read: while there is more at hand, more answers go out in one piece.
                    EndOfBatch();
                }

                ReadResult read = await reading.ConfigureAwait(false);
                ReadOnlySequence<byte> rest = read.Buffer;
                if (!rest.IsEmpty)
                {
                    Touch();
                }

                OperationStatus status;
                while ((status = Decode(ref rest, out ValueTask waiting)) == OperationStatus.Done)
                {
                    await waiting.ConfigureAwait(false);
                }

                bool hasRest = !rest.IsEmpty;
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

    // Reads events until one has to be waited for: done, then. What it works with stays on the stack, as it would not in the loop above.
    private OperationStatus Decode(ref ReadOnlySequence<byte> input, out ValueTask waiting)
    {
        ReadOnlySequence<byte> rest = input;
        OperationStatus status;
        waiting = default;
        while ((status = _decoder.Read(ref rest, out MsrpEvent next)) == OperationStatus.Done)
        {
            waiting = HandleAsync(next);
            if (!waiting.IsCompletedSuccessfully)
            {
                break;
            }
        }

        input = rest;
        return status;
    }

    private ValueTask HandleAsync(in MsrpEvent next)
    {
        switch (next.Kind)
        {
            case MsrpEventKind.Body:
                _bodyLength += next.Body.Length;
                return _receiving is null ? default : WriteBodyAsync(next.Head, next.Body);
            case MsrpEventKind.RequestHead:
                _receiving = null;
                _isAnswered = false;
                _bodyLength = 0;
                return BeginRequestAsync(next.Head);
            case MsrpEventKind.ResponseHead:
                _receiving = null;
                _isAnswered = true;
                _bodyLength = 0;
                TakeResponse(next.Head);
                return default;
            default:
                if (Options.Trace is not null)
                {
                    TraceIncoming(next.Head, next.Continuation);
                }

                return EndRequestAsync(next.Head, next.Continuation);
        }
    }

    private ValueTask BeginRequestAsync(MsrpHead head)
    {
        if (head.Fault is not null)
        {
            Answer(head, 400);
            return default;
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
        }
        else if (status != IncomingMessages.DroppedOk)
        {
            // At once, not at the end-line: the rest of the chunk need not be sent.
            Answer(head, status);
        }
    }

    private ValueTask WriteBodyAsync(MsrpHead head, ReadOnlySequence<byte> body)
    {
        ValueTask<int> writing = _receiving!.Incoming.WriteAsync(body, _lifetime.Token);
        if (!writing.IsCompletedSuccessfully)
        {
            return AwaitAsync(writing, head);
        }

        EndWrite(head, writing.Result);
        return default;

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

    private void EndChunk(MsrpSession session, MsrpHead head, MsrpContinuation continuation, (int Status, bool Complete) end)
    {
        Answer(head, end.Status);
        bool report = head is { SuccessReport: true, MessageId: not null }
            && (session.Options.SuccessReports == MsrpSuccessReports.EachChunk
                ? end.Status == 200 && continuation != MsrpContinuation.Aborted
                : end.Complete);
        if (!report)
        {
            return;
        }

        ByteRange range = session.Incoming.ChunkRange;
        if (session.Options.SuccessReports == MsrpSuccessReports.WholeMessage)
        {
            range = new ByteRange(1, range.Total, range.Total);
        }

        Span<byte> id = stackalloc byte[TransactionIds.Length];
        _reportIds.Next(id);
        MsrpWriter.WriteReport(_responses.Output, id, head.FromPath!, session.LocalPath, head.MessageId!, range, new MsrpReportStatus(0, 200, "OK"));
    }

    private MsrpSession? FindSession(MsrpHead head, out int status)
    {
        status = 481;
        if (ReferenceEquals(head.ToPath, _lastToPath) && _lastSession is { IsOver: false })
        {
            return _lastSession;
        }

        MsrpSession? session = head.ToPath!.Uris.Length == 1 ? _endpoint.FindSession(head.ToPath.First) : null;
        if (session is null)
        {
            return null;
        }

        // Only a SEND binds, and only a session nobody else has (RFC 4975 §5.4).
        if (session.Connection != this && !(head.IsSend && session.TryBind(this)))
        {
            status = session.Connection is null ? 481 : 506;
            return null;
        }

        if (!_everBound.Contains(session))
        {
            _everBound.Add(session);
        }

        _lastToPath = head.ToPath;
        _lastSession = session;
        return session;
    }

    private void Answer(MsrpHead head, int status)
    {
        _isAnswered = true;
        if (head.IsReport || head.FailureReport == MsrpFailureReport.No || (head.FailureReport == MsrpFailureReport.Partial && status == 200))
        {
            return;
        }

        if (head.FromPath is null || head.ToPath is null)
        {
            // It cannot be answered without its paths, and a peer that leaves them out is not understood anyway (RFC 4975 §10.2).
            End(MsrpSessionEndReason.ProtocolError, force: false);
            return;
        }

        _responses.Answer(head, _lastSession is { } session && ReferenceEquals(head.ToPath, _lastToPath) ? session.LocalUri : head.ToPath.Last, status);
        if (Options.Trace is { } trace)
        {
            string id = System.Text.Encoding.ASCII.GetString(head.TransactionId);
            trace(new MsrpTraceEvent(true, $"MSRP {id} {status:000} {ResponseWriter.Comment(status)}", null, null, 0, '$', RemoteEndPoint));
        }
    }

    private void TakeResponse(MsrpHead head)
    {
        if (head.Fault is not null || !TransactionKey.TryFrom(head.TransactionId, out TransactionKey key))
        {
            // Not to anything we sent: some peers answer REPORTs.
            return;
        }

        foreach (OutgoingTransfer transfer in _transfers)
        {
            if (transfer.TryAnswer(key, head.Status))
            {
                _hasResponses = true;
                EndRefusedSession(transfer.Session, head.Status);
                return;
            }
        }

        foreach (MsrpSession session in _sessions)
        {
            if (session.OpeningTransaction == key)
            {
                EndRefusedSession(session, head.Status);
                return;
            }
        }
    }

    // The session is gone, or bound to another connection (RFC 4975 §10.8, §10.10).
    private static void EndRefusedSession(MsrpSession session, int status)
    {
        if (status is 481 or 506)
        {
            session.End(MsrpSessionEndReason.Refused, status);
        }
    }

    private void TakeReport(MsrpHead head, MsrpSession session)
    {
        // Never answered; of another namespace or an unknown message it says nothing to us (RFC 4975 §7.1.2).
        _isAnswered = true;
        if (head.ReportStatus is not { Namespace: 0 } status)
        {
            return;
        }

        foreach (OutgoingTransfer transfer in _transfers)
        {
            if (transfer.Session != session || !string.Equals(transfer.MessageId, head.MessageId, StringComparison.Ordinal))
            {
                continue;
            }

            transfer.Report(head.ByteRange, status.Code);
            _hasResponses = true;
            if (status.Code is (< 200 or >= 300) and not (413 or 415))
            {
                // Octets are missing at the other end: the session has failed (RFC 4975 §7.3.2). 413 and 415 only say that they are not wanted.
                session.End(MsrpSessionEndReason.Refused, status.Code);
            }
        }
    }

    private void EndOfBatch()
    {
        if (!_responses.Pending.IsEmpty)
        {
            _control.Add(_responses.Pending);
            _responses.Clear();

            // With nothing else to send, the writer loop's turn is one system call: cheaper made here than carried to another thread.
            _isInReader = _transfers.IsEmpty;
            _wake.Set(inline: _isInReader);
            _isInReader = false;
        }

        if (_hasResponses)
        {
            _hasResponses = false;
            foreach (OutgoingTransfer transfer in _transfers)
            {
                transfer.EndOfBatch();
            }
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

    private void TraceIncoming(MsrpHead head, MsrpContinuation continuation) => Options.Trace!(new MsrpTraceEvent(
        Outgoing: false, head.StartLine, head.MessageId, head.ByteRange, _bodyLength, (char)continuation.ToSign(), RemoteEndPoint));
}
