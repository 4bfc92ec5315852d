using System.Buffers;
using ImageShare.Core.Images;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing;

/// <summary>
/// Takes the one MSRP message of an image share and writes it to the store (RFC 5547 §8.7). Called by the connection's reader loop, one call
/// at a time; what it throws is answered with 413 there.
/// </summary>
internal sealed class ImageReceiver(ImageShareSession session, IImageSink sink, long maxSize, IProgress<long> progress) : IMsrpMessageReceiver
{
    private long _received;
    private bool _began;
    private volatile bool _abandoned;

    /// <summary>What was stored, once the share is complete.</summary>
    public StoredImage? Stored { get; private set; }

    public ValueTask<MsrpAcceptance> BeginAsync(MsrpMessageInfo message, CancellationToken cancellationToken)
    {
        if (_began || _abandoned)
        {
            // One file is one message, and nothing else is sent on its session.
            return ValueTask.FromResult(MsrpAcceptance.Refuse(_began ? 403 : 413));
        }

        if (message.Total > maxSize)
        {
            Fail(ShareOutcome.Failed(ImageShareError.SizeMismatch, $"The peer sends {message.Total} bytes, {maxSize} were agreed; the image was refused."));
            return ValueTask.FromResult(MsrpAcceptance.Refuse(413));
        }

        _began = true;
        return ValueTask.FromResult(MsrpAcceptance.Accept);
    }

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
    {
        if (_abandoned)
        {
            throw new ImageShareException(ImageShareError.Cancelled, "The share was cancelled on this side.");
        }

        ValueTask writing;
        try
        {
            writing = sink.WriteAsync(offset, data, cancellationToken);
        }
        catch (ImageShareException e)
        {
            Fail(ShareOutcome.From(e));
            throw;
        }

        _received += data.Length;
        if (!writing.IsCompletedSuccessfully)
        {
            return AwaitAsync(writing);
        }

        progress.Report(_received);
        return ValueTask.CompletedTask;
    }

    public async ValueTask CompleteAsync(long length, CancellationToken cancellationToken)
    {
        try
        {
            Stored = await sink.CompleteAsync(cancellationToken).ConfigureAwait(false);
            session.Post(new ShareInput.ImageDone(ShareOutcome.Completed));
        }
        catch (ImageShareException e)
        {
            Fail(ShareOutcome.From(e));
            throw;
        }
    }

    public async ValueTask AbortAsync(MsrpAbortReason reason)
    {
        await sink.AbandonAsync().ConfigureAwait(false);
        Fail(MsrpOutcome.OfAbort(reason));
    }

    /// <summary>From now on nothing more is taken.</summary>
    public void Abandon() => _abandoned = true;

    private async ValueTask AwaitAsync(ValueTask writing)
    {
        try
        {
            await writing.ConfigureAwait(false);
            progress.Report(_received);
        }
        catch (ImageShareException e)
        {
            Fail(ShareOutcome.From(e));
            throw;
        }
    }

    private void Fail(ShareOutcome outcome) => session.Post(new ShareInput.ImageFailed(outcome));
}
