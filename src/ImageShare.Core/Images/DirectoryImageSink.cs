using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using ImageShare.Core.Text;

namespace ImageShare.Core.Images;

/// <summary>
/// One image on its way into a folder. Small pieces are gathered; full buffers are hashed and written on another thread while the next
/// octets come. What comes in order is hashed as it passes, anything else makes the file be read once more at the end.
/// </summary>
internal sealed class DirectoryImageSink : IImageSink
{
    /// <summary>The most octets gathered for one write.</summary>
    internal const int BufferLength = 128 * 1024;

    // How often it is looked whether there is still room: asking costs more than writing a buffer.
    private const long RoomStep = 8 * 1024 * 1024;

    private readonly DirectoryImageStore _store;
    private IncomingImage _image;
    private readonly IPartialFile _file;
    private readonly object _owner;
    private readonly ReceivedRanges _received;
    private readonly ImageHasher _hasher;
    private readonly BackgroundWriter _writer;
    private readonly int _bufferLength;
    private string _partialPath;
    private int _buffered;
    private long _bufferOffset;
    private long _sinceRoom;
    private bool _inOrder;
    private int _closed;
    private Task _released = Task.CompletedTask;

    public DirectoryImageSink(DirectoryImageStore store, IncomingImage image, string partialPath, IPartialFile file, object owner)
    {
        _store = store;
        _image = image;
        _partialPath = partialPath;
        _file = file;
        _owner = owner;
        _received = ReceivedRanges.Before(image);
        _bufferOffset = image.FirstOctet;
        _inOrder = image.FirstOctet == 0;
        _hasher = new ImageHasher(image.Hashes);
        _bufferLength = store.Buffers.Take(image.Size);
        _writer = new BackgroundWriter(file, _hasher, _bufferLength);
    }

    /// <summary>Whether what has come is kept when the transfer breaks off (<see cref="KeptPartial"/>); as long as it comes in order.</summary>
    public bool Keeps { get; set; }

    public void Name(string suggestedName) => _image = _image with { SuggestedName = suggestedName };

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        if (offset == _bufferOffset + _buffered && data.Length < _bufferLength - _buffered && !cancellationToken.IsCancellationRequested)
        {
            try
            {
                _received.Add(offset, data.Length);
            }
            catch (ImageShareException e)
            {
                return RefuseAsync(e);
            }

            data.CopyTo(_writer.Buffer.AsSpan(_buffered));
            _buffered += (int)data.Length;
            return ValueTask.CompletedTask;
        }

