using System.Diagnostics.CodeAnalysis;
using System.Net;
using ImageShare.Core.Bodies;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Peers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;

namespace ImageShare.Core.Sharing.Calls.Outgoing;

/// <summary>
/// The session that this side invites to, with one image or several: one query, one invitation with a section for each image (RFC 5547 §8.2.3), and
/// one answer, of which each share gets its own part.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without timer and wait handle holds nothing that needs to be disposed of.")]
internal sealed partial class OutgoingCall(ShareContext context, SipUri peer, string callId, ExtraHeaders headers) : ShareCall(context)
{
    private readonly CancellationTokenSource _givingUp = new();
    private volatile ShareEndReason _cancelReason = ShareEndReason.UserCancelled;
    private readonly CancellationTokenSource _over = new();
    private readonly List<CallingShare> _shares = [];
    private readonly HashSet<ShareSession> _wanting = [];
    private readonly HashSet<ShareSession> _givenUp = [];
    private CallingShare[] _offered = [];
    private MediaEnd[] _ends = [];
    private SipUri? _target;
    private bool _hasQueried;
    private bool _hasInvited;
    private bool _isAnswered;
    private SessionDescription? _offer;

    public void Join(CallingShare share)
    {
        _shares.Add(share);
        Join(share.Session, share.Media);
    }

    /// <summary>An image asks for the query; there is one for all.</summary>
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

