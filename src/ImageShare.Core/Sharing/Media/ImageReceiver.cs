using System.Buffers;
using ImageShare.Core.Bodies;
using ImageShare.Core.Bodies.Unwrapping;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Media;

/// <summary>
/// Takes the one MSRP message of an image share and writes it to the store (RFC 5547 §8.7). Called by the connection's reader loop, one call
/// at a time; what it throws is answered with 413 there. Owns the sink, whose calls must not overlap: a call that does not come back keeps it.
/// </summary>
internal sealed class ImageReceiver(ShareSession session, IImageSink sink, long? size, long limit, IProgress<long> progress, long first = 0) : IMsrpMessageReceiver, IAsyncDisposable
{
    private const int Idle = 0;
    private const int InUse = 1;
    private const int GivenUp = 2;
    private const int InUseAndGivenUp = 3;

    // What was announced, without what came before, is also the most that is taken: the message counts from its own beginning.
    private long _maxSize = Math.Min(size ?? limit, limit) - first;
    private UnwrappingSink? _wrapped;
    private int _use;
    private long _received;
    private bool _began;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _abandoned;

    /// <summary>The type the offer names, to know the image by when it comes wrapped in something else.</summary>
    public MediaType? OfferedType { get; init; }

    /// <summary>What was stored: then the share is complete, whatever else happens.</summary>
    public StoredImage? Stored { get; private set; }

    /// <summary>Whether the sink was let go of: nothing more will be stored, and nothing stays of what was not whole.</summary>
    public bool IsReleased => _released.Task.IsCompleted;

    /// <summary>Whether its beginning was here before.</summary>
    public bool IsContinued => first > 0;

    /// <summary>Whether the offer has named the image.</summary>
    public bool IsNamed { get; init; }

    /// <summary>What the message says of the file (RFC 5547 §8.7).</summary>
    public SentFile? SentFile { get; private set; }

    public ValueTask<MsrpAcceptance> BeginAsync(MsrpMessageInfo message, CancellationToken cancellationToken)
    {
        if (_began || _abandoned)
        {
            // One file is one message, and nothing else is sent on its session.
            return ValueTask.FromResult(MsrpAcceptance.Refuse(_began ? 403 : 413));
        }

        // What the offer says comes first; what it leaves out, the message may say.
        SentFile = TransferDisposition.Read(message.OtherHeaders);
        if (size is null && SentFile?.Size is { } announced)
        {
            _maxSize = Math.Min(_maxSize, Math.Max(0, announced - first));
        }

        if (message.ContentType is { } type && BodyUnwrapper.CanUnwrap(type) && OfferedType?.IsSameTypeAs(type) != true)
        {
            sink = _wrapped = new UnwrappingSink(sink, type, OfferedType, first, _maxSize, () => new ImageShareException(TooMuch().Error, TooMuch().Message!)) { OnImage = TakePart };
            _maxSize = UnwrappingSink.MostAround(_maxSize);
        }

        if (message.Total > _maxSize)
        {
            Fail(TooMuch());
            return ValueTask.FromResult(MsrpAcceptance.Refuse(413));
        }

        // Said here, before the first octet: a BYE right behind the last one must find the share in its transfer.
        _began = true;
        session.Post(new ShareInput.MediaConnected());
        return !IsNamed && SentFile?.Name is { Length: > 0 } name ? NameAsync(name) : ValueTask.FromResult(MsrpAcceptance.Accept);
    }

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
    {
        Enter();
        if (offset > _maxSize - data.Length)
        {
            return AwaitAsync(ValueTask.FromException(new ImageShareException(TooMuch().Error, TooMuch().Message!)), cancellationToken);
        }

        ValueTask writing;
        try
        {
            writing = sink.WriteAsync(first + offset, data, cancellationToken);
        }
        catch (Exception e)
        {
            // One way for what a store throws at once and what it throws later.
            writing = ValueTask.FromException(e);
        }

        // What comes twice counts once at most.
        _received = Math.Min(_received + data.Length, _maxSize);
        if (!writing.IsCompletedSuccessfully)
        {
            return AwaitAsync(writing, cancellationToken);
        }

        writing.GetAwaiter().GetResult();
        progress.Report(first + Received);
        return LeaveAsync();
    }