        return WriteThroughAsync(offset, data, cancellationToken);
    }

    public async ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        bool done = false;
        try
        {
            await HandOverAsync(cancellationToken).ConfigureAwait(false);
            await _writer.FinishAsync(cancellationToken).ConfigureAwait(false);
            ThrowIfClosed();
            _received.CheckComplete();
            MediaType? detected = ImageTypes.Recognize(await ReadStartAsync(cancellationToken).ConfigureAwait(false));
            _store.ThrowIfNotAllowed(detected);
            if (!_inOrder)
            {
                await HashAgainAsync(cancellationToken).ConfigureAwait(false);
            }

            ImmutableArray<byte> sha1 = _hasher.Finish();
            if (_store.Options.FlushToDisk)
            {
                _file.FlushToDisk();
            }

            Interlocked.Exchange(ref _closed, 1);
            await _writer.ReleaseAsync(LeaveRoom).ConfigureAwait(false);
            string path = _store.Publish(_partialPath, SafeFileName.From(_image.SuggestedName, _image.Type));
            done = true;
            return new StoredImage(path, _received.End, sha1, _hasher.CanVerify, Path.GetFileName(path)) { DetectedType = detected, OriginalName = _image.SuggestedName };
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            throw StoreErrors.Translate(e, _store.Folder);
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
        if (Volatile.Read(ref _closed) == 0 && !(Keeps && await TryKeepAsync().ConfigureAwait(false)))
        {
            await DiscardAsync(CancellationToken.None).ConfigureAwait(false);
        }

        await _released.ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => AbandonAsync();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteThroughAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
    {
        bool done = false;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            _received.Add(offset, data.Length);
            if (!data.IsEmpty && offset != _bufferOffset + _buffered)
            {
                await HandOverAsync(cancellationToken).ConfigureAwait(false);
                StopKeeping();
                _inOrder = false;
                _bufferOffset = offset;
            }

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

            done = true;
        }
        catch (OperationCanceledException) when (Keeps)
        {
            // It is the connection that is gone, not the disk.
            done = await TryKeepAsync().ConfigureAwait(false);
            throw;
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            throw StoreErrors.Translate(e, _store.Folder);
        }
        finally
        {
            if (!done)
            {
                await DiscardAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask RefuseAsync(ImageShareException reason)
    {
        await DiscardAsync(CancellationToken.None).ConfigureAwait(false);
        ExceptionDispatchInfo.Throw(reason);
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

            if (Interlocked.Exchange(ref _closed, 1) == 0)
            {
                _released = _writer.ReleaseAsync(LeaveRoom).AsTask();
            }

            return true;
        }
        catch (Exception e) when (e is ImageShareException || StoreErrors.IsFileError(e))
        {
            // Without the disk there is nothing to continue; the transfer is over for a reason of its own.
            return false;
        }
    }

    // A file with holes says nothing by its length: from now on it is like any other temporary file.
    private void StopKeeping()
    {
        if (Keeps)
        {
            string path = LeftOverFiles.NewPath(_store.Folder);
            File.Move(_partialPath, path);
            _partialPath = path;
            Keeps = false;
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
            _store.Room.Recheck(_owner, (_image.Size ?? 0) - _bufferOffset);
        }

        await _writer.HandOverAsync(_bufferOffset, _buffered, _inOrder, cancellationToken).ConfigureAwait(false);
        ThrowIfClosed();
        _bufferOffset += _buffered;
        _buffered = 0;
    }

    private async ValueTask HashAgainAsync(CancellationToken cancellationToken)
    {
        _hasher.Restart();
        long offset = 0;
        while (offset < _received.End)
        {
            int read = await _file.ReadAsync(offset, _writer.Buffer.AsMemory(0, _bufferLength), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new IOException("The temporary file is shorter than what was written to it.");
            }

            _hasher.Append(_writer.Buffer.AsSpan(0, read));
            offset += read;
        }
    }

    private async ValueTask<byte[]> ReadStartAsync(CancellationToken cancellationToken)
    {
        byte[] start = new byte[Math.Min(ImageTypes.MagicLength, _received.End)];
        int read = start.Length == 0 ? 0 : await _file.ReadAsync(0, start, cancellationToken).ConfigureAwait(false);
        return start[..read];
    }

    // A piece may still be on its way to the disk: what is left behind goes when it is done, and only who was cancelled does not wait for that.
    private async ValueTask DiscardAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            _released = _writer.ReleaseAsync(() =>
            {
                LeaveRoom();
                Delete();
            }).AsTask();
        }
        else
        {
            Delete();
        }

        if (!cancellationToken.IsCancellationRequested)
        {
            await _released.ConfigureAwait(false);
        }
    }

    private void Delete()
    {
        try
        {
            File.Delete(_partialPath);
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            // The caller is told why the image was given up; that its hidden remains could not be removed changes nothing for him.
        }
    }

    private void LeaveRoom()
    {
        _store.Buffers.Return();
        _store.Room.Leave(_owner);
    }

    private void ThrowIfClosed()
    {
        if (Volatile.Read(ref _closed) != 0)
        {
            throw new ImageShareException(ImageShareError.InvalidState, "This image was completed or given up already; ask the store for a new place.");
        }
    }
}
