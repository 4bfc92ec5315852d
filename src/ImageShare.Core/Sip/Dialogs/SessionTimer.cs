using System.Globalization;
using System.Text;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Dialogs;

/// <summary>
/// The session timer that was agreed on (RFC 4028), as a value. It is agreed on by a 2xx, and again by the 2xx to each refresh.
/// </summary>
/// <param name="Interval">The session interval.</param>
/// <param name="IsOurs">Whether this side refreshes.</param>
internal sealed record SessionTimer(TimeSpan Interval, bool IsOurs)
{
    private const string Caller = "uac";
    private const string Callee = "uas";

    private static readonly TimeSpan MostAhead = TimeSpan.FromSeconds(32);

    /// <summary>No interval may be shorter (RFC 4028 §5).</summary>
    public static TimeSpan Shortest { get; } = TimeSpan.FromSeconds(90);

    /// <summary>
    /// When to act (RFC 4028 §10): if this side refreshes, after half the interval. If the peer does, when BYE is due: 32 s, or a third of the interval if that is
    /// less, before the end.
    /// </summary>
    public TimeSpan ActAfter => IsOurs ? Interval / 2 : Interval - (Interval / 3 < MostAhead ? Interval / 3 : MostAhead);

    /// <summary>Whether a request asks for less than this side accepts, and may be refused with 422 (RFC 4028 §9).</summary>
    public static bool IsTooShort(SipRequest request, TimeSpan least) =>
        Supports(request) && request.Headers.SessionExpires is { } asked && TimeSpan.FromSeconds(asked.Seconds) < least;

    /// <summary>
    /// The timer of our 2xx to an INVITE or UPDATE: as requested (RFC 4028 §9, table 2). Null for no timer, if none was requested
    /// or if this side would be the refresher and the peer does not allow UPDATE.
    /// </summary>
    public static SessionTimer? Answer(SipRequest request)
    {
        if (request.Headers.SessionExpires is not { } asked || TimeSpan.FromSeconds(asked.Seconds) < Shortest)
        {
            return null;
        }

        bool isOurs = !Supports(request) || Is(asked.Refresher, Callee);
        return isOurs && !TakesUpdate(request) ? null : new SessionTimer(TimeSpan.FromSeconds(asked.Seconds), isOurs);
    }

    /// <summary>The timer in the 2xx to our own refresh.</summary>
    public static SessionTimer? Read(SipResponse response) =>
        response.Headers.SessionExpires is { } agreed && TimeSpan.FromSeconds(agreed.Seconds) >= Shortest
            ? new SessionTimer(TimeSpan.FromSeconds(agreed.Seconds), !Is(agreed.Refresher, Callee))
            : null;

    /// <summary>Writes it into a 2xx.</summary>
    public void AddTo(SipResponse response, SipRequest request)
    {
        response.Headers.Set(SipHeaderNames.SessionExpires, Header(IsOurs ? Callee : Caller));
        if (Supports(request))
        {
            response.Headers.Add(SipHeaderNames.Require, SipExtensions.SessionTimer);
        }
    }

    /// <summary>Writes it into a refresh, with the largest Min-SE that the peer has sent (RFC 4028 §7.4).</summary>
    public void AddTo(SipHeaders refresh, TimeSpan least = default)
    {
        refresh.Add(SipHeaderNames.SessionExpires, Header(IsOurs ? Caller : Callee));
        refresh.Add(SipHeaderNames.Supported, SipExtensions.SessionTimer);
        if (least > TimeSpan.Zero)
        {
            refresh.Add(SipHeaderNames.MinSessionExpires, ((long)least.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The timer to ask for after a 422: the peer's Min-SE (RFC 4028 §7.3). Null if the response is not a 422, or its Min-SE is not longer.</summary>
    public SessionTimer? After422(SipResponse response) =>
        response.StatusCode == 422
            && SessionExpires.TryParse(Encoding.UTF8.GetBytes(response.Headers.GetString(SipHeaderNames.MinSessionExpires) ?? string.Empty), out SessionExpires? least)
            && TimeSpan.FromSeconds(least.Seconds) > Interval
            ? this with { Interval = TimeSpan.FromSeconds(least.Seconds) }
            : null;

    private static bool TakesUpdate(SipRequest request) => request.Headers.Allow.Contains(SipMethod.Update.Name);

    private static bool Supports(SipRequest request) =>
        request.Headers.Supported.Contains(SipExtensions.SessionTimer, StringComparer.OrdinalIgnoreCase)
        || request.Headers.Require.Contains(SipExtensions.SessionTimer, StringComparer.OrdinalIgnoreCase);

    private static bool Is(string? refresher, string side) => side.Equals(refresher, StringComparison.OrdinalIgnoreCase);

    private SessionExpires Header(string refresher) =>
        new((uint)Interval.TotalSeconds, new ParameterList(new Parameter("refresher", refresher)));
}
