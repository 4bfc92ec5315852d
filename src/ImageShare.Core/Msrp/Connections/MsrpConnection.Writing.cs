using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>The writer loop: responses first, then chunks of every transfer in turn, many of them in one flush.</summary>
internal sealed partial class MsrpConnection
{
    /// <summary>
    /// What goes out in one flush: below it the system call costs more than it moves, and with a chunk on top it still lies in one
    /// buffer of the stream.
    /// </summary>
    private const int FlushSize = 120 * 1024;

    /// <summary>The least that goes out in one flush on a slow path.</summary>
    private const int SmallestFlush = 4 * 1024;

    /// <summary>
    /// How long a flush should take at most: what is in it cannot be taken back any more, and the end of a message that its user gives up waits behind it.
    /// </summary>
    private static readonly TimeSpan LongestFlush = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a flush takes on a connection whose peer does not read; on the slowest of paths one is a matter of tenths.</summary>
    private static readonly TimeSpan StuckTime = TimeSpan.FromSeconds(2);

    private const long NotFlushing = long.MinValue;

    private ImmutableArray<TaskCompletionSource> _flushes = [];
    private OutgoingTransfer? _openTransfer;
    private long _flushingSince = NotFlushing;
    private int _flushSize = FlushSize;
    private int _turn;
    private bool _isInReader;
    private volatile bool _writerEnded;

    /// <summary>Where the ids of chunks come from. For the writer loop.</summary>
    public TransactionIds TransactionIds { get; } = new();

    /// <summary>When the write that is going on began; null when none is. For any thread.</summary>
    public long? FlushingSince => Volatile.Read(ref _flushingSince) is var since and not NotFlushing ? since : null;

    /// <summary>Whether the peer has read nothing for a while: whoever came now would wait behind what it does not read. For any thread.</summary>
    public bool IsStuck => FlushingSince is { } since && Options.TimeProvider.GetElapsedTime(since) >= StuckTime;

    /// <summary>Takes on a message; the writer loop begins with it when it has bytes. For any thread.</summary>
    public void Add(OutgoingTransfer transfer)
    {
        ImmutableInterlocked.Update(ref _transfers, static (transfers, added) => transfers.Add(added), transfer);
        if (_writerEnded || _closing)
        {
            transfer.Stop(TransferStop.ConnectionLost);
        }
        else
        {
            Wake();
        }
    }

    /// <summary>A message begins; returns how many the endpoint has under way with it. For any thread.</summary>
    public int TransferBegins() => _endpoint.TransferBegins();

    /// <summary>A message has ended. For any thread.</summary>
    public void TransferEnds() => _endpoint.TransferEnds();

    /// <summary>Lets go of a message that has its result. For any thread.</summary>
    public void Remove(OutgoingTransfer transfer) =>
        ImmutableInterlocked.Update(ref _transfers, static (transfers, removed) => transfers.Remove(removed), transfer);

