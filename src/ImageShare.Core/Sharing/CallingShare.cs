using System.Net;
using ImageShare.Core.Msrp;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Descriptions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>The SIP half of the side that invites: query, invitation, what is offered inside the session, and its end.</summary>
internal sealed class CallingShare(
    ShareContext context, ImageShareSession session, SipUri peer, string callId, ExtraHeaders headers, IShareOffer terms, ShareMedia media) : IShareSignalling
{
    private readonly CancellationTokenSource _givingUp = new();
    private SessionDescription? _offer;
    private ReceivedAnswer? _answer;
    private InviteDialog? _dialog;

    public async ValueTask PerformAsync(ShareEffect effect)
    {
        switch (effect)
        {
            case ShareEffect.Query:
                _ = session.Begin(QueryAsync);
                break;
            case ShareEffect.Invite:
                _ = session.Begin(InviteAsync);
                break;
            case ShareEffect.AbandonQuery or ShareEffect.CancelInvite:
                await _givingUp.CancelAsync().ConfigureAwait(false);
                break;
            case ShareEffect.Bye bye:
                _ = session.Begin(() => ByeAsync(bye.HasFailed));
                break;
            default:
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _givingUp.CancelAsync().ConfigureAwait(false);
        if (_dialog is not null && !_dialog.Ended.IsCompleted)
        {
            // However it came to an end, no session is left standing; where BYE is on its way already this does nothing.
            _ = _dialog.ByeAsync();
        }
    }

    private async Task QueryAsync()
    {
        try
        {
            ImageShareCapabilities capabilities = await CapabilityQuery.AskAsync(context, peer, headers, _givingUp.Token).ConfigureAwait(false);
            ShareOutcome? obstacle = terms.Obstacle(capabilities);
            session.Post(obstacle is null ? new ShareInput.PeerCapable() : new ShareInput.QueryFailed(obstacle));
        }
        catch (ImageShareException e)
        {
            session.Post(new ShareInput.QueryFailed(ShareOutcome.From(e)));
        }
        catch (OperationCanceledException) when (_givingUp.IsCancellationRequested)
        {
            // AbandonQuery: the session has gone on without the answer.
        }
    }

    private async Task InviteAsync()
    {
        try
        {
            SipDestination hop = await context.ResolveAsync(peer, _givingUp.Token).ConfigureAwait(false);
            IPAddress address = context.AddressFor(hop);
            _givingUp.Token.ThrowIfCancellationRequested();
            MediaEnd end = media.Open(address, context.Terms.Security is not MediaSecurity.None, hop.EndPoint.Address);
            bool withIcon = terms.HasIcon;
            InviteOutcome outcome = await InviteAsync(WriteOffer(address, end, withIcon), null).ConfigureAwait(false);
            if (withIcon && outcome is InviteOutcome.Rejected { Response: var refusal } && PlainOfferPeers.IsOfMultipart(refusal))
            {
                // The icon is not worth the image: once more without it, and never again with one (RFC 5547 §8.8).
                context.PlainOfferPeers.Add(peer);
                _givingUp.Token.ThrowIfCancellationRequested();
                withIcon = false;
                outcome = await InviteAsync(WriteOffer(address, end, withIcon), refusal).ConfigureAwait(false);
            }

            if (outcome is InviteOutcome.Rejected { Response: { StatusCode: 488 } no } && terms.TryOfferWhole())
            {
                _givingUp.Token.ThrowIfCancellationRequested();
                outcome = await InviteAsync(WriteOffer(address, end, withIcon), no).ConfigureAwait(false);
            }

            await ConcludeAsync(outcome).ConfigureAwait(false);
        }
        catch (ImageShareException e)
        {
            session.Post(new ShareInput.InviteFailed(ShareOutcome.From(e)));
        }
        catch (OperationCanceledException) when (_givingUp.IsCancellationRequested)
        {
            // CancelInvite before anything was sent.
            session.Post(new ShareInput.Ended());
        }
    }

    /// <summary>Sends the invitation and waits for its outcome.</summary>
    /// <param name="body">The offer.</param>
    /// <param name="refusal">The refusal of the first one, when this is the second: it goes on with its Call-ID, From and CSeq (RFC 3261 §8.1.3.5).</param>
    private async Task<InviteOutcome> InviteAsync(InvitationBody body, SipResponse? refusal)
    {
        var request = new SipRequest(SipMethod.Invite, peer) { Body = body.Octets };
        request.Headers.Add("Call-ID", callId);
        if (refusal is { Headers: { From: { } from, CSeq: { } number } })
        {
            request.Headers.Add("From", from);
            request.Headers.Add("CSeq", number with { Number = number.Number + 1 });
        }

        if (ServiceTags.AcceptContact(context.Profile) is { } wanted)
        {
            request.Headers.Add("Accept-Contact", new AcceptContact(wanted));
        }

        context.AddOwnHeaders(request.Headers, headers);
        request.Headers.Add("Content-Type", body.Type.ToString());

        // The agent remembers an INVITE for a while after its end: it must not keep the image with it.
        ImageShareSession share = session;
        OutgoingInvite invite = context.Agent.Invite(request, new InviteSettings
        {
            ContactParameters = ServiceTags.Contact(context.Profile),
            Provisional = _ => share.Post(new ShareInput.PeerRinging()),
        });
        using CancellationTokenRegistration cancelling = _givingUp.Token.UnsafeRegister(static invite => ((OutgoingInvite)invite!).Cancel(), invite);
        return await invite.Result.ConfigureAwait(false);
    }

    private InvitationBody WriteOffer(IPAddress address, MediaEnd end, bool withIcon)
    {
        (_offer, InvitationBody body) = terms.Write(address, end, withIcon);
        return body;
    }

    private async Task ConcludeAsync(InviteOutcome outcome)
    {
        switch (outcome)
        {
            case InviteOutcome.Accepted accepted:
                _dialog = accepted.Dialog;
                _ = session.Begin(() => DialogOutcome.WatchAsync(accepted.Dialog, session));
                ShareOutcome? problem = await TakeAsync(accepted.Dialog, accepted.Answer).ConfigureAwait(false);
                if (_answer is not null && context.UsesCema)
                {
                    problem = await FindPeerAsync(accepted.Dialog).ConfigureAwait(false);
                }

                session.Post(problem is null ? new ShareInput.InviteAccepted() : new ShareInput.AnswerUnusable(problem));
                break;
            case InviteOutcome.Rejected rejected:
                session.Post(new ShareInput.InviteFailed(terms.Refused(rejected.Response)));
                break;
            case InviteOutcome.Failed failed:
                session.Post(new ShareInput.InviteFailed(ShareOutcome.From(failed.Error)));
                break;
            case InviteOutcome.Cancelled:
                session.Post(new ShareInput.InviteFailed(ShareOutcome.CancelledHere));
                break;
            default:
                break;
        }
    }

    private async ValueTask<ShareOutcome?> TakeAsync(InviteDialog dialog, SipResponse response)
    {
        (_answer, ShareOutcome? problem) = await terms.TakeAsync(_offer!, response.Body, _givingUp.Token).ConfigureAwait(false);
        if (_answer is not null)
        {
            media.SetPeer(new PeerMedia(_answer.Path, _answer.Fingerprints, _answer.IsActive));
            SessionDescription agreed = Agreed(_offer!, _answer.IsActive);
            dialog.Describe(agreed.ToArray(), response.Body);
            MediaDescription file = agreed.Media[media.Section];
            SessionOffers.Take(context, session, dialog, new RunningDescription(agreed, media.Section, file.FileSelector!, file.FileTransferId));
        }

        return problem;
    }

    // A middlebox may have put its own address into the answer (RFC 6714 §4.2).
    private async Task<ShareOutcome?> FindPeerAsync(InviteDialog dialog)
    {
        MsrpPath path = PeerPath.Parse(_answer!.Path);
        MediaDescription answered = _answer.Media;
        bool matches = await MediaAddress.MatchesPathAsync(context.Network, _answer.Description, answered, path, _givingUp.Token).ConfigureAwait(false);
        switch (Cema.AfterAnswer(answered.HasMsrpCema, matches, _answer.IsActive, hasRelay: false, peerHasRelay: path.Uris.Length > 1))
        {
            case CemaCourse.MediaLine:
                media.SetPeerAddress(_answer.Description.GetConnection(answered)!.Address, answered.Port);
                return null;
            case CemaCourse.OfferAgain:
                MediaDescription offered = _offer!.Media[media.Section];
                offered = offered.Without(SdpAttributes.MsrpCemaName).Without(SdpAttributes.FileIconName);
                _offer = OfferRevision.After(_offer, _offer with { Media = _offer.Media.SetItem(media.Section, offered) });
                SipResponse response = await dialog.OfferAsync(
                    SipMethod.Invite, _offer.ToArray(), new MediaType("application", "sdp"), _givingUp.Token).ConfigureAwait(false);
                return response.IsSuccess
                    ? await TakeAsync(dialog, response).ConfigureAwait(false)
                    : ShareOutcome.Failed(
                        ImageShareError.UnacceptableOffer,
                        $"A middlebox stands between, and the peer refused the offer that would make it carry the image (SIP {response.StatusCode}); share without CEMA.");
            default:
                return null;
        }
    }

    // Our offer as it became: what a refresh of the peer's is answered with. An answer does not leave open who connects (RFC 4145 §4.1), and
    // the icon was a part of the offer's message only.
    private SessionDescription Agreed(SessionDescription offer, bool isActive)
    {
        MediaDescription file = offer.Media[media.Section];
        file = file with { Attributes = file.Attributes.RemoveAll(static a => a.Is(SdpAttributes.FileIconName)) };
        file = file.Find(SdpAttributes.SetupName) is null ? file : file.With(SdpAttributes.Setup(isActive ? SetupRole.Active : SetupRole.Passive));
        return OfferRevision.After(offer, offer with { Media = offer.Media.SetItem(media.Section, file) });
    }

    private async Task ByeAsync(bool hasFailed)
    {
        if (_dialog is not null)
        {
            await DialogOutcome.EndAsync(_dialog, context, hasFailed).ConfigureAwait(false);
        }

        session.Post(new ShareInput.Ended());
    }
}
