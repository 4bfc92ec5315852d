using System.IO.Pipelines;
using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>One outgoing message.</summary>
/// <remarks>
/// Three callers use it at the same time. The writer loop of the connection writes its chunks: <see cref="Write"/>, <see cref="Interrupt"/>,
/// <see cref="Flushed"/> and the properties marked for it. The reader loop passes responses and reports: <see cref="TryAnswerNext"/>,
/// <see cref="TryAnswer"/>, <see cref="Report"/>, <see cref="EndOfBatch"/>. The sending call fills <see cref="Bytes"/>, waits for <see cref="Result"/>
/// and disposes the transfer. They share the ring of open transactions, the reason of a stop, and the result. <see cref="Stop"/> and
/// <see cref="Finish"/> may be called by any thread at any time.
/// </remarks>
internal sealed class OutgoingTransfer : IDisposable
{
    private const int ShortLength = 64 * 1024;

    // Shared by all.
    private readonly TransferBudget _budget;
    private readonly WriterState _writer;
    private readonly OpenTransactions _open;
    private readonly TransferEnd _end = new();

    // The writer loop's. The gate keeps it from reading the bytes after they are returned.
    private readonly ChunkSender _sender;
    private readonly Lock _writing = new();

    // The reader loop's.
    private readonly SuccessReports _reports;
    private readonly IProgress<long>? _progress;
    private readonly ResponseWatch _watch;
    private long _progressed;

    /// <param name="message">The message.</param>
    /// <param name="route">The path of its chunks.</param>
    /// <param name="writer">The writer loop that writes it.</param>
    /// <param name="settings">Times and listeners.</param>
    /// <param name="budget">What bounds its window.</param>
    public OutgoingTransfer(OutgoingMessage message, PeerRoute route, WriterState writer, TransferSettings settings, TransferBudget budget)
    {
        MsrpOutgoingContent content = message.Content;
        _budget = budget;
        _writer = writer;
        _progress = message.Progress;
        MessageId = message.Headers.MessageId;
        IsShort = content.Bytes is not null && content.Length <= ShortLength;
        HasLargeChunks = content.ChunkSize > MsrpChunker.UninterruptibleSize;
        TransferBudget.Allowance allowance = budget.Enter(message.Headers.To);
        Bytes = content.Bytes is { } bytes
            ? new BytesInMemory(bytes, (int)Math.Min(content.ChunkSize, MsrpChunker.UninterruptibleSize))
            : new SourceBlocks(content, allowance.ReadAhead);

        // Interruptions and collisions of ids make more chunks than the division says; only large chunks are interrupted.
        _open = new OpenTransactions((int)Math.Min(Math.Min(allowance.Window, content.MaxUnanswered), (content.Length / content.ChunkSize) + (HasLargeChunks ? 64 : 5)));
        _sender = new ChunkSender(message, Bytes, _open, route, writer, settings);
        _reports = new SuccessReports(content.Length, content.SuccessReport, content is { SuccessReport: true, AwaitSuccessReport: true });
        _watch = new ResponseWatch(this, _open, _reports, writer, settings, message.LogId);
    }

    /// <summary>The bytes of the message.</summary>
    public IOutgoingBytes Bytes { get; }

    public string MessageId { get; }

    /// <summary>The outcome, once the last chunk is answered or the end of the message is sent.</summary>
    public Task<MsrpSendResult> Result => _end.Result;

    /// <summary>Completes as soon as the message is stopped, even if the peer is not told yet.</summary>
    public Task Stopped => _end.Stopped;

    public TransferStop StopReason => _end.Reason;

    /// <summary>Whether only a success report is missing: every byte is acknowledged. For any thread.</summary>
    public bool LacksOnlyTheReport => _reports.AreAwaited && _sender.AllWritten && _open.IsEmpty && _open.Acknowledged == _reports.Total;

    /// <summary>Whether all of it is in memory and leaves with one or two flushes.</summary>
    public bool IsShort { get; }

    /// <summary>Whether its chunks may be interrupted (RFC 4975 §7.1.1).</summary>
    public bool HasLargeChunks { get; }

    /// <summary>Whether a chunk has a head but no end-line yet. For the writer loop.</summary>
    public bool IsChunkOpen => _sender.IsChunkOpen;

    /// <summary>When its rate allows more, if only that keeps it from being written; a timestamp. For the writer loop.</summary>
    public long? RestsUntil => StopReason == TransferStop.None ? _sender.RestsUntil : null;

    /// <summary>Whether it has new responses or reports since <see cref="EndOfBatch"/>. Set and used by the reader loop.</summary>
    public bool HasNews { get; set; }

    /// <summary>Whether <see cref="Write"/> has work. For the writer loop.</summary>
    public bool HasSomethingToWrite
    {
        get
        {
            lock (_writing)
            {
                return StopReason != TransferStop.None || _sender.HasChunks;
            }
        }
    }

