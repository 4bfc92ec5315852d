using System.Buffers;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// Forwards bytes to a sink that does not hash, such as an application's own, and hashes those that arrive in order in the background. The
/// sink is called as the bytes arrive, one call at a time.
/// </summary>
internal sealed class HashingSink : IHashingSink
{
    private static readonly SinkBuffers Buffers = new();

    private readonly IImageSink _sink;
    private readonly ImageHasher _hasher;
    private readonly BackgroundWriter _hashing;
    private readonly int _bufferLength;
    private long _next;
    private int _buffered;
    private bool _inOrder;
    private bool _isBegun;
    private int _released;

    public HashingSink(IImageSink sink, ImageHasher hasher, IncomingImage image)
    {
        _sink = sink;
        _hasher = hasher;
        _bufferLength = Buffers.Take(image.Size);
        _hashing = new BackgroundWriter(null, hasher, _bufferLength);
        _next = image.ResumesAt;
        _inOrder = image.ResumesAt == 0;
    }

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
    {
        if (data.IsEmpty || !_inOrder || offset != _next)
        {
            _inOrder &= data.IsEmpty;
            return _sink.WriteAsync(offset, data, cancellationToken);
        }

        _next += data.Length;
        if (data.Length <= _bufferLength - _buffered)
        {
            data.CopyTo(_hashing.Buffer.AsSpan(_buffered));
            _buffered += (int)data.Length;
            return _sink.WriteAsync(offset, data, cancellationToken);
        }

        return HashAndWriteAsync(offset, data, cancellationToken);
    }

    public void SuggestName(string suggestedName) => _sink.SuggestName(suggestedName);

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) => _sink.ReadAsync(offset, buffer, cancellationToken);

    public async ValueTask<bool> FinishAsync(CancellationToken cancellationToken)
    {
        bool done = false;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_isBegun)
            {
                // A small image is not worth a background thread.
                _hasher.Append(_buffered == 0 ? [] : _hashing.Buffer.AsSpan(0, _buffered));
                _buffered = 0;
            }
            else if (_inOrder)
            {
                await HandOverAsync(cancellationToken).ConfigureAwait(false);
            }

            await _hashing.FinishAsync(cancellationToken).ConfigureAwait(false);
            done = true;
            return _inOrder;
        }
        finally
        {
            if (!done)
            {
                await AbandonAsync().ConfigureAwait(false);
            }
        }
    }

    public async ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default)
    {
        await ReleaseAsync().ConfigureAwait(false);
        return await _sink.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask AbandonAsync()
    {
        await ReleaseAsync().ConfigureAwait(false);
        await _sink.AbandonAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await ReleaseAsync().ConfigureAwait(false);
        await _sink.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask HashAndWriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
    {
        ReadOnlySequence<byte> rest = data;
        while (!rest.IsEmpty)
        {
            // Not as soon as it is full: a buffer is as long as a small image, which is hashed at its end.
            if (_buffered == _bufferLength)
            {
                await HandOverAsync(cancellationToken).ConfigureAwait(false);
            }

            int piece = (int)Math.Min(rest.Length, _bufferLength - _buffered);
            rest.Slice(0, piece).CopyTo(_hashing.Buffer.AsSpan(_buffered));
            rest = rest.Slice(piece);
            _buffered += piece;
        }

        await _sink.WriteAsync(offset, data, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask HandOverAsync(CancellationToken cancellationToken)
    {
        if (_buffered > 0)
        {
            _isBegun = true;
            await _hashing.HandOverAsync(0, _buffered, hashed: true, cancellationToken).ConfigureAwait(false);
            _buffered = 0;
        }
    }

    private ValueTask ReleaseAsync() => Interlocked.Exchange(ref _released, 1) == 0 ? _hashing.ReleaseAsync(Buffers.Return) : default;
}
