using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Sharing.Calls;

/// <summary>
/// Answers the peer's offers inside a session (RFC 5547 §8.1, §8.4; RFC 3261 §14.2) and informs the affected shares, one offer at a time on
/// the user agent's loop.
/// </summary>
internal sealed class SessionAnswers
{
    private static readonly ShareOutcome OtherFile = ShareOutcome.Failed(
        ImageShareError.UnacceptableOffer,
        "The peer offered a different file under the id of the running transfer (RFC 5547 §8.1), so the transfer was aborted; report the fault to the peer's vendor.");

    private readonly InviteDialog _dialog;
    private readonly AgreedSession _session;
    private readonly Func<IncomingRequest, InvitationBodyReading, SessionDescription, bool>? _begin;

    private SessionAnswers(InviteDialog dialog, AgreedSession session, Func<IncomingRequest, InvitationBodyReading, SessionDescription, bool>? begin) =>
        (_dialog, _session, _begin) = (dialog, session, begin);

    /// <summary>Answers the peer's offers from now on.</summary>
    /// <param name="dialog">The dialog of the session.</param>
    /// <param name="session">The session.</param>
    /// <param name="begin">Handles an offer that replaces the only file with a new transfer, given the last description of this side; returns
    /// false if it cannot be accepted and the session goes on. Null if no replacement is accepted.</param>
    public static void Start(InviteDialog dialog, AgreedSession session, Func<IncomingRequest, InvitationBodyReading, SessionDescription, bool>? begin = null) =>
        dialog.SetOnOffer(new SessionAnswers(dialog, session, begin).OnOffer, inPlace: true);

    private void OnOffer(IncomingRequest request)
    {
        if (request.Request.Body.IsEmpty)
        {
            // An INVITE without an offer asks for ours: repeat our last description (RFC 3261 §14.2).
            Respond(request, _session.Running.Local);
            return;
        }

        InvitationBodyReading reading = InvitationBody.Read(request.Request);
        if (reading.Offer is not { } offer)
        {
            request.Respond(reading.Status, reading.Reason);
            return;
        }

        (SessionFile File, ReofferKind Kind)[] files = Judge(offer);
        if (files.Any(static file => file.Kind is ReofferKind.Unacceptable))
        {
            request.Respond(488);
        }
        else if (files.Any(static file => file.Kind is ReofferKind.NewTransfer))
        {
            // The new share answers when its user has decided; it also handles later offers.
            if (_begin is null || request.Request.Method != SipMethod.Invite || !_begin(request, reading, _session.Running.Local))
            {
                request.Respond(488);
            }
        }
        else
        {
            Answer(request, offer, files);
        }
    }

    private (SessionFile File, ReofferKind Kind)[] Judge(SessionDescription offer)
    {
        lock (_session.Gate)
        {
            RunningDescription running = _session.Running;
            bool isContinued = running.IsContinuedBy(offer);
            return
            [
                .. _session.Files.Select(file => (file, !isContinued ? ReofferKind.Unacceptable
                    : _session.IsOver(file.Section) ? ReofferKind.Removed
                    : running.Judge(offer, file.File))),
            ];
        }
    }

    private void Answer(IncomingRequest request, SessionDescription offer, (SessionFile File, ReofferKind Kind)[] files)
    {
        SessionDescription answer;
        List<(SessionFile File, ReofferKind Kind)> ended = [];
        lock (_session.Gate)
        {
            answer = _session.Running.Answer(
                offer, files.Where(static file => file.Kind is ReofferKind.SameTransfer).ToDictionary(static file => file.File.Section, static file => file.File.File));
            _session.Running = new RunningDescription(answer);
        }

        foreach ((SessionFile File, ReofferKind Kind) file in files)
        {
            if (file.Kind is ReofferKind.SameTransfer)
            {
                _session.OnPeerPath(file.File.Section, offer.Media[file.File.Section]);
            }
            else if (_session.EndByPeer(file.File.Section))
            {
                ended.Add(file);
            }
        }

        Respond(request, answer);
        foreach ((SessionFile file, ReofferKind kind) in ended)
        {
            // The peer gives a reason if it was not a decision of its user.
            ShareEndReason reason = ReasonHeader.Read(request.Request);
            file.Session.Post(new ShareInput.TransferRemoved(
                kind is ReofferKind.OtherFile ? OtherFile : reason.ToOutcome(file.Session.IsOutgoing)));
        }
    }

    private void Respond(IncomingRequest request, SessionDescription answer)
    {
        SipResponse response = request.CreateResponse(200);
        response.Headers.Add("Content-Type", "application/sdp");
        response.Body = answer.ToArray();
        request.Respond(response);
        if (request.Request.Body.IsEmpty)
        {
            return;
        }

        // The dialog compares this description with the next one, without a surrounding multipart.
        InvitationBodyReading reading = InvitationBody.Read(request.Request);
        _dialog.Describe(response.Body, reading.Bytes);
    }
}
