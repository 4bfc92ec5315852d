namespace ImageShare.Core.Msrp.Writing;

/// <summary>How many bytes go out in one flush: as many as pay for the system call, and no more than the path takes in a short time. For the writer loop.</summary>
internal sealed class FlushSize
{
    /// <summary>Below it the system call costs more than it moves, and with a chunk on top it still fits into one buffer of the stream.</summary>
    public const int Largest = 120 * 1024;

    /// <summary>The least on a slow path.</summary>
    private const int Smallest = 4 * 1024;

    /// <summary>
    /// The target for the duration of a flush: its bytes can no longer be cancelled, and the end of a cancelled message is queued after it.
    /// </summary>
    private static readonly TimeSpan LongestFlush = TimeSpan.FromMilliseconds(50);

    /// <summary>The size of the next flush.</summary>
    public int Current { get; private set; } = Largest;

    /// <summary>A flush has ended.</summary>
    /// <param name="bytes">How much was in it.</param>
    /// <param name="took">How long it took.</param>
    public void Adapt(long bytes, TimeSpan took) => Current = GetNext(Current, bytes, took);

    /// <summary>Down at once to what the path takes in the time a flush should have, and up again by doubling.</summary>
    public static int GetNext(int size, long bytes, TimeSpan took) => took <= LongestFlush
        ? Math.Min(size * 2, Largest)
        : (int)Math.Clamp(bytes * (LongestFlush / took), Smallest, size);
}
