using ImageShare.Core.Msrp;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Calls.Outgoing;

/// <content>What became of the invitation, image by image.</content>
internal sealed partial class OutgoingCall
{
    private static readonly MediaType SdpType = new("application", "sdp");

    private async Task ConcludeAsync(InviteOutcome outcome)
    {
        switch (outcome)
        {
            case InviteOutcome.Accepted accepted:
                await TakeAsync(accepted).ConfigureAwait(false);
                break;
            case InviteOutcome.Rejected rejected:
                foreach (CallingShare share in _offered)
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

    private async Task TakeAsync(InviteOutcome.Accepted accepted)
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
            // The last share ended in the moment the answer came.
            _ = dialog.ByeAsync();
            return;
        }

        PostAll(new ShareInput.PeerAnswered());
        _ = Begin(() => WatchAsync(dialog));
        AnsweredImage[] images = await ReadAsync(dialog, accepted.Answer).ConfigureAwait(false);
        if (Context.UsesCema && images.Any(static image => image.Answer is not null))
        {
            images = await FindPeerWhileItStandsAsync(dialog, images).ConfigureAwait(false);
        }

        // From here on a share that is given up leaves by itself; those that are out already are taken out now.
        List<CallingShare> left = [];
        bool isEmpty;
        lock (Gate)
        {
            _isAnswered = true;
            isEmpty = AreAllInside(static _ => false);
            left.AddRange(_offered.Where(share => !IsInside(share.Session)));
        }

        foreach (AnsweredImage image in images)
        {
            image.Share.Session.Post(image.Problem is null ? new ShareInput.InviteAccepted() : new ShareInput.AnswerUnusable(image.Problem));
        }

        if (isEmpty)
        {
            _ = dialog.ByeAsync();
        }
        else if (Offers is { } offers)
        {
            left.ForEach(share => _ = Begin(() => offers.RemoveAsync(share.Media.Section)));
        }
    }

    private async Task WatchAsync(InviteDialog dialog)
    {
        if (DialogOutcome.Of(await dialog.Ended.ConfigureAwait(false)) is { } input)
        {
            PostAll(input);
        }
    }

    // Each image by itself: what is wrong with the answer to one of them is no other's concern.
    private async ValueTask<AnsweredImage[]> ReadAsync(InviteDialog dialog, SipResponse response)
    {
        var images = new AnsweredImage[_offered.Length];
        for (int i = 0; i < images.Length; i++)
        {
            CallingShare share = _offered[i];
            (ReceivedAnswer? answer, ShareOutcome? problem) = await share.Terms.TakeAsync(_offer!, response.Body, _givingUp.Token).ConfigureAwait(false);
            images[i] = new AnsweredImage(share, answer, problem);
            if (answer is not null)
            {
                share.Media.SetPeer(new PeerMedia(answer.Path, answer.Fingerprints, answer.IsActive));
            }
        }

        if (images.FirstOrDefault(static image => image.Answer is not null)?.Answer!.Description is { } description)
        {
            SessionDescription agreed = Agreed(_offer!, description, images);
            dialog.Describe(agreed.ToArray(), response.Body);
            Offers = SessionOffers.Take(
                Context,
                dialog,
                agreed,
                [.. images.Where(image => agreed.Media[image.Section].Port != 0).Select(image => new SessionFile(RunningFile.Of(agreed, image.Section), image.Share.Session))]);
            foreach (AnsweredImage image in images.Where(static image => image.Answer is not null))
            {
                PathRenewal.Follow(Context, image.Share.Session, image.Share.Media, Offers, string.Join(' ', agreed.Media[image.Section].Path!));
            }
        }

        return images;
    }

    // A session that the peer has ended meanwhile needs no address any more, and nobody is to wait for one.
    private async Task<AnsweredImage[]> FindPeerWhileItStandsAsync(InviteDialog dialog, AnsweredImage[] images)
    {
        using var standing = CancellationTokenSource.CreateLinkedTokenSource(_givingUp.Token);
        Task<AnsweredImage[]> finding = FindPeerAsync(dialog, images, standing.Token);
        await Task.WhenAny(finding, dialog.Ended).ConfigureAwait(false);
        await standing.CancelAsync().ConfigureAwait(false);
        try
        {
            return await finding.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ImageShareException && dialog.Ended.IsCompleted && !_givingUp.IsCancellationRequested)
        {
            return images;
        }
    }

