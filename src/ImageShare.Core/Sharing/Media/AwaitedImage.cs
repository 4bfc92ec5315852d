using System.Buffers;
using ImageShare.Core.Bodies.Unwrapping;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Media;

/// <summary>
/// The receiver of a requested image. The MSRP session needs it before the answer is known, so the first message waits here for the answer.
/// Only then, when the message tells its length, is the sink created, and an <see cref="ImageReceiver"/> takes over.
/// </summary>
internal sealed class AwaitedImage(
    ShareContext context, ShareSession session, ReceivingMedia media, IImageStore store, IProgress<ImageShareProgress>? listener) : IMsrpMessageReceiver
{
    private readonly TaskCompletionSource<IncomingImage> _agreed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImageReceiver? _receiver;
    private Claim? _claimed;

    /// <summary>Whether this fetch holds a partial file.</summary>
    public bool HasClaimed => Volatile.Read(ref _claimed) is not null;

    /// <summary>Claims the partial file of an interrupted transfer before the rest is requested; no other transfer can resume it from then on.</summary>
    /// <param name="image">The image, with its hash.</param>
    /// <param name="sender">The sender of the rest.</param>
    /// <param name="cancellationToken">Cancels waiting for the store.</param>
    /// <returns>What is stored; null if there is nothing or it is in use, so that the whole image must be requested.</returns>
    /// <exception cref="ImageShareException">The store cannot take the image.</exception>
    public async ValueTask<ImagePartial?> ClaimAsync(ImageSelector image, string sender, CancellationToken cancellationToken)
    {
        // If all bytes are already stored, there is no rest to request.
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
            // Another fetch was faster, or the store needs to know the type, which the peer has not told yet.
            return null;
        }

        if (_agreed.Task.IsCanceled)
        {
            await ReleaseAsync().ConfigureAwait(false);
        }

        return found;
    }

    /// <summary>Releases the partial file, so that other transfers can resume it.</summary>
    public ValueTask ReleaseAsync() => Interlocked.Exchange(ref _claimed, null)?.Sink.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Called with the description of the image from the answer.</summary>
    public void Agree(IncomingImage image) => _agreed.TrySetResult(image);

    /// <summary>Called if there will be no answer.</summary>
    public ValueTask GiveUpAsync()
    {
        _agreed.TrySetCanceled();
        return ReleaseAsync();
    }

    public async ValueTask<MsrpAcceptance> BeginAsync(MsrpMessageInfo message, CancellationToken cancellationToken)
    {
        try
        {
            if (_receiver is null && await CreateReceiverAsync(message, cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                return refusal;
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A custom store may throw anything.
            return Refuse(e is ImageShareException known
                ? ShareOutcome.From(known)
                : ShareOutcome.Failed(ImageShareError.StoreNotWritable, $"The image could not be stored: {e.Message}", e));
        }

        return await _receiver!.BeginAsync(message, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken) => _receiver!.WriteAsync(offset, data, cancellationToken);

    public ValueTask CompleteAsync(long length, CancellationToken cancellationToken) => _receiver!.CompleteAsync(length, cancellationToken);

    public ValueTask AbortAsync(MsrpAbortReason reason) => _receiver!.AbortAsync(reason);

    // Creates the receiver once the answer has described the image. Null if it takes over, otherwise the refusal.
    private async ValueTask<MsrpAcceptance?> CreateReceiverAsync(MsrpMessageInfo message, CancellationToken cancellationToken)
    {
        IncomingImage image = Describe(await _agreed.Task.WaitAsync(cancellationToken).ConfigureAwait(false), message);
        session.Image = session.Image with { Name = image.SuggestedName, Type = image.Type, Size = image.Size, Hashes = image.Hashes };
        if (image.Size > context.Limits.MaxImageSize)
        {
            return Refuse(ShareOutcome.Failed(
                ImageShareError.TooLarge, $"The image has {image.Size} bytes, but this side accepts at most {context.Limits.MaxImageSize}, so it was refused; raise ImageShareLimits.MaxImageSize to accept it."));
        }

        if (await SinkForAsync(image, cancellationToken).ConfigureAwait(false) is not { } sink)
        {
            return MsrpAcceptance.Refuse(413);
        }

        var receiver = new ImageReceiver(session, sink, image, listener);
        if (!media.TryTake(receiver))
        {
            await receiver.DisposeAsync().ConfigureAwait(false);
            return MsrpAcceptance.Refuse(413);
        }

        _receiver = receiver;
        return null;
    }

    // The requested properties stay. The message fills gaps: here its length; ImageReceiver reads its name.
    private static IncomingImage Describe(IncomingImage agreed, MsrpMessageInfo message)
    {
        bool isWrapped = message.ContentType is { } type && BodyUnwrapper.CanUnwrap(type);
        return agreed with { Size = agreed.Size ?? (message.Total is { } total && !isWrapped ? agreed.ResumesAt + total : null) };
    }

    // Null if the share, and with it the partial file, was given up.
    private async ValueTask<IImageSink?> SinkForAsync(IncomingImage image, CancellationToken cancellationToken)
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
                claim.Sink.SuggestName(name);
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

    /// <summary>A claimed partial file, and the name of the image in the claim.</summary>
    private sealed record Claim(IImageSink Sink, string? Name);
}
