using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Sharing.Calls.Outgoing;

/// <summary>
/// A session to which this side invites, with one or more images: one capability query, one INVITE with a media section per image (RFC 5547
/// §8.2.3), and one answer, of which each share gets its part. Built image by image, then started.
/// </summary>
/// <remarks>
/// The loops of the shares call this object; <see cref="ShareCall.Gate"/> guards its state. The query and the invitation are one task each.
/// </remarks>
internal sealed class OutgoingCall(ShareContext context, CallTarget target) : ShareCall(context)
{
    private readonly InviteCancellation _cancellation = new();

    // Fixed once the call is started.
    private readonly List<CallingShare> _shares = [];

    // Guarded by the gate.
    private readonly HashSet<ShareSession> _wanting = [];
    private readonly HashSet<ShareSession> _givenUp = [];
    private bool _hasQueried;
    private bool _hasInvited;
    private bool _isAnswered;

    /// <summary>Adds an image to send. Call before the start.</summary>
    public ShareSession Push(ServedImage image, ShareSettings settings)
    {
        var session = new ShareSession(Context, target.CallId, ShareMachine.Outgoing, image.Description.ToSelector()) { Index = _shares.Count, Peer = Peer };
        var media = new SendingMedia(Context, session, settings) { Shared = Connection, Served = image };
        return Add(new CallingShare(this, session, media, new PushOffer(Context, target.Peer, media, settings)));
    }

    /// <summary>Adds an image to fetch. Call before the start.</summary>
    /// <param name="wanted">The requested image.</param>
    /// <param name="store">The store for it.</param>
    /// <param name="settings">The settings.</param>
    public ShareSession Fetch(ImageSelector wanted, IImageStore store, FetchSettings settings)
    {
        var session = new ShareSession(Context, target.CallId, ShareMachine.Fetching, wanted) { Index = _shares.Count, Peer = Peer };
        ReceivingMedia media = ReceivingMedia.OfAwaited(Context, session, Connection, store, settings.Progress);
        return Add(new CallingShare(this, session, media, new PullOffer(Context, session, media, target.Peer, wanted, settings)));
    }

    private NameAddress Peer => field ??= new NameAddress(target.Peer);

    /// <summary>Starts all images. Call once.</summary>
    public void Start(bool queryFirst)
    {
        foreach (CallingShare share in _shares)
        {
            share.Session.Start(share, new ShareInput.StartOutgoing(queryFirst));
        }
    }

    /// <summary>Called by an image that needs the query; there is one for all.</summary>
    public void Query()
    {
        lock (Gate)
        {
            if (_hasQueried)
            {
                return;
            }

            _hasQueried = true;
        }

        _ = Begin(QueryAsync, mayBlock: Context.HasCustomNetwork);
    }

    /// <summary>Called by an image that is ready to be offered; the INVITE is sent when all remaining images are.</summary>
    public void Invite(CallingShare share)
    {
        lock (Gate)
        {
            _wanting.Add(share.Session);
        }

        InviteWhenAllWant();
    }

    /// <summary>
    /// Cancels an image before the answer. A pending offer cannot be changed (RFC 3264 §4): the image's section is removed after the answer,
    /// and the INVITE is cancelled only if no image is left.
    /// </summary>
    /// <param name="share">The share.</param>
    /// <param name="mayWait">Whether the share waits for the outcome of the invitation.</param>
    /// <param name="reason">The reason in the CANCEL (RFC 3326).</param>
    public async ValueTask GiveUpAsync(CallingShare share, bool mayWait, ShareEndReason reason = ShareEndReason.UserCancelled)
    {
        bool isLast;
        lock (Gate)
        {
            _givenUp.Add(share.Session);
            _cancellation.Reason = reason;
            isLast = AreAllInside(_givenUp.Contains);
            if (!isLast && _isAnswered)
            {
                // The answer is being delivered to the share, which then leaves the session.
                return;
            }

            if (!isLast)
            {
                TakeOut(share.Session);
            }
        }

        if (isLast)
        {
            await _cancellation.RequestAsync().ConfigureAwait(false);
            return;
        }

        if (mayWait)
        {
            share.Session.Post(new ShareInput.Ended());
        }

        InviteWhenAllWant();
    }

    protected override void OnLeft(ShareSession session, bool isLast)
    {
        if (isLast)
        {
            _cancellation.Desert();
        }
        else
        {
            InviteWhenAllWant();
        }
    }

    private ShareSession Add(CallingShare share)
    {
        _shares.Add(share);
        Join(share);
        return share.Session;
    }

    private void InviteWhenAllWant()
    {
        lock (Gate)
        {
            if (_hasInvited || _wanting.Count == 0 || !AreAllInside(_wanting.Contains))
            {
                return;
            }

            _hasInvited = true;
        }

        _ = Begin(InviteAsync, mayBlock: Context.HasCustomNetwork);
    }

