using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>
/// The session that this side is invited to, with one image or several. Each is decided alone; the answer goes out with the last decision, and refuses
/// image by image with port 0 (RFC 5547 §8.3). When none is taken, the invitation is refused.
/// </summary>
internal sealed class IncomingCall : ShareCall
{

    private readonly IShareCall _call;
    private readonly SessionDescription _offer;
    private readonly ReadOnlyMemory<byte> _offerOctets;
    private readonly List<CalledShare> _shares = [];
    private readonly Dictionary<CalledShare, ImageAnswer> _accepted = [];
    private readonly Dictionary<CalledShare, int> _refused = [];
    private bool _isRinging;
    private bool _isAnswered;
    private volatile bool _isReplaced;

    /// <param name="context">What all shares have in common.</param>
    /// <param name="call">What is answered.</param>
    /// <param name="offer">What is offered.</param>
    /// <param name="offerOctets">The offer as it came, without what came around it: what a refresh of the caller's repeats.</param>
    public IncomingCall(ShareContext context, IShareCall call, SessionDescription offer, ReadOnlyMemory<byte> offerOctets)
        : base(context)
    {
        (_call, _offer, _offerOctets) = (call, offer, offerOctets);
        IReadOnlyList<NameAddress> identities = context.TrustedHops.IdentitiesIn(call.Request, call.Source);
        NameAddress? asserted = identities is [var first, ..] ? first : null;
        AssertedIdentities = [.. identities.Select(static identity => identity.Uri)];
        IsCallerAsserted = asserted is not null;
        Caller = asserted ?? call.Request.Headers.From!;
    }

    public NameAddress Caller { get; }

    public bool IsCallerAsserted { get; }

    public IReadOnlyList<SipUri> AssertedIdentities { get; }

    public SipSource Source => _call.Source;

    /// <summary>Done when what ran in the session before has let go of it.</summary>
    public Task Cleared => _call.Cleared;

    /// <summary>Begins the share of another transfer that takes the place of this one in its session; only where there is one.</summary>
    public required Action<IShareCall, ReceivedOffer, InvitationBodyReading> BeginNext { get; init; }

    /// <summary>Adds an image of the offer, before any is started.</summary>
    /// <param name="offer">What is offered, or asked for.</param>
    /// <param name="answersWithCema">Whether the answer reckons with a middlebox (RFC 6714 §4.3).</param>
    public CalledShare Add(ReceivedOffer offer, bool answersWithCema)
    {
        var session = new ShareSession(
            Context, _call.Request.Headers.CallId!, offer.IsPull ? ShareMachine.Serving : ShareMachine.Incoming, offer.Image) { Index = _shares.Count };
        ShareMedia media = offer.IsPull
            ? new SendingMedia(Context, session, ShareSettings.Default) { Section = offer.Section, Together = Connection }
            : new ReceivingMedia(Context, session) { Section = offer.Section, Together = Connection };
        var share = new CalledShare(Context, this, session, media, offer) { AnswersWithCema = answersWithCema };
        _shares.Add(share);
        Join(share);
        return share;
    }

    /// <summary>An image is shown; the first one makes the caller hear it.</summary>
    public void Ring()
    {
        lock (Gate)
        {
            if (_isRinging)
            {
                return;
            }

            _isRinging = true;
        }

        _call.Ring();
        _ = Begin(WatchInviteAsync);
    }

    /// <summary>An image is taken.</summary>
    public void Accept(CalledShare share, ImageAnswer answer)
    {
        lock (Gate)
        {
            if (!_refused.ContainsKey(share))
            {
                _accepted[share] = answer;
            }
        }

        AnswerWhenAllDecided();
    }

    /// <summary>An image is not taken.</summary>
    public void Refuse(CalledShare share, int status)
    {
        lock (Gate)
        {
            if (_isAnswered || !_refused.TryAdd(share, status))
            {
                return;
            }

            _accepted.Remove(share);
        }

        AnswerWhenAllDecided();
    }

    // One that is over without a decision is not taken; what came before the answer needs no offer of ours.
    protected override void OnLeft(ShareSession session, bool isLast) => Refuse(_shares.Single(share => share.Session == session), 480);

    private void AnswerWhenAllDecided()
    {
        KeyValuePair<CalledShare, ImageAnswer>[] accepted;
        int refusal;
        lock (Gate)
        {
            if (_isAnswered || _accepted.Count + _refused.Count < _shares.Count)
            {
                return;
            }

            _isAnswered = true;
            accepted = [.. _accepted];
            refusal = _refused.Values.FirstOrDefault(static status => status == SipStatus.Decline, _refused.Values.FirstOrDefault());
        }

        if (accepted.Length == 0)
        {
            _call.Reject(refusal);
        }
        else
        {
            TryAnswer(accepted);
        }
    }