    /// <summary>Writes what is ready, up to about <paramref name="budget"/> bytes. For the writer loop.</summary>
    /// <returns>Whether anything was written.</returns>
    public bool Write(PipeWriter output, int budget)
    {
        lock (_writing)
        {
            return StopReason == TransferStop.None ? _sender.WriteChunks(output, budget) : WriteEnd(output);
        }
    }

    /// <summary>Ends an open chunk so that something else can be written (RFC 4975 §7.1.1). For the writer loop.</summary>
    public void Interrupt(PipeWriter output) => _sender.Interrupt(output);

    /// <summary>What was written has been flushed. For the writer loop.</summary>
    public void Flushed(long now)
    {
        _open.MarkSent(now);

        // If it was stopped during the flush, the end of the message is not written yet.
        if (_sender.EndIsWritten)
        {
            Finish();
        }
    }

    /// <summary>Whether responses are outstanding. For the reader loop.</summary>
    public bool ExpectsAnswers => !(_sender.AllWritten && _open.IsEmpty) && StopReason == TransferStop.None;

    /// <summary>Whether a response is the next expected one. For the reader loop.</summary>
    public bool Expects(TransactionIdKey key) => _open.IsNext(key);

    /// <summary>Whether a response belongs to an open transaction. For the reader loop.</summary>
    public bool HasOpen(TransactionIdKey key) => _open.Contains(key);

    /// <summary>Takes a response if it is the next expected one and a success, as nearly all are. For the reader loop.</summary>
    public bool TryAnswerNext(TransactionIdKey key, int status) => status is >= 200 and < 300 && _open.TryAnswerNext(key);

    /// <summary>Takes a response. For the reader loop.</summary>
    /// <returns>Whether it belongs to this transfer.</returns>
    public bool TryAnswer(TransactionIdKey key, int status)
    {
        if (!_open.Contains(key))
        {
            return false;
        }

        if (status is >= 200 and < 300)
        {
            _open.TryAnswer(key);
        }
        else
        {
            Refuse(status);
        }

        return true;
    }

    /// <summary>Takes the status of a REPORT on this message; a status means the same as in a response (RFC 4975 §7.1.2). For the reader loop.</summary>
    public void Report(ByteRange? range, int status)
    {
        if (status is < 200 or >= 300)
        {
            Refuse(status);
        }
        else
        {
            _reports.Add(range);
        }
    }

    /// <summary>All responses of a batch were taken. For the reader loop.</summary>
    public void EndOfBatch()
    {
        HasNews = false;
        long acknowledged = _open.Acknowledged;
        if (acknowledged != _progressed)
        {
            _progressed = acknowledged;
            _watch.MarkAnswered();
            _progress?.Report(acknowledged);
        }

        if (_sender.AllWritten && _open.IsEmpty && StopReason == TransferStop.None && _reports.IsComplete)
        {
            Finish();
            return;
        }

        // The writer loop sets its flag and then checks for room; here room was made first, and then the flag is read.
        Interlocked.MemoryBarrier();
        if (_sender.WaitsForWindow && _open.HasRoomAgain)
        {
            _writer.Wake();
        }
    }

    /// <summary>Stops the message. The first reason counts. For any thread.</summary>
    public void Stop(TransferStop reason, int status = 0)
    {
        if (!_end.TrySetReason(reason, status))
        {
            return;
        }

        Bytes.Stop();
        _end.SetStopped();
        if (reason == TransferStop.ConnectionLost)
        {
            Finish();
        }
        else
        {
            _writer.WakeForStop();
        }
    }

    /// <summary>Sets the result from what is known now, without waiting further. For any thread.</summary>
    public void Finish() =>
        _end.SetResult(new MsrpSendResult(_end.GetOutcome(LacksOnlyTheReport), MessageId, _open.Acknowledged, _end.Status, _reports.Covered));

    /// <summary>Returns its memory; the bytes are not read any more, even if the writer loop has not noticed the end yet.</summary>
    public void Dispose()
    {
        _watch.Dispose();
        _budget.Leave();
        lock (_writing)
        {
            Bytes.Return();
        }
    }

    // A relay sends 408; it means the same as our own timeout (RFC 4975 §10.4).
    private void Refuse(int status) => Stop(status == 408 ? TransferStop.TimedOut : TransferStop.Refused, status);

    private bool WriteEnd(PipeWriter output)
    {
        // After a refusal no chunk may follow, not even one that aborts the message (RFC 4975 §10.5).
        if (_sender.TryWriteEnd(output, mayBeginChunk: StopReason != TransferStop.Refused))
        {
            return true;
        }

        if (!_sender.EndIsWritten)
        {
            Finish();
        }

        return false;
    }
}
