using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>
/// One MSRP session (RFC 4975 §4): our URI, the peer's path, and the connection that both are bound to. Made by
/// <see cref="MsrpEndpoint.CreateSession"/>.
/// </summary>
/// <remarks>
/// All members may be called at the same time; several messages may be sent at a time and share the connection evenly. Closing and disposing may overlap anything
/// else: what is under way then ends as aborted. Not to be awaited inside a call of the session's own receiver: <see cref="CloseAsync"/>,
/// <see cref="DisposeAsync"/> and <see cref="Ended"/>.
/// </remarks>
public sealed class MsrpSession : IAsyncDisposable
{
    private readonly ConnectionContext _context;
    private readonly SessionConnector _connector;
    private readonly MessageSender _sender;

    internal MsrpSession(ConnectionContext context, Dialer dialer, MsrpUri localUri, MsrpSessionOptions options)
    {
        _context = context;
        var incoming = new IncomingMessages(options.Receiver, options.MaxMessageSize, context.Settings.Limits, context.Logger);
        Binding = new SessionBinding(context.Sessions, localUri, incoming)
        {
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
    /// What stands in our <c>a=path</c>: behind relays their URIs, outermost first, then our own (RFC 4976 §5.1); else only our own.
    /// </summary>
    public MsrpPath AdvertisedPath => Binding.Peer.Route.UsePath is { } use ? new MsrpPath([.. use.Uris.Reverse(), LocalUri]) : Binding.LocalPath;

    /// <summary>
    /// Told when relays have granted another path at a renewal: <see cref="AdvertisedPath"/> is different then, and the peer has to be told in a new offer before the
    /// path before it expires (RFC 4976 §9.4). What this side sends takes the new path at once. Called on any thread; must not block.
    /// </summary>
    public Action? AdvertisedPathChanged { get; set; }

    /// <summary>Why the session is over; not done while it is not. Never faulted.</summary>
    public Task<MsrpSessionEnd> Ended => Binding.Ended;

    /// <summary>The session as its connection knows it.</summary>
    internal SessionBinding Binding { get; }

    /// <summary>
    /// Names the peer, as its <c>a=path</c> does. Needed before connecting actively and before sending; the peer may bind the session
    /// earlier (RFC 4145 §6); over TLS it waits then until it can be told who it is (RFC 8122 §6.2).
    /// </summary>
    /// <param name="peer">The path.</param>
    /// <param name="isPeerCertificate">
    /// With TLS: whether a certificate, given as DER bytes, is the peer's, as its fingerprint says. Any other ends the session. Null, when the peer named
    /// none: then a host this side connects to is verified by chain and name, and nobody who connects to this side is let in. May be called on any thread,
    /// must not block.
    /// </param>
    public void SetPeerPath(MsrpPath peer, Func<ReadOnlyMemory<byte>, bool>? isPeerCertificate = null)
    {
        ArgumentNullException.ThrowIfNull(peer);
        Binding.Peer.Set(peer, isPeerCertificate);
    }

    /// <summary>
    /// Names another path to the same peer, whose relays have granted it another one. Messages being sent take it with their next chunk.
    /// </summary>
    /// <param name="peer">The path: its last URI is the one it was.</param>
    /// <returns>False, and nothing has changed, when its last URI is another or none was known: that is another peer, and needs a session of its own (RFC 4975 §5.4).</returns>
    public bool TryRenewPeerPath(MsrpPath peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return Binding.Peer.Route.TryRenewPeer(peer);
    }

    /// <summary>
    /// Names where to connect instead of the host of the peer's path: a middlebox that passes bytes on (CEMA, RFC 6714 §4.2). The path
    /// stays what it is in messages, and with TLS the peer behind is verified as ever.
    /// </summary>
    /// <param name="host">An address, or a name.</param>
    /// <param name="port">1 to 65535.</param>
    public void SetPeerAddress(string host, int port) => _connector.Target = new MsrpUri(LocalUri.Scheme, host, port, null);

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
    public Task ConnectAsync(bool active, CancellationToken cancellationToken) => _connector.ConnectAsync(active, cancellationToken);

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

    /// <summary>As <see cref="SendAsync"/>, but a message that is cancelled has a result as well, and it is told when all of it leaves.</summary>
    /// <param name="content">What to send.</param>
    /// <param name="acknowledged">Told of the bytes acknowledged so far.</param>
    /// <param name="allLeaves">
    /// Called when the last chunk is about to leave: from then on the peer may have the whole message, whatever becomes of it here. By the writer loop; must not block.
    /// </param>
    /// <param name="cancellationToken">Gives the message up.</param>
    /// <exception cref="ImageShareException">As for <see cref="SendAsync"/>.</exception>
    internal Task<MsrpSendEnd> TrySendAsync(
        MsrpOutgoingContent content, IProgress<long>? acknowledged, Action? allLeaves, CancellationToken cancellationToken) =>
        _sender.SendAsync(content, acknowledged, allLeaves, cancellationToken);

    /// <summary>
    /// Takes nothing more of the message that is under way: its sender gets a 413 at once, in the middle of a chunk too, unless it wants no failure reports (RFC 5547
    /// §8.4). Between two chunks there is nothing to answer; the next one gets it.
    /// </summary>
    /// <returns>Done when the answer has left, there is none to give, or the session is over. A peer that does not read, or a receiver that does not come back, keeps it waiting.</returns>
    internal Task RefuseAsync() => Binding.Connection is { } connection ? Task.WhenAny(connection.RefuseAsync(Binding), Ended) : Task.CompletedTask;

    /// <summary>
    /// Ends the session. Messages on their way are given up. A connection that this side opened closes with its last session, after what waits to be written
    /// has gone; one that the peer opened is closed by the peer, or after <see cref="MsrpEndpointOptions.LingerTime"/> (RFC 4975 §5.4). Does nothing the
    /// second time. Not to be awaited inside a receiver's call.
    /// </summary>
    public async ValueTask CloseAsync()
    {
        Binding.End(MsrpSessionEndReason.Closed);
        if (Binding.Connection is { } connection)
        {
            try
            {
                await connection.WhenReleased.WaitAsync(MsrpEndpoint.CloseTime, _context.Settings.TimeProvider).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // A receiver that does not return keeps the connection; the session is still over.
            }
        }
    }

    /// <summary>
    /// Ends the session, and what of it has not left stays here: a connection that is of no other use is dropped with a reset. For a message that was taken
    /// back, when its peer has been told.
    /// </summary>
    internal async ValueTask DropAsync()
    {
        Binding.End(MsrpSessionEndReason.Closed);
        Binding.Connection?.DropUnlessShared();
        await CloseAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => CloseAsync();

    /// <summary>The relays have granted a path, the first or another.</summary>
    internal void SetUsePath(MsrpPath use)
    {
        if (Binding.Peer.Route.TrySetUsePath(use))
        {
            AdvertisedPathChanged?.Invoke();
        }
    }
}