    /// <summary>Sends a SEND without a body on behalf of a session (RFC 4975 §5.4). For any thread.</summary>
    public void SendEmpty(MsrpSession session, MsrpPath peer)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        Span<byte> id = stackalloc byte[TransactionIds.Length];
        new TransactionIds().Next(id);
        session.OpeningTransaction = TransactionKey.From(id);
        var headers = new MsrpSendHeaders(peer, session.LocalPath);
        MsrpWriter.WriteSendHead(bytes, id, headers, ByteRange.Empty);
        MsrpWriter.WriteEndLine(bytes, id, MsrpContinuation.Complete, afterBody: false);
        Options.Trace?.Invoke(new MsrpTraceEvent(
            true, $"MSRP {System.Text.Encoding.ASCII.GetString(id)} SEND", headers.MessageId, ByteRange.Empty, 0, '$', RemoteEndPoint));
        _control.Add(bytes.WrittenSpan);
        Wake();
    }

    // Tells when all that waits now has left, or nothing leaves any more.
    private void WhenFlushed(TaskCompletionSource told)
    {
        ImmutableInterlocked.Update(ref _flushes, static (all, added) => all.Add(added), told);
        Wake();
        if (_writerEnded)
        {
            TellFlushed(_flushes);
        }
    }

    private void TellFlushed(ImmutableArray<TaskCompletionSource> asked)
    {
        if (asked.IsEmpty)
        {
            return;
        }

        foreach (TaskCompletionSource told in asked)
        {
            told.TrySetResult();
        }

        ImmutableInterlocked.Update(ref _flushes, static (all, told) => all.RemoveRange(told), asked);
    }

    private async Task WriteLoopAsync()
    {
        PipeWriter output = _stream.Output;
        try
        {
            while (!_forced)
            {
                // Looked at before the queue is: what the reader loop left there before it ended must still go.
                bool ending = _readerEnded;
                ImmutableArray<TaskCompletionSource> asked = _flushes;
                WriteControl(output);
                WriteTransfers(output);
                if (output.UnflushedBytes == 0)
                {
                    TellFlushed(asked);
                    if (ending)
                    {
                        break;
                    }

                    await _wake.WaitAsync().ConfigureAwait(false);
                    if (_isInReader && !_transfers.IsEmpty)
                    {
                        // There is more to do than to send what was answered: not in the reader's time.
                        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                    }

                    continue;
                }

                long bytes = output.UnflushedBytes;
                long since = Options.TimeProvider.GetTimestamp();
                Volatile.Write(ref _flushingSince, since);
                FlushResult flushed = await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
                Volatile.Write(ref _flushingSince, NotFlushing);
                if (flushed.IsCompleted || flushed.IsCanceled)
                {
                    break;
                }

                MarkSent(since, bytes);
                _drained.Set();
                TellFlushed(asked);
            }
        }
        catch (Exception error)
        {
            MsrpLog.LoopEnded(_endpoint.Logger, "writer", error);

            // The stream is broken. The reader loop learns it by itself, after it has read what had come before.
        }

        _writerEnded = true;
        _drained.Set();
        TellFlushed(_flushes);
        await WaitForLastWordsAsync().ConfigureAwait(false);
        StopTransfers();
    }

    // A peer that refuses and closes breaks our writing before its refusal is read: what it said last explains more than a broken stream.
    private async Task WaitForLastWordsAsync()
    {
        if (_forced)
        {
            return;
        }

        try
        {
            await _readingEnded.Task.WaitAsync(DrainTime, Options.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            End(MsrpSessionEndReason.ConnectionLost, force: true);
        }
    }

    private void WriteControl(PipeWriter output)
    {
        if (_control.IsEmpty)
        {
            return;
        }

        // Nothing can stand inside a chunk: end it, and go on with another (RFC 4975 §7.1.1).
        if (_openTransfer is { IsChunkOpen: true } open)
        {
            open.Interrupt(output);
            _openTransfer = null;
        }

        _control.WriteTo(output);
    }

    private void WriteTransfers(PipeWriter output)
    {
        ImmutableArray<OutgoingTransfer> transfers = _transfers;
        if (_openTransfer is { } open && !transfers.Contains(open))
        {
            // It has its result, a bad one, but its chunk still needs its end.
            open.Write(output, 1);
            _openTransfer = null;
        }

        if (transfers.Length == 1)
        {
            transfers[0].Write(output, _flushSize);
            _openTransfer = transfers[0].IsChunkOpen ? transfers[0] : null;
            return;
        }

        // In turns: a chunk of each, or a piece of a large one, until the flush is worth its system call (RFC 4975 §7.1.1).
        for (int idle = 0; idle < transfers.Length && output.UnflushedBytes < _flushSize; idle++)
        {
            _turn = (_turn + 1) % transfers.Length;
            OutgoingTransfer transfer = transfers[_turn];
            if (WriteTurn(output, transfer, transfers.Length))
            {
                idle = -1;
            }
        }
    }

    private bool WriteTurn(PipeWriter output, OutgoingTransfer transfer, int transfers)
    {
        if (_openTransfer is { } other && other != transfer && transfer.HasSomethingToWrite)
        {
            other.Interrupt(output);
            _openTransfer = null;
        }

        if (_openTransfer is not null && _openTransfer != transfer)
        {
            return false;
        }

        bool wrote = transfer.Write(output, transfer.Turn(transfers));
        _openTransfer = transfer.IsChunkOpen ? transfer : null;
        return wrote;
    }

    private void MarkSent(long since, long bytes)
    {
        long now = Options.TimeProvider.GetTimestamp();
        Volatile.Write(ref _lastActivity, now);
        _flushSize = FlushSizeAfter(_flushSize, bytes, Options.TimeProvider.GetElapsedTime(since, now));
        foreach (OutgoingTransfer transfer in _transfers)
        {
            transfer.Flushed(now);
        }
    }

    // Down at once to what the path takes in the time a flush should have, and up again by doubling.
    internal static int FlushSizeAfter(int size, long bytes, TimeSpan took) => took <= LongestFlush
        ? Math.Min(size * 2, FlushSize)
        : (int)Math.Clamp(bytes * (LongestFlush / took), SmallestFlush, size);
}
