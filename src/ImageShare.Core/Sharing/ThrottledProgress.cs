namespace ImageShare.Core.Sharing;

/// <summary>Passes on one report in 64 KiB or 1/256 of the image, whichever is more, and the last one: chunks are small, listeners slow.</summary>
internal sealed class ThrottledProgress(ImageShareSession session, IProgress<ImageShareProgress>? listener, long? total, long first = 0) : IProgress<long>
{
    private readonly long _step = Math.Max(64 * 1024, (total ?? 0) / 256);
    private long _next;

    public void Report(long value)
    {
        value += first;
        if (value < _next && value != total)
        {
            return;
        }

        _next = value + _step;
        session.Report(value, listener);
    }
}
