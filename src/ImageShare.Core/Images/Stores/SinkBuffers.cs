namespace ImageShare.Core.Images.Stores;

/// <summary>
/// How large the buffers of an image on its way into a folder are: large while there are few such images, small when there are many, so that
/// all of them together stay within bounds. Any number of threads may ask at the same time.
/// </summary>
internal sealed class SinkBuffers
{
    private const int Smallest = 8 * 1024;
    private const int Budget = 8 * 1024 * 1024;

    private int _sinks;

    /// <summary>One image more.</summary>
    /// <param name="size">Its octets, when they are known.</param>
    /// <returns>The octets of one of its buffers.</returns>
    public int Take(long? size)
    {
        int share = Budget / Interlocked.Increment(ref _sinks);
        return (int)Math.Clamp(size ?? share, Smallest, Math.Clamp(share, Smallest, DirectoryImageSink.BufferLength));
    }

    /// <summary>One image less.</summary>
    public void Return() => Interlocked.Decrement(ref _sinks);
}
