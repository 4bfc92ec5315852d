using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Descriptions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>
/// The offers inside a session: answers those of the peer (RFC 5547 §8.1, §8.4; RFC 3261 §14.2) and tells the shares they concern, on the user agent's
/// loop and one at a time; and takes out what this side has broken off.
/// </summary>
internal sealed class SessionOffers
{
    private static readonly MediaType SdpType = new("application", "sdp");

    private static readonly ShareOutcome OtherFile = ShareOutcome.Failed(
        ImageShareError.UnacceptableOffer,
        "The peer offered another file under the id of the running transfer, so the transfer was given up; the peer is faulty, share the image again.");

    private readonly ShareContext _context;
    private readonly InviteDialog _dialog;
    private readonly IReadOnlyList<RunningFile> _files;
    private readonly Func<IncomingRequest, InvitationBodyReading, SessionDescription, bool>? _begin;
    private readonly Lock _gate = new();
    private readonly HashSet<int> _over = [];
    private readonly Dictionary<int, bool> _removing = [];
    private RunningDescription _running;
    private Task _offering = Task.CompletedTask;

    private SessionOffers(
        ShareContext context,
        InviteDialog dialog,
        SessionDescription local,
        IReadOnlyList<RunningFile> files,
        Func<IncomingRequest, InvitationBodyReading, SessionDescription, bool>? begin)
    {
        (_context, _dialog, _running, _files, _begin) = (context, dialog, new RunningDescription(local), files, begin);
    }

    /// <summary>Takes the offers of a dialog from now on.</summary>
    /// <param name="context">What all shares have in common.</param>
    /// <param name="dialog">The dialog.</param>
    /// <param name="local">What this side has said.</param>
    /// <param name="files">The files that are under way in it.</param>
    /// <param name="begin">
    /// Takes an offer of another transfer in the place of the only file, with what this side said last in the session; false when it cannot be taken and the
    /// session goes on. Null where none is ever taken.
    /// </param>
    public static SessionOffers Take(
        ShareContext context,
        InviteDialog dialog,
        SessionDescription local,
        IReadOnlyList<RunningFile> files,
        Func<IncomingRequest, InvitationBodyReading, SessionDescription, bool>? begin = null)
    {
        var offers = new SessionOffers(context, dialog, local, files, begin);
        dialog.OfferReceived = offers.OnOffer;
        return offers;
    }

    /// <summary>
    /// Offers the session without a file that was broken off on this side, unless the peer has taken it out already. Several at the same time go into
    /// one offer; one that meets an offer of the peer waits for its turn.
    /// </summary>
    /// <param name="section">The index of its section.</param>
    /// <param name="hasFailed">Whether something failed here; the peer is told, to tell it from a user who cancels.</param>
    /// <returns>Done when the peer has answered, or the session is over; never fails.</returns>
    public Task RemoveAsync(int section, bool hasFailed = false)
    {
        lock (_gate)
        {
            if (!_over.Add(section))
            {
                return _offering;
            }

            if (_running.Local.Media[section].Port == 0)
            {
                return Task.CompletedTask;
            }

            _removing.Add(section, hasFailed);
            if (_offering.IsCompleted)
            {
                _offering = OfferAsync();
            }

            return _offering;
        }
    }

    private async Task OfferAsync()
    {
        // Not under the lock of who asks.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        int[] offered = [];
        bool isMore = true;
        bool isOver = false;
        while (isMore)
        {
            SipResponse? response = null;
            try
            {
                response = await _dialog.OfferAsync(() => WriteRemoval(out offered), SdpType, ReasonOfRemoval).ConfigureAwait(false);
            }
            catch (ImageShareException)
            {
                // The session is over or the peer is gone: its end says so.
                isOver = true;
            }

            if (response is { IsSuccess: true })
            {
                TakeAnswer(response);
            }

            lock (_gate)
            {
                // A peer that refuses has the file's end by MSRP all the same: nothing is gained by asking again.
                Array.ForEach(offered, section => _removing.Remove(section));
                isMore = !isOver && _removing.Count > 0;
                if (!isMore)
                {
                    _removing.Clear();
                    _offering = Task.CompletedTask;
                }
            }
        }
    }

