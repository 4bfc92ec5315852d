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
/// One invitation: the INVITE, and further ones with the same Call-ID if the peer does not accept icons, does not have the beginning of an
/// image, or redirects (RFC 3261 §8.1.3.4, §8.1.3.5). Sent once; used by one task.
/// </summary>
/// <param name="context">The context of the client's shares.</param>
/// <param name="target">The peer.</param>
/// <param name="shares">The offered images, in the order of their media sections.</param>
/// <param name="listeners">The shares that are notified of provisional responses.</param>
/// <param name="cancellation">Cancels the invitation.</param>
internal sealed class OutgoingInvitation(
    ShareContext context, CallTarget target, IReadOnlyList<CallingShare> shares, ShareSession[] listeners, InviteCancellation cancellation)
{
    private readonly MediaEnd[] _ends = new MediaEnd[shares.Count];
    private SipUri _requestUri = target.Peer;

    /// <summary>The last description offered.</summary>
    public SessionDescription? Offer { get; private set; }

    /// <summary>Opens the media, sends the INVITE and waits for its outcome.</summary>
    /// <exception cref="ImageShareException">The peer or a relay of this side cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before anything was sent, or no one waits for its outcome.</exception>
    public async Task<InviteOutcome> SendAsync()
    {
        SipDestination hop = await context.ResolveAsync(target.Peer, cancellation.Requested).ConfigureAwait(false);
        OwnAddress own = context.AddressFor(hop);
        cancellation.Requested.ThrowIfCancellationRequested();
        await OpenMediaAsync(own, hop.EndPoint.Address).ConfigureAwait(false);
        foreach (CallingShare share in shares)
        {
            await share.Terms.PrepareAsync(cancellation.Requested).ConfigureAwait(false);
        }

        bool withIcons = shares.Any(static share => share.Terms.HasIcon);
        InviteOutcome outcome = await InviteAsync(WriteOffer(own.Connection, withIcons), null).ConfigureAwait(false);
        if (withIcons && outcome is InviteOutcome.Rejected { Response: var refusal } && PlainOfferPeers.MayBeOfMultipart(refusal))
        {
            // Retry without icons, so that they do not prevent the images (RFC 5547 §8.8).
            cancellation.Requested.ThrowIfCancellationRequested();
            withIcons = false;
            outcome = await InviteAsync(WriteOffer(own.Connection, withIcons), refusal).ConfigureAwait(false);

            // Do not send icons to this peer again, unless it refuses the images without icons in the same way.
            if (PlainOfferPeers.IsOfMultipart(refusal) || !IsRefusedWith(outcome, refusal.StatusCode))
            {
                context.PlainOfferPeers.Add(target.Peer);
            }
        }

        outcome = await FollowAsync(outcome, own, withIcons).ConfigureAwait(false);
        if (outcome is InviteOutcome.Rejected { Response: { StatusCode: 488 } no } && await TryOfferWholeAsync().ConfigureAwait(false))
        {
            cancellation.Requested.ThrowIfCancellationRequested();
            outcome = await InviteAsync(WriteOffer(own.Connection, withIcons), no).ConfigureAwait(false);
        }

        return outcome;
    }

    // Follows redirections as configured, never to less security and never in a loop (RFC 3261 §8.1.3.4).
    private async Task<InviteOutcome> FollowAsync(InviteOutcome outcome, OwnAddress own, bool withIcons)
    {
        List<SipUri> tried = [target.Peer];
        while (tried.Count <= context.FollowRedirects && outcome is InviteOutcome.Rejected { Response: { StatusCode: >= 300 and < 400 } moved }
            && Redirection.Next(moved, _requestUri, tried) is { } next)
        {
            cancellation.Requested.ThrowIfCancellationRequested();
            tried.Add(next);
            _requestUri = next;
            outcome = await InviteAsync(WriteOffer(own.Connection, withIcons), moved).ConfigureAwait(false);
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

    private async Task OpenMediaAsync(OwnAddress own, IPAddress signalling)
    {
        for (int i = 0; i < shares.Count; i++)
        {
            shares[i].Media.Section = i;
            _ends[i] = await shares[i].Media.OpenAsync(own, context.Terms.Security is not MsrpSecurity.None, signalling, context.UsesCema, cancellation.Requested).ConfigureAwait(false);
        }

        cancellation.Requested.ThrowIfCancellationRequested();
    }

    /// <summary>Sends an INVITE and waits for its outcome.</summary>
    /// <param name="body">The offer.</param>
    /// <param name="refusal">The refusal of the previous INVITE, whose Call-ID, From and CSeq this one continues (RFC 3261 §8.1.3.5); or null.</param>
    private async Task<InviteOutcome> InviteAsync(InvitationBody body, SipResponse? refusal)
    {
        var request = new SipRequest(SipMethod.Invite, _requestUri) { Body = body.Bytes };
        request.Headers.Add("To", new NameAddress(target.Peer));
        request.Headers.Add("Call-ID", target.CallId);
        if (refusal is { Headers: { From: { } from, CSeq: { } number } })
        {
            request.Headers.Add("From", from);
            request.Headers.Add("CSeq", number with { Number = number.Number + 1 });
        }

        if (context.Tags.AcceptContact is { } wanted)
        {
            request.Headers.Add("Accept-Contact", new AcceptContact(wanted));
        }

        context.AddOwnHeaders(request.Headers, target.Headers);
        request.Headers.Add("Content-Type", body.Type.ToString());

        // The agent keeps an ended INVITE for a while, which must not keep the images alive.
        ShareSession[] told = listeners;
        OutgoingInvite invite = context.Agent.Invite(request, new InviteSettings
        {
            ContactParameters = context.Tags.Contact,
            HandlesOffers = true,
            InPlace = true,
            Trying = _ => Array.ForEach(told, static session => session.Post(new ShareInput.PeerTrying())),
            Provisional = _ => Array.ForEach(told, static session => session.Post(new ShareInput.PeerRinging())),
            Unreadable = () => Array.ForEach(told, static session => session.Post(new ShareInput.AnswerUnreadable())),
        });
        using CancellationTokenRegistration cancelling = cancellation.Requested.UnsafeRegister(_ => invite.Cancel(ReasonHeader.Write(cancellation.Reason)), null);
        return await AwaitAsync(invite).ConfigureAwait(false);
    }

    // The agent completes what RFC 3261 §9.1 requires after a CANCEL, without keeping the share.
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

    // The answer arrived just when no one waited for it any more.
    private static async Task EndIfAcceptedAsync(Task<InviteOutcome> result)
    {
        if (await result.ConfigureAwait(false) is InviteOutcome.Accepted accepted)
        {
            await accepted.Dialog.ByeAsync().ConfigureAwait(false);
        }
    }

    // The media sections in the order of the images, with the session part of the first.
    private InvitationBody WriteOffer(ConnectionData own, bool withIcons)
    {
        (SessionDescription Offer, OfferIcon? Icon)[] parts = [.. shares.Select((share, i) => share.Terms.Write(own, _ends[i], withIcons))];
        Offer = parts[0].Offer with { Media = [.. parts.SelectMany(static part => part.Offer.Media)] };
        return InvitationBody.Write(
            Offer, [.. parts.Select(static part => part.Icon).OfType<OfferIcon>()], context.Profile.Icon, context.Limits.MaxIconSize);
    }
}

/// <summary>The target of a call.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="CallId">The Call-ID of its INVITEs.</param>
/// <param name="Headers">The application's extra header fields for the query and the INVITEs.</param>
internal sealed record CallTarget(SipUri Peer, string CallId, ExtraHeaders Headers);
