namespace ImageShare.Core.Msrp;

/// <summary>
/// How much a peer may ask of the MSRP layer before it is refused. Every limit is checked before memory is taken for what
/// it limits. The defaults let every known peer through.
/// </summary>
public sealed record MsrpLimits
{
    /// <summary>The defaults.</summary>
    public static MsrpLimits Default { get; } = new();

    /// <summary>Bytes from the start line to the end of the headers. Default 8192: a head with two relays has about 700.</summary>
    public int MaxHeadBytes { get; init; } = 8192;

    /// <summary>
    /// Empty lines in a row between two messages. MSRP has none; some middleboxes keep connections open with them, so they are skipped. They count
    /// neither as activity nor as progress. Default 1024: two a minute for eight hours.
    /// </summary>
    public int MaxBlankLines { get; init; } = 1024;

    /// <summary>
    /// Characters of a transaction id or Message-ID. Default 128: RFC 4975 §9 allows 32, peers in the field go beyond it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 32 or more than 1024.</exception>
    public int MaxIdLength
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, MsrpIdent.MaxWrittenLength);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1024);
            field = value;
        }
    } = 128;

    /// <summary>URIs in one To-Path or From-Path. Default 16; a path grows by one URI for each relay on the way.</summary>
    public int MaxPathUris { get; init; } = 16;

    /// <summary>Bytes in the body of any request but SEND. Default 10240, the limit of RFC 4975 §7.1.</summary>
    public int MaxNonSendBody { get; init; } = 10240;

    /// <summary>
    /// Separate ranges of bytes that one incoming message may consist of while bytes between them are missing. Default 256;
    /// a peer that sends in order needs one.
    /// </summary>
    public int MaxGaps { get; init; } = 256;

    /// <summary>
    /// How far, in bytes, a chunk may begin ahead of the number of bytes received so far. Default 64 MiB: relays may reorder chunks
    /// (RFC 4975 §7.3.1), but not a whole transfer.
    /// </summary>
    public long MaxReorderBytes { get; init; } = 64L << 20;

    /// <summary>
    /// Bytes of our answers that may wait for a peer that sends but does not read. Default 1 MiB; above it nothing more is read
    /// from that peer until it reads.
    /// </summary>
    public int MaxPendingResponseBytes { get; init; } = 1 << 20;

    /// <summary>Connections of one address that have not yet named a session (RFC 4975 §14.5). Default 32.</summary>
    public int MaxUnboundConnectionsPerAddress { get; init; } = 32;

    /// <summary>Connections that have not yet named a session, of all addresses together (RFC 4975 §14.5). Default 1024; beyond it new ones are dropped.</summary>
    public int MaxUnboundConnections { get; init; } = 1024;

    /// <summary>Connections of an endpoint, accepted and dialled. Default 16384; beyond it new ones are not accepted.</summary>
    public int MaxConnections { get; init; } = 16384;

    /// <summary>
    /// Connections this side opens within a second, at most; further ones wait, for <see cref="Sessions.MsrpEndpointOptions.ConnectTimeout"/>
    /// at most. Default 1000: the addresses come from peers (RFC 4975 §14.5).
    /// </summary>
    public int MaxDialsPerSecond { get; init; } = 1000;

    /// <summary>
    /// Bytes that an incoming message has to gain in each <see cref="Sessions.MsrpEndpointOptions.ProgressInterval"/>, or its session ends.
    /// Default 1024: a hundredth of the rate of the slowest mobile network.
    /// </summary>
    public int MinProgressBytes { get; init; } = 1024;
}