    // A middlebox may have put its own address into the answer (RFC 6714 §4.2).
    private async Task<AnsweredImage[]> FindPeerAsync(InviteDialog dialog, AnsweredImage[] images, CancellationToken cancellationToken)
    {
        SessionDescription again = _offer!;
        foreach (AnsweredImage image in images)
        {
            if (image.Answer is not { } answer)
            {
                continue;
            }

            MsrpPath path = PeerPath.Parse(answer.Path);
            bool matches = await MediaAddress.MatchesPathAsync(Context.Network, answer.Description, answer.Media, path, cancellationToken).ConfigureAwait(false);
            switch (Cema.AfterAnswer(answer.Media.HasMsrpCema, matches, answer.IsActive, hasRelay: Context.Relays.Any, peerHasRelay: path.Uris.Length > 1))
            {
                case CemaCourse.MediaLine:
                    image.Share.Media.SetPeerAddress(answer.Description.GetConnection(answer.Media)!.Address, answer.Media.Port);
                    break;
                case CemaCourse.OfferAgain:
                    MediaDescription offered = again.Media[image.Section].Without(SdpAttributes.MsrpCemaName);
                    again = again with { Media = again.Media.SetItem(image.Section, offered) };
                    break;
                default:
                    break;
            }
        }

        return again == _offer ? images : await OfferAgainAsync(dialog, images, again, cancellationToken).ConfigureAwait(false);
    }

    // Without the extension a middlebox has to join in for real. The icons were a part of the first offer's message only.
    private async Task<AnsweredImage[]> OfferAgainAsync(InviteDialog dialog, AnsweredImage[] images, SessionDescription again, CancellationToken cancellationToken)
    {
        _offer = OfferRevision.After(_offer!, again with { Media = [.. again.Media.Select(static m => m.Without(SdpAttributes.FileIconName))] });
        SipResponse response = await dialog.OfferAsync(SipMethod.Invite, _offer.ToArray(), SdpType, cancellationToken).ConfigureAwait(false);
        return response.IsSuccess
            ? await ReadAsync(dialog, response).ConfigureAwait(false)
            : [.. images.Select(image => image with
            {
                Problem = image.Problem ?? ShareOutcome.Failed(
                    ImageShareError.UnacceptableOffer,
                    $"A middlebox stands between, and the peer refused the offer that would make it carry the image (SIP {response.StatusCode}); share without CEMA."),
            })];
    }

    // Our offer as it became: what a refresh of the peer's is answered with. An answer does not leave open who connects (RFC 4145 §4.1), and
    // the icon was a part of the offer's message only.
    private static SessionDescription Agreed(SessionDescription offer, SessionDescription answer, AnsweredImage[] images)
    {
        MediaDescription[] sections = [.. offer.Media];
        foreach (AnsweredImage image in images)
        {
            MediaDescription file = sections[image.Section];
            file = file.Without(SdpAttributes.FileIconName);
            if (answer.Media[image.Section].Port == 0)
            {
                file = Sdp.OfferAnswer.Refuse(file);
            }
            else if (file.Find(SdpAttributes.SetupName) is not null && image.Answer is { } taken)
            {
                file = file.With(SdpAttributes.Setup(taken.IsActive ? SetupRole.Active : SetupRole.Passive));
            }

            sections[image.Section] = file;
        }

        return OfferRevision.After(offer, offer with { Media = [.. sections] });
    }

    /// <summary>What was answered to one image: an answer to act on, or the problem with it.</summary>
    private sealed record AnsweredImage(CallingShare Share, ReceivedAnswer? Answer, ShareOutcome? Problem)
    {
        public int Section => Share.Media.Section;
    }
}
