using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>
/// Limits for reading a multipart body. An image share needs two parts, one level and a small icon; the defaults leave room for additions by
/// networks.
/// </summary>
/// <exception cref="ArgumentOutOfRangeException">A limit is negative, or <see cref="MaxDepth"/> is above <see cref="DeepestNesting"/>.</exception>
public sealed record MultipartLimits
{
    /// <summary>The upper bound for <see cref="MaxDepth"/>: reading recurses once per level.</summary>
    public const int DeepestNesting = 32;

    /// <summary>The default limits.</summary>
    public static MultipartLimits Default { get; } = new();

    /// <summary>The maximum number of parts, including nested ones. Default 16.</summary>
    public int MaxParts { get; init => field = OptionRange.AtLeast(0, value); } = 16;

    /// <summary>The maximum nesting depth; the outermost multipart is level 1. 0 to <see cref="DeepestNesting"/>, default 4.</summary>
    public int MaxDepth { get; init => field = OptionRange.Between(0, DeepestNesting, value); } = 4;

    /// <summary>The maximum size of the header of a part in bytes. Default 8192.</summary>
    public int MaxHeaderBytes { get; init => field = OptionRange.AtLeast(0, value); } = 8192;

    /// <summary>The maximum number of header fields of a part. Default 32.</summary>
    public int MaxHeaders { get; init => field = OptionRange.AtLeast(0, value); } = 32;

    /// <summary>The maximum decoded size of all parts together in bytes. Default 1 MiB.</summary>
    public int MaxContentBytes { get; init => field = OptionRange.AtLeast(0, value); } = 1024 * 1024;
}
