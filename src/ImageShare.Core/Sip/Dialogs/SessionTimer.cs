using System.Globalization;
using System.Text;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Dialogs;

/// <summary>
/// What was agreed about the life of a session without a refresh (RFC 4028), as a value. Nothing is agreed before a 2xx says so,
/// and each 2xx to a refresh says it anew.
/// </summary>
/// <param name="Interval">How long it lives.</param>
/// <param name="IsOurs">Whether it is for us to refresh it.</param>
internal sealed record SessionTimer(TimeSpan Interval, bool IsOurs)
{
    private const string Caller = "uac";
    private const string Callee = "uas";

    private static readonly TimeSpan MostAhead = TimeSpan.FromSeconds(32);

    /// <summary>No interval may be shorter (RFC 4028 §5).</summary>
    public static TimeSpan Shortest { get; } = TimeSpan.FromSeconds(90);

    /// <summary>
    /// When to act: after half the interval where this side refreshes; where the peer does, before the end by 32 s or a third of the interval, when BYE is
    /// to be sent (RFC 4028 §10).
    /// </summary>
    public TimeSpan ActAfter => IsOurs ? Interval / 2 : Interval - (Interval / 3 < MostAhead ? Interval / 3 : MostAhead);

    /// <summary>Whether a request asks for less than we take, and can be told so with 422 (RFC 4028 §9).</summary>
    public static bool IsTooShort(SipRequest request, TimeSpan least) =>
        Supports(request) && request.Headers.SessionExpires is { } asked && TimeSpan.FromSeconds(asked.Seconds) < least;

    /// <summary>
    /// What our 2xx to an INVITE or UPDATE agrees to: what was asked for (RFC 4028 §9, table 2). Null for no timer: none was asked
    /// for, or this side would be the refresher and the peer does not allow UPDATE.
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

    /// <summary>What the 2xx to our own refresh agrees to.</summary>
    public static SessionTimer? Read(SipResponse response) =>
        response.Headers.SessionExpires is { } agreed && TimeSpan.FromSeconds(agreed.Seconds) >= Shortest
            ? new SessionTimer(TimeSpan.FromSeconds(agreed.Seconds), !Is(agreed.Refresher, Callee))
            : null;

    /// <summary>Says in a 2xx what is agreed.</summary>
    public void AddTo(SipResponse response, SipRequest request)
    {
        response.Headers.Set(SipHeaderNames.SessionExpires, Header(IsOurs ? Callee : Caller));
        if (Supports(request))
        {
            response.Headers.Add(SipHeaderNames.Require, SipExtensions.SessionTimer);
        }
    }

    /// <summary>Asks in a request of ours for the same again, and names the least the peer has ever asked for (RFC 4028 §7.4).</summary>
    public void AddTo(SipHeaders refresh, TimeSpan least = default)
    {
        refresh.Add(SipHeaderNames.SessionExpires, Header(IsOurs ? Caller : Callee));
        refresh.Add(SipHeaderNames.Supported, SipExtensions.SessionTimer);
        if (least > TimeSpan.Zero)
        {
            refresh.Add(SipHeaderNames.MinSessionExpires, ((long)least.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>What to ask for after a 422: the peer's Min-SE (RFC 4028 §7.3). Null when that is no 422, or it asks for no more than it was offered.</summary>
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
