using System.Buffers;
using ImageShare.Core.Bodies;
using ImageShare.Core.Bodies.Unwrapping;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Media;

/// <summary>
/// Receives the single MSRP message of an image share and writes it to the store (RFC 5547 §8.7). Called by the connection's reader loop, one
/// call at a time, which answers 413 if a call throws. Owns the sink.
/// </summary>
/// <param name="session">The share.</param>
/// <param name="sink">The sink for the image.</param>
/// <param name="image">What the offer says about the image.</param>
/// <param name="listener">Receives progress, or null.</param>
internal sealed class ImageReceiver(ShareSession session, IImageSink sink, IncomingImage image, IProgress<ImageShareProgress>? listener) : IMsrpMessageReceiver, IAsyncDisposable
{
    private readonly SinkUse _use = new() { Sink = sink };
    private readonly ThrottledProgress _progress = new(session, listener, image.Size);

    // The announced size is also the limit. The message does not include the bytes received earlier.
    private long _maxSize = Math.Min(image.Size ?? image.MaxSize, image.MaxSize) - image.ResumesAt;
    private UnwrappingSink? _wrapped;
    private long _received;
    private bool _began;
    private volatile bool _abandoned;

    /// <summary>The stored image, once it is complete; the share is then complete, whatever else happens.</summary>
    public StoredImage? Stored { get; private set; }

    /// <summary>Whether the sink was released: nothing more will be stored, and nothing is left of an incomplete image.</summary>
    public bool IsReleased => _use.IsReleased;

    /// <summary>Whether the transfer resumes a partial file.</summary>
    public bool IsContinued => image.ResumesAt > 0;

    /// <summary>The metadata in the message (RFC 5547 §8.7).</summary>
    public SentFile? SentFile { get; private set; }

    public ValueTask<MsrpAcceptance> BeginAsync(MsrpMessageInfo message, CancellationToken cancellationToken)
    {
        if (_began || _abandoned)
        {
            // A file is a single message, and nothing else may be sent on its session.
            return ValueTask.FromResult(MsrpAcceptance.Refuse(_began ? 403 : 413));
        }

        // The offer takes precedence; the message supplies what it leaves out.
        SentFile = TransferDisposition.Read(message.OtherHeaders);
        if (image.Size is null && SentFile?.Size is { } announced)
        {
            _maxSize = Math.Min(_maxSize, Math.Max(0, announced - image.ResumesAt));
        }

        if (message.ContentType is { } type && BodyUnwrapper.CanUnwrap(type) && image.Type?.IsSameTypeAs(type) != true)
        {
            _wrapped = new UnwrappingSink(_use.Sink, type, image, _maxSize) { OnImage = TakePart, TooMuch = TooMuchSent };
            _use.Sink = _wrapped;
            _maxSize = UnwrappingSink.MostAround(_maxSize);
        }

        if (message.Total > _maxSize)
        {
            Fail(TooMuch());
            return ValueTask.FromResult(MsrpAcceptance.Refuse(413));
        }

        // Post this before the first byte: a BYE right after the last byte must find the share in the state Transferring.
        _began = true;
        session.Post(new ShareInput.MediaConnected());
        return image.SuggestedName is null && SentFile?.Name is { Length: > 0 } name ? NameAsync(name) : ValueTask.FromResult(MsrpAcceptance.Accept);
    }

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
    {
        Enter();
        if (offset > _maxSize - data.Length)
        {
            return AwaitAsync(ValueTask.FromException(TooMuchSent()), cancellationToken);
        }

        ValueTask writing;
        try
        {
            writing = _use.Sink.WriteAsync(image.ResumesAt + offset, data, cancellationToken);
        }
        catch (Exception e)
        {
            // Handle synchronous exceptions of a store like asynchronous ones.
            writing = ValueTask.FromException(e);
        }

        // Repeated bytes must not raise the progress above the size.
        _received = Math.Min(_received + data.Length, _maxSize);
        if (!writing.IsCompletedSuccessfully)
        {
            return AwaitAsync(writing, cancellationToken);
        }

        writing.GetAwaiter().GetResult();
        _progress.Report(image.ResumesAt + Received);
        return _use.LeaveAsync();
    }

