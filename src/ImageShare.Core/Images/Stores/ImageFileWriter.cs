using System.Buffers;
using System.Runtime.CompilerServices;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// Writes one image into its open file. Small pieces are collected in a buffer; full buffers are hashed and written in the background while the
/// next bytes arrive. One call at a time, except <see cref="Close"/>, which counts once and may be called at any time.
/// </summary>
internal sealed class ImageFileWriter
{
    // How many bytes are written between two checks of the free space: a check costs more than writing a buffer.
    private const long RoomStep = 8 * 1024 * 1024;

    private readonly IPartialFile _file;
    private readonly BackgroundWriter _writer;
    private readonly int _bufferLength;
    private readonly Action<long> _checkRoom;
    private int _buffered;
    private long _sinceRoom;
    private long _end;
    private int _closed;

    /// <param name="file">The file, which is closed at the end.</param>
    /// <param name="hasher">Hashes the bytes as long as they arrive in order from the start.</param>
    /// <param name="bufferLength">The size of a buffer in bytes.</param>
    /// <param name="start">The offset of the first byte: not 0 for a transfer that resumes.</param>
    /// <param name="checkRoom">Called now and then with the offset reached; throws if the disk has no room for the rest.</param>
    public ImageFileWriter(IPartialFile file, ImageHasher hasher, int bufferLength, long start, Action<long> checkRoom)
    {
        _file = file;
        _writer = new BackgroundWriter(file, hasher, bufferLength);
        _bufferLength = bufferLength;
        _checkRoom = checkRoom;
        Written = _end = start;
        IsInOrder = start == 0;
    }

    /// <summary>The offset of the next byte to be written in the background. Without gaps, it is the number of bytes written.</summary>
    public long Written { get; private set; }

    /// <summary>Whether all bytes arrived in order from the start, so that they are in the hash.</summary>
    public bool IsInOrder { get; private set; }

    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Completes when the file is closed after <see cref="Close"/>.</summary>
    public Task Released { get; private set; } = Task.CompletedTask;

    /// <summary>Whether bytes at this offset follow those before.</summary>
    public bool Continues(long offset) => offset == Written + _buffered;

    /// <summary>Collects a small piece that follows the bytes before and fits into the buffer.</summary>
    public bool TryCollect(long offset, in ReadOnlySequence<byte> data)
    {
        if (!Continues(offset) || data.Length >= _bufferLength - _buffered)
        {
            return false;
        }

        data.CopyTo(_writer.Buffer.AsSpan(_buffered));
        _buffered += (int)data.Length;
        _end = Math.Max(_end, offset + data.Length);
        return true;
    }

    /// <summary>Writes bytes that follow those before.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
    {
        _end = Math.Max(_end, offset + data.Length);
        while (!data.IsEmpty)
        {
            int piece = (int)Math.Min(data.Length, _bufferLength - _buffered);
            data.Slice(0, piece).CopyTo(_writer.Buffer.AsSpan(_buffered));
            data = data.Slice(piece);
            _buffered += piece;
            if (_buffered == _bufferLength)
            {
                await HandOverAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Continues at another offset. The buffer must have been handed over.</summary>
    public void MoveTo(long offset)
    {
        IsInOrder = false;
        Written = offset;
    }

    /// <summary>Hands the buffer over to be hashed and written.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask HandOverAsync(CancellationToken cancellationToken)
    {
        if (_buffered == 0)
        {
            return;
        }

        if ((_sinceRoom += _buffered) >= RoomStep)
        {
            _sinceRoom = 0;
            _checkRoom(Written);
        }

        await _writer.HandOverAsync(Written, _buffered, IsInOrder, cancellationToken).ConfigureAwait(false);
        ThrowIfClosed();
        Written += _buffered;
        _buffered = 0;
    }

    /// <summary>Waits until everything is hashed and written.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        await HandOverAsync(cancellationToken).ConfigureAwait(false);
        await _writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfClosed();
    }

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) => _file.ReadAsync(offset, buffer, cancellationToken);

    /// <summary>Up to that many bytes from the start of the finished file.</summary>
    public async ValueTask<byte[]> ReadStartAsync(int length, CancellationToken cancellationToken)
    {
        byte[] start = new byte[Math.Min(length, _end)];
        int read = start.Length == 0 ? 0 : await _file.ReadAsync(0, start, cancellationToken).ConfigureAwait(false);
        return start[..read];
    }

    /// <summary>Checks that the finished file ends where the written bytes end.</summary>
    public async ValueTask CheckLengthAsync(CancellationToken cancellationToken)
    {
        byte[] last = new byte[2];
        int expected = (int)Math.Min(_end, 1);
        if (await _file.ReadAsync(_end - expected, last, cancellationToken).ConfigureAwait(false) != expected)
        {
            throw new IOException("The temporary file does not have the length that was written; another program has changed it.");
        }
    }

    public void FlushToDisk() => _file.FlushToDisk();

    /// <summary>
    /// Closes the file once no piece is being written; see <see cref="Released"/>. Only the first call counts.
    /// </summary>
    /// <param name="released">Runs just before the file is closed, while no one else can open it.</param>
    public void Close(Action released)
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            Released = _writer.ReleaseAsync(released).AsTask();
        }
    }

    public void ThrowIfClosed()
    {
        if (IsClosed)
        {
            throw new ImageShareException(ImageShareError.InvalidState, "This image was already completed or abandoned; create a new sink.");
        }
    }
}