        _ = Begin(QueryAsync);
    }

    /// <summary>An image asks for the invitation; it goes out when all that are left have.</summary>
    public void Invite(CallingShare share)
    {
        lock (Gate)
        {
            _wanting.Add(share.Session);
        }

        InviteWhenAllWant();
    }

    /// <summary>
    /// An image is given up before the answer. An offer that is out cannot be changed (RFC 3264 §4): its section is taken out after the answer, and only
    /// when no image is wanted any more, the whole invitation is cancelled.
    /// </summary>
    /// <param name="share">The share.</param>
    /// <param name="mayWait">Whether it waits for what becomes of the invitation.</param>
    /// <param name="reason">What the CANCEL says (RFC 3326).</param>
    public async ValueTask GiveUpAsync(CallingShare share, bool mayWait, ShareEndReason reason = ShareEndReason.UserCancelled)
    {
        bool isLast;
        lock (Gate)
        {
            _givenUp.Add(share.Session);
            _cancelReason = reason;
            isLast = AreAllInside(_givenUp.Contains);
            if (!isLast && _isAnswered)
            {
                // The answer is on its way to the share, which then leaves the session.
                return;
            }

            if (!isLast)
            {
                TakeOut(share.Session);
            }
        }

        if (isLast)
        {
            await _givingUp.CancelAsync().ConfigureAwait(false);
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
            _ = _givingUp.CancelAsync();
            _ = _over.CancelAsync();
        }
        else
        {
            InviteWhenAllWant();
        }
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

        _ = Begin(InviteAsync);
    }

    private async Task QueryAsync()
    {
        try
        {
            ImageShareCapabilities capabilities = await CapabilityQuery.AskAsync(Context, peer, headers, _givingUp.Token).ConfigureAwait(false);
            foreach (CallingShare share in _shares)
            {
                ShareOutcome? obstacle = share.Terms.Obstacle(capabilities);
                share.Session.Post(obstacle is null ? new ShareInput.PeerCapable() : new ShareInput.QueryFailed(obstacle));
            }
        }
        catch (ImageShareException e)
        {
            PostAll(new ShareInput.QueryFailed(ShareOutcome.From(e)));
        }
        catch (OperationCanceledException) when (_givingUp.IsCancellationRequested)
        {
            // AbandonQuery: the shares have gone on without the answer.
        }
    }

    private async Task InviteAsync()
    {
        try
        {
            SipDestination hop = await Context.ResolveAsync(peer, _givingUp.Token).ConfigureAwait(false);
            IPAddress address = Context.AddressFor(hop);
            _givingUp.Token.ThrowIfCancellationRequested();
            await OpenMediaAsync(address, hop.EndPoint.Address).ConfigureAwait(false);
            foreach (CallingShare share in _offered)
            {
                await share.Terms.PrepareAsync(_givingUp.Token).ConfigureAwait(false);
            }

            bool withIcons = _offered.Any(static share => share.Terms.HasIcon);
            InviteOutcome outcome = await InviteAsync(WriteOffer(address, withIcons), null).ConfigureAwait(false);
            if (withIcons && outcome is InviteOutcome.Rejected { Response: var refusal } && PlainOfferPeers.IsOfMultipart(refusal))
            {
                // The icons are not worth the images: once more without them, and never again with one (RFC 5547 §8.8).
                Context.PlainOfferPeers.Add(peer);
                _givingUp.Token.ThrowIfCancellationRequested();
                withIcons = false;
                outcome = await InviteAsync(WriteOffer(address, withIcons), refusal).ConfigureAwait(false);
            }

            outcome = await FollowAsync(outcome, address, withIcons).ConfigureAwait(false);
            if (outcome is InviteOutcome.Rejected { Response: { StatusCode: 488 } no } && await TryOfferWholeAsync().ConfigureAwait(false))
            {
                _givingUp.Token.ThrowIfCancellationRequested();
                outcome = await InviteAsync(WriteOffer(address, withIcons), no).ConfigureAwait(false);
            }

            await ConcludeAsync(outcome).ConfigureAwait(false);
        }
        catch (ImageShareException e)
        {
            PostAll(new ShareInput.InviteFailed(ShareOutcome.From(e)));
        }
        catch (OperationCanceledException) when (_givingUp.IsCancellationRequested)
        {
            // CancelInvite before anything was sent; or no share is left that waits for what becomes of it.
            PostAll(new ShareInput.Ended());
        }
    }

    // What RFC 3261 §9.1 asks for behind a CANCEL is the agent's: no share is kept for it.
    private async Task<InviteOutcome> AwaitAsync(OutgoingInvite invite)
    {
        try
        {
            return await invite.Result.WaitAsync(_over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            invite.Cancel(ReasonHeader.Write(_cancelReason));
            _ = EndIfAcceptedAsync(invite.Result);
            throw;
        }
    }

    // The answer came in the moment nobody waited for it any more.
    private static async Task EndIfAcceptedAsync(Task<InviteOutcome> result)
    {
        if (await result.ConfigureAwait(false) is InviteOutcome.Accepted accepted)
        {
            await accepted.Dialog.ByeAsync().ConfigureAwait(false);
        }
    }

    // As far as the application lets it go, never to less security, and never in a circle (RFC 3261 §8.1.3.4).
    private async Task<InviteOutcome> FollowAsync(InviteOutcome outcome, IPAddress address, bool withIcons)
    {
        List<SipUri> tried = [peer];
        while (tried.Count <= Context.FollowRedirects && outcome is InviteOutcome.Rejected { Response: { StatusCode: >= 300 and < 400 } moved })
        {
            SipUri? next = SipOutcome.Targets(moved).FirstOrDefault(
                uri => uri.IsSip && (uri.IsSecure || !(_target ?? peer).IsSecure) && !tried.Any(uri.Equals));
            if (next is null)
            {
                break;
            }

            _givingUp.Token.ThrowIfCancellationRequested();
            tried.Add(next);
            _target = next with { Headers = null };
            outcome = await InviteAsync(WriteOffer(address, withIcons), moved).ConfigureAwait(false);
        }

        return outcome;
    }

    private async ValueTask<bool> TryOfferWholeAsync()
    {
        bool wasRest = false;
        foreach (CallingShare share in _offered)
        {
            wasRest |= await share.Terms.TryOfferWholeAsync().ConfigureAwait(false);
        }

        return wasRest;
    }

    // An image that is out has let go of its media, or is about to: it gets none any more.
    private async Task OpenMediaAsync(IPAddress address, IPAddress signalling)
    {
        lock (Gate)
        {
            _offered = [.. _shares.Where(share => IsInside(share.Session))];
            _ends = new MediaEnd[_offered.Length];
        }

        for (int i = 0; i < _offered.Length; i++)
        {
            _offered[i].Media.Section = i;
            _ends[i] = await _offered[i].Media.OpenAsync(address, Context.Terms.Security is not MediaSecurity.None, signalling, Context.UsesCema, _givingUp.Token).ConfigureAwait(false);
        }

        _givingUp.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Sends the invitation and waits for its outcome.</summary>
    /// <param name="body">The offer.</param>
    /// <param name="refusal">The refusal of the first one, when this is the second: it goes on with its Call-ID, From and CSeq (RFC 3261 §8.1.3.5).</param>
    private async Task<InviteOutcome> InviteAsync(InvitationBody body, SipResponse? refusal)
    {
        var request = new SipRequest(SipMethod.Invite, _target ?? peer) { Body = body.Octets };
        request.Headers.Add("To", new NameAddress(peer));
        request.Headers.Add("Call-ID", callId);
        if (refusal is { Headers: { From: { } from, CSeq: { } number } })
        {
            request.Headers.Add("From", from);
            request.Headers.Add("CSeq", number with { Number = number.Number + 1 });
        }

        if (ServiceTags.AcceptContact(Context.Profile) is { } wanted)
        {
            request.Headers.Add("Accept-Contact", new AcceptContact(wanted));
        }

        Context.AddOwnHeaders(request.Headers, headers);
        request.Headers.Add("Content-Type", body.Type.ToString());

        // The agent remembers an INVITE for a while after its end: it must not keep the images with it.
        ShareSession[] sessions = Sessions;
        OutgoingInvite invite = Context.Agent.Invite(request, new InviteSettings
        {
            ContactParameters = ServiceTags.Contact(Context.Profile),
            Trying = _ => Array.ForEach(sessions, static session => session.Post(new ShareInput.PeerTrying())),
            Provisional = _ => Array.ForEach(sessions, static session => session.Post(new ShareInput.PeerRinging())),
            Unreadable = () => Array.ForEach(sessions, static session => session.Post(new ShareInput.AnswerUnreadable())),
        });
        using CancellationTokenRegistration cancelling = _givingUp.Token.UnsafeRegister(_ => invite.Cancel(ReasonHeader.Write(_cancelReason)), null);
        return await AwaitAsync(invite).ConfigureAwait(false);
    }

    // The sections in the order of the images, under what the first one says of the session.
    private InvitationBody WriteOffer(IPAddress address, bool withIcons)
    {
        (SessionDescription Offer, OfferIcon? Icon)[] parts = [.. _offered.Select((share, i) => share.Terms.Write(address, _ends[i], withIcons))];
        _offer = parts[0].Offer with { Media = [.. parts.SelectMany(static part => part.Offer.Media)] };
        return InvitationBody.Write(
            _offer, [.. parts.Select(static part => part.Icon).OfType<OfferIcon>()], Context.Profile.Icon, Context.Limits.MaxIconSize);
    }
}
