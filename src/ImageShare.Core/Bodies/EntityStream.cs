using System.Diagnostics.CodeAnalysis;

namespace ImageShare.Core.Bodies;

/// <summary>
/// The input stream of the MIME reader: a Content-Type header, then the bytes that are fed. A reader that needs more input waits without a
/// thread, and the feeder waits until everything was read, so nothing is buffered here. Input ends at the header limit, because the reader
/// buffers a whole header line of any length.
/// </summary>
[SuppressMessage("Design", "CA1844", Justification = "The MIME reader uses the array overload.")]
internal sealed class EntityStream(int maxHeaderLength) : Stream
{
    // The reader learns boundary and subtype only after it has read this.
    private static readonly byte[] Head = "Content-Type: multipart/mixed\r\n\r\n"u8.ToArray();

    private static readonly byte[] LineEnd = "\r\n"u8.ToArray();

    // A delimiter in place of a header line must fit into one block of the reader to be recognized.
    private const int LongestDelimiter = 4096;

    private readonly SemaphoreSlim _allRead = new(0);
    private ReadOnlyMemory<byte> _bytes = Head;
    private ReadOnlyMemory<byte> _body;
    private long _handedOut;
    private byte _last;
    private long _headersBegin = -1;
    private bool _isFed;
    private bool _isLast;
    private bool _isStopped;
    private TaskCompletionSource<int>? _waiting;
    private Memory<byte> _room;

    /// <summary>Creates a stream over a complete body.</summary>
    public EntityStream(int maxHeaderLength, ReadOnlyMemory<byte> body)
        : this(maxHeaderLength)
    {
        _body = body;
        _isLast = true;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Converts a reader offset to a body offset.</summary>
    public static long ToBody(long offset) => Math.Max(0, offset - Head.Length);

    /// <summary>Marks the start of header lines at a reader offset.</summary>
    public void BeginHeaders(long offset) => _headersBegin = offset;

    /// <summary>Marks the end of header lines.</summary>
    public void EndHeaders() => _headersBegin = -1;

    /// <summary>Ends the input.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>Feeds the reader, and completes when it has read everything and waits for more, or has ended.</summary>
    public Task FeedAsync(ReadOnlyMemory<byte> bytes)
    {
        (_body, _isFed) = (bytes, true);
        GoOn();
        return _allRead.WaitAsync();
    }

    /// <summary>Signals the end of the input.</summary>
    public void End()
    {
        _isLast = true;
        GoOn();
    }

    /// <summary>Called when the reader has read everything or has ended: releases the feeder.</summary>
    public void Release()
    {
        if (_isFed)
        {
            _isFed = false;
            _allRead.Release();
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Take(buffer.AsMemory(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Memory<byte> room = buffer.AsMemory(offset, count);
        int length = Take(room);
        if (length > 0 || _isLast || _isStopped)
        {
            return Task.FromResult(length);
        }

        // Without RunContinuationsAsynchronously, the reader continues synchronously on the feeder's thread.
        var waiting = new TaskCompletionSource<int>();
        (_waiting, _room) = (waiting, room);
        Release();
        return waiting.Task;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _allRead.Dispose();
        base.Dispose(disposing);
    }

    private void GoOn()
    {
        if (_waiting is not { } waiting)
        {
            return;
        }

        int length = Take(_room);
        if (length > 0 || _isLast || _isStopped)
        {
            _waiting = null;

            // With a synchronization context, such as that of a UI thread, it would continue elsewhere.
            SynchronizationContext? context = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(null);
            waiting.SetResult(length);
            SynchronizationContext.SetSynchronizationContext(context);
        }
        else
        {
            Release();
        }
    }

    private int Take(Memory<byte> room)
    {
        _isStopped |= _headersBegin >= 0 && _handedOut - _headersBegin > maxHeaderLength + LongestDelimiter;
        if (_isStopped)
        {
            return 0;
        }

        if (_bytes.IsEmpty)
        {
            (_bytes, _body) = (_body, default);
        }

        // Append a missing line end to the last line: MimeKit needs it to recognize a delimiter among header lines.
        if (_bytes.IsEmpty && _isLast && _last != '\n')
        {
            _bytes = LineEnd.AsMemory(_last == '\r' ? 1 : 0);
        }

        int length = Math.Min(room.Length, _bytes.Length);
        _bytes[..length].CopyTo(room);
        _bytes = _bytes[length..];
        _handedOut += length;
        _last = length > 0 ? room.Span[length - 1] : _last;
        return length;
    }
}
