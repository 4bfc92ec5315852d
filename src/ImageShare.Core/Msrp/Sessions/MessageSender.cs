using System.Collections.Immutable;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>Sends the messages of one session: a transfer for each, fed from its source. Any thread may call any member, several at a time.</summary>
internal sealed class MessageSender(SessionBinding session, ConnectionContext context)
{
    private ImmutableHashSet<string> _refusedTypes = ImmutableHashSet.Create<string>(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc cref="MsrpSession.TrySendAsync"/>
    public async Task<MsrpSendEnd> SendAsync(MsrpOutgoingContent content, IProgress<long>? acknowledged, Action? allLeaves, CancellationToken cancellationToken)
    {
        MsrpPath peer = session.Peer.Path ?? throw SessionErrors.PathNotSet();
        MsrpConnection connection = session.Connection ?? throw new ImageShareException(
            ImageShareError.InvalidState, "The MSRP session has no connection yet; connect it before sending.");

        var headers = new MsrpSendHeaders(
            peer, session.LocalPath, content.MessageId, content.ContentType, content.SuccessReport, contentDisposition: content.Disposition);
        if (_refusedTypes.Contains(content.ContentType.Essence))
        {
            // RFC 4975 §10.6.
            return new MsrpSendEnd(new MsrpSendResult(MsrpSendOutcome.Refused, headers.MessageId, 0, 415), IsCancelled: false);
        }

        var message = new OutgoingMessage(headers, content, acknowledged, allLeaves, session.LogId);
        using var transfer = new OutgoingTransfer(message, session.Peer.Route, connection.Writer, context.Settings.Transfers, context.Transfers);
        Begin(transfer, connection);
        try
        {
            return await RunAsync(transfer, content, connection, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            connection.Remove(transfer);
            session.Remove(transfer);
        }
    }

    /// <summary>Opens the session on a connection with a SEND without a body (RFC 4975 §5.4).</summary>
    public void Open(MsrpConnection connection, MsrpPath peer)
    {
        using ScratchWriter bytes = ScratchWriter.Rent();
        Span<byte> id = stackalloc byte[TransactionIds.Length];
        new TransactionIds().Next(id);
        session.OpeningTransaction = TransactionIdKey.From(id);
        var headers = new MsrpSendHeaders(peer, session.LocalPath);
        MsrpWriter.WriteEmptySend(bytes, id, headers);
        context.Settings.Trace?.Invoke(MsrpTraceEvent.OfSent(
            bytes.WrittenSpan, headers.MessageId, ByteRange.Empty, connection.Writer.Local, connection.RemoteEndPoint));
        connection.Send(bytes.WrittenSpan);
    }

    private void Begin(OutgoingTransfer transfer, MsrpConnection connection)
    {
        session.Add(transfer);
        connection.Add(transfer);
        if (session.IsOver)
        {
            // It ended concurrently, and may not have seen the transfer.
            transfer.Stop(TransferStop.ConnectionLost);
        }
    }

    private async Task<MsrpSendEnd> RunAsync(OutgoingTransfer transfer, MsrpOutgoingContent content, MsrpConnection connection, CancellationToken cancellationToken)
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

    // Reads the source into the transfer; an exception of the source stops it.
    private static async Task<Exception?> FeedAsync(OutgoingTransfer transfer, MsrpConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            // The source belongs to the application and may block before it returns a task: do not block the caller.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            if (!await transfer.Bytes.FillAsync(() => connection.Writer.Wake(), cancellationToken).ConfigureAwait(false))
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
            // Any exception of the source ends the message; the caller gets it as the cause.
            transfer.Stop(TransferStop.SourceFailed);
            return e;
        }
    }

    // After a stop, wait until the peer is told, if it reads at all.
    private async Task WaitForEndAsync(OutgoingTransfer transfer)
    {
        await Task.WhenAny(transfer.Result, transfer.Stopped).ConfigureAwait(false);
        try
        {
            await transfer.Result.WaitAsync(MsrpEndpoint.CloseTime, context.Settings.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            transfer.Finish();
        }
    }
}
