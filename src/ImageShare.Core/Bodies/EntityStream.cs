using System.Diagnostics.CodeAnalysis;

namespace ImageShare.Core.Bodies;

/// <summary>
/// The octets of one multipart as the MIME reader takes them: a header that says so, then what is fed. A reader that finds nothing more waits, without a
/// thread, for the next piece; who feeds waits until all of it was read, so nothing is ever kept here. Header lines have an end: behind the limit there is
/// nothing more to read, for the reader keeps a header whole, however long it is.
/// </summary>
[SuppressMessage("Design", "CA1844", Justification = "The MIME reader calls the overload with an array.")]
internal sealed class EntityStream(int maxHeaderLength) : Stream
{
    // The reader learns the boundary, and what kind of multipart it is, when it has read this.
    private static readonly byte[] Head = "Content-Type: multipart/mixed\r\n\r\n"u8.ToArray();

    private static readonly byte[] LineEnd = "\r\n"u8.ToArray();

    // A delimiter in the place of a header line, which the reader must see whole to know it: no more than one of its blocks.
    private const int LongestDelimiter = 4096;

    private readonly SemaphoreSlim _allRead = new(0);
    private ReadOnlyMemory<byte> _octets = Head;
    private ReadOnlyMemory<byte> _body;
    private long _handedOut;
    private byte _last;
    private long _headersBegin = -1;
    private bool _isFed;
    private bool _isLast;
    private bool _isStopped;
    private TaskCompletionSource<int>? _waiting;
    private Memory<byte> _room;

    /// <summary>What is read of is all there at once.</summary>
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

    /// <summary>Where in the body an offset of the reader's is.</summary>
    public static long ToBody(long offset) => Math.Max(0, offset - Head.Length);

    /// <summary>Header lines begin at that offset of the reader's.</summary>
    public void BeginHeaders(long offset) => _headersBegin = offset;

    /// <summary>They have ended.</summary>
    public void EndHeaders() => _headersBegin = -1;

    /// <summary>From now on there is nothing more to read.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>Gives the reader more, and comes back when it has read all of it and waits for more, or has ended.</summary>
    public Task FeedAsync(ReadOnlyMemory<byte> octets)
    {
        (_body, _isFed) = (octets, true);
        GoOn();
        return _allRead.WaitAsync();
    }

    /// <summary>Tells the reader that nothing more comes.</summary>
    public void End()
    {
        _isLast = true;
        GoOn();
    }

    /// <summary>The reader has read all of it, or has ended: who feeds it waits no more.</summary>
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

        // Without the option to run asynchronously, the reader goes on at once, on the thread of who feeds it.
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

            // A caller with a context of its own, a window's thread for one, would have it go on elsewhere.
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

        if (_octets.IsEmpty)
        {
            (_octets, _body) = (_body, default);
        }

        // The last line has an end, whether it has one or not: MimeKit knows a delimiter among header lines by it.
        if (_octets.IsEmpty && _isLast && _last != '\n')
        {
            _octets = LineEnd.AsMemory(_last == '\r' ? 1 : 0);
        }

        int length = Math.Min(room.Length, _octets.Length);
        _octets[..length].CopyTo(room);
        _octets = _octets[length..];
        _handedOut += length;
        _last = length > 0 ? room.Span[length - 1] : _last;
        return length;
    }
}
