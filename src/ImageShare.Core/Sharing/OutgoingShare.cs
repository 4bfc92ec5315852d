using System.Net;
using System.Runtime.CompilerServices;
using ImageShare.Core.Bodies;
using ImageShare.Core.Images;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sharing.Descriptions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>The side that sends the image: performs what the machine wants, and reports what comes of it.</summary>
internal sealed class OutgoingShare(
    ShareContext context, ImageShareSession session, SipUri peer, string callId, ImageSource source, ImageDescription image, ShareSettings settings) : IShareRole
{
    private readonly CancellationTokenSource _givingUp = new();
    private readonly CancellationTokenSource _transfer = new();
    private MsrpSession? _msrp;
    private IPEndPoint? _mediaAddress;
    private SessionDescription? _offer;
    private ReceivedAnswer? _answer;
    private InviteDialog? _dialog;
    private Task _sending = Task.CompletedTask;
    private long _resumeAt = settings.ResumeAt;

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
            case ShareEffect.ConnectMedia:
                _ = session.Begin(ConnectAsync);
                break;
            case ShareEffect.Transfer:
                _sending = session.Begin(SendAsync);
                break;
            case ShareEffect.AbortTransfer:
                // The '#' must be on the wire before BYE lets the peer close the connection; a peer that reads no more is not waited for.
                await _transfer.CancelAsync().ConfigureAwait(false);
                await ShareContext.WaitBrieflyAsync(_sending, context.TimeProvider).ConfigureAwait(false);
                break;
            case ShareEffect.Bye bye:
                _ = session.Begin(() => ByeAsync(bye.HasFailed));
                break;
            case ShareEffect.CloseMedia when _msrp is not null:
                await _msrp.CloseAsync().ConfigureAwait(false);
                break;
            default:
                break;
        }
    }

    public ImageShareResult Describe(ImageShareResult result) => result with
    {
        BytesTransferred = result.IsCompleted ? image.Size : result.BytesTransferred,
        IsVerified = result.IsCompleted,
        Sha1 = Convert.ToHexString(image.Sha1.AsSpan()),
    };

    public async ValueTask DisposeAsync()
    {
        await _givingUp.CancelAsync().ConfigureAwait(false);
        await _transfer.CancelAsync().ConfigureAwait(false);
        if (_dialog is not null && !_dialog.Ended.IsCompleted)
        {
            // However it came to an end, no session is left standing; where BYE is on its way already this does nothing.
            _ = _dialog.ByeAsync();
        }

        if (_msrp is not null)
        {
            await _msrp.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task QueryAsync()
    {
        try
        {
            ImageShareCapabilities capabilities = await CapabilityQuery.AskAsync(context, peer, settings.Headers, _givingUp.Token).ConfigureAwait(false);
            ShareOutcome? obstacle = Obstacle(capabilities);
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

    // What the peer said of itself is a limit for what is offered (IR.79 §3.3, RFC 4975 §8.6).
    private ShareOutcome? Obstacle(ImageShareCapabilities capabilities)
    {
        if (!capabilities.CanShareImages)
        {
            ShareOutcome refused = SipOutcome.FromStatus(capabilities.SipStatus, "to the capability query");
            return capabilities.SipStatus is >= 300 && refused.Error is not (ImageShareError.Rejected or ImageShareError.UnacceptableOffer or ImageShareError.NotCapable)
                ? refused
                : ShareOutcome.Failed(
                    ImageShareError.NotCapable,
                    $"The peer answered the capability query with {capabilities.SipStatus} and shows no image share: it cannot take images.")
                    with
                { SipStatus = capabilities.SipStatus };
        }

        if (!capabilities.Accepts(image.Type))
        {
            return ShareOutcome.Failed(
                ImageShareError.TypeNotAccepted,
                $"The peer does not take {image.Type.Essence}, only {string.Join(", ", capabilities.AcceptedTypes)}; convert the image first.");
        }

        return image.Size > capabilities.MaxSize
            ? ShareOutcome.Failed(ImageShareError.TooLarge, $"The peer takes at most {capabilities.MaxSize} bytes, the image has {image.Size}; share a smaller version.")
            : null;
    }

    private async Task InviteAsync()
    {
        try
        {
            SipDestination hop = await context.ResolveAsync(peer, _givingUp.Token).ConfigureAwait(false);
            IPAddress address = context.AddressFor(hop);
            _givingUp.Token.ThrowIfCancellationRequested();
            var options = new MsrpSessionOptions
            {
                AdvertisedAddress = address,
                IsSecure = context.Terms.Security is not MediaSecurity.None,
                DialPolicy = remote => MediaDialPolicy.Allows(hop.EndPoint.Address, remote),
            };
            _msrp = await context.Relays.CreateSessionAsync(context.Msrp, options, context.TimeProvider, _givingUp.Token).ConfigureAwait(false);
            _mediaAddress = await context.Relays.MediaAddressAsync(_msrp, address, context.UsesCema, context.Network, _givingUp.Token).ConfigureAwait(false);
            bool withIcon = settings.Icon is not null && context.Profile.Icon is not IconForm.None && !context.PlainOfferPeers.Contains(peer);
            InviteOutcome outcome = await InviteAsync(WriteOffer(address, withIcon), null).ConfigureAwait(false);
            if (withIcon && outcome is InviteOutcome.Rejected { Response: var refusal } && PlainOfferPeers.IsOfMultipart(refusal))
            {
                // The icon is not worth the image: once more without it, and never again with one (RFC 5547 §8.8).
                context.PlainOfferPeers.Add(peer);
                _givingUp.Token.ThrowIfCancellationRequested();
                withIcon = false;
                outcome = await InviteAsync(WriteOffer(address, withIcon), refusal).ConfigureAwait(false);
            }

            if (_resumeAt > 0 && outcome is InviteOutcome.Rejected { Response: { StatusCode: 488 } no })
            {
                // The peer has less of the image than was thought, or nothing.
                _resumeAt = 0;
                _givingUp.Token.ThrowIfCancellationRequested();
                outcome = await InviteAsync(WriteOffer(address, withIcon), no).ConfigureAwait(false);
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

        context.AddOwnHeaders(request.Headers, settings.Headers);
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

    private InvitationBody WriteOffer(IPAddress address, bool withIcon)
    {
        IconForm form = context.Profile.Icon;
        ImageIcon? icon = withIcon ? settings.Icon : null;
        string? contentId = icon is null ? null : ContentIdUrl.CreateContentId();
        var offer = new ImageOffer
        {
            Origin = Origin.Create(address),
            MsrpAddress = _mediaAddress!,
            Fingerprints = context.Fingerprints,
            HasCema = context.UsesCema,
            Path = _msrp!.AdvertisedPath.ToString(),
            Image = image,
            TransferId = FileTransferId.Create(),
            AcceptedTypes = context.AcceptedTypes,
            FirstOctet = _resumeAt,
            IconUrl = contentId is null ? null : ContentIdUrl.ToUrl(contentId),
        };
        _offer = offer.Write(context.Profile);
        return InvitationBody.Write(context.Multipart, _offer, icon, contentId, form, context.Limits.MaxIconSize);
    }

    private async Task ConcludeAsync(InviteOutcome outcome)
    {
        switch (outcome)
        {
            case InviteOutcome.Accepted accepted:
                _dialog = accepted.Dialog;
                _ = session.Begin(() => DialogOutcome.WatchAsync(accepted.Dialog, session));
                ShareOutcome? problem = Take(accepted.Dialog, accepted.Answer);
                if (_answer is not null && context.UsesCema)
                {
                    problem = await FindPeerAsync(accepted.Dialog).ConfigureAwait(false);
                }

                session.Post(problem is null ? new ShareInput.InviteAccepted() : new ShareInput.AnswerUnusable(problem));
                break;
            case InviteOutcome.Rejected rejected:
                session.Post(new ShareInput.InviteFailed(SipOutcome.FromStatus(rejected.Response.StatusCode, rejected.Response.ReasonPhrase)));
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

    private ShareOutcome? Take(InviteDialog dialog, SipResponse response)
    {
        (_answer, ShareOutcome? problem) = ReceivedAnswer.Read(_offer!, response.Body.Span, context.Terms);
        if (_answer is not null)
        {
            SessionDescription agreed = Agreed(_offer!, _answer.IsActive);
            dialog.Describe(agreed.ToArray(), response.Body);
            SessionOffers offers = SessionOffers.Take(
                context, session, dialog, new RunningDescription(agreed, 0, agreed.Media[0].FileSelector!, agreed.Media[0].FileTransferId));

            // The dialog is remembered for a while: it must not keep this, and the image with it.
            MsrpSession msrp = _msrp!;
            offers.PeerPath = path => msrp.TryRenewPeerPath(path);
            PathRenewal.Watch(context, session, msrp, offers, string.Join(' ', agreed.Media[0].Path!));
        }

        return problem;
    }

    // A middlebox may have put its own address into the answer (RFC 6714 §4.2).
    private async Task<ShareOutcome?> FindPeerAsync(InviteDialog dialog)
    {
        MsrpPath path = PeerPath.Parse(_answer!.Path);
        MediaDescription media = _answer.Media;
        bool matches = await MediaAddress.MatchesPathAsync(context.Network, _answer.Description, media, path, _givingUp.Token).ConfigureAwait(false);
        switch (Cema.AfterAnswer(media.HasMsrpCema, matches, _answer.IsActive, hasRelay: context.Relays.Any, peerHasRelay: path.Uris.Length > 1))
        {
            case CemaCourse.MediaLine:
                _msrp!.SetPeerAddress(_answer.Description.GetConnection(media)!.Address, media.Port);
                return null;
            case CemaCourse.OfferAgain:
                MediaDescription offered = _offer!.Media[0];
                _offer = OfferRevision.After(_offer, _offer with { Media = [offered.Without(SdpAttributes.MsrpCemaName).Without(SdpAttributes.FileIconName)] });
                SipResponse response = await dialog.OfferAsync(
                    SipMethod.Invite, _offer.ToArray(), new MediaType("application", "sdp"), _givingUp.Token).ConfigureAwait(false);
                return response.IsSuccess
                    ? Take(dialog, response)
                    : ShareOutcome.Failed(
                        ImageShareError.UnacceptableOffer,
                        $"A middlebox stands between, and the peer refused the offer that would make it carry the image (SIP {response.StatusCode}); share without CEMA.");
            default:
                return null;
        }
    }

    // Our offer as it became: what a refresh of the peer's is answered with. An answer does not leave open who connects (RFC 4145 §4.1), and
    // the icon was a part of the offer's message only.
    private static SessionDescription Agreed(SessionDescription offer, bool isActive)
    {
        MediaDescription file = offer.Media[0];
        file = file with { Attributes = file.Attributes.RemoveAll(static a => a.Is(SdpAttributes.FileIconName)) };
        file = file.Find(SdpAttributes.SetupName) is null ? file : file.With(SdpAttributes.Setup(isActive ? SetupRole.Active : SetupRole.Passive));
        return OfferRevision.After(offer, offer with { Media = offer.Media.SetItem(0, file) });
    }

    private async Task ConnectAsync()
    {
        try
        {
            MsrpSession msrp = _msrp!;
            msrp.SetPeerPath(PeerPath.Parse(_answer!.Path), PeerPath.Recognize(_answer.Fingerprints));
            _ = session.Begin(() => WatchMediaAsync(msrp));
            await msrp.ConnectAsync(_answer.IsActive, CancellationToken.None).ConfigureAwait(false);
            session.Post(new ShareInput.MediaConnected());
        }
        catch (ImageShareException e)
        {
            session.Post(new ShareInput.MediaFailed(ShareOutcome.FromMedia(e)));
        }
    }

    private async Task SendAsync()
    {
        try
        {
            Stream content = source.OpenRead(image);
            await using ConfiguredAsyncDisposable closing = content.ConfigureAwait(false);
            await SkipAsync(content, _resumeAt, _transfer.Token).ConfigureAwait(false);
            bool isRelayed = context.Relays.Any || _answer!.Path.Count > 1;
            MsrpOutgoingContent message = MsrpOutgoingContent.FromStream(_answer!.ContentType, content, image.Size - _resumeAt) with
            {
                ChunkSize = settings.ChunkSize ?? context.Profile.ChunkSize ?? long.MaxValue,
                MaxOctetsPerSecond = settings.MaxBytesPerSecond,

                Disposition = context.Profile.ContentDisposition ? TransferDisposition.Write(image) : null,

                // A relay answers for itself; that the peer has the image, only the peer says.
                SuccessReport = isRelayed,
                AwaitSuccessReport = isRelayed,
            };
            MsrpSendResult result = await _msrp!.SendAsync(
                message, new ThrottledProgress(session, settings.Progress, image.Size, _resumeAt), _transfer.Token).ConfigureAwait(false);

            // Why the connection went, the session knows: it stood still, it spoke no MSRP, it was cut.
            ShareOutcome? failure = result.Outcome is MsrpSendOutcome.ConnectionLost
                ? MsrpOutcome.OfEnd(await _msrp.Ended.ConfigureAwait(false))
                : MsrpOutcome.OfSending(result);
            session.Post(failure is not null ? new ShareInput.ImageFailed(failure) : new ShareInput.ImageDone(ShareOutcome.Completed));
        }
        catch (OperationCanceledException) when (_transfer.IsCancellationRequested)
        {
            // AbortTransfer: the machine knows already.
        }
        catch (Exception e)
        {
            // The source is the application's and may throw anything.
            session.Post(new ShareInput.ImageFailed(OfSource(e)));
        }
    }

    // Any stream can be read; not every one can be sought.
    private static async Task SkipAsync(Stream content, long octets, CancellationToken cancellationToken)
    {
        byte[] passed = new byte[Math.Min(octets, 64 * 1024)];
        while (octets > 0)
        {
            int read = await content.ReadAsync(passed.AsMemory(0, (int)Math.Min(octets, passed.Length)), cancellationToken).ConfigureAwait(false);
            octets -= read > 0 ? read : throw new EndOfStreamException("The image is shorter than it was.");
        }
    }

    // What the image itself says of its trouble is more to the point than that it could not be sent.
    private static ShareOutcome OfSource(Exception e) => (e as ImageShareException ?? e.InnerException as ImageShareException) is { } known
        ? ShareOutcome.From(known.InnerException as ImageShareException ?? known)
        : ShareOutcome.Failed(ImageShareError.SourceUnreadable, $"The image could not be read: {e.Message}", e);

    private async Task WatchMediaAsync(MsrpSession msrp)
    {
        MsrpSessionEnd end = await msrp.Ended.ConfigureAwait(false);

        // What the transfer itself says is more precise: it comes first.
        await _sending.ConfigureAwait(false);
        session.Post(new ShareInput.MediaFailed(MsrpOutcome.OfEnd(end)));
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
