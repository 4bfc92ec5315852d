using System.Collections.Immutable;
using ImageShare.Core.Diagnostics;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// One MSRP session (RFC 4975 §4): our URI, the peer's path, and the connection that both are bound to. Made by
/// <see cref="MsrpEndpoint.CreateSession"/>. All members may be called at the same time; several messages may be sent at a time and share
/// the connection evenly.
/// </summary>
public sealed class MsrpSession : IAsyncDisposable
{
    private readonly MsrpEndpoint _endpoint;
    private readonly TaskCompletionSource _bound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MsrpSessionEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableHashSet<string> _refusedTypes = ImmutableHashSet.Create<string>(StringComparer.OrdinalIgnoreCase);
    private readonly TaskCompletionSource _peerKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<ReadOnlyMemory<byte>, bool>? _isPeerCertificate;
    private volatile MsrpUri? _connectTo;
    private readonly Lock _pathGate = new();
    private MsrpPath? _namedPeer;
    private volatile MsrpPath? _usePath;
    private volatile MsrpPath? _peer;
    private MsrpConnection? _connection;

    internal MsrpSession(MsrpEndpoint endpoint, MsrpUri localUri, MsrpSessionOptions options)
    {
        _endpoint = endpoint;
        LocalUri = localUri;
        LocalPath = new MsrpPath(localUri);
        Options = options;
        Incoming = new IncomingMessages(options, endpoint.Options.Limits, endpoint.Logger);
    }

    /// <summary>The URI to put into our <c>a=path</c>. The endpoint listens to it from the start.</summary>
    public MsrpUri LocalUri { get; }

    /// <summary>
    /// What stands in our <c>a=path</c>: behind relays their URIs, outermost first, then our own (RFC 4976 §5.1); else only our own.
    /// </summary>
    public MsrpPath AdvertisedPath => UsePath is { } use ? new MsrpPath([.. use.Uris.Reverse(), LocalUri]) : LocalPath;

    /// <summary>
    /// Told when relays have granted another way at a renewal: <see cref="AdvertisedPath"/> is different then, and the peer has to be told in a new offer before the
    /// time of the one before is over (RFC 4976 §9.4). What this side sends takes the new way at once. Called on any thread; must not block.
    /// </summary>
    public Action? AdvertisedPathChanged { get; set; }

    /// <summary>Why the session is over; not done while it is not. Never faulted.</summary>
    public Task<MsrpSessionEnd> Ended => _ended.Task;

    internal MsrpPath LocalPath { get; }

    /// <summary>The relays' URIs, the nearest first; null without relays.</summary>
    internal MsrpPath? UsePath => _usePath;

    /// <summary>Whether the peers have agreed, and the media may be expected to move.</summary>
    internal bool IsUsed
    {
        get => Volatile.Read(ref field);
        private set => Volatile.Write(ref field, value);
    }

    /// <summary>The peer's path; null while it is not known.</summary>
    internal MsrpPath? PeerPath => _peer;

    /// <summary>Done when the peer's path is known, or the session is over.</summary>
    internal Task PeerKnown => _peerKnown.Task;

    /// <summary>Whether the peer has said which certificate is its own.</summary>
    internal bool KnowsPeerCertificate => _isPeerCertificate is not null;

    internal MsrpSessionOptions Options { get; }

    internal IncomingMessages Incoming { get; }

    internal bool IsOver => _ended.Task.IsCompleted;

    internal MsrpConnection? Connection => Volatile.Read(ref _connection);

    /// <summary>The SEND without a body that opened the session, to know its answer by.</summary>
    internal TransactionKey OpeningTransaction { get; set; }

