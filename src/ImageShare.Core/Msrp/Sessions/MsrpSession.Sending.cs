using System.Collections.Immutable;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Sessions;

/// <content>Sending messages.</content>
public sealed partial class MsrpSession
{
    private ImmutableHashSet<string> _refusedTypes = ImmutableHashSet.Create<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Sends a message. Chunks go out without waiting for their answers; the source is read ahead of them in large blocks.</summary>
    /// <param name="content">What to send.</param>
    /// <param name="acknowledged">Told of the bytes acknowledged so far, once for each batch of responses.</param>
    /// <param name="cancellationToken">Gives the message up: the chunk on the wire ends with <c>#</c>, then the call ends.</param>
    /// <returns>
    /// What became of it, when every chunk is answered or the message has failed. A type the peer has once refused with 415 is refused at
    /// once (RFC 4975 §10.6).
    /// </returns>
    /// <exception cref="ArgumentException">The Message-ID or the disposition cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.SourceUnreadable"/>: the source failed or ended early; the peer was told that the message is over.
    /// <see cref="ImageShareError.InvalidState"/>: the session is not connected, or the peer's path is not known.
    /// </exception>
    public async Task<MsrpSendResult> SendAsync(MsrpOutgoingContent content, IProgress<long>? acknowledged, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        cancellationToken.ThrowIfCancellationRequested();
        MsrpSendEnd end = await TrySendAsync(content, acknowledged, allLeaves: null, cancellationToken).ConfigureAwait(false);
        return end.IsCancelled ? throw new OperationCanceledException(cancellationToken) : end.Result;
    }

    /// <summary>As <see cref="SendAsync"/>, but a message that is given up has a result as well, and it is told when all of it leaves.</summary>
    /// <param name="content">What to send.</param>
    /// <param name="acknowledged">Told of the bytes acknowledged so far.</param>
    /// <param name="allLeaves">
    /// Called when the last chunk is about to leave: from then on the peer may have the whole message, whatever becomes of it here. By the writer loop; must not block.
    /// </param>
    /// <param name="cancellationToken">Gives the message up.</param>
    /// <exception cref="ImageShareException">As for <see cref="SendAsync"/>.</exception>
    internal async Task<MsrpSendEnd> TrySendAsync(
        MsrpOutgoingContent content, IProgress<long>? acknowledged, Action? allLeaves, CancellationToken cancellationToken)
    {
        MsrpPath peer = _peer ?? throw PathNotSet();
        MsrpConnection connection = Connection ?? throw new ImageShareException(
            ImageShareError.InvalidState, "The MSRP session has no connection yet; connect it before sending.");

        var headers = new MsrpSendHeaders(
            peer, LocalPath, content.MessageId, content.ContentType, content.SuccessReport, contentDisposition: content.Disposition);
        if (_refusedTypes.Contains(content.ContentType.Essence))
        {
            return new MsrpSendEnd(new MsrpSendResult(MsrpSendOutcome.Refused, headers.MessageId, 0, 415), IsCancelled: false);
        }

        using var transfer = new OutgoingTransfer(connection, this, headers, content, acknowledged) { AllLeaves = allLeaves };
        connection.Add(transfer);
        if (IsOver)
        {
            transfer.Stop(TransferStop.ConnectionLost);
        }

        try
        {
            using CancellationTokenRegistration cancelling = cancellationToken.UnsafeRegister(
                static state => ((OutgoingTransfer)state!).Stop(TransferStop.Cancelled), transfer);
            Exception? failure = content.Bytes is null ? await FeedAsync(transfer, connection, cancellationToken).ConfigureAwait(false) : null;
            await WaitForEndAsync(transfer).ConfigureAwait(false);
            MsrpSendResult result = await transfer.Result.ConfigureAwait(false);
            if (transfer.StopReason == TransferStop.SourceFailed)
            {
                throw new ImageShareException(
                    ImageShareError.SourceUnreadable,
                    "The content could not be read to its end, so the transfer was given up; check the source, and that nothing changes it meanwhile.",
                    failure);
            }

            if (result.Status == 415)
            {
                ImmutableInterlocked.Update(ref _refusedTypes, static (types, refused) => types.Add(refused), content.ContentType.Essence);
            }

            return new MsrpSendEnd(result, transfer.StopReason == TransferStop.Cancelled);
        }
        finally
        {
            connection.Remove(transfer);
        }
    }

    // Reads the source into the transfer; an exception of the source stops it.
    private static async Task<Exception?> FeedAsync(
        OutgoingTransfer transfer, MsrpConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            // The source is the application's and may take its time before it returns a task; not that of who called.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            if (!await transfer.Bytes.FillAsync(connection.Wake, cancellationToken).ConfigureAwait(false))
            {
                transfer.Stop(TransferStop.SourceFailed);
            }

            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            transfer.Stop(TransferStop.Cancelled);
            return null;
        }
        catch (Exception e)
        {
            // Whatever the source threw: the message is over, and the caller gets it as the cause.
            transfer.Stop(TransferStop.SourceFailed);
            return e;
        }
    }

    // The wire learns of a stop first, if it takes bytes at all.
    private async Task WaitForEndAsync(OutgoingTransfer transfer)
    {
        await Task.WhenAny(transfer.Result, transfer.Stopped).ConfigureAwait(false);
        try
        {
            await transfer.Result.WaitAsync(MsrpEndpoint.CloseTime, _endpoint.Options.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            transfer.Finish();
        }
    }
}
