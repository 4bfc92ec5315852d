using System.Buffers;
using System.Runtime.ExceptionServices;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// Verifies one image for any sink: every byte arrives exactly as offered and the hash matches, before the sink gives the image its name.
/// What a sink reports about size, hash and type is ignored. Bytes that arrive in order from the start are hashed as they pass; otherwise,
/// and for a resumed image, they are read back from the sink after the last write.
/// </summary>
internal sealed class VerifyingSink : IImageSink
{
    private const int PieceLength = 128 * 1024;

    private readonly IHashingSink _sink;
    private readonly ImageHasher _hasher;
    private readonly IncomingImage _image;
    private readonly ReceivedRanges _received;
    private readonly byte[] _start = new byte[ImageTypes.MagicLength];
    private bool _isOver;

    /// <param name="sink">The sink that stores the bytes.</param>
    /// <param name="hasher">Hashes the bytes that arrive in order; disposed with the sink.</param>
    /// <param name="image">The offer.</param>
    /// <param name="limit">The largest image the store accepts, in bytes.</param>
    public VerifyingSink(IHashingSink sink, ImageHasher hasher, IncomingImage image, long limit = long.MaxValue)
    {
        _sink = sink;
        _hasher = hasher;
        _image = image;
        _received = ReceivedRanges.Before(image, limit);
    }

    /// <summary>Creates a sink in a store and wraps it, unless it already verifies.</summary>
    /// <exception cref="ImageShareException">The store failed; <see cref="ImageShareError.StoreNotWritable"/> if it returned no sink.</exception>
    public static async ValueTask<IImageSink> CreateAsync(IImageStore store, IncomingImage image, CancellationToken cancellationToken)
    {
        IImageSink sink = await store.CreateAsync(image, cancellationToken).ConfigureAwait(false)
            ?? throw new ImageShareException(ImageShareError.StoreNotWritable, "The store returned no sink for the image; CreateAsync must return a sink or throw.");

        // The stores of this library return a sink that already verifies, but a wrapping store may have asked them for a different image.
        if (sink is VerifyingSink verifying && ReferenceEquals(verifying._image, image))
        {
            return verifying;
        }

        var hasher = new ImageHasher(image.Hashes);
        return new VerifyingSink(new HashingSink(sink, hasher, image), hasher, image);
    }

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
    {
        ThrowIfOver();
        try
        {
            _received.Add(offset, data.Length);
        }
        catch (ImageShareException e)
        {
            return RefuseAsync(e);
        }

        if (offset < _start.Length)
        {
            data.Slice(0, Math.Min(data.Length, _start.Length - offset)).CopyTo(_start.AsSpan((int)offset));
        }

        return _sink.WriteAsync(offset, data, cancellationToken);
    }

    public void SuggestName(string suggestedName) => _sink.SuggestName(suggestedName);

    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfOver();
        await _sink.FinishAsync(cancellationToken).ConfigureAwait(false);
        return await _sink.ReadAsync(offset, buffer, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfOver();
        bool inOrder = await _sink.FinishAsync(cancellationToken).ConfigureAwait(false);
        bool done = false;
        try
        {
            _received.CheckComplete();
            bool isHashed = inOrder || await HashAgainAsync(cancellationToken).ConfigureAwait(false);
            string? sha1 = isHashed ? Convert.ToHexString(_hasher.Finish().AsSpan()) : null;
            done = true;
            StoredImage stored = await _sink.CompleteAsync(cancellationToken).ConfigureAwait(false);
            _isOver = true;
            return stored with
            {
                Size = _received.End,
                Sha1 = sha1,
                IsVerified = isHashed && _hasher.CanVerify,
                DetectedType = isHashed || _image.ResumesAt == 0 ? ImageTypes.Recognize(_start.AsSpan(0, (int)Math.Min(_start.Length, _received.End))) : null,
            };
        }
        finally
        {
            if (!done)
            {
                await AbandonAsync().ConfigureAwait(false);
            }
        }
    }

    public ValueTask AbandonAsync()
    {
        _isOver = true;
        return _sink.AbandonAsync();
    }

    public ValueTask DisposeAsync()
    {
        _isOver = true;
        return _sink.DisposeAsync();
    }

    // False if the sink cannot return its bytes and there is no hash to check.
    private async ValueTask<bool> HashAgainAsync(CancellationToken cancellationToken)
    {
        _hasher.Restart();
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            long offset = 0;
            while (offset < _received.End)
            {
                int wanted = (int)Math.Min(piece.Length, _received.End - offset);
                int read = await _sink.ReadAsync(offset, piece.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
                if (read is 0 && !_hasher.CanVerify)
                {
                    return false;
                }

                if (read is <= 0 || read > wanted)
                {
                    throw new ImageShareException(
                        ImageShareError.StoreNotWritable,
                        $"The image did not arrive in one piece and in order, and the store did not return its bytes from offset {offset} to check the hash; ask the peer to share it again, or implement IImageSink.ReadAsync.");
                }

                if (offset == 0)
                {
                    piece.AsSpan(0, Math.Min(read, _start.Length)).CopyTo(_start);
                }

                _hasher.Append(piece.AsSpan(0, read));
                offset += read;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private async ValueTask RefuseAsync(ImageShareException reason)
    {
        await AbandonAsync().ConfigureAwait(false);
        ExceptionDispatchInfo.Throw(reason);
    }

    private void ThrowIfOver()
    {
        if (_isOver)
        {
            throw new ImageShareException(ImageShareError.InvalidState, "This image was already completed or abandoned; create a new sink.");
        }
    }
}
