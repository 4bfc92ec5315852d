using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;

namespace ImageShare.Core.Sharing.Media;

/// <summary>The media half of the side that receives the image.</summary>
/// <param name="context">What all shares have in common.</param>
/// <param name="session">The share.</param>
internal sealed class ReceivingMedia(ShareContext context, ShareSession session) : ShareMedia(context, session)
{
    private ImageReceiver? _receiver;
    private IncomingImage? _expected;
    private volatile bool _isOver;

    /// <summary>The receiver of an image that this side asks for; null for one that was offered.</summary>
    public AwaitedImage? Awaited { get; private set; }

    /// <summary>Of an image that this side asks for: it gets its place when the answer has come.</summary>
    /// <param name="context">What all shares have in common.</param>
    /// <param name="session">The share.</param>
    /// <param name="together">The media of the images in the same SIP session.</param>
    /// <param name="store">Where the image goes.</param>
    /// <param name="listener">Told how far it is; or null.</param>
    public static ReceivingMedia OfAwaited(ShareContext context, ShareSession session, SharedConnection together, IImageStore store, IProgress<ImageShareProgress>? listener)
    {
        var media = new ReceivingMedia(context, session) { Together = together };
        media.Awaited = new AwaitedImage(context, session, media, store, listener);
        return media;
    }

    protected override IMsrpMessageReceiver? Receiver => Awaited ?? (IMsrpMessageReceiver?)Volatile.Read(ref _receiver);

    /// <summary>Gives the image its place; false when it has one already or nothing is taken any more, and the caller disposes of the receiver.</summary>
    public bool TryTake(ImageReceiver receiver) => Interlocked.CompareExchange(ref _receiver, receiver, null) is null && !_isOver;

    /// <summary>The image has its place no more: another store may be tried.</summary>
    public void GiveBack(ImageReceiver receiver) => Interlocked.CompareExchange(ref _receiver, null, receiver);

    /// <summary>The answer to what this side asks for says so much of the image; the last one counts.</summary>
    public void Expect(IncomingImage image) => Volatile.Write(ref _expected, image);

    // The announced type is listed even when the application did not name it: it was shown in the invitation, and accepted.
    public override ImageAnswer Complete(ImageAnswer answer) => answer with
    {
        AcceptedTypes = answer.Offer.Selector.Type is { } type && !Context.AcceptedTypes.Any(t => t.IsSameTypeAs(type)) ? [.. Context.AcceptedTypes, type] : Context.AcceptedTypes,
        MaxSize = Context.Limits.MaxImageSize,
    };

    // A cancel or a BYE may come while the store finishes: what is stored whole and checked is a completed share, or the file would be nobody's.
    public override ImageShareResult Describe(ImageShareResult result) => Volatile.Read(ref _receiver)?.Stored is { } stored
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

        // A store that does not come back is not waited for long.
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

    // Not before: the machine would not know yet that an image may come.
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
            // Now, and not when the peer has said what it has to say: nothing is to stay of an image that was given up.
            receiver.Abandon();
            _ = Session.Begin(() => receiver.DisposeAsync().AsTask());
        }

        if (!isByPeer && End is not null)
        {
            // The 413 must be on its way before BYE is (RFC 5547 §8.4); a peer that reads no more is not waited for.
            await ShareContext.WaitBrieflyAsync(Msrp.RefuseAsync(), Context.TimeProvider).ConfigureAwait(false);
        }
    }
}