    public async ValueTask CompleteAsync(long length, CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            Stored = await _use.Sink.CompleteAsync(cancellationToken).ConfigureAwait(false);
            session.Post(new ShareInput.ImageDone(ShareOutcome.Completed));
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Fail(OfStore(e));
            throw;
        }
        finally
        {
            await _use.LeaveAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask AbortAsync(MsrpAbortReason reason)
    {
        try
        {
            await DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            if (MsrpOutcome.OfAbort(reason) is { } outcome)
            {
                Fail(outcome);
            }
        }
    }

    /// <summary>Refuses everything from now on.</summary>
    public void Abandon() => _abandoned = true;

    /// <summary>
    /// Releases the sink: now, or at the end of the call that is using it, for which this waits. If that call completes the image, the share
    /// is completed; on a connection shared with other sessions nothing else would wait for it.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        _abandoned = true;
        return _use.DisposeAsync();
    }

    private async ValueTask<MsrpAcceptance> NameAsync(string name)
    {
        Enter();
        try
        {
            _use.Sink.SuggestName(name);
            return MsrpAcceptance.Accept;
        }
        catch (Exception e)
        {
            Fail(OfStore(e));
            throw;
        }
        finally
        {
            await _use.LeaveAsync().ConfigureAwait(false);
        }
    }

    // In a wrapped message, the headers of the part describe the file (RFC 5547 §8.7). Called within a write.
    private void TakePart(BodyPart part)
    {
        if (part.Disposition is not { } disposition)
        {
            return;
        }

        bool wasNamed = image.SuggestedName is not null || SentFile?.Name is { Length: > 0 };
        SentFile = TransferDisposition.Merge(SentFile, TransferDisposition.Read(disposition));
        if (image.Size is null && SentFile.Size is { } announced)
        {
            _wrapped!.Limit(Math.Max(0, announced - image.ResumesAt));
        }

        if (!wasNamed && SentFile.Name is { Length: > 0 } name)
        {
            _use.Sink.SuggestName(name);
        }
    }

    private long Received => _wrapped?.Received ?? _received;

    private async ValueTask AwaitAsync(ValueTask writing, CancellationToken cancellationToken)
    {
        try
        {
            await writing.ConfigureAwait(false);
            _progress.Report(image.ResumesAt + Received);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Fail(OfStore(e));
            throw;
        }
        finally
        {
            await _use.LeaveAsync().ConfigureAwait(false);
        }
    }

    private void Enter()
    {
        if (_abandoned || !_use.TryEnter())
        {
            throw new ImageShareException(ImageShareError.Cancelled, "The share was cancelled on this side.");
        }
    }

    private ImageShareException TooMuchSent() => new(TooMuch().Error, TooMuch().Message!);

    private ShareOutcome TooMuch() => (image.Size ?? SentFile?.Size) is { } announced
        ? ShareOutcome.Failed(ImageShareError.SizeMismatch, $"The peer sent more than the {announced} bytes it announced, so the image was refused; ask the peer to share it again.")
        : ShareOutcome.Failed(ImageShareError.TooLarge, $"The image is larger than the limit of {image.MaxSize} bytes, so it was refused; raise ImageShareLimits.MaxImageSize to accept it.");

    // A custom store may throw anything.
    private static ShareOutcome OfStore(Exception e) => e is ImageShareException known
        ? ShareOutcome.From(known)
        : ShareOutcome.Failed(ImageShareError.StoreNotWritable, $"The image could not be stored: {e.Message}", e);

    private void Fail(ShareOutcome outcome) => session.Post(new ShareInput.ImageFailed(outcome));
}
