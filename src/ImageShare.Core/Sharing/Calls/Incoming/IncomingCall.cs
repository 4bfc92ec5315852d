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
/// A session to which this side is invited, with one or more images. Each image is decided separately. The answer is sent after the last
/// decision and refuses individual images with port 0 (RFC 5547 §8.3); if no image is accepted, the invitation is refused.
/// </summary>
internal sealed class IncomingCall : ShareCall
{
    private readonly IShareCall _call;
    private readonly SessionDescription _offer;
    private readonly ReadOnlyMemory<byte> _offerBytes;
    private readonly List<CalledShare> _shares = [];

    // Guarded by the gate.
    private readonly ImageDecisions _decisions = new();
    private bool _isRinging;
    private CancellationTokenRegistration _withdrawing;
    private volatile bool _isReplaced;
    private volatile bool _isRefused;

    /// <param name="context">The context of the client's shares.</param>
    /// <param name="call">The request to answer.</param>
    /// <param name="offer">The offer.</param>
    /// <param name="offerBytes">The bytes of the offer, without a surrounding multipart: a session refresh of the caller repeats them.</param>
    public IncomingCall(ShareContext context, IShareCall call, SessionDescription offer, ReadOnlyMemory<byte> offerBytes)
        : base(context)
    {
        (_call, _offer, _offerBytes) = (call, offer, offerBytes);
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

    /// <summary>Completes when the previous share of the session has released it.</summary>
    public Task Cleared => _call.Cleared;

    /// <summary>Whether it is over for the peer: refused, replaced, or ended in SIP. What is left is work of this side.</summary>
    public bool IsOver => _isRefused || _isReplaced || _call.Cancelled.IsCancellationRequested || _call.Dialog is { Ended.IsCompleted: true };

    /// <summary>Starts the share of a new transfer that replaces this one in its session.</summary>
    public required Action<IShareCall, ReceivedOffer, InvitationBodyReading> BeginNext { get; init; }

    /// <summary>Adds an image of the offer, before any of them starts.</summary>
    /// <param name="offer">The offer or request for the image.</param>
    /// <param name="answersWithCema">Whether the answer uses CEMA (RFC 6714 §4.3).</param>
    public CalledShare Add(ReceivedOffer offer, bool answersWithCema)
    {
        var session = new ShareSession(
            Context, _call.Request.Headers.CallId!, offer.IsPull ? ShareMachine.Serving : ShareMachine.Incoming, offer.Image)
        {
            Index = _shares.Count,
            Peer = Caller,
            TransferId = offer.Media.FileTransferId,
        };
        ShareMedia media = offer.IsPull
            ? new SendingMedia(Context, session, ShareSettings.Default) { Section = offer.Section, Shared = Connection }
            : new ReceivingMedia(Context, session) { Section = offer.Section, Shared = Connection };
        var share = new CalledShare(Context, this, session, media, offer) { AnswersWithCema = answersWithCema };
        _shares.Add(share);
        Join(share);
        return share;
    }

    /// <summary>Called when an image is shown to the user; the first one sends 180.</summary>
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
        _withdrawing = _call.Cancelled.UnsafeRegister(static call => ((IncomingCall)call!).Withdraw(), this);
    }

    /// <summary>Called when an image is accepted.</summary>
    public void Accept(CalledShare share, ImageAnswer answer)
    {
        lock (Gate)
        {
            _decisions.Accept(share, answer);
        }

        AnswerWhenAllDecided();
    }

    /// <summary>Called when an image is refused.</summary>
    public void Refuse(CalledShare share, int status)
    {
        lock (Gate)
        {
            if (!_decisions.TryRefuse(share, status))
            {
                return;
            }
        }

        AnswerWhenAllDecided();
    }

    // An image that ended without a decision is refused. Before the answer, no offer is needed to remove it.
    protected override void OnLeft(ShareSession session, bool isLast)
    {
        Refuse(_shares.Single(share => share.Session == session), 480);
        if (isLast)
        {
            _withdrawing.Unregister();
        }
    }

    private void AnswerWhenAllDecided()
    {
        KeyValuePair<CalledShare, ImageAnswer>[] accepted;
        lock (Gate)
        {
            if (!_decisions.TryClose(_shares.Count))
            {
                return;
            }

            accepted = _decisions.Accepted;
        }

        if (accepted.Length == 0)
        {
            Reject(_decisions.Refusal);
        }
        else
        {
            TryAnswer(accepted);
        }
    }

    private void Reject(int status)
    {
        _isRefused = true;
        _call.Reject(status);
    }

