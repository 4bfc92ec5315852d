using System.Buffers;
using System.Runtime.CompilerServices;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// Receives one image into a folder: publishes it under its name when it is complete, and otherwise deletes it or keeps what arrived. From the
/// first byte until the image has its final name, no one else can open the file.
/// </summary>
internal sealed class DirectoryImageSink : IHashingSink
{
    /// <summary>The most bytes collected for one write.</summary>
    internal const int BufferLength = 128 * 1024;

    private readonly DirectoryImageStore _store;
    private readonly object _owner;
    private readonly ImageFileWriter _file;
    private IncomingImage _image;
    private string _partialPath;

    public DirectoryImageSink(DirectoryImageStore store, IncomingImage image, string partialPath, ImageFileWriter file, object owner)
    {
        _store = store;
        _image = image;
        _partialPath = partialPath;
        _file = file;
        _owner = owner;
    }

    /// <summary>How the file is kept if the transfer is interrupted, as long as the bytes arrive in order; null if it is not kept.</summary>
    public KeptPartial? Kept { get; set; }

    public void Name(string suggestedName) => _image = _image with { SuggestedName = suggestedName };

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
    {
        _file.ThrowIfClosed();
        return !cancellationToken.IsCancellationRequested && _file.TryCollect(offset, data) ? ValueTask.CompletedTask : WriteThroughAsync(offset, data, cancellationToken);
    }

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _file.ThrowIfClosed();
        return _file.ReadAsync(offset, buffer, cancellationToken);
    }

    public async ValueTask<bool> FinishAsync(CancellationToken cancellationToken)
    {
        _file.ThrowIfClosed();
        bool done = false;
        try
        {
            await _file.FinishAsync(cancellationToken).ConfigureAwait(false);
            await _file.CheckLengthAsync(cancellationToken).ConfigureAwait(false);
            done = true;
            return _file.IsInOrder;
        }
        catch (OperationCanceledException) when (Kept is not null)
        {
            // The connection is lost, but the disk still works.
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

    public async ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default)
    {
        _file.ThrowIfClosed();
        bool done = false;
        try
        {
            _store.ThrowIfNotAllowed(ImageTypes.Recognize(await _file.ReadStartAsync(ImageTypes.MagicLength, cancellationToken).ConfigureAwait(false)));
            if (_store.Options.FlushToDisk)
            {
                _file.FlushToDisk();
            }

            // Rename before closing: no one can open the file until it is closed, so the published file is exactly what was verified.
            string path = _store.Publish(_partialPath, SafeFileName.From(_image.SuggestedName, _image.Type));
            done = true;
            _file.Close(LeaveRoom);
            await _file.Released.ConfigureAwait(false);
            Kept?.Remove(_store.Folder);
            return new StoredImage { Name = Path.GetFileName(path), Path = path, OriginalName = _image.SuggestedName };
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
        await DiscardAsync(CancellationToken.None).ConfigureAwait(false);
        await _file.Released.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_file.IsClosed && !(Kept is not null && await TryKeepAsync().ConfigureAwait(false)))
        {
            await DiscardAsync(CancellationToken.None).ConfigureAwait(false);
        }

        await _file.Released.ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteThroughAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
    {
        bool done = false;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!data.IsEmpty && !_file.Continues(offset))
            {
                await _file.HandOverAsync(cancellationToken).ConfigureAwait(false);
                StopKeeping();
                _file.MoveTo(offset);
            }

            await _file.WriteAsync(offset, data, cancellationToken).ConfigureAwait(false);
            done = true;
        }
        catch (OperationCanceledException) when (Kept is not null)
        {
            // The connection is lost, but the disk still works.
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

    private async ValueTask<bool> TryKeepAsync()
    {
        try
        {
            await _file.FinishAsync(CancellationToken.None).ConfigureAwait(false);
            if (_file.Written == 0)
            {
                return false;
            }

            _file.Close(() =>
            {
                LeaveRoom();
                Kept!.Leave(_store.Folder, _partialPath, _file.Written);
            });
            return true;
        }
        catch (Exception e) when (e is ImageShareException || StoreErrors.IsFileError(e))
        {
            // Without a working disk there is nothing to resume. The transfer ends for its own reason, so this one is ignored.
            return false;
        }
    }

    // The length of a file with holes does not say how much is valid: from now on it is an ordinary temporary file.
    private void StopKeeping()
    {
        if (Kept is not null)
        {
            string path = LeftOverFiles.NewPath(_store.Folder);
            PartialFile.Rename(_partialPath, path);
            _partialPath = path;
            Kept = null;
        }
    }

    // A piece may still be being written: the file is deleted when that is done. Only a cancelled caller does not wait for it.
    private async ValueTask DiscardAsync(CancellationToken cancellationToken)
    {
        _file.Close(() =>
        {
            LeaveRoom();
            LeftOverFiles.TryDelete(_partialPath);
        });
        if (!cancellationToken.IsCancellationRequested)
        {
            await _file.Released.ConfigureAwait(false);
        }
    }

    private void LeaveRoom()
    {
        _store.Buffers.Return();
        _store.Room.Leave(_owner);
    }
}
