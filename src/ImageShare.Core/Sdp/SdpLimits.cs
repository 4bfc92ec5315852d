using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>
/// Limits for reading a session description. The defaults are many times what an image share needs (offers have about 20 lines) and low
/// enough to refuse hostile input cheaply.
/// </summary>
/// <exception cref="ArgumentOutOfRangeException">A limit is negative, or zero where nothing could be read at all.</exception>
public sealed record SdpLimits
{
    /// <summary>The default limits.</summary>
    public static SdpLimits Default { get; } = new();

    /// <summary>The maximum number of lines, at least 1. Default 512.</summary>
    public int MaxLines { get; init => field = OptionRange.AtLeast(1, value); } = 512;

    /// <summary>
    /// The maximum length of a line in bytes, without its line end, at least 1. Default 4096: a 255-byte file name, fully percent-encoded, and several
    /// hashes take less than 2000.
    /// </summary>
    public int MaxLineBytes { get; init => field = OptionRange.AtLeast(1, value); } = 4096;

    /// <summary>The maximum number of media sections (m= lines). Default 16.</summary>
    public int MaxMedia { get; init => field = OptionRange.AtLeast(0, value); } = 16;

    /// <summary>
    /// The maximum number of attributes (a= lines) at session level and in each media section. Default 256; a browser's video section has
    /// about 160.
    /// </summary>
    public int MaxAttributes { get; init => field = OptionRange.AtLeast(0, value); } = 256;

    /// <summary>The maximum number of formats in an m= line. Default 64.</summary>
    public int MaxFormats { get; init => field = OptionRange.AtLeast(0, value); } = 64;
}
