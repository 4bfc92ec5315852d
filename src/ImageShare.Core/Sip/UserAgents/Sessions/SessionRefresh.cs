using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>
/// The session timer (RFC 4028): refreshes the session with UPDATE where this side is the refresher, and reports the session as failed when nobody
/// refreshed it in time. On the loop only.
/// </summary>
/// <param name="requests">The dialog the refreshes are sent in.</param>
/// <param name="failed">Called with the status of a response that ends the session, or with 408 when the session was not refreshed in time.</param>
internal sealed class SessionRefresh(SessionRequests requests, Action<int> failed)
{
    // How often a refresh is sent again with the interval a 422 asks for.
    private const int MaxAttempts = 4;

    private SessionTimer? _agreed;
    private LoopTimer? _timer;

    // The longest Min-SE of the peer so far: it applies to all later refreshes (RFC 4028 §7.3).
    private TimeSpan _minimum;
    private bool _isStopped;

    /// <summary>Agrees in our 2xx to an INVITE or UPDATE to the session timer its request asks for, or to none.</summary>
    public void AgreeOn(SipRequest request, SipResponse response)
    {
        if (requests.Layer.Agent.Options.ShortestSessionInterval is null)
        {
            return;
        }

        SessionTimer? timer = SessionTimer.Answer(request);
        timer?.AddTo(response, request);
        Start(timer);
    }

    /// <summary>Asks for the timer that runs again, in an offer of ours.</summary>
    public void AddTo(SipHeaders headers) => _agreed?.AddTo(headers);

    /// <summary>The 2xx to an offer of ours refreshes the session as well.</summary>
    public void OnAccepted(SipResponse response)
    {
        if (_agreed is not null)
        {
            Start(SessionTimer.Read(response));
        }
    }

    /// <summary>The session is over.</summary>
    public void Stop()
    {
        _isStopped = true;
        _timer?.Stop();
        _agreed = null;
    }

    private void Start(SessionTimer? timer)
    {
        _timer?.Stop();
        if (_isStopped)
        {
            return;
        }

        _agreed = timer;
        _timer = timer is null ? null : requests.Layer.Agent.Loop.StartTimer(timer.ActAfter, timer.IsOurs ? () => Refresh(timer) : () => failed(408));
    }

    private void Refresh(SessionTimer timer)
    {
        // When the refresh fails, the session ends at the time it would have ended without a refresh by the peer (RFC 4028 §10).
        TimeSpan rest = new SessionTimer(timer.Interval, IsOurs: false).ActAfter - timer.ActAfter;
        _timer = requests.Layer.Agent.Loop.StartTimer(rest, () => failed(408));
        Send(timer, MaxAttempts);
    }

    private void Send(SessionTimer timer, int attempts)
    {
        var headers = new SipHeaders();
        timer.AddTo(headers, _minimum);
        requests.Send(
            requests.Create(SipMethod.Update, headers, default), response => OnRefreshed(timer, attempts, response), OnFailed, refreshesTarget: true);
    }

    private void OnRefreshed(SessionTimer timer, int attempts, SipResponse response)
    {
        if (_isStopped)
        {
            return;
        }

        if (response.IsSuccess)
        {
            requests.RefreshTarget(response);
            Start(SessionTimer.Read(response));
        }
        else if (timer.After422(response) is { } longer && attempts > 1)
        {
            _minimum = longer.Interval;
            Send(longer, attempts - 1);
        }
        else if (response.StatusCode is 481 or 408)
        {
            failed(response.StatusCode);
        }
    }

    private void OnFailed(ImageShareException error)
    {
        if (error.Error == ImageShareError.NoAnswer)
        {
            failed(408);
        }
    }
}
