namespace ImageShare.Core.Sip.Messages;

/// <summary>How much of a message is taken before it is refused. Checked before anything is allocated for it.</summary>
public sealed record SipLimits
{
    /// <summary>The defaults.</summary>
    public static SipLimits Default { get; } = new();

    /// <summary>Octets of the start line: 8192, what HTTP servers take; IMS Request-URIs stay below 500.</summary>
    public int MaxStartLineBytes { get; init; } = 8 * 1024;

    /// <summary>Octets of the header behind the start line: 32768, what HTTP servers take; the largest IMS header seen is below 6000.</summary>
    public int MaxHeaderBytes { get; init; } = 32 * 1024;

    /// <summary>Header rows: 256; an INVITE through an IMS core has about 50.</summary>
    public int MaxHeaderCount { get; init; } = 256;

    /// <summary>Octets of the body: 262144; an offer with a preview icon of 8 KiB in base64 takes about 13000.</summary>
    public int MaxBodyBytes { get; init; } = 256 * 1024;

    /// <summary>Empty lines before a message on a stream: 128. A keep-alive takes two (RFC 5626 §3.5.1).</summary>
    public int MaxLeadingLineBreaks { get; init; } = 128;
}
