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

/// <summary>Evaluates the answer to an invitation for each image separately: a problem with one does not affect the others. Used by one task.</summary>
/// <param name="context">The context of the client's shares.</param>
/// <param name="dialog">The dialog the answer established.</param>
/// <param name="shares">The offered images, in the order of their media sections.</param>
/// <param name="offer">The offer.</param>
/// <param name="cancelled">Cancelled when all images were cancelled.</param>
internal sealed class InvitationAnswer(
    ShareContext context, InviteDialog dialog, IReadOnlyList<CallingShare> shares, SessionDescription offer, CancellationToken cancelled)
{
    private SessionDescription _offer = offer;

    /// <summary>Called with the offers inside the session, before there can be any.</summary>
    public required Action<SessionOffers> Agreed { get; init; }

    /// <summary>Reads the answer. If a middlebox changed it, finds the peer or sends a new offer (RFC 6714 §4.2).</summary>
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

    private void Agree(AnsweredImage[] images, SessionDescription answer, ReadOnlyMemory<byte> answerBytes)
    {
        SessionDescription agreed = AgreedOffer(answer, images);
        dialog.Describe(agreed.ToArray(), answerBytes, inPlace: true);
        var session = new AgreedSession(
            agreed,
            [.. images.Where(image => agreed.Media[image.Section].Port != 0).Select(image => new SessionFile(RunningFile.Of(agreed, image.Section), image.Share.Session))]);
        SessionAnswers.Start(dialog, session);
        var offers = new SessionOffers(dialog, session);
        Agreed(offers);
        foreach (AnsweredImage image in images.Where(static image => image.Answer is not null))
        {
            PathRenewal.Follow(context, image.Share.Session, image.Share.Media, offers, string.Join(' ', agreed.Media[image.Section].Path!));
        }
    }

    // If the peer ends the session in the meantime, stop resolving addresses.
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

    // A middlebox may have replaced the address in the answer (RFC 6714 §4.2).
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

    // Without the extension, a middlebox must act as an MSRP endpoint. The icons only belonged to the first offer's message.
    private async Task<AnsweredImage[]> OfferAgainAsync(AnsweredImage[] images, SessionDescription again, CancellationToken cancellationToken)
    {
        _offer = OfferRevision.Next(_offer, again with { Media = [.. again.Media.Select(static m => m.Without(SdpAttributes.FileIconName))] });
        SipResponse response = await dialog.OfferAsync(SipMethod.Invite, _offer.ToArray(), MediaType.Sdp, cancellationToken).ConfigureAwait(false);
        return response.IsSuccess
            ? await TakeAsync(response).ConfigureAwait(false)
            : [.. images.Select(image => image with
            {
                Problem = image.Problem ?? ShareOutcome.Failed(
                    ImageShareError.UnacceptableOffer,
                    $"A middlebox changed the media address, and the peer refused the new offer without CEMA (SIP {response.StatusCode}); set UseCema = false and share again."),
            })];
    }

    // Our offer as agreed, which answers a session refresh of the peer. It says which side connects, as an answer must (RFC 4145 §4.1), and
    // has no icon, which only belonged to the offer's message.
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

        return OfferRevision.Next(_offer, _offer with { Media = [.. sections] });
    }
}

/// <summary>The answer for one image: either a usable answer or the problem with it.</summary>
internal sealed record AnsweredImage(CallingShare Share, ReceivedAnswer? Answer, ShareOutcome? Problem)
{
    public int Section => Share.Media.Section;
}
