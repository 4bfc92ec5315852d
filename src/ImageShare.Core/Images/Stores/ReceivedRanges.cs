namespace ImageShare.Core.Images.Stores;

/// <summary>Tracks which bytes of an image have arrived, and enforces its limits, for every sink.</summary>
internal sealed class ReceivedRanges(IncomingImage image, long maxSize)
{
    // Each gap costs memory, and only a hostile peer creates thousands of them.
    private const int MaxRanges = 4096;

    // Sorted, with a gap of at least one byte between ranges.
    private readonly List<(long Start, long End)> _ranges = [];

    /// <summary>Starts with the bytes received in an earlier transfer, according to the offer.</summary>
    public static ReceivedRanges Before(IncomingImage image, long maxSize)
    {
        var ranges = new ReceivedRanges(image, maxSize);
        ranges.Add(0, image.ResumesAt);
        return ranges;
    }

    /// <summary>The offset after the last byte received.</summary>
    public long End => _ranges.Count == 0 ? 0 : _ranges[^1].End;

    /// <summary>Whether all bytes from 0 to <see cref="End"/> have arrived.</summary>
    public bool IsContiguous => _ranges.Count == 0 || _ranges is [(0, _)];

    /// <summary>Records received bytes after checking that they are allowed.</summary>
    /// <exception cref="ImageShareException">The bytes exceed the announced size or the limit, or leave too many gaps.</exception>
    public void Add(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (image.Size is { } size && (offset > size || length > size - offset))
        {
            throw new ImageShareException(
                ImageShareError.SizeMismatch, $"The peer sent more than the {size} bytes it offered; it must offer the image again with its real size.");
        }

        long limit = Math.Min(image.MaxSize, maxSize);
        if (offset > limit || length > limit - offset)
        {
            throw new ImageShareException(
                ImageShareError.TooLarge, $"The image is larger than the limit of {limit} bytes; raise the limit to accept it.");
        }

        if (length > 0)
        {
            Insert(offset, offset + length);
        }
    }

    /// <summary>Checks that the image is complete.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.SizeMismatch"/>: bytes are missing.</exception>
    public void CheckComplete()
    {
        if (!IsContiguous)
        {
            throw new ImageShareException(ImageShareError.SizeMismatch, "Bytes in the middle of the image are missing; ask the peer to share it again.");
        }

        if (image.Size is { } size && End != size)
        {
            throw new ImageShareException(
                ImageShareError.SizeMismatch, $"{End} bytes of the image arrived, but the offer announced {size}; ask the peer to share it again.");
        }
    }

    private void Insert(long start, long end)
    {
        // In the usual case, bytes in order, the last range just grows.
        if (_ranges.Count > 0 && start >= _ranges[^1].Start && start <= _ranges[^1].End)
        {
            _ranges[^1] = (_ranges[^1].Start, Math.Max(end, _ranges[^1].End));
            return;
        }

        // Find the first range that touches or follows the new one, then merge all that touch it.
        int low = 0, high = _ranges.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_ranges[middle].End < start)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        int touched = 0;
        while (low + touched < _ranges.Count && _ranges[low + touched].Start <= end)
        {
            start = Math.Min(start, _ranges[low + touched].Start);
            end = Math.Max(end, _ranges[low + touched].End);
            touched++;
        }

        _ranges.RemoveRange(low, touched);
        _ranges.Insert(low, (start, end));
        if (_ranges.Count > MaxRanges)
        {
            throw new ImageShareException(ImageShareError.MalformedMessage, "The image arrives in too many scattered pieces; the peer must send it in order.");
        }
    }
}