    private void TryAnswer(KeyValuePair<CalledShare, ImageAnswer>[] accepted)
    {
        try
        {
            Answer(accepted);
        }
        catch (Exception e)
        {
            // As in Begin; and the caller is not left ringing.
            _call.Reject(480);
            PostAll(new ShareInput.Broken(ShareOutcome.FromUnexpected(e)));
        }
    }

    private void Answer(KeyValuePair<CalledShare, ImageAnswer>[] accepted)
    {
        SessionDescription description = ImageAnswer.Write([.. accepted.Select(static image => image.Value)]);
        description = _call.Before is { } before ? OfferRevision.After(before, description) : description;
        byte[] octets = description.ToArray();
        Task<InviteDialog> accepting = _call.AcceptAsync(octets, ServiceTags.Contact(Context.Profile));
        InviteDialog dialog = _call.Dialog!;
        dialog.Describe(octets, _offerOctets);
        SessionOffers offers = SessionOffers.Take(
            Context,
            dialog,
            description,
            [
                .. accepted.Select(image => new SessionFile(
                    new RunningFile(image.Key.Offer.Section, image.Key.Media.FileOf(image.Key.Offer.Selector), image.Key.Offer.Media.FileTransferId, image.Value.Selector is not null),
                    image.Key.Session)),
            ],
            _shares.Count == 1 ? (request, body, local) => TryReplace(_shares[0], dialog, request, body, local) : null);
        bool isEmpty;
        CalledShare[] left;
        lock (Gate)
        {
            (Dialog, Offers) = (dialog, offers);
            isEmpty = AreAllInside(static _ => false);
            left = [.. accepted.Select(static image => image.Key).Where(share => !IsInside(share.Session))];
        }

        foreach ((CalledShare share, ImageAnswer answer) in accepted)
        {
            share.OnAnswered(answer);
            PathRenewal.Follow(Context, share.Session, share.Media, offers, answer.Path);
        }

        _ = Begin(() => WatchDialogAsync(accepting, dialog));
        if (isEmpty)
        {
            // They left in this very moment.
            _ = dialog.ByeAsync();
            return;
        }

        foreach (CalledShare share in left)
        {
            _ = Begin(() => offers.RemoveAsync(share.Media.Section));
        }
    }

    // Another transfer in the place of this one: this one ends first, its session goes on. Called on the agent's loop.
    private bool TryReplace(CalledShare share, InviteDialog dialog, IncomingRequest request, InvitationBodyReading body, SessionDescription local)
    {
        (ReceivedOffer? offer, _, _) = ReceivedOffer.Read(body.Offer!, Context.Limits, Context.Terms, Context.Catalogue is not null);
        if (offer is null || offer.Section != share.Offer.Section || !PeerPath.TryParse(offer.Path, out _))
        {
            return false;
        }

        // The dialog is the next one's: this call does not end it.
        _isReplaced = true;
        lock (Gate)
        {
            (Dialog, Offers) = (null, null);
        }

        PostAll(new ShareInput.Replaced());
        BeginNext(new NextInvite(request, body.Offer!, local, dialog, share.Session.Gone), offer, body);
        return true;
    }

    private ShareOutcome Withdrawal => _call.Cancel is { } cancel ? ReasonHeader.ReadOfCancel(cancel).ToWithdrawal() : ShareOutcome.InvitationLost;

    private async Task WatchInviteAsync()
    {
        var withdrawn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration registration = _call.Cancelled.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), withdrawn);
        Task ended = Task.WhenAll(Sessions.Select(static session => session.Completion));
        await Task.WhenAny(withdrawn.Task, ended).ConfigureAwait(false);
        await registration.DisposeAsync().ConfigureAwait(false);
        if (ended.IsCompleted)
        {
            return;
        }

        ShareOutcome outcome = Withdrawal;
        PostAll(new ShareInput.InvitationWithdrawn(outcome));
        bool isAnswered;
        lock (Gate)
        {
            isAnswered = _isAnswered;
        }

        if (!isAnswered)
        {
            // Those that were taken, and waited for a decision on the others.
            PostAll(new ShareInput.DialogFailed(outcome));
        }
    }

    private async Task WatchDialogAsync(Task<InviteDialog> accepting, InviteDialog dialog)
    {
        DialogEnd end = await dialog.Ended.ConfigureAwait(false);
        if (_isReplaced)
        {
            return;
        }

        if (end.Reason == DialogEndReason.Failed && accepting.Exception?.InnerException is ImageShareException e)
        {
            // It never came to a session; why not is said there. A CANCEL that crossed our answer is the common reason.
            PostAll(new ShareInput.DialogFailed(e.Error == ImageShareError.Cancelled ? Withdrawal : ShareOutcome.From(e)));
        }
        else if (DialogOutcome.Of(end) is { } input)
        {
            PostAll(input);
        }
    }
}
