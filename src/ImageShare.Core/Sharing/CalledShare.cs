using System.Net;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Descriptions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.UserAgents;

namespace ImageShare.Core.Sharing;

/// <summary>The SIP half of the side that is invited: ringing, the decision, the answer, what is offered inside the session, and its end.</summary>
internal sealed class CalledShare : IShareSignalling
{
    // What _decision holds. One field, so that of all that can happen first, one does.
    private static readonly object Accepted = new();
    private static readonly object Declined = new();
    private static readonly object Over = new();

    private readonly ShareContext _context;
    private readonly IShareCall _call;
    private readonly ReceivedOffer _offer;
    private readonly ShareMedia _media;
    private readonly CancellationTokenSource _withdrawn = new();
    private object? _decision;
    private InviteDialog? _dialog;
    private volatile bool _isReplaced;

    public CalledShare(ShareContext context, ImageShareSession session, IShareCall call, ReceivedOffer offer, ShareMedia media)
    {
        _context = context;
        _call = call;
        _offer = offer;
        _media = media;
        Session = session;
        IReadOnlyList<NameAddress> identities = context.TrustedHops.IdentitiesIn(call.Request, call.Source);
        NameAddress? asserted = identities is [var first, ..] ? first : null;
        AssertedIdentities = [.. identities.Select(static identity => identity.Uri)];
        IsCallerAsserted = asserted is not null;
        Caller = asserted ?? call.Request.Headers.From!;
    }

    public ImageShareSession Session { get; }

    public NameAddress Caller { get; }

    public bool IsCallerAsserted { get; }

    public IReadOnlyList<SipUri> AssertedIdentities { get; }

    /// <summary>The offer as it came, without what came around it: what a refresh of the caller's repeats.</summary>
    public required ReadOnlyMemory<byte> OfferOctets { get; init; }

    /// <summary>Begins the share of another transfer that takes the place of this one in its session.</summary>
    public required Action<IShareCall, ReceivedOffer, InvitationBodyReading> BeginNext { get; init; }

    /// <summary>Whether the answer reckons with a middlebox (RFC 6714 §4.3).</summary>
    public bool AnswersWithCema { get; init; }

    /// <summary>Cancelled when it is over without this side's decision.</summary>
    public CancellationToken Withdrawn => _withdrawn.Token;

    public bool IsDecided => Volatile.Read(ref _decision) is not null;

    public bool WasDeclined => Volatile.Read(ref _decision) == Declined;

    /// <summary>Takes the invitation, with all that is needed for it at hand; false when it is over or decided already.</summary>
    public bool TryAccept()
    {
        if (Interlocked.CompareExchange(ref _decision, Accepted, null) is not null)
        {
            return false;
        }

        Session.Post(new ShareInput.UserAccepted());
        return true;
    }

    public void Decline(int status = 603)
    {
        if (Interlocked.CompareExchange(ref _decision, Declined, null) is null)
        {
            Session.Post(new ShareInput.UserDeclined(status));
        }
    }

    public async ValueTask PerformAsync(ShareEffect effect)
    {
        switch (effect)
        {
            case ShareEffect.Ring:
                _call.Ring();
                _ = Session.Begin(WatchInviteAsync);
                break;
            case ShareEffect.Answer:
                await _call.Cleared.ConfigureAwait(false);
                Answer();
                break;
            case ShareEffect.Reject reject:
                _call.Reject(reject.SipStatus);
                break;
            case ShareEffect.Bye bye:
                _ = Session.Begin(() => ByeAsync(bye.HasFailed));
                break;
            default:
                break;
        }
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.CompareExchange(ref _decision, Over, null) is null)
        {
            Session.Raise(_withdrawn.Cancel);
        }

        // Whatever led here, no caller is left ringing and no session standing; both do nothing when that is done already.
        // A session that goes on with another share is that one's.
        if (_dialog is null)
        {
            _call.Reject(480);
        }
        else if (!_isReplaced && !_dialog.Ended.IsCompleted)
        {
            _ = _dialog.ByeAsync();
        }

