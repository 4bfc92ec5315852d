using System.Buffers;
using System.Collections.Immutable;

namespace ImageShare.Core.Images;

/// <summary>Received images in memory. See <see cref="ImageStore.InMemory"/>.</summary>
internal sealed class MemoryImageStore(int maxSize) : IImageStore
{
    public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IImageSink>(new MemoryImageSink(image, maxSize));
    }
}

/// <summary>
/// One image on its way into memory. What comes in order is appended; anything else is kept aside as it came and put in its place at
/// the end, so that a piece with a far offset costs no more than its own octets.
/// </summary>
internal sealed class MemoryImageSink(IncomingImage image, int maxSize) : IImageSink
{
    private const int MaxAside = 65536;

    private readonly ReceivedRanges _received = new(image, maxSize);
    private readonly ArrayBufferWriter<byte> _inOrder = new();
    private readonly List<(long Offset, byte[] Octets)> _aside = [];
    private long _asideLength;
    private bool _closed;

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        cancellationToken.ThrowIfCancellationRequested();
        _received.Add(offset, data.Length);
        if (_aside.Count == 0 && offset == _inOrder.WrittenCount)
        {
            foreach (ReadOnlyMemory<byte> piece in data)
            {
                _inOrder.Write(piece.Span);
            }
        }
        else if (!data.IsEmpty)
        {
            // The same octets again and again would take memory without end, though the image never grows.
            _asideLength += data.Length;
            if (_asideLength > maxSize || _aside.Count >= MaxAside)
            {
                throw new ImageShareException(
                    ImageShareError.MalformedMessage, "The image comes in too many pieces out of order; the peer must send it in order.");
            }

            _aside.Add((offset, data.ToArray()));
        }

        return ValueTask.CompletedTask;
    }

    public void Name(string suggestedName) => image = image with { SuggestedName = suggestedName };

    public ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        cancellationToken.ThrowIfCancellationRequested();
        _closed = true;
        _received.CheckComplete();
        byte[] content = new byte[_received.End];
        _inOrder.WrittenSpan.CopyTo(content);
        foreach ((long offset, byte[] octets) in _aside)
        {
            octets.CopyTo(content, offset);
        }

        using var hasher = new ImageHasher(image.Hashes);
        hasher.Append(content);
        ImmutableArray<byte> sha1 = hasher.Finish();
        return ValueTask.FromResult(
            new StoredImage(null, content.Length, sha1, hasher.CanVerify, SafeFileName.From(image.SuggestedName, image.Type))
            {
                DetectedType = ImageTypes.Recognize(content.AsSpan(0, Math.Min(content.Length, ImageTypes.MagicLength))),
                Content = content,
                OriginalName = image.SuggestedName,
            });
    }

    public ValueTask AbandonAsync()
    {
        _closed = true;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => AbandonAsync();

    private void ThrowIfClosed()
    {
        if (_closed)
        {
            throw new ImageShareException(ImageShareError.InvalidState, "This image was completed or given up already; ask the store for a new place.");
        }
    }
}
