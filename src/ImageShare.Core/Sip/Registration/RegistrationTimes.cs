namespace ImageShare.Core.Sip.Registration;

/// <summary>How long a registration waits. Pure functions; <c>chance</c> is a random number from 0 to 1, so that many clients do not come at once.</summary>
internal static class RegistrationTimes
{
    /// <summary>A connection that was lost earlier than this after the registration counts as unsteady.</summary>
    public static readonly TimeSpan Steady = TimeSpan.FromMinutes(2);

    /// <summary>What a registrar may insist on, or grant, at most.</summary>
    public static readonly TimeSpan LongestExpiry = TimeSpan.FromDays(7);

    // A binding that is valid for longer is refreshed earlier: it harms nobody, and a registrar that lost its memory has it again after a day.
    private static readonly TimeSpan LongestRefresh = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromDays(1);
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan DefaultFlowTimer = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan ShortestFlowTimer = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestFlowTimer = TimeSpan.FromHours(1);

    /// <summary>When a binding is refreshed (3GPP TS 24.229 §5.1.1.4.1), a little earlier at random.</summary>
    public static TimeSpan Refresh(TimeSpan granted, TimeSpan? natRefresh, double chance)
    {
        TimeSpan usual = (granted > 2 * Ahead ? granted - Ahead : granted / 2) * (0.9 + (0.1 * chance));
        TimeSpan latest = natRefresh is { } nat ? nat * (0.8 + (0.2 * chance)) : LongestRefresh;
        return usual < latest ? usual : latest;
    }

    /// <summary>The wait after failures in a row (RFC 5626 §4.5).</summary>
    public static TimeSpan Retry(SipRegistrationOptions options, int failures, TimeSpan? retryAfter, double chance)
    {
        TimeSpan most = options.LongestRetryDelay;
        TimeSpan bound = failures < 20 && options.RetryDelay * (1 << failures) is var doubled && doubled < most ? doubled : most;
        TimeSpan wait = bound * (0.5 + (0.5 * chance));
        TimeSpan asked = (retryAfter is { } after && after < LongestRetryAfter ? after : retryAfter is null ? TimeSpan.Zero : LongestRetryAfter) * (1 + (0.1 * chance));
        return asked > wait ? asked : wait;
    }

    /// <summary>The longest silence on a registered connection (RFC 5626 §4.4.1), by what the registrar asks for, if it does.</summary>
    public static TimeSpan KeepAlive(TimeSpan? flowTimer) =>
        flowTimer is not { } asked ? DefaultFlowTimer : asked < ShortestFlowTimer ? ShortestFlowTimer : asked > LongestFlowTimer ? LongestFlowTimer : asked;
}
