using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>An image offered by a caller: what is shown to the user, and how it is accepted into a store.</summary>
internal sealed class OfferedImage(
    ShareContext context, CalledShare call, ReceivingMedia media, ImageIcon? icon, IReadOnlyList<string> warnings)
{
    public CalledShare Share => call;

    public InvitedImage Image { get; } = Describe(call.Offer);

    public ImageIcon? Icon => icon;

    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>All images of the same invitation in the order of the media sections, including this one.</summary>
    public IReadOnlyList<OfferedImage> SameSession { get; set; } = [];

    public bool IsOver => call.Session.Completion.IsCompleted;

    /// <summary>What the application holds of it.</summary>
    public Face Face { get; } = new();

    public async Task<ShareSession> AcceptAsync(IImageStore store, AcceptSettings settings, CancellationToken cancellationToken)
    {
        if (call.IsDecided)
        {
            throw OverAlready();
        }

        IncomingImage image = ForStore();
        IImageSink sink = await CreateSinkAsync(store, image, cancellationToken).ConfigureAwait(false);
        var receiver = new ImageReceiver(call.Session, sink, image, settings.Progress);
        bool isTaken = false;
        try
        {
            if (!media.TryTake(receiver))
            {
                throw OverAlready();
            }

            await call.LogInAsync(cancellationToken).ConfigureAwait(false);
            isTaken = call.TryAccept();
            return isTaken ? call.Session : throw OverAlready();
        }
        finally
        {
            if (!isTaken)
            {
                media.GiveBack(receiver);
                await receiver.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private IncomingImage ForStore() => new()
    {
        SuggestedName = Image.Name,
        Type = Image.Type,
        Size = Image.Size,
        Hashes = [.. call.Offer.Selector.Hashes.Where(h => h.KnownName is not null).Select(h => new ImageHash(h.KnownName!, h.Value))],
        MaxSize = context.Limits.MaxImageSize,
        Sender = call.Call.Caller.Uri.ToString(),
        Modified = Image.Modified,
        ResumesAt = Image.ResumesAt,
    };

    // The rest of an image whose beginning is missing is refused at once, so that the sender offers the whole image (RFC 5547 §8.3.1).
    private async ValueTask<IImageSink> CreateSinkAsync(IImageStore store, IncomingImage image, CancellationToken cancellationToken)
    {
        try
        {
            return image.ResumesAt == 0 || store.CanResume(image)
                ? await VerifyingSink.CreateAsync(store, image, cancellationToken).ConfigureAwait(false)
                : throw new ImageShareException(
                    ImageShareError.NothingToResume, "The peer offered the rest of an image, but its beginning is not in this store. The peer was told and may offer the whole image; wait for its next invitation.");
        }
        catch (ImageShareException e) when (e.Error == ImageShareError.NothingToResume)
        {
            call.Decline(488);
            throw;
        }
    }

    private static InvitedImage Describe(ReceivedOffer offer) => new()
    {
        Name = offer.Selector.Name,
        Type = offer.Image.Type,
        Size = offer.Selector.Size,
        Sha1 = offer.Selector.Sha1,
        Created = offer.Media.FileDate?.Created,
        Modified = offer.Media.FileDate?.Modified,
        ResumesAt = offer.ResumesAt,
        ShowAtOnce = offer.Media.FileDisposition?.MayDisplay ?? true,
    };

    private static ImageShareException OverAlready() => new(
        ImageShareError.InvalidState, "The invitation was already accepted or declined, or the caller cancelled it; wait for the next one.");
}