    /// <summary>
    /// Names the peer, as its <c>a=path</c> does. Needed before connecting actively and before sending; the peer may bind the session
    /// earlier (RFC 4145 §6); over TLS it waits then until it can be told who it is (RFC 8122 §6.2).
    /// </summary>
    /// <param name="peer">The path.</param>
    /// <param name="isPeerCertificate">
    /// With TLS: whether a certificate, given as DER octets, is the peer's, as its fingerprint says. Any other ends the session. Null, when the peer named
    /// none: then a host this side connects to is verified by chain and name, and nobody who connects to this side is let in. May be called on any thread,
    /// must not block.
    /// </param>
    public void SetPeerPath(MsrpPath peer, Func<ReadOnlyMemory<byte>, bool>? isPeerCertificate = null)
    {
        ArgumentNullException.ThrowIfNull(peer);
        _isPeerCertificate = isPeerCertificate;
        lock (_pathGate)
        {
            _namedPeer = peer;
            _peer = WayTo(peer);
        }

        _peerKnown.TrySetResult();
    }

    /// <summary>
    /// Names another way to the same peer, whose relays have granted it another path. Messages under way go on by it with their next chunk.
    /// </summary>
    /// <param name="peer">The path: its last URI is the one it was.</param>
    /// <returns>False, and nothing has changed, when its last URI is another or none was known: that is another peer, and needs a session of its own (RFC 4975 §5.4).</returns>
    public bool TryRenewPeerPath(MsrpPath peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        lock (_pathGate)
        {
            if (_namedPeer is not { } known || !known.Last.Equals(peer.Last))
            {
                return false;
            }

            if (!known.ToString().Equals(peer.ToString(), StringComparison.Ordinal))
            {
                _namedPeer = peer;
                _peer = WayTo(peer);
            }

            return true;
        }
    }

    /// <summary>The relays have granted a way, the first or another.</summary>
    internal void TakeUsePath(MsrpPath use)
    {
        lock (_pathGate)
        {
            if (_usePath is { } before && before.ToString().Equals(use.ToString(), StringComparison.Ordinal))
            {
                return;
            }

            _usePath = use;
            _peer = _namedPeer is { } peer ? WayTo(peer) : null;
        }

        AdvertisedPathChanged?.Invoke();
    }

    private MsrpPath WayTo(MsrpPath peer) => _usePath is { } use ? new MsrpPath([.. use.Uris, .. peer.Uris]) : peer;

    /// <summary>
    /// Names where to connect instead of the host of the peer's path: a middlebox that passes octets on (CEMA, RFC 6714 §4.2). The path
    /// stays what it is in messages, and with TLS the peer behind is verified as ever.
    /// </summary>
    /// <param name="host">An address, or a name.</param>
    /// <param name="port">1 to 65535.</param>
    public void SetPeerAddress(string host, int port) => _connectTo = new MsrpUri(LocalUri.Scheme, host, port, null);

