using System.Runtime.CompilerServices;

namespace ImageShare.Core.Sharing;

/// <summary>Size limits and timeouts. Every timeout must be positive and at most one day.</summary>
public sealed record ImageShareLimits
{
    // One list for all: records compare lists by reference. It stands before Default, which needs it.
    private static readonly IReadOnlyList<TimeSpan> UsualRetryDelays = [TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20)];

    private readonly int? _maxInvitationsPerPeer;
    private readonly int? _maxSharesPerPeer;
    private readonly int? _maxRequestsPerSource;

    /// <summary>The defaults.</summary>
    public static ImageShareLimits Default { get; } = new();

    /// <summary>The largest image accepted, in bytes; announced as <c>a=max-size</c>. Default 4 GiB, more than any camera produces.</summary>
    public long MaxImageSize { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>The largest icon sent or accepted, in bytes. Default 8 KiB: icons make the INVITE large.</summary>
    public int MaxIconSize { get; init; } = 8 * 1024;

    /// <summary>
    /// How many invitations may wait to be read from <see cref="ImageShareClient.Invitations"/>. Further ones are refused with 486. They also
    /// count as running shares until they end. Default 64, the same as <see cref="MaxConcurrentShares"/>.
    /// </summary>
    public int MaxPendingInvitations { get; init; } = 64;

    /// <summary>
    /// How many of these may come from one peer (as defined in <see cref="MaxConcurrentSharesPerPeer"/>). Further ones are refused with 486.
    /// Default: three quarters of <see cref="MaxPendingInvitations"/>.
    /// </summary>
    public int MaxPendingInvitationsPerPeer
    {
        get => _maxInvitationsPerPeer ?? Most(MaxPendingInvitations);
        init => _maxInvitationsPerPeer = value;
    }

    /// <summary>
    /// How many shares may run concurrently, in both directions together. Further invitations are refused with 486. A share whose SIP session is over, and
    /// which only has to finish with its store, does not count, but there are never more than twice as many in all. Default 64.
    /// </summary>
    public int MaxConcurrentShares { get; init; } = 64;

    /// <summary>
    /// How many of these one peer may have started, so that there is room for others. Further invitations from it are refused with 486. A
    /// peer is a network address (an IPv4 address or an IPv6 /64), or the caller's identity behind a trusted proxy. Default: three quarters
    /// of <see cref="MaxConcurrentShares"/>.
    /// </summary>
    public int MaxConcurrentSharesPerPeer
    {
        get => _maxSharesPerPeer ?? Most(MaxConcurrentShares);
        init => _maxSharesPerPeer = value;
    }

    /// <summary>
    /// How many SIP requests from peers may be pending. Further ones are refused with 503. An INVITE is pending until its final response is
    /// acknowledged, any other request until it is answered. Ended shares do not count. Default 2048.
    /// </summary>
    public int MaxPendingRequests { get; init; } = 2048;

    /// <summary>
    /// How many of these may come from one network address (an IPv4 address or an IPv6 /64). Default: three quarters of <see
    /// cref="MaxPendingRequests"/>.
    /// </summary>
    public int MaxPendingRequestsPerSource
    {
        get => _maxRequestsPerSource ?? Most(MaxPendingRequests);
        init => _maxRequestsPerSource = value;
    }

    /// <summary>
    /// How many SIP connections (TCP, TLS) may be open. A further one replaces the peer connection that has been idle longest, if that is at
    /// least 3 minutes; otherwise it is closed. Default 1024.
    /// </summary>
    public int MaxSipConnections { get; init; } = 1024;

    /// <summary>How many of these one network address (an IPv4 address or an IPv6 /64) may have opened. Default 256.</summary>
    public int MaxSipConnectionsPerSource { get; init; } = 256;

    /// <summary>
    /// How many images an incoming invitation may contain, and how many <see cref="ImageShareClient.ShareTogetherAsync"/> accepts: 1 to 15,
    /// the most that fit into a session description and a multipart body. Further images of a caller are refused with port 0, like those
    /// beyond <see cref="MaxConcurrentShares"/>. Default 10. With 1, each image needs a session of its own.
    /// </summary>
    public int MaxImagesPerInvitation { get; init; } = 10;

    /// <summary>
    /// How long a user may take to answer an invitation, on either side, and a peer to answer the capability query. Default 2 minutes, less
    /// than the 3 minutes after which proxies give up (timer C, RFC 3261 §16.6).
    /// </summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long establishing the MSRP connection may take after the invitation is accepted. With <see cref="ImageShareOptions.UseCema"/>,
    /// resolving the host names before that may take as long again. Default 30 seconds.
    /// </summary>
    public TimeSpan MsrpConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a running transfer may make no progress. Default 60 seconds.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The minimum rate of a running transfer in bytes per second, averaged over <see cref="IdleTimeout"/>. A slower transfer ends within
    /// twice that time, so a peer cannot keep a share alive by sending single bytes. It also applies to how fast a peer acknowledges what
    /// this side sends. Default 64, far below the slowest mobile network.
    /// </summary>
    public int MinTransferRate { get; init; } = 64;

    /// <summary>How long to wait at the end of a share for the other of SIP and MSRP to catch up. Default 5 seconds.</summary>
    public TimeSpan GraceTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The delays before a capability query that was answered with 480 is repeated, one entry per repetition; empty for no repetition. A
    /// Retry-After of the peer replaces the entry unless it exceeds <see cref="AnswerTimeout"/>, which ends the query. Default 10 s, then 20
    /// s (IR.74 §3.3). At most three entries (IR.79 §3.3).
    /// </summary>
    public IReadOnlyList<TimeSpan> QueryRetryDelays { get; init; } = UsualRetryDelays;

    /// <summary>
    /// How many peers <see cref="ImageShareClient.Capabilities"/> remembers. The least recently updated one is dropped first. Default 1024.
    /// </summary>
    public int MaxKnownPeers { get; init; } = 1024;

    /// <summary>How long <see cref="ImageShareClient.Capabilities"/> remembers the capabilities of a peer. Default one hour.</summary>
    public TimeSpan CapabilityLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <exception cref="ArgumentOutOfRangeException">A limit or timeout is out of range.</exception>
    internal void ThrowIfInvalid()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxImageSize);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxIconSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxPendingInvitations);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxConcurrentShares);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxPendingInvitationsPerPeer);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxConcurrentSharesPerPeer);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxPendingRequests);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxPendingRequestsPerSource);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxSipConnections);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxSipConnectionsPerSource);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxImagesPerInvitation);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxImagesPerInvitation, 15);
        ThrowIfNoTime(AnswerTimeout);
        ThrowIfNoTime(MsrpConnectTimeout);
        ThrowIfNoTime(IdleTimeout);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MinTransferRate);
        ThrowIfNoTime(GraceTimeout);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxKnownPeers);
        ThrowIfNoTime(CapabilityLifetime);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(QueryRetryDelays.Count, 3, nameof(QueryRetryDelays));
        foreach (TimeSpan delay in QueryRetryDelays)
        {
            ThrowIfNoTime(delay, nameof(QueryRetryDelays));
        }
    }

    // The share of a limit that one peer may use, so that others find room.
    private static int Most(int all) => all - (all / 4);

    private static void ThrowIfNoTime(TimeSpan time, [CallerArgumentExpression(nameof(time))] string? name = null)
    {
        // Timeout.InfiniteTimeSpan is negative. A day is longer than any of these waits should be, and short enough for any timer.
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, TimeSpan.FromDays(1), name);
    }
}
