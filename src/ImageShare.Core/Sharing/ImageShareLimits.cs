using System.Runtime.CompilerServices;

namespace ImageShare.Core.Sharing;

/// <summary>Sizes and times of the service. Every wait ends; none of these may be infinite, nor longer than a day.</summary>
public sealed record ImageShareLimits
{
    private readonly int? _maxInvitationsPerPeer;
    private readonly int? _maxSharesPerPeer;
    private readonly int? _maxRequestsPerSource;

    /// <summary>The defaults.</summary>
    public static ImageShareLimits Default { get; } = new();

    /// <summary>The largest image taken, in octets, announced as <c>a=max-size</c>. Default 4 GiB: pictures from any camera, and a bound.</summary>
    public long MaxImageSize { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>The largest icon sent or kept, in octets. Default 8 KiB; larger ones swell the INVITE.</summary>
    public int MaxIconSize { get; init; } = 8 * 1024;

    /// <summary>
    /// How many invitations may wait until the application reads them from <see cref="ImageShareClient.Invitations"/>; further ones get 486.
    /// Read or not, they count as running shares. Default 64, as many as may run: those that come at once to an application that takes all are not refused.
    /// </summary>
    public int MaxPendingInvitations { get; init; } = 64;

    /// <summary>
    /// How many of them may be of one peer, which is what it is for <see cref="MaxConcurrentSharesPerPeer"/>; further ones of it get 486. Default: three quarters of
    /// <see cref="MaxPendingInvitations"/>.
    /// </summary>
    public int MaxPendingInvitationsPerPeer
    {
        get => _maxInvitationsPerPeer ?? Most(MaxPendingInvitations);
        init => _maxInvitationsPerPeer = value;
    }

    /// <summary>How many shares may run at once in either direction; further invitations get 486. Default 64.</summary>
    public int MaxConcurrentShares { get; init; } = 64;

    /// <summary>
    /// How many of them one peer may have begun; further invitations of it get 486, and there is room left for others. A peer is a network address (IPv4, or
    /// the /64 of IPv6); behind a trusted proxy it is the caller's identity. Default: three quarters of <see cref="MaxConcurrentShares"/>.
    /// </summary>
    public int MaxConcurrentSharesPerPeer
    {
        get => _maxSharesPerPeer ?? Most(MaxConcurrentShares);
        init => _maxSharesPerPeer = value;
    }

    /// <summary>
    /// How many SIP requests of peers may be in the works at once; what begins beyond gets 503. An INVITE counts until its final answer is acknowledged, anything
    /// else until it is answered. Shares that are over count nothing, however many there were. Default 2048.
    /// </summary>
    public int MaxPendingRequests { get; init; } = 2048;

    /// <summary>How many of them may come from one network address (IPv4, or the /64 of IPv6). Default: three quarters of <see cref="MaxPendingRequests"/>.</summary>
    public int MaxPendingRequestsPerSource
    {
        get => _maxRequestsPerSource ?? Most(MaxPendingRequests);
        init => _maxRequestsPerSource = value;
    }

    /// <summary>
    /// How many SIP connections (TCP, TLS) there may be at once. One above that takes the place of the peer's that has been still for longest, for 3 minutes at least, or
    /// is dropped. Default 1024.
    /// </summary>
    public int MaxSipConnections { get; init; } = 1024;

    /// <summary>How many of them one network address (IPv4, or the /64 of IPv6) may have opened. Default 256.</summary>
    public int MaxSipConnectionsPerSource { get; init; } = 256;

    /// <summary>
    /// How many images one invitation may bring, and how many <see cref="ImageShareClient.ShareTogetherAsync"/> takes: 1 to 15, what a description and a
    /// multipart body hold. Further ones of a caller are refused with port 0, like those beyond <see cref="MaxConcurrentShares"/>. Default 10;
    /// 1 takes one image in a session, the others have to come in their own.
    /// </summary>
    public int MaxImagesPerInvitation { get; init; } = 10;

    /// <summary>How long a user may take to answer an invitation, on either side, and a peer to answer the capability query. Default 2 minutes, below the 3 minutes of RFC 3261's proxies.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long the MSRP connection may take once the invitation is accepted; before it, with <see cref="ImageShareOptions.UseCema"/>, as long again for names that have to be
    /// looked up. Default 30 seconds.
    /// </summary>
    public TimeSpan MediaConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long nothing may move in a running transfer. Default 60 seconds.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The least rate of a running transfer, in octets a second, taken over <see cref="IdleTimeout"/>: one that moves but gains less has ended within twice that
    /// time, so that no peer holds a share for ever with an octet now and then. Default 64, a small part of what the slowest mobile network carries.
    /// </summary>
    public int MinTransferRate { get; init; } = 64;

    /// <summary>How long SIP and MSRP may lag behind each other at the end of a share. Default 5 seconds.</summary>
    public TimeSpan GraceTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long to wait before a capability query that got 480 is sent again, once for each entry; empty never repeats it. A Retry-After of
    /// the peer takes the place of the entry, when it is no longer than <see cref="AnswerTimeout"/>; a longer one ends the query. Default 10 s,
    /// then 20 s (IR.74 §3.3). At most three entries (IR.79 §3.3).
    /// </summary>
    public IReadOnlyList<TimeSpan> QueryRetryDelays { get; init; } = [TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20)];

    /// <summary>How many peers <see cref="ImageShareClient.Capabilities"/> remembers; the one heard of longest ago goes first. Default 1024.</summary>
    public int MaxKnownPeers { get; init; } = 1024;

    /// <summary>How long <see cref="ImageShareClient.Capabilities"/> remembers what a peer said. Default one hour.</summary>
    public TimeSpan CapabilityLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <exception cref="ArgumentOutOfRangeException">A limit is not above zero, or a time is infinite.</exception>
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
        ThrowIfNoTime(MediaConnectTimeout);
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

    // What one may take of so many, so that others find room.
    private static int Most(int all) => all - (all / 4);

    private static void ThrowIfNoTime(TimeSpan time, [CallerArgumentExpression(nameof(time))] string? name = null)
    {
        // Infinite is a negative time; a day is longer than any of these waits should be and shorter than what timers take.
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, TimeSpan.FromDays(1), name);
    }
}
