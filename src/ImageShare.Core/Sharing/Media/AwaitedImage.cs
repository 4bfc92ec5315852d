using System.Buffers;
using ImageShare.Core.Bodies.Unwrapping;
using ImageShare.Core.Images;
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
    private Claim? _claimed;

    /// <summary>Whether the beginning of an image is in this fetch's hands.</summary>
    public bool HasClaimed => Volatile.Read(ref _claimed) is not null;

    /// <summary>Takes the beginning of an image that broke off, before its rest is asked for: from then on no other transfer has it.</summary>
    /// <param name="image">The image, with its hash.</param>
    /// <param name="sender">Who sends the rest.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    /// <returns>What is here; null when nothing is, or others have it, and the whole is to be asked for.</returns>
    /// <exception cref="ImageShareException">The store cannot take the image.</exception>
    public async ValueTask<ImagePartial?> ClaimAsync(ImageSelector image, string sender, CancellationToken cancellationToken)
    {
        // Of a whole that is here already there is no rest either.
        if (store.FindPartial(image, sender) is not { Bytes: > 0 } found || found.Bytes >= found.Size || (image.Size ?? found.Size) != found.Size)
        {
            return null;
        }

        var rest = new IncomingImage
        {
            SuggestedName = image.Name,
            Type = image.Type,
            Size = found.Size,
            Hashes = image.Hashes,
            MaxSize = context.Limits.MaxImageSize,
            Sender = sender,
            ResumesAt = found.Bytes,
        };
        try
        {
            IImageSink sink = await VerifyingSink.CreateAsync(store, rest, cancellationToken).ConfigureAwait(false);
            Interlocked.Exchange(ref _claimed, new Claim(sink, image.Name));
        }
        catch (ImageShareException e) when (e.Error is ImageShareError.NothingToResume or ImageShareError.TypeNotAccepted)
        {
            // Another one was faster; or the folder wants to know the type, which the peer has not said yet.
            return null;
        }

        if (_agreed.Task.IsCanceled)
        {
            await ReleaseAsync().ConfigureAwait(false);
        }

        return found;
    }

    /// <summary>Gives the beginning back: others may continue it.</summary>
    public ValueTask ReleaseAsync() => Interlocked.Exchange(ref _claimed, null)?.Sink.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>The answer is here, and says so much of the image.</summary>
    public void Agree(IncomingImage image) => _agreed.TrySetResult(image);

    /// <summary>There will be no answer.</summary>
    public ValueTask GiveUpAsync()
    {
        _agreed.TrySetCanceled();
        return ReleaseAsync();
    }

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

                if (await PlaceOfAsync(image, cancellationToken).ConfigureAwait(false) is not { } sink)
                {
                    return MsrpAcceptance.Refuse(413);
                }

                var receiver = new ImageReceiver(
                    session, sink, image.Size, context.Limits.MaxImageSize, new ThrottledProgress(session, listener, image.Size), image.ResumesAt)
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
        return agreed with { Size = agreed.Size ?? (message.Total is { } total && !isWrapped ? agreed.ResumesAt + total : null) };
    }

    // Null when the share was given up, and with it the beginning.
    private async ValueTask<IImageSink?> PlaceOfAsync(IncomingImage image, CancellationToken cancellationToken)
    {
        if (image.ResumesAt == 0)
        {
            return await VerifyingSink.CreateAsync(store, image, cancellationToken).ConfigureAwait(false);
        }

        if (Interlocked.Exchange(ref _claimed, null) is not { } claim)
        {
            return null;
        }

        bool isNamed = false;
        try
        {
            if (claim.Name is null && image.SuggestedName is { } name)
            {
                claim.Sink.Name(name);
            }

            isNamed = true;
            return claim.Sink;
        }
        finally
        {
            if (!isNamed)
            {
                await claim.Sink.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private MsrpAcceptance Refuse(ShareOutcome outcome)
    {
        session.Post(new ShareInput.ImageFailed(outcome));
        return MsrpAcceptance.Refuse(413);
    }

    /// <summary>A beginning that is held, and the name its image was claimed by.</summary>
    private sealed record Claim(IImageSink Sink, string? Name);
}
