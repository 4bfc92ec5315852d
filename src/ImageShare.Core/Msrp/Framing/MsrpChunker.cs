using System.Buffers;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>
/// Cuts one outgoing message into SENDs (RFC 4975 §7.1.1). A chunk of at most 2048 bytes has its end in Byte-Range and is never
/// interrupted; a larger one has <c>*</c> for its end and may be ended at any byte. A chunk never holds the end-line of its own
/// transaction: a small one gets another id, a large one ends before the end-line is whole (RFC 4975 §7.1 asks for one or the other, however unlikely a random id is to
/// be in the data). Either way the data is searched while it is copied. Not thread-safe.
/// </summary>
internal sealed class MsrpChunker
{
    /// <summary>The most bytes of a chunk that need not be interruptible.</summary>
    public const int UninterruptibleSize = 2048;

    private MsrpSendHeaders _first;
    private MsrpSendHeaders _headers;
    private readonly TransactionIds _ids;
    private readonly byte[] _pattern = new byte[7 + TransactionIds.Length];
    private readonly EndLineGuard _guard = new(7 + TransactionIds.Length);
    private ByteRange _range;
    private long _chunkEnd;
    private bool _mayHoldEndLine;

    /// <param name="headers">What the chunks have in common; Content-Type is required.</param>
    /// <param name="total">The bytes of the message.</param>
    /// <param name="chunkSize">The bytes of a chunk; <see cref="long.MaxValue"/> sends the message in one.</param>
    /// <param name="ids">Generates transaction ids.</param>
    public MsrpChunker(MsrpSendHeaders headers, long total, long chunkSize, TransactionIds ids)
    {
        ArgumentNullException.ThrowIfNull(headers.ContentType);
        ArgumentOutOfRangeException.ThrowIfNegative(total);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunkSize);
        _first = headers;
        _headers = headers.WithoutDisposition();
        _ids = ids;
        Total = total;
        ChunkSize = chunkSize;
        "-------"u8.CopyTo(_pattern);
    }

    public MsrpSendHeaders Headers => _headers;

    /// <summary>From the next chunk on To-Path is another one.</summary>
    public void ChangePath(MsrpPath to)
    {
        ThrowIfNot(!IsOpen);
        _first = _first.WithPath(to);
        _headers = _first.WithoutDisposition();
    }

    public long Total { get; }

    public long ChunkSize { get; }

    /// <summary>The bytes of the message written so far.</summary>
    public long Position { get; private set; }

    /// <summary>The bytes before the open chunk, or the one that ended last.</summary>
    public long ChunkStart { get; private set; }

    /// <summary>Whether a chunk has a head and no end-line yet.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether the last chunk is written, or the message was aborted.</summary>
    public bool IsOver { get; private set; }

    public MsrpContinuation Continuation { get; private set; }

    /// <summary>The id of the open chunk, or of the one that ended last.</summary>
    public ReadOnlySpan<byte> TransactionId => _pattern.AsSpan(7);

    /// <summary>
    /// How many bytes <see cref="Begin"/> needs to see to write the chunk as a small one.
    /// </summary>
    public int WantedForNextChunk => (int)Math.Min(Math.Min(ChunkSize, UninterruptibleSize), Total - Position);

    /// <summary>Writes the head of the next chunk.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="upcoming">The next bytes of the message, as many as are buffered. For an empty message none.</param>
    public void Begin(IBufferWriter<byte> output, ReadOnlySpan<byte> upcoming)
    {
        ThrowIfNot(!IsOpen && !IsOver);
        long length = Math.Min(ChunkSize, Total - Position);
        bool small = length <= UninterruptibleSize && upcoming.Length >= length;

        // A small chunk is not cut: its id is one that its data does not hold.
        ReadOnlySpan<byte> avoided = small ? upcoming[..(int)length] : default;
        Open(output, avoided, length, Total == 0 ? ByteRange.Empty : new ByteRange(Position + 1, small ? Position + length : null, Total));
        _mayHoldEndLine = !small;
        if (length == 0)
        {
            End(output, MsrpContinuation.Complete);
        }
    }

    /// <summary>Fast path: writes the next chunk in one step, if it is small and fully buffered. The same as <see cref="Begin"/> and <see cref="Append"/>.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="upcoming">The next bytes of the message, as many as are buffered.</param>
    /// <returns>How many bytes of the message were written; 0 when nothing was, because the chunk is not a small one, is empty or is not all there.</returns>
    public int WriteWhole(IBufferWriter<byte> output, ReadOnlySpan<byte> upcoming)
    {
        ThrowIfNot(!IsOpen && !IsOver);
        long wanted = Math.Min(ChunkSize, Total - Position);
        if (wanted is 0 or > UninterruptibleSize || wanted > upcoming.Length)
        {
            return 0;
        }

        ReadOnlySpan<byte> body = upcoming[..(int)wanted];
        ReadOnlySpan<byte> id = TransactionId;
        MsrpSendHeaders headers = Position == 0 ? _first : _headers;
        Span<byte> span = output.GetSpan(headers.MaxHeadLength(id.Length) + body.Length + id.Length + MsrpWriter.EndLineOverhead);

        // The id is drawn when the body has been looked at, and takes the place of the last one: all are as long.
        _range = new ByteRange(Position + 1, Position + body.Length, Total);
        int length = headers.FormatHead(span, id, _range);
        DrawIdNotIn(body[Hyphens.Copy(body, span[length..])..]);
        id.CopyTo(span[MsrpSendHeaders.IdStart..]);
        length += body.Length;
        ChunkStart = Position;
        Position += body.Length;
        IsOver = Position == Total;
        Continuation = IsOver ? MsrpContinuation.Complete : MsrpContinuation.More;
        output.Advance(length + MsrpWriter.FormatEndLine(span[length..], id, Continuation, afterBody: true));
        return body.Length;
    }

    /// <summary>
    /// Writes bytes into the open chunk, and its end-line when it is full.
    /// </summary>
    /// <returns>How many were written: fewer than given when the chunk ended.</returns>
    public int Append(IBufferWriter<byte> output, ReadOnlySpan<byte> data)
    {
        ThrowIfNot(IsOpen);
        data = data[..(int)Math.Min(data.Length, _chunkEnd - Position)];
        bool cut = false;
        int written = 0;
        while (written < data.Length && !cut)
        {
            Span<byte> room = output.GetSpan();
            ReadOnlySpan<byte> piece = data.Slice(written, Math.Min(room.Length, data.Length - written));
            int possible = Hyphens.Copy(piece, room);
            cut = _mayHoldEndLine && _guard.TryCut(_pattern, ref piece, possible);
            output.Advance(piece.Length);
            written += piece.Length;
        }

        Position += written;
        if (Position == Total)
        {
            End(output, MsrpContinuation.Complete);
        }
        else if (cut || Position == _chunkEnd)
        {
            End(output, MsrpContinuation.More);
        }

        return written;
    }

    /// <summary>Ends the open chunk so that something else can be sent; the next chunk continues at the byte after it.</summary>
    public void Interrupt(IBufferWriter<byte> output)
    {
        ThrowIfNot(IsOpen);
        End(output, MsrpContinuation.More);
    }

    /// <summary>
    /// Aborts the message: ends the open chunk with <c>#</c>, or, between two chunks, sends one more that ends with <c>#</c> (RFC 4975 §7.1.1).
    /// </summary>
    /// <param name="output">Where to write.</param>
    /// <param name="upcoming">The next bytes of the message, if any are buffered.</param>
    public void Abort(IBufferWriter<byte> output, ReadOnlySpan<byte> upcoming)
    {
        ThrowIfNot(!IsOver);
        if (!IsOpen)
        {
            // Not all of what is left, or the chunk would be the end of the message.
            int length = (int)Math.Min(upcoming.Length, Math.Min(Total - Position - 1, UninterruptibleSize));
            length = Math.Max(length, 0);
            ReadOnlySpan<byte> body = upcoming[..length];

            // A range without bytes starts at 1, whatever its place (RFC 4975 §7.1.1).
            Open(output, body, length, length == 0 ? new ByteRange(1, 0, Total) : new ByteRange(Position + 1, Position + length, Total));
            output.Write(body);
            Position += length;
        }

        End(output, MsrpContinuation.Aborted);
    }

    /// <summary>The head of the open chunk, or of the one that ended last, as it was written. For traces.</summary>
    public byte[] CopyHead()
    {
        MsrpSendHeaders headers = ChunkStart == 0 ? _first : _headers;
        byte[] head = new byte[headers.MaxHeadLength(TransactionId.Length)];
        return head[..headers.FormatHead(head, TransactionId, _range)];
    }

    private void Open(IBufferWriter<byte> output, ReadOnlySpan<byte> upcoming, long length, ByteRange range)
    {
        DrawIdNotIn(upcoming[Hyphens.IndexOfPossibleRun(upcoming)..]);
        ReadOnlySpan<byte> id = TransactionId;
        MsrpSendHeaders headers = Position == 0 ? _first : _headers;
        Span<byte> span = output.GetSpan(headers.MaxHeadLength(id.Length));
        output.Advance(headers.FormatHead(span, id, range));
        _range = range;
        ChunkStart = Position;
        _chunkEnd = Position + length;
        _guard.Reset();
        IsOpen = true;
    }

    // Draws an id that does not follow seven hyphens anywhere in these bytes.
    private void DrawIdNotIn(ReadOnlySpan<byte> bytes)
    {
        do
        {
            _ids.Next(_pattern.AsSpan(7));
        }
        while (bytes.IndexOf(_pattern) >= 0);
    }

    private void End(IBufferWriter<byte> output, MsrpContinuation continuation)
    {
        MsrpWriter.WriteEndLine(output, TransactionId, continuation, afterBody: true);
        Continuation = continuation;
        IsOpen = false;
        IsOver = continuation != MsrpContinuation.More;
    }

    private static void ThrowIfNot(bool allowed)
    {
        if (!allowed)
        {
            throw new InvalidOperationException("The chunker's calls come in the wrong order.");
        }
    }
}
