using System.IO.Pipelines;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Tracing;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>Writes the chunks of one message, and its end if it is stopped (RFC 4975 §7.1.1). For the writer loop.</summary>
internal sealed class ChunkSender
{
    /// <summary>What a head counts in a flush; otherwise many small chunks would overfill the buffer.</summary>
    private const int HeadAllowance = 300;

    // The message and its bytes.
    private readonly MsrpChunker _chunker;
    private readonly IOutgoingBytes _bytes;
    private readonly PeerRoute _route;

    // The limits: the window of open transactions and the rate.
    private readonly OpenTransactions _open;
    private readonly SendingRate? _rate;

    // Who is notified.
    private readonly TransferSettings _settings;
    private readonly WriterState _writer;
    private readonly Action? _allLeaves;
    private readonly TracedBody? _traced;
    private volatile bool _allWritten;
    private volatile bool _waitsForWindow;

    public ChunkSender(OutgoingMessage message, IOutgoingBytes bytes, OpenTransactions open, PeerRoute route, WriterState writer, TransferSettings settings)
    {
        MsrpOutgoingContent content = message.Content;
        _chunker = new MsrpChunker(message.Headers, content.Length, content.ChunkSize, writer.TransactionIds);
        _bytes = bytes;
        _open = open;
        _route = route;
        _writer = writer;
        _settings = settings;
        _allLeaves = message.AllLeaves;
        _traced = settings is { Trace: not null, TraceBodies: true } ? new TracedBody() : null;
        _rate = content.MaxBytesPerSecond is { } rate ? new SendingRate(rate, settings.TimeProvider) : null;
    }

    /// <summary>Whether the last chunk is written. For any thread.</summary>
    public bool AllWritten => _allWritten;

    /// <summary>Whether writing stopped because too many chunks are unanswered. For any thread.</summary>
    public bool WaitsForWindow => _waitsForWindow;

    /// <summary>Whether the end of a stopped message is written.</summary>
    public bool EndIsWritten { get; private set; }

    /// <summary>Whether a chunk has a head and no end-line yet.</summary>
    public bool IsChunkOpen => _chunker.IsOpen;

    /// <summary>Whether there is something to write, if the window and the rate allow it.</summary>
    public bool HasChunks => !_chunker.IsOver && (_chunker.Total == 0 || !_bytes.Ready.IsEmpty);

    /// <summary>When the rate allows more, if there is more and it allows none now; a timestamp.</summary>
    public long? RestsUntil { get; private set; }

    /// <summary>Writes what is ready, up to about <paramref name="budget"/> bytes.</summary>
    /// <returns>Whether anything was written.</returns>
    public bool WriteChunks(PipeWriter output, int budget)
    {
        bool any = false;
        _waitsForWindow = false;
        while (budget > 0 && !_chunker.IsOver)
        {
            ReadOnlySpan<byte> ready = _bytes.Ready;
            if (ready.IsEmpty && _chunker.Total > 0)
            {
                break;
            }

            int piece = Math.Max(budget, MsrpChunker.UninterruptibleSize);
            if (_rate is not null && (piece = _rate.GetAllowed(piece)) == 0)
            {
                break;
            }

            if (!TryWriteNext(output, ready[..Math.Min(ready.Length, piece)], out int written))
            {
                break;
            }

            any = true;
            budget -= written + HeadAllowance;
        }

        RestsUntil = HasChunks ? _rate?.RestsUntil : null;
        return any;
    }

    /// <summary>Ends an open chunk so that something else can go out (RFC 4975 §7.1.1).</summary>
    public void Interrupt(PipeWriter output)
    {
        _chunker.Interrupt(output);
        EndChunk();
    }

    /// <summary>Writes the end of a stopped message, once.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="mayBeginChunk">Whether a chunk that says so may be sent; otherwise only one that is open is ended.</param>
    /// <returns>False when there is nothing to write.</returns>
    public bool TryWriteEnd(PipeWriter output, bool mayBeginChunk)
    {
        if (_chunker.IsOver || !(_chunker.IsOpen || (mayBeginChunk && _chunker.Position > 0)))
        {
            return false;
        }

        if (_chunker.IsOpen)
        {
            _chunker.Abort(output, default);
        }
        else
        {
            // The window keeps a place for this one, however full it is.
            ReadOnlySpan<byte> ready = _bytes.Ready;
            _chunker.Abort(output, ready);
            _traced?.Append(ready[..(int)(_chunker.Position - _chunker.ChunkStart)]);
            _open.Open(TransactionIdKey.From(_chunker.TransactionId));
        }

        EndChunk();
        EndIsWritten = true;
        return true;
    }

    // One chunk, or one piece of a large one.
    private bool TryWriteNext(PipeWriter output, ReadOnlySpan<byte> ready, out int written)
    {
        written = 0;
        if (!_chunker.IsOpen && !TryBegin(output, ready, out written))
        {
            return false;
        }

        written = _chunker.IsOpen ? _chunker.Append(output, ready) : written;
        if (written > 0)
        {
            _traced?.Append(ready[..written]);
            _bytes.Advance(written);
            _rate?.Consume(written);
        }

        if (!_chunker.IsOpen)
        {
            EndChunk();
        }

        return true;
    }

    // A small chunk is written whole if it can be; otherwise its head, or that of a large one.
    private bool TryBegin(PipeWriter output, ReadOnlySpan<byte> ready, out int written)
    {
        written = 0;
        if (_open.IsFull)
        {
            _waitsForWindow = true;

            // The last response may have arrived between the two lines above. The reader loop reads the flag after its own barrier.
            Interlocked.MemoryBarrier();
            if (_open.IsFull)
            {
                return false;
            }
        }

        if (_route.Current is { } path && !ReferenceEquals(path, _chunker.Headers.To))
        {
            // A relay has granted another path (RFC 4976 §9.4).
            _chunker.ChangePath(path);
        }

        written = _chunker.WriteWhole(output, ready);
        if (written == 0)
        {
            _chunker.Begin(output, ready);
        }

        _open.Open(TransactionIdKey.From(_chunker.TransactionId));
        return true;
    }

    private void EndChunk()
    {
        long length = _chunker.Position - _chunker.ChunkStart;
        _open.Close(length);
        if (_chunker is { IsOver: true, Continuation: MsrpContinuation.Complete })
        {
            _allWritten = true;
            _allLeaves?.Invoke();
        }

        if (_settings.Trace is { } trace)
        {
            trace(new MsrpTraceEvent(
                isOutgoing: true,
                $"MSRP {System.Text.Encoding.ASCII.GetString(_chunker.TransactionId)} SEND",
                _chunker.Headers.MessageId,
                length == 0 ? ByteRange.Empty : new ByteRange(_chunker.ChunkStart + 1, _chunker.Position, _chunker.Total),
                length,
                (char)_chunker.Continuation.ToSign(),
                _writer.Remote)
            {
                Local = _writer.Local,
                Head = _chunker.CopyHead(),
                Body = _traced?.Take() ?? [],
            });
        }
    }
}
