namespace ImageShare.Core.Sip.Transactions;

/// <summary>
/// The three base times of SIP and what RFC 3261 Table 4 and RFC 6026 §7 derive from them. The defaults are the RFC's; a network
/// with a known shorter or longer round trip may set its own. Immutable.
/// </summary>
public sealed record SipTimers
{
    private const int Timeouts = 64;
    private static readonly TimeSpan LeastD = TimeSpan.FromSeconds(32);

    /// <summary>The values of RFC 3261.</summary>
    public static SipTimers Default { get; } = new();

    /// <summary>T1: the estimated round trip, first retransmission interval. Default 500 ms.</summary>
    public TimeSpan T1 { get; init => field = Positive(value, nameof(T1)); } = TimeSpan.FromMilliseconds(500);

    /// <summary>T2: the longest interval between retransmissions of a non-INVITE request or an INVITE response. Default 4 s.</summary>
    public TimeSpan T2 { get; init => field = Positive(value, nameof(T2)); } = TimeSpan.FromSeconds(4);

    /// <summary>T4: how long a message may stay in the network. Default 5 s.</summary>
    public TimeSpan T4 { get; init => field = Positive(value, nameof(T4)); } = TimeSpan.FromSeconds(5);

    /// <summary>64 × T1, default 32 s: timers B, F, H, J, L and M, and how long an unacknowledged 2xx is repeated.</summary>
    public TimeSpan Timeout => T1 * Timeouts;

    /// <summary>Timer D: how long copies of a final response to INVITE are acknowledged again over UDP; at least 32 s.</summary>
    internal TimeSpan D => Timeout > LeastD ? Timeout : LeastD;

    /// <summary>When an INVITE that the application has not answered gets 100 Trying (RFC 3261 §17.2.1).</summary>
    internal static TimeSpan InviteTrying { get; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// When a non-INVITE request that has no answer gets 100 Trying: when timer E of the client reaches T2 (RFC 4320 §4.1), after
    /// T1 + 2·T1 + 4·T1 …, with the default values 3.5 s.
    /// </summary>
    internal TimeSpan NonInviteTrying
    {
        get
        {
            TimeSpan at = TimeSpan.Zero;
            for (TimeSpan interval = T1; interval < T2; interval *= 2)
            {
                at += interval;
            }

            return at;
        }
    }

    /// <summary>The interval after <paramref name="interval"/>: twice as long, at most T2.</summary>
    internal TimeSpan Next(TimeSpan interval) => interval * 2 < T2 ? interval * 2 : T2;

    private static TimeSpan Positive(TimeSpan value, string name) => value > TimeSpan.Zero && value < TimeSpan.FromHours(1)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "A SIP timer is longer than zero and shorter than an hour.");
}
