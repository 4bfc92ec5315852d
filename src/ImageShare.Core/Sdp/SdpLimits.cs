namespace ImageShare.Core.Sdp;

/// <summary>
/// What a session description may cost. The defaults are many times what an image share needs (the longest offer known
/// has some 20 lines) and small enough that hostile ones are cheap to refuse.
/// </summary>
public sealed record SdpLimits
{
    /// <summary>The limits used when none are given.</summary>
    public static SdpLimits Default { get; } = new();

    /// <summary>Lines in the whole description; default 512.</summary>
    public int MaxLines { get; init => field = NotNegative(value); } = 512;

    /// <summary>
    /// Octets of one line without its line end; default 4096: a file name of 255 octets, each percent-encoded, and a few
    /// hashes beside it stay below 2000.
    /// </summary>
    public int MaxLineLength { get; init => field = NotNegative(value); } = 4096;

    /// <summary>Media sections (m= lines); default 16.</summary>
    public int MaxMedia { get; init => field = NotNegative(value); } = 16;

    /// <summary>Attributes (a= lines) at session level or in one media section; default 256: a browser's video section has some 160.</summary>
    public int MaxAttributes { get; init => field = NotNegative(value); } = 256;

    /// <summary>Formats at the end of one m= line; default 64.</summary>
    public int MaxFormats { get; init => field = NotNegative(value); } = 64;

    private static int NotNegative(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return value;
    }
}
