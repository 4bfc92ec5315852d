using ImageShare.Core.Images;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Sharing.Descriptions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>The media half of the side that receives the image.</summary>
/// <param name="context">What all shares have in common.</param>
/// <param name="session">The share.</param>
/// <param name="type">The type that was announced, or null.</param>
internal sealed class ReceivingMedia(ShareContext context, ImageShareSession session, MediaType? type) : ShareMedia(context, session)
{
    private ImageReceiver? _receiver;

    protected override IMsrpMessageReceiver? Receiver => Volatile.Read(ref _receiver);

    /// <summary>Gives the image its place; false when it has one already, and the caller keeps the receiver.</summary>
    public bool TryTake(ImageReceiver receiver) => Interlocked.CompareExchange(ref _receiver, receiver, null) is null;

    // The announced type is listed even when the application did not name it: it was shown in the invitation, and accepted.
    public override ImageAnswer Complete(ImageAnswer answer) => answer with
    {
        AcceptedTypes = type is not null && !Context.AcceptedTypes.Any(t => t.IsSameTypeAs(type)) ? [.. Context.AcceptedTypes, type] : Context.AcceptedTypes,
        MaxSize = Context.Limits.MaxImageSize,
    };

    // A cancel or a BYE may come while the store finishes: what is stored whole and checked is a completed share, or the file would be nobody's.
    public override ImageShareResult Describe(ImageShareResult result) => Volatile.Read(ref _receiver)?.Stored is { } stored
        ? new ImageShareResult
        {
            State = ImageShareState.Completed,
            BytesTransferred = stored.Size,
            IsVerified = stored.HashVerified,
            Sha1 = Convert.ToHexString(stored.Sha1.AsSpan()),
            Stored = stored,
            Warnings = ImageTypes.Compare(type, stored.DetectedType) is { } warning ? [warning] : [],
        }
        : result;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        if (Volatile.Read(ref _receiver) is { } receiver)
        {
            // A store that does not come back is not waited for long.
            await ShareContext.WaitBrieflyAsync(receiver.DisposeAsync().AsTask(), Context.TimeProvider).ConfigureAwait(false);
        }
    }

    protected override ValueTask AbortAsync()
    {
        Volatile.Read(ref _receiver)?.Abandon();
        return ValueTask.CompletedTask;
    }
}
