using System.Buffers;
using ImageShare.Core.Bodies.Unwrapping;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Media;

/// <summary>
/// The receiver of an image that was asked for. The MSRP session needs it before anything is agreed upon, so the first message waits here for the answer; only
/// then, and when the message says how long it is, does the image get its place. From there on an <see cref="ImageReceiver"/> has it.
/// </summary>
internal sealed class AwaitedImage(
    ShareContext context, ShareSession session, ReceivingMedia media, IImageStore store, IProgress<ImageShareProgress>? listener) : IMsrpMessageReceiver
{
    private readonly TaskCompletionSource<IncomingImage> _agreed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImageReceiver? _receiver;

    /// <summary>The answer is here, and says so much of the image.</summary>
    public void Agree(IncomingImage image) => _agreed.TrySetResult(image);

    /// <summary>There will be no answer.</summary>
    public void GiveUp() => _agreed.TrySetCanceled();

    public async ValueTask<MsrpAcceptance> BeginAsync(MsrpMessageInfo message, CancellationToken cancellationToken)
    {
        if (_receiver is null)
        {
            try
            {
                IncomingImage image = Describe(await _agreed.Task.WaitAsync(cancellationToken).ConfigureAwait(false), message);
                session.Image = session.Image with { Name = image.SuggestedName, Type = image.Type, Size = image.Size, Hashes = image.Hashes };
                if (image.Size > context.Limits.MaxImageSize)
                {
                    return Refuse(ShareOutcome.Failed(
                        ImageShareError.TooLarge, $"The image has {image.Size} bytes, and this side takes at most {context.Limits.MaxImageSize}; it was refused."));
                }

                IImageSink sink = await VerifyingSink.CreateAsync(store, image, cancellationToken).ConfigureAwait(false);
                var receiver = new ImageReceiver(
                    session, sink, image.Size, context.Limits.MaxImageSize, new ThrottledProgress(session, listener, image.Size), image.FirstOctet)
                {
                    IsNamed = image.SuggestedName is not null,
                    OfferedType = image.Type,
                };
                if (!media.TryTake(receiver))
                {
                    await receiver.DisposeAsync().ConfigureAwait(false);
                    return MsrpAcceptance.Refuse(413);
                }

                _receiver = receiver;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A custom store may throw anything.
                return Refuse(e is ImageShareException known
                    ? ShareOutcome.From(known)
                    : ShareOutcome.Failed(ImageShareError.StoreNotWritable, $"The image could not be stored: {e.Message}", e));
            }
        }

        return await _receiver.BeginAsync(message, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken) => _receiver!.WriteAsync(offset, data, cancellationToken);

    public ValueTask CompleteAsync(long length, CancellationToken cancellationToken) => _receiver!.CompleteAsync(length, cancellationToken);

    public ValueTask AbortAsync(MsrpAbortReason reason) => _receiver!.AbortAsync(reason);

    // What was asked for stays what it was. What the message says of itself fills the gaps: here its length; its name, the receiver reads.
    private static IncomingImage Describe(IncomingImage agreed, MsrpMessageInfo message)
    {
        bool isWrapped = message.ContentType is { } type && BodyUnwrapper.CanUnwrap(type);
        return agreed with { Size = agreed.Size ?? (message.Total is { } total && !isWrapped ? agreed.FirstOctet + total : null) };
    }

    private MsrpAcceptance Refuse(ShareOutcome outcome)
    {
        session.Post(new ShareInput.ImageFailed(outcome));
        return MsrpAcceptance.Refuse(413);
    }
}
