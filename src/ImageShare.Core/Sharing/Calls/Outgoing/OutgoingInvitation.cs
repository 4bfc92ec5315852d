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
using ImageShare.Core.Sip.UserAgents.Calls;

namespace ImageShare.Core.Sharing.Calls.Outgoing;

/// <summary>
/// One invitation: the INVITE, and those that follow it under the same Call-ID when the peer takes no icons, has less of an image than was thought, or is to be
/// found elsewhere (RFC 3261 §8.1.3.4, §8.1.3.5). Sent once; used by one task.
/// </summary>
/// <param name="context">What all shares have in common.</param>
/// <param name="target">Whom it is for.</param>
/// <param name="shares">The images that are offered, in the order of their sections.</param>
/// <param name="listeners">The shares that are told of provisional responses.</param>
/// <param name="cancellation">How it is given up.</param>
internal sealed class OutgoingInvitation(
    ShareContext context, CallTarget target, IReadOnlyList<CallingShare> shares, ShareSession[] listeners, InviteCancellation cancellation)
{
    private readonly MediaEnd[] _ends = new MediaEnd[shares.Count];
    private SipUri _requestUri = target.Peer;

    /// <summary>The description that was offered last.</summary>
    public SessionDescription? Offer { get; private set; }

    /// <summary>Opens the media, sends the invitation, and waits for its outcome.</summary>
    /// <exception cref="ImageShareException">The peer cannot be reached, or a relay of this side.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before anything was sent, or nobody waits for its outcome.</exception>
    public async Task<InviteOutcome> SendAsync()
    {
        SipDestination hop = await context.ResolveAsync(target.Peer, cancellation.Requested).ConfigureAwait(false);
        IPAddress address = context.AddressFor(hop);
        cancellation.Requested.ThrowIfCancellationRequested();
        await OpenMediaAsync(address, hop.EndPoint.Address).ConfigureAwait(false);
        foreach (CallingShare share in shares)
        {
            await share.Terms.PrepareAsync(cancellation.Requested).ConfigureAwait(false);
        }

        bool withIcons = shares.Any(static share => share.Terms.HasIcon);
        InviteOutcome outcome = await InviteAsync(WriteOffer(address, withIcons), null).ConfigureAwait(false);
        if (withIcons && outcome is InviteOutcome.Rejected { Response: var refusal } && PlainOfferPeers.MayBeOfMultipart(refusal))
        {
            // The icons are not worth the images: once more without them (RFC 5547 §8.8).
            cancellation.Requested.ThrowIfCancellationRequested();
            withIcons = false;
            outcome = await InviteAsync(WriteOffer(address, withIcons), refusal).ConfigureAwait(false);

            // And never again with one, unless the peer refuses the image itself in the same way.
            if (PlainOfferPeers.IsOfMultipart(refusal) || !IsRefusedWith(outcome, refusal.StatusCode))
            {
                context.PlainOfferPeers.Add(target.Peer);
            }
        }

        outcome = await FollowAsync(outcome, address, withIcons).ConfigureAwait(false);
        if (outcome is InviteOutcome.Rejected { Response: { StatusCode: 488 } no } && await TryOfferWholeAsync().ConfigureAwait(false))
        {
            cancellation.Requested.ThrowIfCancellationRequested();
            outcome = await InviteAsync(WriteOffer(address, withIcons), no).ConfigureAwait(false);
        }

        return outcome;
    }

    // As far as the application lets it go, never to less security, and never in a circle (RFC 3261 §8.1.3.4).
    private async Task<InviteOutcome> FollowAsync(InviteOutcome outcome, IPAddress address, bool withIcons)
    {
        List<SipUri> tried = [target.Peer];
        while (tried.Count <= context.FollowRedirects && outcome is InviteOutcome.Rejected { Response: { StatusCode: >= 300 and < 400 } moved }
            && Redirection.Next(moved, _requestUri, tried) is { } next)
        {
            cancellation.Requested.ThrowIfCancellationRequested();
            tried.Add(next);
            _requestUri = next;
            outcome = await InviteAsync(WriteOffer(address, withIcons), moved).ConfigureAwait(false);
        }

        return outcome;
    }

    private static bool IsRefusedWith(InviteOutcome outcome, int status) => outcome is InviteOutcome.Rejected { Response: var response } && response.StatusCode == status;

    private async ValueTask<bool> TryOfferWholeAsync()
    {
        bool wasRest = false;
        foreach (CallingShare share in shares)
        {
            wasRest |= await share.Terms.TryOfferWholeAsync().ConfigureAwait(false);
        }

        return wasRest;
    }

    private async Task OpenMediaAsync(IPAddress address, IPAddress signalling)
    {
        for (int i = 0; i < shares.Count; i++)
        {
            shares[i].Media.Section = i;
            _ends[i] = await shares[i].Media.OpenAsync(address, context.Terms.Security is not MediaSecurity.None, signalling, context.UsesCema, cancellation.Requested).ConfigureAwait(false);
        }

        cancellation.Requested.ThrowIfCancellationRequested();
    }

    /// <summary>Sends one INVITE and waits for its outcome.</summary>
    /// <param name="body">The offer.</param>
    /// <param name="refusal">The refusal of the one before: this one goes on with its Call-ID, From and CSeq (RFC 3261 §8.1.3.5).</param>
    private async Task<InviteOutcome> InviteAsync(InvitationBody body, SipResponse? refusal)
    {
        var request = new SipRequest(SipMethod.Invite, _requestUri) { Body = body.Octets };
        request.Headers.Add("To", new NameAddress(target.Peer));
        request.Headers.Add("Call-ID", target.CallId);
        if (refusal is { Headers: { From: { } from, CSeq: { } number } })
        {
            request.Headers.Add("From", from);
            request.Headers.Add("CSeq", number with { Number = number.Number + 1 });
        }

        if (ServiceTags.AcceptContact(context.Profile) is { } wanted)
        {
            request.Headers.Add("Accept-Contact", new AcceptContact(wanted));
        }

        context.AddOwnHeaders(request.Headers, target.Headers);
        request.Headers.Add("Content-Type", body.Type.ToString());

        // The agent remembers an INVITE for a while after its end: it must not keep the images with it.
        ShareSession[] told = listeners;
        OutgoingInvite invite = context.Agent.Invite(request, new InviteSettings
        {
            ContactParameters = ServiceTags.Contact(context.Profile),
            TakesOffers = true,
            Trying = _ => Array.ForEach(told, static session => session.Post(new ShareInput.PeerTrying())),
            Provisional = _ => Array.ForEach(told, static session => session.Post(new ShareInput.PeerRinging())),
            Unreadable = () => Array.ForEach(told, static session => session.Post(new ShareInput.AnswerUnreadable())),
        });
        using CancellationTokenRegistration cancelling = cancellation.Requested.UnsafeRegister(_ => invite.Cancel(ReasonHeader.Write(cancellation.Reason)), null);
        return await AwaitAsync(invite).ConfigureAwait(false);
    }

    // What RFC 3261 §9.1 asks for behind a CANCEL is the agent's: no share is kept for it.
    private async Task<InviteOutcome> AwaitAsync(OutgoingInvite invite)
    {
        try
        {
            return await invite.Result.WaitAsync(cancellation.Deserted).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            invite.Cancel(ReasonHeader.Write(cancellation.Reason));
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

    // The sections in the order of the images, under what the first one says of the session.
    private InvitationBody WriteOffer(IPAddress address, bool withIcons)
    {
        (SessionDescription Offer, OfferIcon? Icon)[] parts = [.. shares.Select((share, i) => share.Terms.Write(address, _ends[i], withIcons))];
        Offer = parts[0].Offer with { Media = [.. parts.SelectMany(static part => part.Offer.Media)] };
        return InvitationBody.Write(
            Offer, [.. parts.Select(static part => part.Icon).OfType<OfferIcon>()], context.Profile.Icon, context.Limits.MaxIconSize);
    }
}

/// <summary>Whom a call is for.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="CallId">The Call-ID of its invitations.</param>
/// <param name="Headers">What the application wants in its query and its invitations.</param>
internal sealed record CallTarget(SipUri Peer, string CallId, ExtraHeaders Headers);
