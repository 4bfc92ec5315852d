using System.Buffers;
using System.IO.Pipelines;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Tracing;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Msrp.Writing;
using ImageShare.Core.Net;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>The reader loop of one connection: reads, has the messages handled, and hands the answers to the writer loop.</summary>
/// <remarks>
/// <see cref="RunAsync"/> is the loop; it alone reads the input and uses the handlers. While a receiver takes its time nothing more is read, which closes the
/// peer's TCP window: that is the back-pressure.
/// </remarks>
internal sealed class ReaderLoop
{
    /// <summary>Responses of this size are handed over even while there is more input.</summary>
    private const int AnswerBatch = 16 * 1024;

    // The handlers.
    private readonly MessageReader _messages;
    private readonly RequestHandler _requests;
    private readonly ResponseHandler _responses;
    private readonly Answers _answers;

    // What it reads from, and what it shares with the rest of the connection.
    private readonly IStreamConnection _stream;
    private readonly ConnectionContext _context;
    private readonly WriterLoop _writer;
    private readonly IdleWatch _idle;
    private readonly ConnectionEnd _end;
    private readonly ReadProgress _progress;

    public ReaderLoop(
        IStreamConnection stream,
        ConnectionContext context,
        HeardSessions sessions,
        ResponseHandler responses,
        WriterLoop writer,
        IdleWatch idle,
        ConnectionEnd end,
        ReadProgress progress)
    {
        _stream = stream;
        _context = context;
        Sessions = sessions;
        _responses = responses;
        _writer = writer;
        _idle = idle;
        _end = end;
        _progress = progress;
        _answers = new Answers(writer, sessions, end, context.Settings);
        _requests = new RequestHandler(sessions, responses, _answers, writer, end);
        _messages = new MessageReader(context.Settings, TraceOf(context.Settings.Transfers, stream), _requests, responses, progress);
    }

    /// <summary>The sessions whose requests it has read. When the loop has ended, for what follows it.</summary>
    public HeardSessions Sessions { get; }

    /// <summary>Whether the stream ended inside a message. When the loop has ended.</summary>
    public bool WasCutOff { get; private set; }

    /// <summary>What made the stream unreadable. When the loop has ended.</summary>
    public MsrpReadErrorCode Fault => _messages.Fault;

    // Inside a message of either side. Only with few connections: peers may be slow, and each waiting connection keeps a buffer.
    private bool ExpectsInput =>
        _context.Connections.AreFew && (Sessions.Last is { Incoming.IsOpen: true } || _responses.AreExpected);

    // Whether more responses wait than the limit allows.
    private bool HasBacklog =>
        _writer.WaitingBytes > _context.Settings.Limits.MaxPendingResponseBytes && !_end.IsClosing && !_writer.HasEnded;

    /// <summary>Refuses the message a session is receiving with 413 at once (RFC 4975 §7.2, RFC 4975 §10.5). For any thread.</summary>
    /// <returns>Completes when the response is flushed; never if the connection ends before.</returns>
    public Task RefuseAsync(SessionBinding session)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests.RefuseLater(session, answered);
        _stream.Input.CancelPendingRead();
        return answered.Task;
    }

    /// <summary>The loop.</summary>
    /// <returns>Why it has ended; never faulted.</returns>
    public async Task<MsrpSessionEndReason> RunAsync()
    {
        try
        {
            return await ReadUntilEndAsync(_stream.Input).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Any exception here means that the connection is lost: the stream broke, or was aborted. A receiver's failure never gets here.
            ConnectionLog.LoopEnded(_context.Logger, "reader", _writer.LogId, error);
            return MsrpSessionEndReason.ConnectionLost;
        }
    }

    private static IncomingTrace? TraceOf(TransferSettings settings, IStreamConnection stream) =>
        settings.Trace is { } show ? new IncomingTrace(show, settings.TraceBodies, stream.LocalEndPoint, stream.RemoteEndPoint) : null;

    private async Task<MsrpSessionEndReason> ReadUntilEndAsync(PipeReader input)
    {
        long consumed = 0;
        while (true)
        {
            ReadResult read = await BeginRead(input).ConfigureAwait(false);
            ReadOnlySequence<byte> rest = read.Buffer;
            MarkRead(rest);
            OperationStatus status;
            while ((status = _messages.Read(ref rest, out ValueTask waiting)) == OperationStatus.Done)
            {
                _progress.WaitsForReceiver = true;
                await waiting.ConfigureAwait(false);
                _progress.WaitsForReceiver = false;
            }

            bool hasRest = !rest.IsEmpty;
            bool isInsideHead = _messages.IsInHead || (hasRest && _messages.IsIdle && !IsBlank(rest));
            _progress.IsInsideMessage = hasRest || !_messages.IsIdle;
            if (status == OperationStatus.InvalidData)
            {
                _messages.TraceUnreadable(read.Buffer, consumed);
            }

            consumed += read.Buffer.Length - rest.Length;
            input.AdvanceTo(rest.Start, rest.End);
            if (status == OperationStatus.InvalidData || _end.IsClosing || read.IsCompleted)
            {
                return EndLoop(status);
            }

            if (read.IsCanceled || _requests.HasRefusals || HasBacklog)
            {
                await ServeAsync(read.IsCanceled, isInsideHead).ConfigureAwait(false);
            }
        }
    }

    // Not async: nothing is allocated for a read that has to wait.
    private ValueTask<ReadResult> BeginRead(PipeReader input)
    {
        _stream.ExpectsInput = ExpectsInput;
        ValueTask<ReadResult> reading = input.ReadAsync(CancellationToken.None);
        if (!reading.IsCompleted || _answers.PendingBytes >= AnswerBatch)
        {
            // Before waiting, and not after each read: while input is buffered, more answers go out in one piece.
            _answers.HandOver();
        }

        _responses.EndOfBatch();
        return reading;
    }

    // What is done between reads, and rarely: what other threads have asked for, and back-pressure on a peer that sends and does not read.
    private async ValueTask ServeAsync(bool wasCanceled, bool isInsideHead)
    {
        if (wasCanceled)
        {
            await _requests.ReleaseEndedAsync().ConfigureAwait(false);
        }

        if (_requests.HasRefusals && !isInsideHead)
        {
            await _requests.RefuseAsync().ConfigureAwait(false);
        }

        while (HasBacklog)
        {
            await _writer.WaitForRoomAsync().ConfigureAwait(false);
        }
    }

    private void MarkRead(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        if (!_messages.IsIdle || !IsBlank(bytes))
        {
            _idle.Touch();
        }

        _progress.AddBytes(bytes.Length);
    }

    private MsrpSessionEndReason EndLoop(OperationStatus status)
    {
        _answers.HandOver();
        _responses.EndOfBatch();
        WasCutOff = _progress.IsInsideMessage;
        return status == OperationStatus.InvalidData ? MsrpSessionEndReason.ProtocolError
            : _end.IsClosing ? MsrpSessionEndReason.Closed
            : MsrpSessionEndReason.PeerClosed;
    }

    // Line ends between messages do not count as activity; otherwise they would keep a connection open without limit.
    private static bool IsBlank(in ReadOnlySequence<byte> bytes)
    {
        foreach (ReadOnlyMemory<byte> piece in bytes)
        {
            if (piece.Span.ContainsAnyExcept((byte)'\r', (byte)'\n'))
            {
                return false;
            }
        }

        return true;
    }
}
