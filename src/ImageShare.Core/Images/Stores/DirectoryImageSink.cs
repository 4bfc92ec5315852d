using System.Buffers;
using System.Runtime.CompilerServices;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// Receives one image into a folder. Small pieces are collected in a buffer; full buffers are hashed and written in the background while the
/// next bytes arrive. From the first byte until the image has its final name, no one else can open the file.
/// </summary>
internal sealed class DirectoryImageSink : IHashingSink
{
    /// <summary>The most bytes collected for one write.</summary>
    internal const int BufferLength = 128 * 1024;

    // How many bytes are written between two checks of the free space: a check costs more than writing a buffer.
    private const long RoomStep = 8 * 1024 * 1024;

    private readonly ImagePlace _place;
    private readonly IPartialFile _file;
    private readonly BackgroundWriter _writer;
    private readonly int _bufferLength;
    private int _buffered;
    private long _bufferOffset;
    private long _sinceRoom;
    private long _end;
    private bool _inOrder;
    private int _closed;
    private Task _released = Task.CompletedTask;

    /// <param name="place">The place of the image in its folder.</param>
    /// <param name="file">Its temporary file, which is closed at the end.</param>
    /// <param name="hasher">Hashes the bytes as long as they arrive in order from the start.</param>
    /// <param name="bufferLength">The size of a buffer in bytes.</param>
    /// <param name="start">The offset of the first byte: not 0 for a transfer that resumes.</param>
    public DirectoryImageSink(ImagePlace place, IPartialFile file, ImageHasher hasher, int bufferLength, long start)
    {
        _place = place;
        _file = file;
        _bufferOffset = _end = start;
        _inOrder = start == 0;
        _bufferLength = bufferLength;
        _writer = new BackgroundWriter(file, hasher, bufferLength);
    }

    public void SuggestName(string suggestedName) => _place.SuggestName(suggestedName);

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        if (offset == _bufferOffset + _buffered && data.Length < _bufferLength - _buffered && !cancellationToken.IsCancellationRequested)
        {
            data.CopyTo(_writer.Buffer.AsSpan(_buffered));
            _buffered += (int)data.Length;
            _end = Math.Max(_end, offset + data.Length);
            return ValueTask.CompletedTask;
        }

        return WriteThroughAsync(offset, data, cancellationToken);
    }

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        return _file.ReadAsync(offset, buffer, cancellationToken);
    }

    public async ValueTask<bool> FinishAsync(CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        bool done = false;
        try
        {
            await HandOverAsync(cancellationToken).ConfigureAwait(false);
            await _writer.FinishAsync(cancellationToken).ConfigureAwait(false);
            ThrowIfClosed();
            await CheckLengthAsync(cancellationToken).ConfigureAwait(false);
            done = true;
            return _inOrder;
        }
        catch (OperationCanceledException) when (_place.IsKept)
        {
            // The connection is lost, but the disk still works.
            done = await TryKeepAsync().ConfigureAwait(false);
            throw;
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            throw _place.Translate(e);
        }
        finally
        {
            if (!done)
            {
                await DiscardAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        bool done = false;
        try
        {
            _place.CheckType(await ReadStartAsync(cancellationToken).ConfigureAwait(false));
            if (_place.FlushesToDisk)
            {
                _file.FlushToDisk();
            }

            // Rename before closing: no one can open the file until it is closed, so the published file is exactly what was verified.
            StoredImage stored = _place.Publish();
            done = true;
            Close(_place.LeaveRoom);
            await _released.ConfigureAwait(false);
            _place.RemoveKept();
            return stored;
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            throw _place.Translate(e);
        }
        finally
        {
            if (!done)
            {
                await DiscardAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask AbandonAsync()
    {
        await DiscardAsync(CancellationToken.None).ConfigureAwait(false);
        await _released.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (Volatile.Read(ref _closed) == 0 && !(_place.IsKept && await TryKeepAsync().ConfigureAwait(false)))
        {
            await DiscardAsync(CancellationToken.None).ConfigureAwait(false);
        }

        await _released.ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteThroughAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
    {
        bool done = false;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            _end = Math.Max(_end, offset + data.Length);
            if (!data.IsEmpty && offset != _bufferOffset + _buffered)
            {
                await HandOverAsync(cancellationToken).ConfigureAwait(false);
                _place.StopKeeping();
                _inOrder = false;
                _bufferOffset = offset;
            }

            await FillAsync(data, cancellationToken).ConfigureAwait(false);
            done = true;
        }
        catch (OperationCanceledException) when (_place.IsKept)
        {
            // The connection is lost, but the disk still works.
            done = await TryKeepAsync().ConfigureAwait(false);
            throw;
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            throw _place.Translate(e);
        }
        finally
        {
            if (!done)
            {
                await DiscardAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FillAsync(ReadOnlySequence<byte> data, CancellationToken cancellationToken)
    {
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

    private async ValueTask<bool> TryKeepAsync()
    {
        try
        {
            await HandOverAsync(CancellationToken.None).ConfigureAwait(false);
            await _writer.FinishAsync(CancellationToken.None).ConfigureAwait(false);
            if (_bufferOffset == 0)
            {
                return false;
            }

            Close(() => _place.Keep(_bufferOffset));
            return true;
        }
        catch (Exception e) when (e is ImageShareException || StoreErrors.IsFileError(e))
        {
            // Without a working disk there is nothing to resume. The transfer ends for its own reason, so this one is ignored.
            return false;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask HandOverAsync(CancellationToken cancellationToken)
    {
        if (_buffered == 0)
        {
            return;
        }

        if ((_sinceRoom += _buffered) >= RoomStep)
        {
            _sinceRoom = 0;
            _place.CheckRoom(_bufferOffset);
        }

        await _writer.HandOverAsync(_bufferOffset, _buffered, _inOrder, cancellationToken).ConfigureAwait(false);
        ThrowIfClosed();
        _bufferOffset += _buffered;
        _buffered = 0;
    }

    // Checks that the file ends where the written bytes end.
    private async ValueTask CheckLengthAsync(CancellationToken cancellationToken)
    {
        byte[] last = new byte[2];
        int expected = (int)Math.Min(_end, 1);
        if (await _file.ReadAsync(_end - expected, last, cancellationToken).ConfigureAwait(false) != expected)
        {
            throw new IOException("The temporary file does not have the length that was written; another program has changed it.");
        }
    }

    private async ValueTask<byte[]> ReadStartAsync(CancellationToken cancellationToken)
    {
        byte[] start = new byte[Math.Min(ImageTypes.MagicLength, _end)];
        int read = start.Length == 0 ? 0 : await _file.ReadAsync(0, start, cancellationToken).ConfigureAwait(false);
        return start[..read];
    }

    // A piece may still be being written: the file is deleted when that is done. Only a cancelled caller does not wait for it.
    private async ValueTask DiscardAsync(CancellationToken cancellationToken)
    {
        Close(_place.Delete);
        if (!cancellationToken.IsCancellationRequested)
        {
            await _released.ConfigureAwait(false);
        }
    }

    // Closes the file once no piece is being written. Only the first call counts.
    private void Close(Action released)
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            _released = _writer.ReleaseAsync(released).AsTask();
        }
    }

    private void ThrowIfClosed()
    {
        if (Volatile.Read(ref _closed) != 0)
        {
            throw new ImageShareException(ImageShareError.InvalidState, "This image was already completed or abandoned; create a new sink.");
        }
    }
}
