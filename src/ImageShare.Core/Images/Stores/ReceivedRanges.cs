namespace ImageShare.Core.Images.Stores;

/// <summary>Which octets of an image have come, and how many at most may: for every sink.</summary>
internal sealed class ReceivedRanges(IncomingImage image, long maxSize)
{
    // Each hole costs memory, and only a hostile peer makes thousands.
    private const int MaxRanges = 4096;

    // Sorted, apart from each other by at least one octet.
    private readonly List<(long Start, long End)> _ranges = [];

    /// <summary>With the octets that came before, as the offer says.</summary>
    public static ReceivedRanges Before(IncomingImage image, long maxSize)
    {
        var ranges = new ReceivedRanges(image, maxSize);
        ranges.Add(0, image.ResumesAt);
        return ranges;
    }

    /// <summary>One past the last octet that has come.</summary>
    public long End => _ranges.Count == 0 ? 0 : _ranges[^1].End;

    /// <summary>Whether the octets from 0 to <see cref="End"/> have all come.</summary>
    public bool IsContiguous => _ranges.Count == 0 || _ranges is [(0, _)];

    /// <summary>Notes octets that come, after checking that they may.</summary>
    /// <exception cref="ImageShareException">They lie beyond what was announced or is taken, or leave too many holes.</exception>
    public void Add(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (image.Size is { } size && (offset > size || length > size - offset))
        {
            throw new ImageShareException(
                ImageShareError.SizeMismatch, $"More octets came than the {size} the offer announced; the peer must offer the image again with its real size.");
        }

        long limit = Math.Min(image.MaxSize, maxSize);
        if (offset > limit || length > limit - offset)
        {
            throw new ImageShareException(
                ImageShareError.TooLarge, $"The image is larger than the limit of {limit} octets; raise the limit to take it.");
        }

        if (length > 0)
        {
            Insert(offset, offset + length);
        }
    }

    /// <summary>Checks that everything has come.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.SizeMismatch"/>: octets are missing.</exception>
    public void CheckComplete()
    {
        if (!IsContiguous)
        {
            throw new ImageShareException(ImageShareError.SizeMismatch, "Octets in the middle of the image are missing; ask the peer to share it again.");
        }

        if (image.Size is { } size && End != size)
        {
            throw new ImageShareException(
                ImageShareError.SizeMismatch, $"The image has {End} octets, the offer announced {size}; ask the peer to share it again.");
        }
    }

    private void Insert(long start, long end)
    {
        // In order, the last range just grows.
        if (_ranges.Count > 0 && start >= _ranges[^1].Start && start <= _ranges[^1].End)
        {
            _ranges[^1] = (_ranges[^1].Start, Math.Max(end, _ranges[^1].End));
            return;
        }

        // The first range that touches or lies behind the new one, then all that touch it.
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
            throw new ImageShareException(ImageShareError.MalformedMessage, "The image comes in too many scattered pieces; the peer must send it in order.");
        }
    }
}
