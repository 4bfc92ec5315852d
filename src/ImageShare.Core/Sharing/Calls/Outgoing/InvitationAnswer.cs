using ImageShare.Core.Msrp;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Calls.Outgoing;

/// <summary>The answer to an invitation, image by image: what is wrong with the answer to one of them is no other's concern. Used by one task.</summary>
/// <param name="context">What all shares have in common.</param>
/// <param name="dialog">The session that stands by it.</param>
/// <param name="shares">The images that were offered, in the order of their sections.</param>
/// <param name="offer">The offer it answers.</param>
/// <param name="cancelled">Cancelled when no image is wanted any more.</param>
internal sealed class InvitationAnswer(
    ShareContext context, InviteDialog dialog, IReadOnlyList<CallingShare> shares, SessionDescription offer, CancellationToken cancelled)
{
    private SessionDescription _offer = offer;

    /// <summary>Told of the offers inside the session, as soon as there may be any.</summary>
    public required Action<SessionOffers> Agreed { get; init; }

    /// <summary>Reads the answer; where a middlebox has changed it, finds the peer, or offers once more.</summary>
    public async Task<AnsweredImage[]> ReadAsync(SipResponse response)
    {
        AnsweredImage[] images = await TakeAsync(response).ConfigureAwait(false);
        return context.UsesCema && images.Any(static image => image.Answer is not null) ? await FindPeerWhileItStandsAsync(images).ConfigureAwait(false) : images;
    }

    private async ValueTask<AnsweredImage[]> TakeAsync(SipResponse response)
    {
        var images = new AnsweredImage[shares.Count];
        for (int i = 0; i < images.Length; i++)
        {
            CallingShare share = shares[i];
            (ReceivedAnswer? answer, ShareOutcome? problem) = await share.Terms.TakeAsync(_offer, response.Body, cancelled).ConfigureAwait(false);
            images[i] = new AnsweredImage(share, answer, problem);
            if (answer is not null)
            {
                share.Media.SetPeer(new PeerMedia(answer.Path, answer.Fingerprints, answer.IsActive));
            }
        }

        if (images.FirstOrDefault(static image => image.Answer is not null)?.Answer!.Description is { } description)
        {
            Agree(images, description, response.Body);
        }

        return images;
    }

    private void Agree(AnsweredImage[] images, SessionDescription answer, ReadOnlyMemory<byte> answerOctets)
    {
        SessionDescription agreed = AgreedOffer(answer, images);
        dialog.Describe(agreed.ToArray(), answerOctets);
        SessionOffers offers = SessionOffers.Take(
            context,
            dialog,
            agreed,
            [.. images.Where(image => agreed.Media[image.Section].Port != 0).Select(image => new SessionFile(RunningFile.Of(agreed, image.Section), image.Share.Session))]);
        Agreed(offers);
        foreach (AnsweredImage image in images.Where(static image => image.Answer is not null))
        {
            PathRenewal.Follow(context, image.Share.Session, image.Share.Media, offers, string.Join(' ', agreed.Media[image.Section].Path!));
        }
    }

    // A session that the peer has ended meanwhile needs no address any more, and nobody is to wait for one.
    private async Task<AnsweredImage[]> FindPeerWhileItStandsAsync(AnsweredImage[] images)
    {
        using var standing = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        Task<AnsweredImage[]> finding = FindPeerAsync(images, standing.Token);
        await Task.WhenAny(finding, dialog.Ended).ConfigureAwait(false);
        await standing.CancelAsync().ConfigureAwait(false);
        try
        {
            return await finding.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ImageShareException && dialog.Ended.IsCompleted && !cancelled.IsCancellationRequested)
        {
            return images;
        }
    }

    // A middlebox may have put its own address into the answer (RFC 6714 §4.2).
    private async Task<AnsweredImage[]> FindPeerAsync(AnsweredImage[] images, CancellationToken cancellationToken)
    {
        SessionDescription again = _offer;
        foreach (AnsweredImage image in images)
        {
            if (image.Answer is not { } answer)
            {
                continue;
            }

            MsrpPath path = PeerPath.Parse(answer.Path);
            bool matches = await MediaAddress.MatchesPathAsync(context.Network, answer.Description, answer.Media, path, cancellationToken).ConfigureAwait(false);
            switch (Cema.AfterAnswer(answer.Media.HasMsrpCema, matches, answer.IsActive, hasRelay: context.Relays.Any, peerHasRelay: path.Uris.Length > 1))
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

        return again == _offer ? images : await OfferAgainAsync(images, again, cancellationToken).ConfigureAwait(false);
    }

    // Without the extension a middlebox has to join in for real. The icons were a part of the first offer's message only.
    private async Task<AnsweredImage[]> OfferAgainAsync(AnsweredImage[] images, SessionDescription again, CancellationToken cancellationToken)
    {
        _offer = OfferRevision.After(_offer, again with { Media = [.. again.Media.Select(static m => m.Without(SdpAttributes.FileIconName))] });
        SipResponse response = await dialog.OfferAsync(SipMethod.Invite, _offer.ToArray(), MediaType.Sdp, cancellationToken).ConfigureAwait(false);
        return response.IsSuccess
            ? await TakeAsync(response).ConfigureAwait(false)
            : [.. images.Select(image => image with
            {
                Problem = image.Problem ?? ShareOutcome.Failed(
                    ImageShareError.UnacceptableOffer,
                    $"A middlebox stands between, and the peer refused the offer that would make it carry the image (SIP {response.StatusCode}); share without CEMA."),
            })];
    }

    // Our offer as it became: what a refresh of the peer's is answered with. An answer does not leave open who connects (RFC 4145 §4.1), and
    // the icon was a part of the offer's message only.
    private SessionDescription AgreedOffer(SessionDescription answer, AnsweredImage[] images)
    {
        MediaDescription[] sections = [.. _offer.Media];
        foreach (AnsweredImage image in images)
        {
            MediaDescription file = sections[image.Section].Without(SdpAttributes.FileIconName);
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

        return OfferRevision.After(_offer, _offer with { Media = [.. sections] });
    }
}

/// <summary>What was answered to one image: an answer to act on, or the problem with it.</summary>
internal sealed record AnsweredImage(CallingShare Share, ReceivedAnswer? Answer, ShareOutcome? Problem)
{
    public int Section => Share.Media.Section;
}
