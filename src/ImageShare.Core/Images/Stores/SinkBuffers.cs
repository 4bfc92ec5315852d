namespace ImageShare.Core.Images.Stores;

/// <summary>
/// Sizes the buffers of images being received: large while there are few images, small when there are many, so that the total stays bounded.
/// Thread-safe.
/// </summary>
internal sealed class SinkBuffers
{
    private const int Smallest = 8 * 1024;
    private const int Budget = 8 * 1024 * 1024;

    private int _sinks;

    /// <summary>Counts an image and returns the size of its buffers.</summary>
    /// <param name="size">The size of the image in bytes, if known.</param>
    /// <returns>The size of one buffer in bytes.</returns>
    public int Take(long? size)
    {
        int share = Budget / Interlocked.Increment(ref _sinks);
        return (int)Math.Clamp(size ?? share, Smallest, Math.Clamp(share, Smallest, DirectoryImageSink.BufferLength));
    }

    /// <summary>Stops counting an image.</summary>
    public void Return() => Interlocked.Decrement(ref _sinks);
}