    // On the agent's loop, when it is our turn.
    private ReadOnlyMemory<byte> WriteRemoval(out int[] offered)
    {
        lock (_gate)
        {
            offered = [.. _removing.Keys];
            if (offered.Length == 0)
            {
                return default;
            }

            _running = new RunningDescription(_running.Without(offered));
            return _running.Local.ToArray();
        }
    }

    private string? ReasonOfRemoval()
    {
        lock (_gate)
        {
            return _removing.ContainsValue(true) ? DialogOutcome.FailureReason : null;
        }
    }

    // What the peer refuses of the rest is out as well (RFC 3264 §8).
    private void TakeAnswer(SipResponse response)
    {
        if (!SessionDescription.TryParse(response.Body.Span, SdpLimits.Default, out SessionDescription? answer, out _))
        {
            return;
        }

        foreach (RunningFile file in _files)
        {
            if (file.Section < answer.Media.Length && answer.Media[file.Section].Port == 0 && End(file.Section))
            {
                file.Session.Post(new ShareInput.TransferRemoved(ShareOutcome.CancelledByPeer));
            }
        }
    }

    private void OnOffer(IncomingRequest request)
    {
        if (request.Request.Body.IsEmpty)
        {
            // An INVITE that asks for our offer: what we said last (RFC 3261 §14.2).
            Respond(request, Local);
            return;
        }

        InvitationBodyReading reading = InvitationBody.Read(_context.Multipart, request.Request);
        if (reading.Offer is not { } offer)
        {
            request.Respond(reading.Status, reading.Reason);
            return;
        }

        (RunningFile File, ReofferKind Kind)[] files = Judge(offer);
        if (files.Any(static file => file.Kind is ReofferKind.Unacceptable))
        {
            request.Respond(488);
        }
        else if (files.Any(static file => file.Kind is ReofferKind.NewTransfer))
        {
            // One that is begun answers, when its user has decided; offers that come then are its own.
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

    private (RunningFile File, ReofferKind Kind)[] Judge(SessionDescription offer)
    {
        lock (_gate)
        {
            bool isContinued = _running.IsContinuedBy(offer);
            return
            [
                .. _files.Select(file => (file, !isContinued ? ReofferKind.Unacceptable
                    : _over.Contains(file.Section) ? ReofferKind.Removed
                    : _running.Judge(offer, file))),
            ];
        }
    }

    private void Answer(IncomingRequest request, SessionDescription offer, (RunningFile File, ReofferKind Kind)[] files)
    {
        SessionDescription answer;
        List<(RunningFile File, ReofferKind Kind)> ended = [];
        lock (_gate)
        {
            HashSet<int> kept = [.. files.Where(static file => file.Kind is ReofferKind.SameTransfer).Select(static file => file.File.Section)];
            answer = _running.Answer(offer, kept);
            _running = new RunningDescription(answer);
        }

        foreach ((RunningFile File, ReofferKind Kind) file in files)
        {
            if (file.Kind is not ReofferKind.SameTransfer && End(file.File.Section))
            {
                ended.Add(file);
            }
        }

        Respond(request, answer);
        foreach ((RunningFile file, ReofferKind kind) in ended)
        {
            // A receiver says when it was not its user's will.
            bool hasFailed = file.Session.IsOutgoing && DialogOutcome.SaysFailure(request.Request);
            file.Session.Post(new ShareInput.TransferRemoved(
                kind is ReofferKind.OtherFile ? OtherFile : hasFailed ? ShareOutcome.PeerFailed : ShareOutcome.CancelledByPeer));
        }
    }

    // False when it has ended before. An offer of ours has nothing to take out any more.
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

        // The description that is compared with the next one; a multipart around it is not part of it.
        InvitationBodyReading reading = InvitationBody.Read(_context.Multipart, request.Request);
        _dialog.Describe(response.Body, reading.Octets);
    }
}
