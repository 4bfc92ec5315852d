using System.Buffers;

namespace ImageShare.Core.Images.Stores;

/// <summary>Keeps received images in memory. See <see cref="ImageStore.InMemory"/>.</summary>
internal sealed class MemoryImageStore(int maxSize) : IImageStore
{
    public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        cancellationToken.ThrowIfCancellationRequested();
        var hasher = new ImageHasher(image.Hashes);
        return ValueTask.FromResult<IImageSink>(new VerifyingSink(new HashingSink(new MemoryImageSink(image, maxSize), hasher, image), hasher, image, maxSize));
    }
}

/// <summary>
/// Receives one image into memory. Bytes in order are appended; others are kept aside and merged at the end, so that a piece at a far offset
/// costs no more memory than its own bytes.
/// </summary>
internal sealed class MemoryImageSink(IncomingImage image, int maxSize) : IImageSink
{
    private const int MaxAside = 65536;

    // The first array: an announced size is not believed beyond it.
    private const int FirstLength = 64 * 1024;
    private const int UnknownLength = 4 * 1024;

    private byte[] _inOrder = [];
    private int _length;
    private readonly List<(long Offset, byte[] Bytes)> _aside = [];
    private long _asideLength;
    private long _end;
    private byte[]? _content;

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _end = Math.Max(_end, offset + data.Length);
        if (_aside.Count == 0 && offset == _length)
        {
            Append(data);
        }
        else if (!data.IsEmpty)
        {
            // Sending the same bytes again and again would use memory without bound, though the image does not grow.
            _asideLength += data.Length;
            if (_asideLength > maxSize || _aside.Count >= MaxAside)
            {
                throw new ImageShareException(
                    ImageShareError.MalformedMessage, "The image arrives in too many pieces out of order; the peer must send it in order.");
            }

            _aside.Add((offset, data.ToArray()));
        }

        return ValueTask.CompletedTask;
    }

    public void SuggestName(string suggestedName) => image = image with { SuggestedName = suggestedName };

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ReadOnlyMemory<byte> rest = Content.AsMemory((int)Math.Min(offset, _end));
        rest = rest[..Math.Min(rest.Length, buffer.Length)];
        rest.CopyTo(buffer);
        return ValueTask.FromResult(rest.Length);
    }

    public ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(new StoredImage
        {
            Name = SafeFileName.From(image.SuggestedName, image.Type),
            OriginalName = image.SuggestedName,
            Content = Content,
        });
    }

    public ValueTask AbandonAsync()
    {
        (_inOrder, _length) = ([], 0);
        _aside.Clear();
        _content = null;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => AbandonAsync();

    private byte[] Content => _content ??= Assemble();

    // Twice as long each time, but no longer than announced: then nothing is copied at the end.
    private void Append(in ReadOnlySequence<byte> data)
    {
        long needed = _length + data.Length;
        if (needed > _inOrder.Length)
        {
            long wanted = _inOrder.Length == 0 ? Math.Min(image.Size ?? UnknownLength, FirstLength) : Math.Min(2L * _inOrder.Length, Array.MaxLength);
            Array.Resize(ref _inOrder, checked((int)Math.Max(needed, image.Size >= needed ? Math.Min(wanted, image.Size.Value) : wanted)));
        }

        data.CopyTo(_inOrder.AsSpan(_length));
        _length = (int)needed;
    }

    private byte[] Assemble()
    {
        if (_aside.Count == 0 && _inOrder.Length == _end)
        {
            return _inOrder;
        }

        byte[] content = new byte[_end];
        _inOrder.AsSpan(0, _length).CopyTo(content);
        foreach ((long offset, byte[] bytes) in _aside)
        {
            bytes.CopyTo(content, offset);
        }

        return content;
    }
}
