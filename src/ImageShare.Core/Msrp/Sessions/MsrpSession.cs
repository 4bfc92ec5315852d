using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>
/// One MSRP session (RFC 4975 §4): our URI, the peer's path, and the connection the session is bound to. Created by
/// <see cref="MsrpEndpoint.CreateSession"/>.
/// </summary>
/// <remarks>
/// All members may be called at the same time; messages sent at the same time share the connection evenly. Closing and disposing may overlap
/// anything else: messages in flight then end as aborted. Do not await <see cref="CloseAsync"/>, <see cref="DisposeAsync"/> or
/// <see cref="Ended"/> in a call of the session's own receiver.
/// </remarks>
public sealed class MsrpSession : IAsyncDisposable
{
    private readonly ConnectionContext _context;
    private readonly SessionConnector _connector;
    private readonly MessageSender _sender;

    internal MsrpSession(ConnectionContext context, Dialer dialer, MsrpUri localUri, MsrpSessionOptions options)
    {
        _context = context;
        var incoming = new IncomingMessages(options.Receiver, options.MaxMessageSize, context.Settings.Limits, context.Logger) { LogId = options.LogId };
        Binding = new SessionBinding(context.Sessions, localUri, incoming)
        {
            LogId = options.LogId,
            IsStrict = options.StrictFromPath,
            ExpectsMessage = options.ExpectsMessage,
            MayBeEmpty = options.MayBeEmpty,
            SuccessReports = options.SuccessReports,
        };
        _sender = new MessageSender(Binding, context);
        _connector = new SessionConnector(Binding, dialer, _sender, options, context.Settings);
    }

    /// <summary>The URI to put into our <c>a=path</c>. The endpoint listens to it from the start.</summary>
    public MsrpUri LocalUri => Binding.LocalUri;

    /// <summary>
    /// The value of our <c>a=path</c>: through relays, their URIs, outermost first, then our own (RFC 4976 §5.1); otherwise only our own.
    /// </summary>
    public MsrpPath AdvertisedPath => Binding.Peer.Route.UsePath is { } use ? new MsrpPath([.. use.Uris.Reverse(), LocalUri]) : Binding.LocalPath;

    /// <summary>
    /// Raised when relays have granted another path at a renewal: <see cref="AdvertisedPath"/> has changed, and the peer must be told in a new offer
    /// before the old path expires (RFC 4976 §9.4). This side uses the new path at once. Raised on any thread; handlers must not block.
    /// </summary>
    public event EventHandler? AdvertisedPathChanged;

    /// <summary>Completes with the reason when the session is over. Never faulted.</summary>
    public Task<MsrpSessionEnd> Ended => Binding.Ended;

    /// <summary>Calls back with the end, on the thread that ends the session: the call must not block, nor throw.</summary>
    internal void TellEnd(Action<MsrpSessionEnd> ended) => Binding.TellEnd(ended);

    /// <summary>The session as its connection knows it.</summary>
    internal SessionBinding Binding { get; }

    /// <summary>
    /// Sets the path of the peer, from its <c>a=path</c>. Required before connecting actively and before sending. The peer may bind the session
    /// earlier (RFC 4145 §6); over TLS it then waits until its certificate can be checked (RFC 8122 §6.2).
    /// </summary>
    /// <param name="peer">The path.</param>
    /// <param name="isPeerCertificate">
    /// With TLS: whether a certificate (DER) matches the fingerprint of the peer. Any other certificate ends the session. Null if the peer sent no
    /// fingerprint: then a host this side connects to is verified by chain and name, and no connection is accepted for this session. May be called
    /// on any thread; must not block.
    /// </param>
    public void SetPeerPath(MsrpPath peer, Func<ReadOnlyMemory<byte>, bool>? isPeerCertificate = null)
    {
        ArgumentNullException.ThrowIfNull(peer);
        Binding.Peer.Set(peer, isPeerCertificate);
    }

    /// <summary>
    /// Sets a new path to the same peer, which its relays have granted. Messages being sent use it from their next chunk on.
    /// </summary>
    /// <param name="peer">The path; its last URI must be the same as before.</param>
    /// <returns>False if its last URI differs or no path was set: that is another peer, which needs another session (RFC 4975 §5.4). Nothing has changed then.</returns>
    public bool TryRenewPeerPath(MsrpPath peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return Binding.Peer.Route.TryRenewPeer(peer);
    }

    /// <summary>
    /// Sets the address to connect to instead of the host in the peer's path: a middlebox that forwards bytes (CEMA, RFC 6714 §4.2). The path in
    /// messages and the verification of the peer with TLS do not change.
    /// </summary>
    /// <param name="host">An address or a host name.</param>
    /// <param name="port">1 to 65535.</param>
    public void SetPeerAddress(string host, int port) => _connector.Target = new MsrpUri(LocalUri.Scheme, host, port, null);

