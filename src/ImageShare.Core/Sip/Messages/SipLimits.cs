using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// The limits of a message; one that exceeds them is refused. Each limit is checked before memory is allocated for what it limits.
/// </summary>
/// <exception cref="ArgumentOutOfRangeException">A limit is negative, or zero where a message could not be read at all.</exception>
public sealed record SipLimits
{
    /// <summary>The defaults.</summary>
    public static SipLimits Default { get; } = new();

    /// <summary>Bytes of the start line, at least 1. Default 8192, as in HTTP servers; Request-URIs in IMS stay below 500.</summary>
    public int MaxStartLineBytes { get; init => field = OptionRange.AtLeast(1, value); } = 8 * 1024;

    /// <summary>Bytes of the header after the start line, at least 1. Default 32768, as in HTTP servers; the largest IMS header seen is below 6000.</summary>
    public int MaxHeaderBytes { get; init => field = OptionRange.AtLeast(1, value); } = 32 * 1024;

    /// <summary>Header rows, at least 1. Default 256; an INVITE through an IMS core has about 50.</summary>
    public int MaxHeaders { get; init => field = OptionRange.AtLeast(1, value); } = 256;

    /// <summary>Bytes of the body; 0 refuses every body. Default 262144; an offer with a preview icon of 8 KiB in base64 takes about 13000.</summary>
    public int MaxBodyBytes { get; init => field = OptionRange.AtLeast(0, value); } = 256 * 1024;

    /// <summary>Empty lines before a message on a stream; 0 refuses keep-alives. Default 128; a keep-alive takes two (RFC 5626 §3.5.1).</summary>
    public int MaxLeadingLineBreaks { get; init => field = OptionRange.AtLeast(0, value); } = 128;
}