        return ValueTask.CompletedTask;
    }

    private void Answer()
    {
        IPAddress address = _context.AddressFor(_call.Source);
        bool isSecure = _offer.Media.IsMsrpOverTls;
        MediaEnd end = _media.Open(address, isSecure, _call.Source.Remote.Address);
        ImageAnswer answer = _media.Complete(new ImageAnswer
        {
            Offer = _offer,
            Origin = Origin.Create(address),
            MsrpAddress = end.Address,
            Fingerprints = isSecure ? _context.Fingerprints : [],
            HasCema = AnswersWithCema,
            Path = end.Path,
        });
        _media.SetPeer(new PeerMedia(_offer.Path, _offer.Fingerprints, answer.IsActive));
        if (AnswersWithCema && answer.IsActive && _offer.Media.Port != 9 && _offer.Description.GetConnection(_offer.Media) is { } middlebox)
        {
            _media.SetPeerAddress(middlebox.Address, _offer.Media.Port);
        }

        SessionDescription description = _call.Before is { } before ? OfferRevision.After(before, answer.Write()) : answer.Write();
        byte[] octets = description.ToArray();
        Task<InviteDialog> accepting = _call.AcceptAsync(octets, ServiceTags.Contact(_context.Profile));
        InviteDialog dialog = _dialog = _call.Dialog!;
        dialog.Describe(octets, OfferOctets);
        var running = new RunningDescription(description, _offer.Section, _media.FileOf(_offer.Selector), _offer.Media.FileTransferId, answer.Selector is not null);
        SessionOffers.Take(_context, Session, dialog, running, (request, body, local) => TryReplace(dialog, request, body, local));
        _ = Session.Begin(() => WatchDialogAsync(accepting, dialog));
    }

    // Another transfer in the place of this one: this one ends first, its session goes on. Called on the agent's loop.
    private bool TryReplace(InviteDialog dialog, IncomingRequest request, InvitationBodyReading body, SessionDescription local)
    {
        (ReceivedOffer? offer, _, _) = ReceivedOffer.Read(body.Offer!, _context.Limits, _context.Terms, _context.Catalogue is not null);
        if (offer is null || offer.Section != _offer.Section || !PeerPath.TryParse(offer.Path, out _))
        {
            return false;
        }

        _isReplaced = true;
        Session.Post(new ShareInput.Replaced());
        BeginNext(new NextInvite(request, body.Offer!, local, dialog, Session.Completion), offer, body);
        return true;
    }

    private async Task WatchInviteAsync()
    {
        var withdrawn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration registration = _call.Cancelled.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), withdrawn);
        await Task.WhenAny(withdrawn.Task, Session.Completion).ConfigureAwait(false);
        await registration.DisposeAsync().ConfigureAwait(false);
        Session.Post(new ShareInput.InvitationWithdrawn());
    }

    private async Task WatchDialogAsync(Task<InviteDialog> accepting, InviteDialog dialog)
    {
        DialogEnd end = await dialog.Ended.ConfigureAwait(false);
        if (end.Reason == DialogEndReason.Failed && accepting.Exception?.InnerException is ImageShareException e)
        {
            // It never came to a session; why not is said there. A CANCEL that crossed our answer is the common reason.
            Session.Post(new ShareInput.DialogFailed(e.Error == ImageShareError.Cancelled ? ShareOutcome.Withdrawn : ShareOutcome.From(e)));
        }
        else if (DialogOutcome.Of(end) is { } input)
        {
            Session.Post(input);
        }
    }

    private async Task ByeAsync(bool hasFailed)
    {
        if (_dialog is not null)
        {
            await DialogOutcome.EndAsync(_dialog, _context, hasFailed).ConfigureAwait(false);
        }

        Session.Post(new ShareInput.Ended());
    }
}