    private async Task QueryAsync()
    {
        try
        {
            ImageShareCapabilities capabilities = await CapabilityQuery.AskAsync(Context, target.Peer, target.Headers, inPlace: true, _cancellation.Requested).ConfigureAwait(false);
            foreach (CallingShare share in _shares)
            {
                ShareOutcome? obstacle = share.Terms.Obstacle(capabilities);
                share.Session.Post(obstacle is null ? new ShareInput.PeerCapable() : new ShareInput.QueryFailed(obstacle), inPlace: IsSingle);
            }
        }
        catch (ImageShareException e)
        {
            PostAll(new ShareInput.QueryFailed(ShareOutcome.From(e)));
        }
        catch (OperationCanceledException) when (_cancellation.Requested.IsCancellationRequested)
        {
            // AbandonQuery: the shares continued without the answer.
        }
    }

    private async Task InviteAsync()
    {
        CallingShare[] offered;
        lock (Gate)
        {
            // An image that left has released its media, or is about to, and must not get new ones.
            offered = [.. _shares.Where(share => IsInside(share.Session))];
        }

        try
        {
            var invitation = new OutgoingInvitation(Context, target, offered, Sessions, _cancellation);
            InviteOutcome outcome = await invitation.SendAsync().ConfigureAwait(false);
            await ConcludeAsync(outcome, offered, invitation.Offer!).ConfigureAwait(false);
        }
        catch (ImageShareException e)
        {
            PostAll(new ShareInput.InviteFailed(ShareOutcome.From(e)));
        }
        catch (OperationCanceledException) when (_cancellation.Requested.IsCancellationRequested)
        {
            // Cancelled before anything was sent, or no share waits for the outcome.
            PostAll(new ShareInput.Ended());
        }
    }

    private async Task ConcludeAsync(InviteOutcome outcome, CallingShare[] offered, Sdp.SessionDescription offer)
    {
        switch (outcome)
        {
            case InviteOutcome.Accepted accepted:
                await TakeAsync(accepted, offered, offer).ConfigureAwait(false);
                break;
            case InviteOutcome.Rejected rejected:
                foreach (CallingShare share in offered)
                {
                    share.Session.Post(new ShareInput.InviteFailed(share.Terms.Refused(rejected.Response)));
                }

                break;
            case InviteOutcome.Failed failed:
                PostAll(new ShareInput.InviteFailed(ShareOutcome.From(failed.Error)));
                break;
            case InviteOutcome.Cancelled cancelled:
                PostAll(cancelled.Response is null ? new ShareInput.CancelUnanswered() : new ShareInput.CancelAnswered());
                break;
            default:
                break;
        }
    }

    private async Task TakeAsync(InviteOutcome.Accepted accepted, CallingShare[] offered, Sdp.SessionDescription offer)
    {
        InviteDialog dialog = accepted.Dialog;
        bool isDeserted;
        lock (Gate)
        {
            Dialog = dialog;
            isDeserted = AreAllInside(static _ => false);
        }

        if (isDeserted)
        {
            // The last share ended just when the answer arrived.
            _ = dialog.ByeAsync();
            return;
        }

        PostAll(new ShareInput.PeerAnswered(), inPlace: true);
        dialog.TellEnd(OnDialogEnded);
        var answer = new InvitationAnswer(Context, dialog, offered, offer, _cancellation.Requested) { Agreed = offers => Offers = offers };
        Deliver(await answer.ReadAsync(accepted.Answer).ConfigureAwait(false), dialog, offered);
    }

    private void Deliver(AnsweredImage[] images, InviteDialog dialog, CallingShare[] offered)
    {
        // From here on a cancelled share leaves by itself; those that were cancelled earlier are removed now.
        CallingShare[] left;
        bool isEmpty;
        lock (Gate)
        {
            _isAnswered = true;
            isEmpty = AreAllInside(static _ => false);
            left = [.. offered.Where(share => !IsInside(share.Session))];
        }

        foreach (AnsweredImage image in images)
        {
            image.Share.Session.Post(image.Problem is null ? new ShareInput.InviteAccepted() : new ShareInput.AnswerUnusable(image.Problem), inPlace: IsSingle);
        }

        if (isEmpty)
        {
            _ = dialog.ByeAsync();
        }
        else if (Offers is { } offers)
        {
            Array.ForEach(left, share => _ = Begin(() => offers.RemoveAsync(share.Media.Section)));
        }
    }

    // On the agent's loop. Our own BYE is no news.
    private void OnDialogEnded(DialogEnd end)
    {
        if (DialogOutcome.Of(end) is { } input)
        {
            PostAll(input);
        }
    }
}