    private void TryAnswer(KeyValuePair<CalledShare, ImageAnswer>[] accepted)
    {
        try
        {
            Answer(accepted);
        }
        catch (Exception e)
        {
            // As in Begin; in addition, the caller must not be left ringing.
            Reject(480);
            PostAll(new ShareInput.Broken(ShareOutcome.FromUnexpected(e)));
        }
    }

    private void Answer(KeyValuePair<CalledShare, ImageAnswer>[] accepted)
    {
        SessionDescription description = ImageAnswer.Write([.. accepted.Select(static image => image.Value)]);
        description = _call.Before is { } before ? OfferRevision.Next(before, description) : description;
        byte[] bytes = description.ToArray();
        Task<InviteDialog> accepting = _call.AcceptAsync(bytes, Context.Tags.Contact);
        InviteDialog dialog = _call.Dialog!;
        dialog.Describe(bytes, _offerBytes, inPlace: true);
        var session = new AgreedSession(description, [.. accepted.Select(static image => FileOf(image.Key, image.Value))]);
        SessionAnswers.Start(dialog, session, _shares.Count == 1 ? (request, body, local) => TryReplace(_shares[0], dialog, request, body, local) : null);
        Establish(dialog, new SessionOffers(dialog, session), accepted);
        dialog.TellEnd(end => OnDialogEnded(accepting, end));
    }

    private static SessionFile FileOf(CalledShare share, ImageAnswer answer)
    {
        ReceivedOffer offer = share.Offer;
        return new SessionFile(new RunningFile(offer.Section, share.Media.FileOf(offer.Selector), offer.Media.FileTransferId, answer.Selector is not null), share.Session);
    }

    // Connects the accepted images, and removes those that left while the answer was being sent.
    private void Establish(InviteDialog dialog, SessionOffers offers, KeyValuePair<CalledShare, ImageAnswer>[] accepted)
    {
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

        if (isEmpty)
        {
            _ = dialog.ByeAsync();
            return;
        }

        foreach (CalledShare share in left)
        {
            _ = Begin(() => offers.RemoveAsync(share.Media.Section));
        }
    }

    // A new transfer replaces this one: this share ends first, its session goes on. Runs on the agent's loop.
    private bool TryReplace(CalledShare share, InviteDialog dialog, IncomingRequest request, InvitationBodyReading body, SessionDescription local)
    {
        (ReceivedOffer? offer, _, _) = ReceivedOffer.Read(body.Offer!, Context.Limits, Context.Terms, Context.Catalogue is not null);
        if (offer is null || offer.Section != share.Offer.Section || !PeerPath.TryParse(offer.Path, out _))
        {
            return false;
        }

        // The dialog now belongs to the next call: this one must not end it.
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

    // Called on the thread pool when the caller gives up. Ended shares ignore it.
    private void Withdraw()
    {
        ShareOutcome outcome = Withdrawal;
        PostAll(new ShareInput.InvitationWithdrawn(outcome), inPlace: true);
        bool isAnswered;
        lock (Gate)
        {
            isAnswered = _decisions.AreClosed;
        }

        if (!isAnswered)
        {
            // Images that were accepted and waited for the other decisions.
            PostAll(new ShareInput.DialogFailed(outcome));
        }
    }

    // On the agent's loop.
    private void OnDialogEnded(Task<InviteDialog> accepting, DialogEnd end)
    {
        if (_isReplaced)
        {
            return;
        }

        if (end.Reason == DialogEndReason.Failed)
        {
            _ = Begin(() => OnDialogFailedAsync(accepting, end), mayBlock: false);
        }
        else if (DialogOutcome.Of(end) is { } input)
        {
            PostAll(input);
        }
    }

    private async Task OnDialogFailedAsync(Task<InviteDialog> accepting, DialogEnd end)
    {
        if (await FailureOfAsync(accepting).ConfigureAwait(false) is { } e)
        {
            // The session was never established; the exception says why. Usually a CANCEL crossed our answer.
            PostAll(new ShareInput.DialogFailed(e.Error == ImageShareError.Cancelled ? Withdrawal : ShareOutcome.From(e)));
        }
        else if (DialogOutcome.Of(end) is { } input)
        {
            PostAll(input, inPlace: true);
        }
    }

    // Both tasks end together, on threads of their own: it is not enough to look at what the one says by now. Null when the session was established.
    private static async Task<ImageShareException?> FailureOfAsync(Task<InviteDialog> accepting)
    {
        try
        {
            await accepting.ConfigureAwait(false);
            return null;
        }
        catch (ImageShareException e)
        {
            return e;
        }
    }
}
