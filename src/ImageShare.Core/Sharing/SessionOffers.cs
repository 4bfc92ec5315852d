using ImageShare.Core.Msrp;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Descriptions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>
/// Answers what the peer offers inside the session of a share (RFC 5547 §8.1, §8.4; RFC 3261 §14.2) and tells the share. Called on the user
/// agent's loop, one offer at a time.
/// </summary>
internal sealed class SessionOffers
{
    private static readonly ShareOutcome OtherFile = ShareOutcome.Failed(
        ImageShareError.UnacceptableOffer,
        "The peer offered another file under the id of the running transfer, so the transfer was given up; the peer is faulty, share the image again.");

    private readonly ShareContext _context;
    private readonly ImageShareSession _session;
    private readonly InviteDialog _dialog;
    private readonly Func<IncomingRequest, InvitationBodyReading, SessionDescription, bool>? _begin;
    private readonly Lock _gate = new();
    private RunningDescription _running;
    private bool _isOver;

    private SessionOffers(
        ShareContext context,
        ImageShareSession session,
        InviteDialog dialog,
        RunningDescription running,
        Func<IncomingRequest, InvitationBodyReading, SessionDescription, bool>? begin)
    {
        (_context, _session, _dialog, _running, _begin) = (context, session, dialog, running, begin);
    }

    /// <summary>Takes the offers of a dialog from now on.</summary>
    /// <param name="context">What all shares have in common.</param>
    /// <param name="session">The share that runs in the dialog.</param>
    /// <param name="dialog">The dialog.</param>
    /// <param name="running">What is agreed upon.</param>
    /// <param name="begin">
    /// Takes an offer of another transfer, with what this side said last in the session; false when it cannot be taken and the session goes
    /// on. Null where none is ever taken.
    /// </param>
    public static SessionOffers Take(
        ShareContext context,
        ImageShareSession session,
        InviteDialog dialog,
        RunningDescription running,
        Func<IncomingRequest, InvitationBodyReading, SessionDescription, bool>? begin = null)
    {
        var offers = new SessionOffers(context, session, dialog, running, begin);
        dialog.OfferReceived = offers.OnOffer;
        return offers;
    }

    /// <summary>Told of the MSRP path in each description of the peer: its relays may have granted it another (RFC 4976 §9.4).</summary>
    public Action<MsrpPath>? PeerPath { get; set; }

    /// <summary>Offers the same transfer over another path of this side's own.</summary>
    /// <returns>Whether the peer took it.</returns>
    /// <exception cref="ImageShareException">That of <see cref="InviteDialog.OfferAsync"/>.</exception>
    public async Task<bool> OfferPathAsync(string path)
    {
        SessionDescription current = Running.Local;
        int section = Running.Section;
        MediaDescription file = current.Media[section].With(SdpAttributes.Path(path.Split(' ')));

        // An offer leaves open who connects (RFC 6135 §4.2.1); who has connected stays the one.
        MediaDescription offered = file.Find(SdpAttributes.SetupName) is null ? file : file.With(SdpAttributes.Setup(SetupRole.ActPass));
        SessionDescription offer = OfferRevision.After(current, current with { Media = current.Media.SetItem(section, offered) });
        SipResponse response = await _dialog.OfferAsync(SipMethod.Invite, offer.ToArray(), new MediaType("application", "sdp")).ConfigureAwait(false);
        if (!response.IsSuccess)
        {
            return false;
        }

        Say(offer with { Media = offer.Media.SetItem(section, file) });
        if (SessionDescription.TryParse(response.Body.Span, SdpLimits.Default, out SessionDescription? answer, out _) && answer.Media.Length > section)
        {
            TakePath(answer.Media[section]);
        }

        return true;
    }

    private RunningDescription Running
    {
        get
        {
            lock (_gate)
            {
                return _running;
            }
        }
    }

    private void Say(SessionDescription local)
    {
        lock (_gate)
        {
            _running = _running with { Local = local };
        }
    }

    private void TakePath(MediaDescription media)
    {
        if (media.Path is { } uris && Sharing.PeerPath.TryParse(uris, out MsrpPath? path))
        {
            PeerPath?.Invoke(path);
        }
    }

    private void OnOffer(IncomingRequest request)
    {
        if (request.Request.Body.IsEmpty)
        {
            // An INVITE that asks for our offer: what we said last (RFC 3261 §14.2).
            Answer(request, Running.Local);
            return;
        }

        InvitationBodyReading reading = InvitationBody.Read(_context.Multipart, request.Request);
        if (reading.Offer is not { } offer)
        {
            request.Respond(reading.Status, reading.Reason);
            return;
        }

        switch (_isOver && offer.Media.Length >= Running.Local.Media.Length ? ReofferKind.Removed : Running.Judge(offer))
        {
            case ReofferKind.SameTransfer:
                Answer(request, Running.Answer(offer, keepsFile: true));
                TakePath(offer.Media[Running.Section]);
                break;
            case ReofferKind.Removed:
                End(request, offer, ShareOutcome.CancelledByPeer);
                break;
            case ReofferKind.OtherFile:
                End(request, offer, OtherFile);
                break;
            case ReofferKind.NewTransfer when _begin is not null && request.Request.Method == SipMethod.Invite && _begin(request, reading, Running.Local):
                // It answers, when its user has decided; offers that come then are its own.
                break;
            default:
                request.Respond(488);
                break;
        }
    }

    private void End(IncomingRequest request, SessionDescription offer, ShareOutcome outcome)
    {
        _isOver = true;
        Answer(request, Running.Answer(offer, keepsFile: false));
        _session.Post(new ShareInput.TransferRemoved(outcome));
    }

    private void Answer(IncomingRequest request, SessionDescription answer)
    {
        Say(answer);
        SipResponse response = request.CreateResponse(200);
        response.Headers.Add("Content-Type", "application/sdp");
        response.Body = answer.ToArray();
        request.Respond(response);
        if (request.Request.Body.IsEmpty)
        {
            return;
        }

        // The description that is compared with the next one; a multipart around it is not part of it.
        InvitationBodyReading reading = InvitationBody.Read(_context.Multipart, request.Request);
        _dialog.Describe(response.Body, reading.Octets);
    }
}