    /// <summary>
    /// Brings the session onto a connection. Active: connects to the first URI of the peer's path, or uses the connection there is
    /// to it, and sends a SEND without a body (RFC 4975 §5.4). Passive: waits until the peer has done so.
    /// </summary>
    /// <param name="active">Which of the two, as <c>a=setup</c> says (RFC 6135 §4.2).</param>
    /// <param name="cancellationToken">Gives up; nothing stays open.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.MediaNotConnected"/>: nobody bound the session in time, or it is over.
    /// <see cref="ImageShareError.CertificateNotTrusted"/>: who answers there is not the peer; the session is over.
    /// <see cref="ImageShareError.PeerUnreachable"/>: the peer's host does not resolve, refuses, does not answer or may not be dialled.
    /// <see cref="ImageShareError.InvalidState"/>: the peer's path is not known yet.
    /// </exception>
    public async Task ConnectAsync(bool active, CancellationToken cancellationToken)
    {
        ThrowIfOver();
        IsUsed = true;
        if (UsePath is not null && Connection is { } relay)
        {
            relay.BeginUse();
            MsrpPath peer = _peer ?? throw PathNotSet();
            if (active)
            {
                if (Options.OpenWithEmptySend)
                {
                    relay.SendEmpty(this, peer);
                }

                return;
            }
        }
        else if (active && Connection is null)
        {
            MsrpPath peer = _peer ?? throw PathNotSet();
            while (Connection is null)
            {
                MsrpConnection connection = await DialAsync(_connectTo ?? peer.First, cancellationToken).ConfigureAwait(false);
                ThrowIfOver();
                if (TryBind(connection))
                {
                    if (Options.OpenWithEmptySend)
                    {
                        connection.SendEmpty(this, peer);
                    }
                }
                else if (connection.OpenedFor == this && Connection is null)
                {
                    // One that was there may have gone in this moment; one opened for this session is not opened again, or who hangs up at once
                    // would be dialled for ever (RFC 4975 §14.5).
                    throw new ImageShareException(
                        ImageShareError.PeerUnreachable, "The peer closed the MSRP connection as soon as it was open; check that it listens for MSRP there.");
                }
            }

            return;
        }

        try
        {
            await _bound.Task.WaitAsync(_endpoint.Options.BindTimeout, _endpoint.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            End(MsrpSessionEndReason.BindTimeout);
            throw new ImageShareException(
                ImageShareError.MediaNotConnected,
                "The peer accepted but did not open the MSRP connection in time; check that it can reach the address in our offer or answer.",
                e);
        }

        ThrowIfOver();
    }

    /// <summary>Sends a message. Chunks go out without waiting for their answers; the source is read ahead of them in large blocks.</summary>
    /// <param name="content">What to send.</param>
    /// <param name="acknowledged">Told of the octets acknowledged so far, once for each batch of responses.</param>
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
        MsrpPath peer = _peer ?? throw PathNotSet();
        MsrpConnection connection = Connection ?? throw new ImageShareException(
            ImageShareError.InvalidState, "The MSRP session has no connection yet; connect it before sending.");

        var headers = new MsrpSendHeaders(
            peer, LocalPath, content.MessageId, content.ContentType, content.SuccessReport, contentDisposition: content.Disposition);
        if (_refusedTypes.Contains(content.ContentType.Essence))
        {
            return new MsrpSendResult(MsrpSendOutcome.Refused, headers.MessageId, 0, 415);
        }

        using var transfer = new OutgoingTransfer(connection, this, headers, content, acknowledged);
        connection.Add(transfer);
        if (IsOver)
        {
            transfer.Stop(TransferStop.ConnectionLost);
        }

        try
        {
            using CancellationTokenRegistration cancelling = cancellationToken.UnsafeRegister(
                static state => ((OutgoingTransfer)state!).Stop(TransferStop.Cancelled), transfer);
            Exception? failure = await FeedAsync(transfer, content, connection, cancellationToken).ConfigureAwait(false);
            await WaitForEndAsync(transfer).ConfigureAwait(false);
            MsrpSendResult result = await transfer.Result.ConfigureAwait(false);
            switch (transfer.StopReason)
            {
                case TransferStop.None:
                    transfer.Blocks.Return();
                    break;
                case TransferStop.Cancelled:
                    throw new OperationCanceledException(cancellationToken);
                case TransferStop.SourceFailed:
                    throw new ImageShareException(
                        ImageShareError.SourceUnreadable,
                        "The content could not be read to its end, so the transfer was given up; check the source, and that nothing changes it meanwhile.",
                        failure);
            }

            if (result.Status == 415)
            {
                ImmutableInterlocked.Update(ref _refusedTypes, static (types, refused) => types.Add(refused), content.ContentType.Essence);
            }

            return result;
        }
        finally
        {
            connection.Remove(transfer);
        }
    }

