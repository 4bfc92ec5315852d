using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;

namespace ImageShare.Core.Sharing.Media;

/// <summary>The media of the receiving side.</summary>
/// <param name="context">The context of the client's shares.</param>
/// <param name="session">The share.</param>
internal sealed class ReceivingMedia(ShareContext context, ShareSession session) : ShareMedia(context, session)
{
    private ImageReceiver? _receiver;
    private IncomingImage? _expected;
    private volatile bool _isOver;

    /// <summary>The receiver of a requested image; null for an offered one.</summary>
    public AwaitedImage? Awaited { get; private set; }

    /// <summary>Creates the media for a requested image, whose sink is created when the answer has arrived.</summary>
    /// <param name="context">The context of the client's shares.</param>
    /// <param name="session">The share.</param>
    /// <param name="shared">The media of the other images in the same SIP session.</param>
    /// <param name="store">The store for the image.</param>
    /// <param name="listener">Receives progress, or null.</param>
    public static ReceivingMedia OfAwaited(ShareContext context, ShareSession session, SharedConnection shared, IImageStore store, IProgress<ImageShareProgress>? listener)
    {
        var media = new ReceivingMedia(context, session) { Shared = shared };
        media.Awaited = new AwaitedImage(context, session, media, store, listener);
        return media;
    }

    protected override IMsrpMessageReceiver? Receiver => Awaited ?? (IMsrpMessageReceiver?)Volatile.Read(ref _receiver);

    /// <summary>Sets the receiver; false if there is one already or nothing is accepted any more. The caller then disposes of the receiver.</summary>
    public bool TryTake(ImageReceiver receiver) => Interlocked.CompareExchange(ref _receiver, receiver, null) is null && !_isOver;

    /// <summary>Removes the receiver, so that another store may be tried.</summary>
    public void GiveBack(ImageReceiver receiver) => Interlocked.CompareExchange(ref _receiver, null, receiver);

    /// <summary>Sets the description of the requested image from the answer; the last one counts.</summary>
    public void Expect(IncomingImage image) => Volatile.Write(ref _expected, image);

    // The announced type is listed even if it is not among the configured ones: the user accepted it in the invitation.
    public override ImageAnswer Complete(ImageAnswer answer) => answer with
    {
        AcceptedTypes = answer.Offer.Selector.Type is { } type && !Context.AcceptedTypes.Any(t => t.IsSameTypeAs(type))
            ? Containers.With([.. Context.AcceptedTypes, type])
            : Context.AcceptedWithContainers,
        MaxSize = Context.Limits.MaxImageSize,
    };

    // A cancellation or BYE may arrive while the store completes. A stored and verified image is a completed share; otherwise no one would
    // own the file.
    protected override ImageShareResult DescribeImage(ImageShareResult result) => Volatile.Read(ref _receiver)?.Stored is { } stored
        ? new ImageShareResult
        {
            State = ImageShareState.Completed,
            BytesTransferred = stored.Size,
            IsVerified = stored.IsVerified,
            Sha1 = stored.Sha1,
            Stored = stored,
            SentFile = Volatile.Read(ref _receiver)?.SentFile,
            Warnings = [.. WarningsOf(stored)],
        }
        : result;

    public override bool HasImageInHand => Volatile.Read(ref _receiver) is { IsReleased: false, Stored: null } || Awaited?.HasClaimed == true;

    public override async ValueTask DisposeAsync()
    {
        _isOver = true;
        Task givenUp = Awaited?.GiveUpAsync().AsTask() ?? Task.CompletedTask;
        await base.DisposeAsync().ConfigureAwait(false);
        Task released = Volatile.Read(ref _receiver)?.DisposeAsync().AsTask() ?? Task.CompletedTask;

        // Do not wait long for a store that does not return.
        await ShareContext.WaitBrieflyAsync(Task.WhenAll(givenUp, released), Context.TimeProvider).ConfigureAwait(false);
    }

    private IEnumerable<string> WarningsOf(StoredImage stored)
    {
        if (ImageTypes.Compare(Session.Image.Type, stored.DetectedType) is { } ofType)
        {
            yield return ofType;
        }

        if (!stored.IsVerified && Volatile.Read(ref _receiver) is { IsContinued: true })
        {
            yield return "ContinuedUnverified";
        }
    }

    // Not earlier: the state machine must expect an image first.
    protected override void OnAgreed()
    {
        if (Volatile.Read(ref _expected) is { } image)
        {
            Awaited?.Agree(image);
        }
    }

    protected override async ValueTask AbortAsync(bool isByPeer)
    {
        _isOver = true;
        if (Awaited is { } awaited)
        {
            _ = Session.Begin(() => awaited.ReleaseAsync().AsTask());
        }

        if (Volatile.Read(ref _receiver) is { } receiver)
        {
            // Do not wait for the peer: nothing may be left of an aborted image.
            receiver.Abandon();
            _ = Session.Begin(() => receiver.DisposeAsync().AsTask());
        }

        if (!isByPeer && End is not null)
        {
            // The 413 must be sent before BYE (RFC 5547 §8.4). A peer that does not read is not waited for.
            await ShareContext.WaitBrieflyAsync(Msrp.RefuseAsync(), Context.TimeProvider).ConfigureAwait(false);
        }
    }
}
