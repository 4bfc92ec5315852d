using System.Buffers;
using System.Collections.Immutable;

namespace ImageShare.Core.Images;

/// <summary>
/// One image on its way into a folder. Small pieces are gathered and written together; what comes in order is hashed as it passes,
/// anything else makes the file be read once more at the end.
/// </summary>
internal sealed class DirectoryImageSink(DirectoryImageStore store, IncomingImage image, string partialPath, IPartialFile file, object owner) : IImageSink
{
    internal const int BufferLength = 128 * 1024;

    // How often it is looked whether there is still room: asking costs more than writing a buffer.
    private const long RoomStep = 8 * 1024 * 1024;

    private readonly ReceivedRanges _received = ReceivedRanges.Before(image);
    private readonly ImageHasher _hasher = new(image.Hashes);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
    private int _buffered;
    private long _bufferOffset = image.FirstOctet;
    private long _sinceRoom;
    private bool _inOrder = image.FirstOctet == 0;
    private bool _closed;

    /// <summary>Whether what has come is kept when the transfer breaks off (<see cref="KeptPartial"/>); as long as it comes in order.</summary>
    public bool Keeps { get; set; }

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        if (offset == _bufferOffset + _buffered && data.Length < BufferLength - _buffered && !cancellationToken.IsCancellationRequested)
        {
            bool allowed = false;
            try
            {
                _received.Add(offset, data.Length);
                allowed = true;
            }
            finally
            {
                DiscardUnless(allowed);
            }

            data.CopyTo(_buffer.AsSpan(_buffered));
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
            await FlushAsync(cancellationToken).ConfigureAwait(false);
            _received.CheckComplete();
            byte[] start = await ReadStartAsync(cancellationToken).ConfigureAwait(false);
            if (!_inOrder)
            {
                await HashAgainAsync(cancellationToken).ConfigureAwait(false);
            }

            ImmutableArray<byte> sha1 = _hasher.Finish();
            if (store.Options.FlushToDisk)
            {
                file.FlushToDisk();
            }

            Release();
            string path = store.Publish(partialPath, SafeFileName.From(image.SuggestedName, image.Type));
            done = true;
            return new StoredImage(path, _received.End, sha1, _hasher.CanVerify, Path.GetFileName(path)) { DetectedType = ImageTypes.Recognize(start), OriginalName = image.SuggestedName };
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            throw StoreErrors.Translate(e, store.Folder);
        }
        finally
        {
            DiscardUnless(done);
        }
    }

    public async ValueTask AbandonAsync() =>
        DiscardUnless(_closed || (Keeps && await TryKeepAsync().ConfigureAwait(false)));

    public ValueTask DisposeAsync() => AbandonAsync();

    private async ValueTask WriteThroughAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
    {
        bool done = false;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            _received.Add(offset, data.Length);
            if (!data.IsEmpty && offset != _bufferOffset + _buffered)
            {
                await FlushAsync(cancellationToken).ConfigureAwait(false);
                StopKeeping();
                _inOrder = false;
                _bufferOffset = offset;
            }

            while (!data.IsEmpty)
            {
                int piece = (int)Math.Min(data.Length, BufferLength - _buffered);
                data.Slice(0, piece).CopyTo(_buffer.AsSpan(_buffered));
                data = data.Slice(piece);
                _buffered += piece;
                if (_buffered == BufferLength)
                {
                    await FlushAsync(cancellationToken).ConfigureAwait(false);
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
            throw StoreErrors.Translate(e, store.Folder);
        }
        finally
        {
            DiscardUnless(done);
        }
    }

    private async ValueTask<bool> TryKeepAsync()
    {
        try
        {
            await FlushAsync(CancellationToken.None).ConfigureAwait(false);
            if (_bufferOffset == 0)
            {
                return false;
            }

            Release();
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
            string path = LeftOverFiles.NewPath(store.Folder);
            File.Move(partialPath, path);
            partialPath = path;
            Keeps = false;
        }
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_buffered == 0)
        {
            return;
        }

        ReadOnlyMemory<byte> gathered = _buffer.AsMemory(0, _buffered);
        if (_inOrder)
        {
            _hasher.Append(gathered.Span);
        }

        if ((_sinceRoom += _buffered) >= RoomStep)
        {
            _sinceRoom = 0;
            store.Room.Recheck(owner, (image.Size ?? 0) - _bufferOffset);
        }

        await file.WriteAsync(_bufferOffset, gathered, cancellationToken).ConfigureAwait(false);
        _bufferOffset += _buffered;
        _buffered = 0;
    }

    private async ValueTask HashAgainAsync(CancellationToken cancellationToken)
    {
        _hasher.Restart();
        long offset = 0;
        while (offset < _received.End)
        {
            int read = await file.ReadAsync(offset, _buffer.AsMemory(0, BufferLength), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new IOException("The temporary file is shorter than what was written to it.");
            }

            _hasher.Append(_buffer.AsSpan(0, read));
            offset += read;
        }
    }

    private async ValueTask<byte[]> ReadStartAsync(CancellationToken cancellationToken)
    {
        byte[] start = new byte[Math.Min(ImageTypes.MagicLength, _received.End)];
        int read = start.Length == 0 ? 0 : await file.ReadAsync(0, start, cancellationToken).ConfigureAwait(false);
        return start[..read];
    }

    private void DiscardUnless(bool done)
    {
        if (done)
        {
            return;
        }

        Release();
        try
        {
            File.Delete(partialPath);
        }
        catch (Exception e) when (StoreErrors.IsFileError(e))
        {
            // The caller is told why the image was given up; that its hidden remains could not be removed changes nothing for him.
        }
    }

    private void Release()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        store.Room.Leave(owner);
        file.Dispose();
        _hasher.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void ThrowIfClosed()
    {
        if (_closed)
        {
            throw new ImageShareException(ImageShareError.InvalidState, "This image was completed or given up already; ask the store for a new place.");
        }
    }
}
