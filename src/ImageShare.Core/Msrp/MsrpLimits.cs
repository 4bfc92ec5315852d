using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp;

/// <summary>
/// Limits for what a peer may ask of the MSRP layer. Each limit is checked before memory is taken for what it limits. The defaults let every
/// known peer through.
/// </summary>
/// <exception cref="ArgumentOutOfRangeException">A limit is negative, zero where no session could work at all, or outside its stated range.</exception>
public sealed record MsrpLimits
{
    /// <summary>The defaults.</summary>
    public static MsrpLimits Default { get; } = new();

    /// <summary>The bytes from the start line to the end of the headers, at least 1. Default 8192: a head with two relays has about 700.</summary>
    public int MaxHeadBytes { get; init => field = OptionRange.AtLeast(1, value); } = 8192;

    /// <summary>
    /// The empty lines in a row between two messages; 0 refuses them. MSRP has none, but some middleboxes send them to keep connections open,
    /// so they are skipped. They count neither as activity nor as progress. Default 1024: two a minute for eight hours.
    /// </summary>
    public int MaxBlankLines { get; init => field = OptionRange.AtLeast(0, value); } = 1024;

    /// <summary>The characters of a transaction id or Message-ID, 32 to 1024. Default 128: RFC 4975 §9 allows 32, but some peers write more.</summary>
    public int MaxIdLength { get; init => field = OptionRange.Between(MsrpIdent.MaxWrittenLength, 1024, value); } = 128;

    /// <summary>The URIs in one To-Path or From-Path, at least 1. Default 16; each relay on the way adds one.</summary>
    public int MaxPathUris { get; init => field = OptionRange.AtLeast(1, value); } = 16;

    /// <summary>The bytes in the body of a request other than SEND; 0 refuses such a body. Default 10240, the limit of RFC 4975 §7.1.</summary>
    public int MaxNonSendBodyBytes { get; init => field = OptionRange.AtLeast(0, value); } = 10240;

    /// <summary>
    /// The separate byte ranges that one incoming message may have while bytes between them are missing, at least 1. Default 256; a peer that
    /// sends in order needs one.
    /// </summary>
    public int MaxGaps { get; init => field = OptionRange.AtLeast(1, value); } = 256;

    /// <summary>
    /// How many bytes a chunk may start beyond the number of bytes received so far; 0 requires order. Default 64 MiB: relays may reorder
    /// chunks (RFC 4975 §7.3.1), but not a whole transfer.
    /// </summary>
    public long MaxReorderBytes { get; init => field = OptionRange.AtLeast(0, value); } = 64L << 20;

    /// <summary>
    /// The bytes of responses that may wait for a peer that sends but does not read, 0 or more. Above this limit nothing more is read from the
    /// peer until it reads. Default 1 MiB.
    /// </summary>
    public int MaxPendingResponseBytes { get; init => field = OptionRange.AtLeast(0, value); } = 1 << 20;

    /// <summary>The connections from one address that have not yet named a session, at least 1 (RFC 4975 §14.5). Default 32.</summary>
    public int MaxUnboundConnectionsPerAddress { get; init => field = OptionRange.AtLeast(1, value); } = 32;

    /// <summary>
    /// The connections from all addresses that have not yet named a session, at least 1 (RFC 4975 §14.5). Further ones are closed. Default
    /// 1024.
    /// </summary>
    public int MaxUnboundConnections { get; init => field = OptionRange.AtLeast(1, value); } = 1024;

    /// <summary>The connections of an endpoint, accepted and dialled, at least 1. Further ones are not accepted. Default 16384.</summary>
    public int MaxConnections { get; init => field = OptionRange.AtLeast(1, value); } = 16384;

    /// <summary>
    /// The connections this side opens in a second, at least 1. Further ones wait, for at most <see cref="Sessions.MsrpEndpointOptions.ConnectTimeout"/>.
    /// Default 1000: the addresses come from peers (RFC 4975 §14.5).
    /// </summary>
    public int MaxDialsPerSecond { get; init => field = OptionRange.AtLeast(1, value); } = 1000;

    /// <summary>
    /// The bytes an incoming message must gain in each <see cref="Sessions.MsrpEndpointOptions.ProgressInterval"/>, or its session ends; 0
    /// requires none. Default 1024: a hundredth of the rate of the slowest mobile network.
    /// </summary>
    public int MinProgressBytes { get; init => field = OptionRange.AtLeast(0, value); } = 1024;
}
