using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <content>Keeping the session alive (RFC 4028), and what does no more than that.</content>
public sealed partial class InviteDialog
{
    // How often a refresh of ours is made again with what the peer asks for instead.
    private const int MostRefreshes = 4;

    private static readonly MediaType SdpType = new("application", "sdp");

    private LoopTimer? _refresh;
    private SessionTimer? _timer;
    private TimeSpan _least;
    private ReadOnlyMemory<byte> _local;
    private ReadOnlyMemory<byte> _remote;
    private MediaType? _localType;

    /// <summary>
    /// Says what the session is now, where the bodies of INVITE and 2xx do not say it themselves: they hold more than the description (multipart),
    /// or what was offered is not what was agreed upon. A refresh of the peer is compared with the one and answered with the other.
    /// </summary>
    /// <param name="local">Our session description (application/sdp), fit to be an answer; must not change any more.</param>
    /// <param name="remote">The peer's; must not change any more.</param>
    public void Describe(ReadOnlyMemory<byte> local, ReadOnlyMemory<byte> remote) => _core.TryPost(() =>
    {
        (_local, _remote) = (local, remote);
        _localType = SdpType;
    });

    /// <summary>Notes what both sides have said of the session: the offer and its answer.</summary>
    internal void Describe(SipMessage local, SipMessage remote)
    {
        (_local, _remote) = (local.Body, remote.Body);
        _localType = local.Headers.ContentType;
    }

    // A refresh changes nothing, so nobody has to be asked: an UPDATE without a body, or the description we know already.
    private bool IsRefresh(SipRequest request) =>
        (request.Method == SipMethod.Update && request.Body.IsEmpty)
        || ((request.Method == SipMethod.Update || request.Method == SipMethod.Invite)
            && !request.Body.IsEmpty
            && request.Body.Span.SequenceEqual(_remote.Span)
            && _localType?.Is("application", "sdp") == true);

    private void AnswerRefresh(IncomingRequest request)
    {
        SipResponse response = request.CreateResponse(200);
        if (!request.Request.Body.IsEmpty)
        {
            response.Headers.Add(SipHeaderNames.ContentType, _localType!.ToString());
            response.Body = _local;
        }

        request.Respond(response);
    }

    // Our 2xx to an INVITE or UPDATE agrees to a timer, or to none any more.
    private void AgreeOnTimer(SipRequest request, SipResponse response)
    {
        if (_core.Options.ShortestSessionInterval is null)
        {
            return;
        }

        SessionTimer? timer = SessionTimer.Answer(request);
        timer?.AddTo(response, request);
        StartTimer(timer);
    }

    private void StartTimer(SessionTimer? timer)
    {
        _refresh?.Stop();
        _timer = timer;
        _refresh = timer is null ? null : _core.Loop.StartTimer(timer.ActAfter, timer.IsOurs ? () => Refresh(timer) : OnNotRefreshed);
    }

    private void Refresh(SessionTimer timer)
    {
        // When nothing comes of it, the session ends as if the peer had not refreshed it.
        TimeSpan rest = new SessionTimer(timer.Interval, IsOurs: false).ActAfter - timer.ActAfter;
        _refresh = _core.Loop.StartTimer(rest, OnNotRefreshed);
        SendRefresh(timer, MostRefreshes);
    }

    private void SendRefresh(SessionTimer timer, int tries)
    {
        var headers = new SipHeaders();
        timer.AddTo(headers, _least);
        Send(SipMethod.Update, headers, default, response => OnRefreshed(timer, tries, response), OnRefreshFailed, _contactParameters);
    }

    private void OnRefreshed(SessionTimer timer, int tries, SipResponse response)
    {
        if (_state.Phase == InviteSessionPhase.Ended)
        {
            return;
        }

        if (response.IsSuccess)
        {
            Volatile.Write(ref _dialog, _dialog.RefreshedBy(response));
            StartTimer(SessionTimer.Read(response));
        }
        else if (timer.After422(response) is { } longer && tries > 1)
        {
            // The peer lives with longer intervals only: what it said holds for all refreshes to come (RFC 4028 §7.3).
            _least = longer.Interval;
            SendRefresh(longer, tries - 1);
        }
        else if (response.StatusCode is 481 or 408)
        {
            Give(InviteSessionInput.RequestFailed);
        }
    }

    private void OnRefreshFailed(ImageShareException error)
    {
        if (error.Error == ImageShareError.NoAnswer)
        {
            Give(InviteSessionInput.RequestFailed);
        }
    }

    private void OnNotRefreshed() => Give(InviteSessionInput.RequestFailed);
}
