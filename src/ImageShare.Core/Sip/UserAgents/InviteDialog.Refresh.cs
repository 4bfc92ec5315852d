using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <content>Keeping the session alive (RFC 4028), and what does no more than that.</content>
public sealed partial class InviteDialog
{
    private LoopTimer? _refresh;
    private SipMessage? _local;
    private SipMessage? _remote;

    /// <summary>Notes what both sides have said of the session: the offer and its answer.</summary>
    internal void Describe(SipMessage local, SipMessage remote)
    {
        _local = local;
        _remote = remote;
    }

    // A refresh changes nothing, so nobody has to be asked: an UPDATE without a body, or the description we know already.
    private bool IsRefresh(SipRequest request) =>
        (request.Method == SipMethod.Update && request.Body.IsEmpty)
        || ((request.Method == SipMethod.Update || request.Method == SipMethod.Invite)
            && !request.Body.IsEmpty
            && request.Body.Span.SequenceEqual((_remote?.Body ?? default).Span)
            && _local?.Headers.ContentType?.Is("application", "sdp") == true);

    private void AnswerRefresh(IncomingRequest request)
    {
        SipResponse response = request.CreateResponse(200);
        if (!request.Request.Body.IsEmpty)
        {
            response.Headers.Add(SipHeaderNames.ContentType, _local!.Headers.ContentType!.ToString());
            response.Body = _local.Body;
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
        _refresh = timer is null ? null : _core.Loop.StartTimer(timer.ActAfter, timer.IsOurs ? () => Refresh(timer) : OnNotRefreshed);
    }

    private void Refresh(SessionTimer timer)
    {
        // When nothing comes of it, the session ends as if the peer had not refreshed it.
        TimeSpan rest = new SessionTimer(timer.Interval, IsOurs: false).ActAfter - timer.ActAfter;
        _refresh = _core.Loop.StartTimer(rest, OnNotRefreshed);
        var headers = new SipHeaders();
        timer.AddTo(headers);
        ParameterList contact = _answer?.Response.Headers.Contacts is [{ } ours, ..] ? ours.Parameters : default;
        Send(SipMethod.Update, headers, default, OnRefreshed, OnRefreshFailed, contact);
    }

    private void OnRefreshed(SipResponse response)
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