    /// <summary>
    /// Binds the session to a connection. Active: connects to the first URI of the peer's path, or uses an existing connection to it, and sends a
    /// SEND without a body (RFC 4975 §5.4). Passive: waits until the peer has done so.
    /// </summary>
    /// <param name="active">Which of the two, as <c>a=setup</c> says (RFC 6135 §4.2).</param>
    /// <param name="cancellationToken">Cancels the attempt; nothing stays open.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.MediaNotConnected"/>: the session was not bound in time, or it is over.
    /// <see cref="ImageShareError.CertificateNotTrusted"/>: the certificate is not the peer's; the session is over.
    /// <see cref="ImageShareError.PeerUnreachable"/>: the peer's host does not resolve, refuses, does not answer or may not be dialled.
    /// <see cref="ImageShareError.InvalidState"/>: the peer's path is not known yet.
    /// </exception>
    public Task ConnectAsync(bool active, CancellationToken cancellationToken = default) => _connector.ConnectAsync(active, cancellationToken);

    /// <summary>Sends a message. Chunks are sent without waiting for responses; the source is read ahead in large blocks.</summary>
    /// <param name="content">What to send.</param>
    /// <param name="acknowledged">Gets the number of bytes acknowledged so far, once for each batch of responses.</param>
    /// <param name="cancellationToken">Aborts the message: the current chunk ends with <c>#</c>, then the call ends.</param>
    /// <returns>
    /// The outcome, once every chunk is answered or the message has failed. A type that the peer refused with 415 before is refused without sending
    /// (RFC 4975 §10.6).
    /// </returns>
    /// <exception cref="ArgumentException">The Message-ID or the disposition cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.SourceUnreadable"/>: the source failed or ended early; the peer was told that the message is aborted.
    /// <see cref="ImageShareError.InvalidState"/>: the session is not connected, or the peer's path is not known.
    /// </exception>
    public async Task<MsrpSendResult> SendAsync(MsrpOutgoingContent content, IProgress<long>? acknowledged = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        cancellationToken.ThrowIfCancellationRequested();
        MsrpSendEnd end = await TrySendAsync(content, acknowledged, allLeaves: null, cancellationToken).ConfigureAwait(false);
        return end.IsCancelled ? throw new OperationCanceledException(cancellationToken) : end.Result;
    }

    /// <summary>As <see cref="SendAsync"/>, but a cancelled message also has a result, and the caller learns when its last chunk is sent.</summary>
    /// <param name="content">What to send.</param>
    /// <param name="acknowledged">Gets the number of bytes acknowledged so far.</param>
    /// <param name="allLeaves">
    /// Called by the writer loop just before the last chunk is sent: from then on the peer may have the whole message, even if it fails here. Must not block.
    /// </param>
    /// <param name="cancellationToken">Aborts the message.</param>
    /// <exception cref="ImageShareException">As for <see cref="SendAsync"/>.</exception>
    internal Task<MsrpSendEnd> TrySendAsync(
        MsrpOutgoingContent content, IProgress<long>? acknowledged, Action? allLeaves, CancellationToken cancellationToken) =>
        _sender.SendAsync(content, acknowledged, allLeaves, cancellationToken);

    /// <summary>
    /// Refuses the rest of the incoming message: its sender gets a 413 at once, even in the middle of a chunk, unless it wants no failure reports
    /// (RFC 5547 §8.4). Between two chunks there is no request to answer; the next chunk gets the 413.
    /// </summary>
    /// <returns>Completes when the response is sent, when there is none to send, or when the session is over. It waits for a peer that does not read, and for a receiver that does not return.</returns>
    internal Task RefuseAsync() => Binding.Connection is { } connection ? Task.WhenAny(connection.RefuseAsync(Binding), Ended) : Task.CompletedTask;

    /// <summary>
    /// Ends the session and aborts its messages. A connection opened by this side closes with its last session, after queued bytes are written; one
    /// opened by the peer is closed by the peer, or after <see cref="MsrpEndpointOptions.LingerTime"/> (RFC 4975 §5.4). Further calls do nothing.
    /// Do not await it in a receiver's call.
    /// </summary>
    /// <param name="cancellationToken">Cancels the wait for queued bytes only; the session is over all the same.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask CloseAsync(CancellationToken cancellationToken = default)
    {
        Binding.End(MsrpSessionEndReason.Closed);
        if (Binding.Connection is { } connection)
        {
            try
            {
                await connection.WhenReleased.WaitAsync(MsrpEndpoint.CloseTime, _context.Settings.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // A receiver that does not return keeps the connection; the session is still over.
            }
        }
    }

    /// <summary>
    /// Ends the session without sending queued bytes: the connection is reset, unless another session uses it. For a message that was cancelled, once
    /// the peer has been told.
    /// </summary>
    internal async ValueTask DropAsync()
    {
        Binding.End(MsrpSessionEndReason.Closed);
        Binding.Connection?.DropUnlessShared();
        await CloseAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => CloseAsync();

    /// <summary>Sets the path the relays have granted, at first or at a renewal.</summary>
    internal void SetUsePath(MsrpPath use)
    {
        if (Binding.Peer.Route.TrySetUsePath(use))
        {
            AdvertisedPathChanged?.Invoke(this, EventArgs.Empty);
        }
    }
}
