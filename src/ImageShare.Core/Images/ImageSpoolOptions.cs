using ImageShare.Core.Text;

namespace ImageShare.Core.Images;

/// <summary>How a stream that can be read once is kept until its image is sent; see <see cref="ImageSource.FromStreamAsync"/>.</summary>
public sealed record ImageSpoolOptions
{
    /// <summary>The defaults.</summary>
    public static ImageSpoolOptions Default { get; } = new();

    /// <summary>How many bytes are kept in memory, 0 or more; a larger image goes to a temporary file. Default 1 MiB.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int MaxMemory { get; init => field = OptionRange.AtLeast(0, value); } = 1024 * 1024;

    /// <summary>The largest image in bytes, 1 or more; a longer stream is not read to its end. Default 256 MiB, far more than a camera produces.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public long MaxSize { get; init => field = OptionRange.AtLeast(1, value); } = 256L * 1024 * 1024;

    /// <summary>The folder for the temporary file, which must exist. Null (the default) is the system's, <see cref="Path.GetTempPath"/>.</summary>
    public string? Folder { get; init; }
}
