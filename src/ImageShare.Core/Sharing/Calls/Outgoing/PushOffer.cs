using ImageShare.Core.Bodies;
using ImageShare.Core.Images;
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

/// <summary>The offer to send an image (RFC 5547 §8.2.1).</summary>
internal sealed class PushOffer(ShareContext context, SipUri peer, SendingMedia media, ShareSettings settings) : IShareOffer
{
    private ImageDescription Image => media.Served!.Description;

    public bool HasIcon => settings.Icon is not null && context.Profile.Icon is not IconForm.None && !context.PlainOfferPeers.Contains(peer);

    // The peer's capabilities limit what may be offered (IR.79 §3.3, RFC 4975 §8.6).
    public ShareOutcome? Obstacle(ImageShareCapabilities capabilities)
    {
        if (SipOutcome.NotCapable(capabilities) is { } incapable)
        {
            return incapable;
        }

        if (!capabilities.Accepts(Image.Type))
        {
            return ShareOutcome.Failed(
                ImageShareError.TypeNotAccepted,
                $"The peer does not accept {Image.Type.Essence}, only {string.Join(", ", capabilities.AcceptedTypes)}; convert the image first.");
        }

        return Image.Size > capabilities.MaxSize
            ? ShareOutcome.Failed(ImageShareError.TooLarge, $"The peer accepts at most {capabilities.MaxSize} bytes, but the image has {Image.Size}; share a smaller version.")
            : null;
    }

    public (SessionDescription Offer, OfferIcon? Icon) Write(ConnectionData own, MediaEnd end, bool withIcon)
    {
        ImageIcon? icon = withIcon ? settings.Icon : null;
        string? contentId = icon is null ? null : ContentIdUrl.CreateContentId();
        SessionDescription offer = new ImageOffer
        {
            Origin = Origin.CreateAt(own),
            Connection = end.Connection,
            Port = end.Port,
            IsReachable = end.IsReachable,
            Fingerprints = context.Fingerprints,
            HasCema = context.UsesCema,
            Path = end.Path,
            Image = Image,
            TransferId = media.NameTransfer(FileTransferId.Create()),
            AcceptedTypes = context.AcceptedTypes,
            ResumesAt = media.ResumesAt,
            IconUrl = contentId is null ? null : ContentIdUrl.ToUrl(contentId),
        }.Write(context.Profile);
        return (offer, icon is null ? null : new OfferIcon(icon.Type, icon.Content, contentId!));
    }

    public ShareOutcome Refused(SipResponse response) => SipOutcome.Of(response);

    public ValueTask<bool> TryOfferWholeAsync()
    {
        // The peer does not have the bytes that were left out.
        bool wasRest = media.ResumesAt > 0;
        media.ResumesAt = 0;
        return ValueTask.FromResult(wasRest);
    }

    public ValueTask<(ReceivedAnswer? Answer, ShareOutcome? Problem)> TakeAsync(
        SessionDescription offer, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken)
    {
        (ReceivedAnswer? received, ShareOutcome? problem) = ReceivedAnswer.Read(offer, answer, context.Terms, media.Section);
        if (received is not null)
        {
            media.SendAs(received.ContentType, peer);
            if (Containers.MayWrapTaken(received.Media, Image.Type))
            {
                media.AllowWrapping(peer, received.Media.MaxSize);
            }

            // The limit applies to the whole message, not just to the file (RFC 4975 §8.6).
            if (received.Media.MaxSize < media.MessageLength)
            {
                return ValueTask.FromResult<(ReceivedAnswer?, ShareOutcome?)>((null, ShareOutcome.Failed(
                    ImageShareError.TooLarge,
                    $"The peer accepts at most {received.Media.MaxSize} bytes, but the message with the image has {media.MessageLength}; share a smaller version.")));
            }
        }

        // In an answer that accepts other images, a refused one has no reason.
        return ValueTask.FromResult((received, media.ResumesAt > 0 && problem is { Error: ImageShareError.Declined }
            ? problem with { Message = "The peer declined the rest of the image, perhaps because it no longer has the beginning; share the whole image if its user still wants it." }
            : problem));
    }
}