    public async ValueTask CompleteAsync(long length, CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            Stored = await sink.CompleteAsync(cancellationToken).ConfigureAwait(false);
            session.Post(new ShareInput.ImageDone(ShareOutcome.Completed));
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Fail(OfStore(e));
            throw;
        }
        finally
        {
            await LeaveAsync().ConfigureAwait(false);
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

    /// <summary>From now on nothing more is taken.</summary>
    public void Abandon() => _abandoned = true;

    /// <summary>
    /// Lets the sink go: now, or at the end of the call that is using it, which this waits for. A call that stores the image whole ends as a completed
    /// share; on a connection that others are on, nothing else would wait for it.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        _abandoned = true;
        if (Interlocked.CompareExchange(ref _use, GivenUp, Idle) == Idle)
        {
            return ReleaseAsync();
        }

        return Interlocked.CompareExchange(ref _use, InUseAndGivenUp, InUse) == Idle ? DisposeAsync() : new ValueTask(_released.Task);
    }

    private async ValueTask<MsrpAcceptance> NameAsync(string name)
    {
        Enter();
        try
        {
            sink.Name(name);
            return MsrpAcceptance.Accept;
        }
        catch (Exception e)
        {
            Fail(OfStore(e));
            throw;
        }
        finally
        {
            await LeaveAsync().ConfigureAwait(false);
        }
    }

    // In a message that wraps the image, it is the part that says what the file is (RFC 5547 §8.7). Called within a write.
    private void TakePart(BodyPart part)
    {
        if (part.Disposition is not { } disposition)
        {
            return;
        }

        bool wasNamed = IsNamed || SentFile?.Name is { Length: > 0 };
        SentFile = TransferDisposition.Merge(SentFile, TransferDisposition.Read(disposition));
        if (size is null && SentFile.Size is { } announced)
        {
            _wrapped!.Limit(Math.Max(0, announced - first));
        }

        if (!wasNamed && SentFile.Name is { Length: > 0 } name)
        {
            sink.Name(name);
        }
    }

    private long Received => _wrapped?.Received ?? _received;

    private async ValueTask AwaitAsync(ValueTask writing, CancellationToken cancellationToken)
    {
        try
        {
            await writing.ConfigureAwait(false);
            progress.Report(first + Received);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Fail(OfStore(e));
            throw;
        }
        finally
        {
            await LeaveAsync().ConfigureAwait(false);
        }
    }

    private void Enter()
    {
        if (_abandoned || Interlocked.CompareExchange(ref _use, InUse, Idle) != Idle)
        {
            throw new ImageShareException(ImageShareError.Cancelled, "The share was cancelled on this side.");
        }
    }

    private ValueTask LeaveAsync() =>
        Interlocked.CompareExchange(ref _use, Idle, InUse) == InUse ? ValueTask.CompletedTask : ReleaseAsync();

    private async ValueTask ReleaseAsync()
    {
        Volatile.Write(ref _use, GivenUp);
        try
        {
            await sink.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _released.TrySetResult();
        }
    }

    private ShareOutcome TooMuch() => (size ?? SentFile?.Size) is { } announced
        ? ShareOutcome.Failed(ImageShareError.SizeMismatch, $"The peer sent more than the {announced} bytes it had announced; the image was refused.")
        : ShareOutcome.Failed(ImageShareError.TooLarge, $"The image is larger than {limit} bytes, the most this side takes; it was refused.");

    // A custom store may throw anything.
    private static ShareOutcome OfStore(Exception e) => e is ImageShareException known
        ? ShareOutcome.From(known)
        : ShareOutcome.Failed(ImageShareError.StoreNotWritable, $"The image could not be stored: {e.Message}", e);

    private void Fail(ShareOutcome outcome) => session.Post(new ShareInput.ImageFailed(outcome));
}
