using System.IO.Pipelines;
using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>The message on the wire: its chunks, and how it ends. Part of the writer loop.</summary>
internal sealed partial class OutgoingTransfer
{
    /// <summary>
    /// Writes what is ready, up to about so many bytes. For the writer loop.
    /// </summary>
    /// <returns>Whether anything was written.</returns>
    public bool Write(PipeWriter output, int budget)
    {
        lock (_writing)
        {
            return StopReason == TransferStop.None ? WriteChunks(output, budget) : WriteEnd(output);
        }
    }

    /// <summary>Whether a call of <see cref="Write"/> has something to do. For the writer loop.</summary>
    public bool HasSomethingToWrite
    {
        get
        {
            lock (_writing)
            {
                return StopReason != TransferStop.None || (!_chunker.IsOver && (_chunker.Total == 0 || !Bytes.Ready.IsEmpty));
            }
        }
    }

    /// <summary>Ends an open chunk so that something else can go out (RFC 4975 §7.1.1). For the writer loop.</summary>
    public void Interrupt(PipeWriter output)
    {
        _chunker.Interrupt(output);
        EndChunk();
    }

    /// <summary>What was written has gone to the system. For the writer loop.</summary>
    public void Flushed(long now)
    {
        _open.MarkSent(now);

        // A stop may have come while the flush went on: what it has to say is not written yet, let alone sent.
        if (_endIsWritten)
        {
            Finish();
        }
    }

    private bool WriteChunks(PipeWriter output, int budget)
    {
        bool any = false;
        _waitsForWindow = false;
        while (budget > 0 && !_chunker.IsOver)
        {
            ReadOnlySpan<byte> ready = Bytes.Ready;
            if (ready.IsEmpty && _chunker.Total > 0)
            {
                break;
            }

            int piece = Math.Max(budget, MsrpChunker.UninterruptibleSize);
            if (_rate is not null)
            {
                TimeSpan wait = _rate.WaitTime();
                if (wait > TimeSpan.Zero)
                {
                    _rateTimer!.Change(wait, Timeout.InfiniteTimeSpan);
                    break;
                }

                piece = Math.Min(piece, _rate.Piece);
            }

            ready = ready[..Math.Min(ready.Length, piece)];
            int written = 0;
            if (!_chunker.IsOpen && !TryBegin(output, ready, out written))
            {
                break;
            }

            any = true;
            written = _chunker.IsOpen ? _chunker.Append(output, ready) : written;
            if (written > 0)
            {
                Bytes.Take(written);
                _rate?.Take(written);
            }

            // The head counts too, or small chunks would overfill the buffer.
            budget -= written + 300;
            if (!_chunker.IsOpen)
            {
                EndChunk();
            }
        }

        return any;
    }

    // A small chunk is written whole if it can be; otherwise its head, or that of a large one.
    private bool TryBegin(PipeWriter output, ReadOnlySpan<byte> ready, out int written)
    {
        written = 0;
        if (_open.IsFull)
        {
            _waitsForWindow = true;

            // The last response may have come between the two lines above. Whoever brings it looks at the sign behind its own barrier.
            Interlocked.MemoryBarrier();
            if (_open.IsFull)
            {
                return false;
            }
        }

        if (Session.PeerPath is { } way && !ReferenceEquals(way, _chunker.Headers.To))
        {
            // A relay has granted another way since.
            _chunker.GoBy(way);
        }

        written = _chunker.WriteWhole(output, ready);
        if (written == 0)
        {
            _chunker.Begin(output, ready);
        }

        _open.Open(TransactionKey.From(_chunker.TransactionId));
        return true;
    }

    private void EndChunk()
    {
        long length = _chunker.Position - _chunker.ChunkStart;
        _open.Close(length);
        if (_chunker is { IsOver: true, Continuation: MsrpContinuation.Complete })
        {
            _allWritten = true;
            AllLeaves?.Invoke();
        }

        if (_connection.Options.Trace is { } trace)
        {
            trace(new MsrpTraceEvent(
                Outgoing: true,
                $"MSRP {System.Text.Encoding.ASCII.GetString(_chunker.TransactionId)} SEND",
                MessageId,
                length == 0 ? ByteRange.Empty : new ByteRange(_chunker.ChunkStart + 1, _chunker.Position, _chunker.Total),
                length,
                (char)_chunker.Continuation.ToSign(),
                _connection.RemoteEndPoint));
        }
    }

    private bool WriteEnd(PipeWriter output)
    {
        if (WriteStop(output))
        {
            _endIsWritten = true;
            return true;
        }

        if (!_endIsWritten)
        {
            // There is nothing left to say about it.
            Finish();
        }

        return false;
    }

    private bool WriteStop(PipeWriter output)
    {
        // After a refusal no chunk may follow, not even to say that the message is over (RFC 4975 §10.5).
        if (_chunker.IsOver || (StopReason == TransferStop.Refused && !_chunker.IsOpen))
        {
            return false;
        }

        if (!_chunker.IsOpen && _chunker.Position > 0)
        {
            // The window keeps a place for this one, however full it is.
            _chunker.Abort(output, Bytes.Ready);
            _open.Open(TransactionKey.From(_chunker.TransactionId));
        }
        else if (_chunker.IsOpen)
        {
            _chunker.Abort(output, default);
        }
        else
        {
            return false;
        }

        EndChunk();
        return true;
    }
}