    /// <summary>
    /// Ends the session. Messages on their way are given up; the connection closes with its last session (RFC 4975 §5.4), after what waits
    /// to be written has gone. Does nothing the second time. Not to be awaited inside a receiver's call.
    /// </summary>
    public async ValueTask CloseAsync()
    {
        End(MsrpSessionEndReason.Closed);
        if (Connection is { } connection)
        {
            try
            {
                await connection.WhenReleased.WaitAsync(MsrpEndpoint.CloseTime, _endpoint.Options.TimeProvider).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // A receiver that does not come back keeps the connection; the session is over all the same.
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => CloseAsync();

    /// <summary>Binds the session to a connection if it has none. For any thread.</summary>
    internal bool TryBind(MsrpConnection connection)
    {
        if (IsOver || Interlocked.CompareExchange(ref _connection, connection, null) is not null)
        {
            return false;
        }

        if (!connection.TryAttach(this))
        {
            // It closed in this very moment; another one may still bind.
            Volatile.Write(ref _connection, null);
            return false;
        }

        if (connection.RelayedFor is null)
        {
            _bound.TrySetResult();
        }

        if (IsOver)
        {
            connection.Detach(this);
        }

        return true;
    }

    /// <summary>The connection the peer was last heard on. For the reader loops, one at a time.</summary>
    internal MsrpConnection? HeardOn { get; set; }

    /// <summary>The peer has spoken: behind a relay, where the connection is there from the start, that is what a passive side waits for.</summary>
    internal void HeardFromPeer() => _bound.TrySetResult();

    /// <summary>Binds the session to the connection to its relay.</summary>
    internal void BindToRelay(MsrpConnection connection)
    {
        TryBind(connection);
        ThrowIfOver();
    }

    /// <summary>Ends the session; the first reason counts. For any thread.</summary>
    internal void End(MsrpSessionEndReason reason, int? status = null)
    {
        if (_ended.TrySetResult(new MsrpSessionEnd(reason, status)))
        {
            ImageShareTelemetry.MsrpSessionEnded(reason);
            _endpoint.Remove(this);
            _bound.TrySetResult();
            _peerKnown.TrySetResult();
            Connection?.Detach(this);
        }
    }

    /// <summary>Whether that certificate is the one the peer named.</summary>
    internal bool IsPeerCertificate(ReadOnlyMemory<byte> certificate) => _isPeerCertificate?.Invoke(certificate) == true;

    /// <summary>Whether TLS has shown that the peer is at the other end: by its fingerprint, else by the name of the host this side has connected to.</summary>
    internal bool IsPeer(MsrpConnection connection) => KnowsPeerCertificate
        ? connection.PeerCertificate is { } certificate && IsPeerCertificate(certificate)
        : connection.VerifiedHost is { } host && host.Equals(_peer?.First.Host, StringComparison.OrdinalIgnoreCase);

    private async Task<MsrpConnection> DialAsync(MsrpUri uri, CancellationToken cancellationToken)
    {
        try
        {
            return await _endpoint.DialAsync(this, uri, cancellationToken).ConfigureAwait(false);
        }
        catch (ImageShareException e) when (e.Error == ImageShareError.CertificateNotTrusted)
        {
            End(MsrpSessionEndReason.NotTrusted);
            throw;
        }
    }

    // Reads the source into the transfer; an exception of the source stops it.
    private static async Task<Exception?> FeedAsync(
        OutgoingTransfer transfer, MsrpOutgoingContent content, MsrpConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            // The source is the application's and may take its time before it returns a task; not that of who called.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            if (!await transfer.Blocks.FillAsync(content, connection.Wake, cancellationToken).ConfigureAwait(false))
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

    // The wire learns of a stop first, if it takes octets at all.
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

    private void ThrowIfOver()
    {
        if (_ended.Task is { IsCompletedSuccessfully: true, Result: var end })
        {
            throw new ImageShareException(
                end.Reason == MsrpSessionEndReason.NotTrusted ? ImageShareError.CertificateNotTrusted : ImageShareError.MediaNotConnected,
                $"The MSRP session is over ({end.Reason}); make a new one with a new offer.")
            {
                MsrpStatus = end.Status,
            };
        }
    }

    private static ImageShareException PathNotSet() =>
        new(ImageShareError.InvalidState, "The peer's MSRP path is not known; set it from the peer's offer or answer first.");
}
