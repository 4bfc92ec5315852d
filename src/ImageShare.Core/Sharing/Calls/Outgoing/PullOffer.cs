using ImageShare.Core.Bodies;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sharing.Calls.Outgoing;

/// <summary>The offer to fetch an image (RFC 5547 §8.2.2).</summary>
internal sealed class PullOffer(
    ShareContext context, ShareSession session, ReceivingMedia media, SipUri peer, ImageSelector wanted, FetchSettings settings) : IShareOffer
{
    private ImagePartial? _partial;

    public bool HasIcon => false;

    private ImageSelector Asked => _partial is null ? wanted : Continued(settings.Resume!);

    public ShareOutcome? Obstacle(ImageShareCapabilities capabilities) =>
        SipOutcome.NotCapable(capabilities) ?? (capabilities.ServesImages == false
            ? ShareOutcome.Failed(ImageShareError.NotCapable, "The peer says that it does not serve images; ask its user to send the image instead.") with { SipStatus = capabilities.SipStatus }
            : null);

    // Claims the partial file, so that two fetches do not both request the rest.
    public async ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        // The partial file must belong to the requested image.
        if (settings.Resume is { } known && !known.Contradicts(wanted))
        {
            ImageSelector image = Continued(known);
            _partial = await media.Awaited!.ClaimAsync(image with { Size = wanted.Size ?? known.Size, Type = wanted.Type ?? known.Type }, peer.ToString(), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    public (SessionDescription Offer, OfferIcon? Icon) Write(ConnectionData own, MediaEnd end, bool withIcon)
    {
        SessionDescription offer = new FetchOffer
        {
            Origin = Origin.CreateAt(own),
            Connection = end.Connection,
            Port = end.Port,
            IsReachable = end.IsReachable,
            Fingerprints = context.Fingerprints,
            HasCema = context.UsesCema,
            Path = end.Path,
            Selector = Asked.ToFile(),
            TransferId = media.NameTransfer(FileTransferId.Create()),
            AcceptedTypes = wanted.Type is { } type && !context.AcceptedTypes.Any(t => t.IsSameTypeAs(type)) ? [.. context.AcceptedTypes, type] : context.AcceptedTypes,
            MaxSize = context.Limits.MaxImageSize,
            ResumesAt = _partial?.Bytes ?? 0,
        }.Write(context.Profile);
        return (offer, null);
    }

    public async ValueTask<bool> TryOfferWholeAsync()
    {
        // The image has changed, or the peer only serves whole images.
        bool wasRest = _partial is not null;
        _partial = null;
        await media.Awaited!.ReleaseAsync().ConfigureAwait(false);
        return wasRest;
    }

    public ShareOutcome Refused(SipResponse response) =>
        response.StatusCode == 488
            ? SipOutcome.NotServed($"SIP 488 {response.ReasonPhrase}") with { SipStatus = 488 }
            : SipOutcome.Of(response);

    public ValueTask<(ReceivedAnswer? Answer, ShareOutcome? Problem)> TakeAsync(SessionDescription offer, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken)
    {
        (ReceivedAnswer? received, ShareOutcome? problem) = ReceivedAnswer.Read(offer, answer, context.Terms, media.Section);
        if (received is not null)
        {
            ImageSelector asked = Asked;
            ImageSelector said = received.Media.FileSelector?.ToImage() ?? new ImageSelector();
            if (asked.Contradicts(said))
            {
                return ValueTask.FromResult<(ReceivedAnswer?, ShareOutcome?)>((null, ShareOutcome.Failed(
                    ImageShareError.HashMismatch, "The peer offered a different image than the one requested: its size or hash differs. Nothing was received; check the selector and fetch again.")));
            }

            // The requested hash decides. Without one, the peer's own hash at least detects transmission errors.
            session.Image = new ImageSelector
            {
                Name = asked.Name ?? said.Name,
                Type = said.Type ?? asked.Type,
                Size = _partial?.Size ?? asked.Size ?? said.Size,
                Hashes = asked.StrongestHash is null ? said.Hashes : asked.Hashes,
            };
            media.Expect(new IncomingImage
            {
                SuggestedName = session.Image.Name,
                Type = session.Image.Type,
                Size = session.Image.Size,
                Hashes = session.Image.Hashes,
                MaxSize = context.Limits.MaxImageSize,
                Sender = peer.ToString(),
                ResumesAt = _partial?.Bytes ?? 0,
            });
        }

        return ValueTask.FromResult((received, problem));
    }

    // A resumed image is identified by its hash, not just by its name.
    private ImageSelector Continued(ImageSelector known) => wanted with
    {
        Hashes = [.. wanted.Hashes, .. known.Hashes.Where(h => wanted.Hashes.All(w => ImageHashes.KeyOf(w) != ImageHashes.KeyOf(h)))],
    };
}
