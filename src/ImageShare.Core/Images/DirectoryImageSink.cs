using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.ExceptionServices;

namespace ImageShare.Core.Images;

/// <summary>
/// One image on its way into a folder. Small pieces are gathered; full buffers are hashed and written on another thread while the next
/// octets come. What comes in order is hashed as it passes, anything else makes the file be read once more at the end.
/// </summary>
internal sealed class DirectoryImageSink : IImageSink
{
    internal const int BufferLength = 128 * 1024;

    private readonly DirectoryImageStore _store;
    private readonly IncomingImage _image;
    private readonly string _partialPath;
    private readonly IPartialFile _file;
    private readonly ReceivedRanges _received;
    private readonly ImageHasher _hasher;
    private readonly BackgroundWriter _writer;
    private int _buffered;
    private long _bufferOffset;
    private bool _inOrder = true;
    private int _closed;
    private Task _released = Task.CompletedTask;

    public DirectoryImageSink(DirectoryImageStore store, IncomingImage image, string partialPath, IPartialFile file)
    {
        _store = store;
        _image = image;
        _partialPath = partialPath;
        _file = file;
        _received = new ReceivedRanges(image, long.MaxValue);
        _hasher = new ImageHasher(image.Hashes);
        _writer = new BackgroundWriter(file, _hasher, BufferLength);
    }

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        if (offset == _bufferOffset + _buffered && data.Length < BufferLength - _buffered && !cancellationToken.IsCancellationRequested)
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
            _received.CheckComplete();
            byte[] start = await ReadStartAsync(cancellationToken).ConfigureAwait(false);
            if (!_inOrder)
            {
                await HashAgainAsync(cancellationToken).ConfigureAwait(false);
            }

            ImmutableArray<byte> sha1 = _hasher.Finish();
            Interlocked.Exchange(ref _closed, 1);
            await _writer.ReleaseAsync(static () => { }).ConfigureAwait(false);
            string path = _store.Publish(_partialPath, SafeFileName.From(_image.SuggestedName, _image.Type));
            done = true;
            return new StoredImage(path, _received.End, sha1, _hasher.CanVerify, Path.GetFileName(path)) { DetectedType = ImageTypes.Recognize(start) };
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
        if (Volatile.Read(ref _closed) == 0)
        {
            await DiscardAsync(CancellationToken.None).ConfigureAwait(false);
        }

        await _released.ConfigureAwait(false);
    }

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
                await HandOverAsync(cancellationToken).ConfigureAwait(false);
                _inOrder = false;
                _bufferOffset = offset;
            }

            while (!data.IsEmpty)
            {
                int piece = (int)Math.Min(data.Length, BufferLength - _buffered);
                data.Slice(0, piece).CopyTo(_writer.Buffer.AsSpan(_buffered));
                data = data.Slice(piece);
                _buffered += piece;
                if (_buffered == BufferLength)
                {
                    await HandOverAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            done = true;
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

    private async ValueTask HandOverAsync(CancellationToken cancellationToken)
    {
        if (_buffered == 0)
        {
            return;
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
            int read = await _file.ReadAsync(offset, _writer.Buffer.AsMemory(0, BufferLength), cancellationToken).ConfigureAwait(false);
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
            _released = _writer.ReleaseAsync(Delete).AsTask();
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

    private void ThrowIfClosed()
    {
        if (Volatile.Read(ref _closed) != 0)
        {
            throw new ImageShareException(ImageShareError.InvalidState, "This image was completed or given up already; ask the store for a new place.");
        }
    }
}
