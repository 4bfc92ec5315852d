namespace ImageShare.Core.Sharing.Sessions;

/// <summary>
/// Forwards progress at most every 64 KiB or 1/256 of the image, whichever is more, and always the last report: chunks are small and
/// listeners slow.
/// </summary>
/// <param name="session">The share.</param>
/// <param name="listener">The application's progress handler, or null.</param>
/// <param name="total">The size of the image in bytes, if known.</param>
/// <param name="first">The offset of the first byte transferred.</param>
/// <param name="around">The number of wrapper bytes before the image in the message.</param>
internal sealed class ThrottledProgress(
    ShareSession session, IProgress<ImageShareProgress>? listener, long? total, long first = 0, int around = 0) : IProgress<long>
{
    private readonly long _step = Math.Max(64 * 1024, (total ?? 0) / 256);
    private long _next;

    public void Report(long value)
    {
        value = first + Math.Max(0, value - around);
        if (value < _next && value != total)
        {
            return;
        }

        _next = value + _step;
        session.Report(value, listener);
    }
}
