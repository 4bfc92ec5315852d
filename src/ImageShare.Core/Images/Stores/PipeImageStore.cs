using System.Buffers;
using System.IO.Pipelines;

namespace ImageShare.Core.Images.Stores;

/// <summary>Writes one image to a pipe or stream as it arrives. See <see cref="ImageStore.ToPipe"/> and <see cref="ImageStore.ToStream"/>.</summary>
/// <param name="open">Returns the writer, which is completed with the image.</param>
/// <param name="flushAt">How many bytes are collected before they are passed on; 0 passes on each piece.</param>
internal sealed class PipeImageStore(Func<PipeWriter> open, int flushAt) : IImageStore
{
    private const int PieceLength = 64 * 1024;

    private int _used;

    /// <summary>A stream takes larger pieces than the chunks of MSRP, and stays open. The writer passes on each of its buffers alone.</summary>
    public static PipeImageStore Of(Stream destination) =>
        new(() => PipeWriter.Create(destination, new StreamPipeWriterOptions(minimumBufferSize: PieceLength, leaveOpen: true)), PieceLength);

    public static PipeImageStore Of(PipeWriter destination) => new(() => destination, 0);

    /// <summary>Completes the writer when a share ends for which no image came, so that its reader does not wait for one.</summary>
    /// <param name="end">The end of the share; never faults.</param>
    public async Task EndWithAsync(Task end)
    {
        await end.ConfigureAwait(false);
        if (Interlocked.Exchange(ref _used, 1) == 0)
        {
            await open().CompleteAsync(PipeImageSink.Incomplete()).ConfigureAwait(false);
        }
    }

    public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        cancellationToken.ThrowIfCancellationRequested();
        return Interlocked.Exchange(ref _used, 1) == 0
            ? ValueTask.FromResult<IImageSink>(new PipeImageSink(image, open(), flushAt))
            : throw new ImageShareException(ImageShareError.InvalidState, "This stream or pipe already has an image; each image needs a store of its own.");
    }
}

/// <summary>Writes one image that arrives in order to a pipe. What has left cannot be taken back.</summary>
internal sealed class PipeImageSink(IncomingImage image, PipeWriter writer, int flushAt) : IImageSink
{
    private long _position;
    private bool _isReaderGone;
    private bool _isOver;

    public async ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
    {
        if (data.IsEmpty)
        {
            return;
        }

        if (offset != _position)
        {
            throw new ImageShareException(
                ImageShareError.StoreNotWritable,
                $"The bytes from {offset} arrived where those from {_position} were expected, and a stream takes them only in order; ask the peer to share the image again, or receive it into a folder or memory.");
        }

        // A reader that has what it wants may be gone after the last byte, but not before.
        if (_isReaderGone)
        {
            throw new ImageShareException(ImageShareError.StoreNotWritable, "The reader of the pipe ended before the image was complete; read to its end, or cancel the share.");
        }

        foreach (ReadOnlyMemory<byte> piece in data)
        {
            writer.Write(piece.Span);
        }

        _position += data.Length;
        if (writer.UnflushedBytes >= flushAt)
        {
            FlushResult flushed = await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            _isReaderGone = flushed.IsCompleted;
        }
    }

    public void SuggestName(string suggestedName) => image = image with { SuggestedName = suggestedName };

    public async ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        _isOver = true;
        await writer.CompleteAsync().ConfigureAwait(false);
        return new StoredImage { Name = SafeFileName.From(image.SuggestedName, image.Type), OriginalName = image.SuggestedName };
    }

    public async ValueTask AbandonAsync()
    {
        if (!_isOver)
        {
            _isOver = true;
            await writer.CompleteAsync(Incomplete()).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => AbandonAsync();

    internal static ImageShareException Incomplete() => new(
        ImageShareError.Cancelled, "The image did not arrive whole, or is not the one that was offered; the result of the share says why. Discard what was read of it.");
}
