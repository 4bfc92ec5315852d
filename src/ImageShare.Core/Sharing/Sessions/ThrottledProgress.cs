namespace ImageShare.Core.Sharing.Sessions;

/// <summary>
/// Passes on one report in 64 KiB or 1/256 of the image, whichever is more, and the last one: chunks are small, listeners slow.
/// </summary>
/// <param name="session">The share.</param>
/// <param name="listener">Who is told.</param>
/// <param name="total">The octets of the image, if known.</param>
/// <param name="first">How many of them are left out at the beginning.</param>
/// <param name="around">How many octets of the message stand before the image and are none of it.</param>
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
