namespace ImageShare.Core.Bodies;

/// <summary>
/// What a multipart body may cost. An image share needs two parts, one level and a small icon; the defaults leave room for what
/// networks add.
/// </summary>
public sealed record MultipartLimits
{
    /// <summary>The deepest nesting any setting allows: reading goes one call deeper per level.</summary>
    public const int DeepestNesting = 32;

    /// <summary>The limits used when none are given.</summary>
    public static MultipartLimits Default { get; } = new();

    /// <summary>Parts in the whole body, nested ones included; default 16.</summary>
    public int MaxParts { get; init => field = NotNegative(value); } = 16;

    /// <summary>Levels of multipart inside multipart, the outermost being 1; default 4, at most <see cref="DeepestNesting"/>.</summary>
    public int MaxDepth
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, DeepestNesting);
            field = value;
        }
    } = 4;

    /// <summary>Octets of the header lines of one part; default 8192.</summary>
    public int MaxHeaderLength { get; init => field = NotNegative(value); } = 8192;

    /// <summary>Header fields of one part; default 32.</summary>
    public int MaxHeaders { get; init => field = NotNegative(value); } = 32;

    /// <summary>Octets of all parts together, after decoding; default 1 MiB.</summary>
    public int MaxContentLength { get; init => field = NotNegative(value); } = 1024 * 1024;

    private static int NotNegative(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return value;
    }
}
