using ImageShare.Core.Msrp;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Sharing.Calls;

/// <summary>
/// Offer/answer inside a session: answers the peer's offers (RFC 5547 §8.1, §8.4; RFC 3261 §14.2) and informs the affected shares, one at a
/// time on the user agent's loop; removes files that were aborted on this side; and announces new paths.
/// </summary>
internal sealed partial class SessionOffers
{
    private static readonly ShareOutcome OtherFile = ShareOutcome.Failed(
        ImageShareError.UnacceptableOffer,
        "The peer offered a different file under the id of the running transfer (RFC 5547 §8.1), so the transfer was aborted; report the fault to the peer's vendor.");

    private readonly ShareContext _context;
    private readonly InviteDialog _dialog;
    private readonly IReadOnlyList<SessionFile> _files;
    private readonly Func<IncomingRequest, InvitationBodyReading, SessionDescription, bool>? _begin;
    private readonly Lock _gate = new();
    private readonly HashSet<int> _over = [];
    private readonly Dictionary<int, ShareEndReason> _removing = [];
    private readonly Dictionary<int, NewPath> _moving = [];
    private readonly Dictionary<int, Action<MsrpPath>> _peerPaths = [];
    private RunningDescription _running;
    private Task _offering = Task.CompletedTask;

    private SessionOffers(
        ShareContext context,
        InviteDialog dialog,
        SessionDescription local,
        IReadOnlyList<SessionFile> files,
        Func<IncomingRequest, InvitationBodyReading, SessionDescription, bool>? begin)
    {
        (_context, _dialog, _running, _files, _begin) = (context, dialog, new RunningDescription(local), files, begin);
    }

    /// <summary>Starts handling the offers of a dialog.</summary>
    /// <param name="context">What all shares have in common.</param>
    /// <param name="dialog">The dialog.</param>
    /// <param name="local">The last description of this side.</param>
    /// <param name="files">The files being transferred in it.</param>
    /// <param name="begin">Handles an offer that replaces the only file with a new transfer, given the last description of this side; returns
    /// false if it cannot be accepted and the session goes on. Null if no replacement is accepted.</param>
    public static SessionOffers Take(
        ShareContext context,
        InviteDialog dialog,
        SessionDescription local,
        IReadOnlyList<SessionFile> files,
        Func<IncomingRequest, InvitationBodyReading, SessionDescription, bool>? begin = null)
    {
        var offers = new SessionOffers(context, dialog, local, files, begin);
        dialog.OfferReceived = offers.OnOffer;
        return offers;
    }

    private void TakePath(int section, MediaDescription media)
    {
        Action<MsrpPath>? told;
        lock (_gate)
        {
            told = _peerPaths.GetValueOrDefault(section);
        }

        if (told is not null && media.Path is { } uris && PeerPath.TryParse(uris, out MsrpPath? path))
        {
            told(path);
        }
    }

    /// <summary>
    /// Why images are being removed, if the peer has not been told yet. A message carries one reason: of several, a failure takes precedence.
    /// </summary>
    public ShareEndReason Untold
    {
        get
        {
            lock (_gate)
            {
                return _removing.Values.DefaultIfEmpty().Max();
            }
        }
    }

    private void OnOffer(IncomingRequest request)
    {
        if (request.Request.Body.IsEmpty)
        {
            // An INVITE without an offer asks for ours: repeat our last description (RFC 3261 §14.2).
            Respond(request, Local);
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
            if (_begin is null || request.Request.Method != SipMethod.Invite || !_begin(request, reading, Local))
            {
                request.Respond(488);
            }
        }
        else
        {
            Answer(request, offer, files);
        }
    }

    private SessionDescription Local
    {
        get
        {
            lock (_gate)
            {
                return _running.Local;
            }
        }
    }

    private (SessionFile File, ReofferKind Kind)[] Judge(SessionDescription offer)
    {
        lock (_gate)
        {
            bool isContinued = _running.IsContinuedBy(offer);
            return
            [
                .. _files.Select(file => (file, !isContinued ? ReofferKind.Unacceptable
                    : _over.Contains(file.Section) ? ReofferKind.Removed
                    : _running.Judge(offer, file.File))),
            ];
        }
    }

    private void Answer(IncomingRequest request, SessionDescription offer, (SessionFile File, ReofferKind Kind)[] files)
    {
        SessionDescription answer;
        List<(SessionFile File, ReofferKind Kind)> ended = [];
        lock (_gate)
        {
            answer = _running.Answer(
                offer, files.Where(static file => file.Kind is ReofferKind.SameTransfer).ToDictionary(static file => file.File.Section, static file => file.File.File));
            _running = new RunningDescription(answer);
        }

        foreach ((SessionFile File, ReofferKind Kind) file in files)
        {
            if (file.Kind is ReofferKind.SameTransfer)
            {
                TakePath(file.File.Section, offer.Media[file.File.Section]);
            }
            else if (End(file.File.Section))
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

    // False if it had already ended. Nothing remains for an offer of ours to remove.
    private bool End(int section)
    {
        lock (_gate)
        {
            _removing.Remove(section);
            return _over.Add(section);
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
        _dialog.Describe(response.Body, reading.Octets);
    }
}
