using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>
/// One MSRP session (RFC 4975 §4): our URI, the peer's path, and the connection that both are bound to. Made by
/// <see cref="MsrpEndpoint.CreateSession"/>. All members may be called at the same time; several messages may be sent at a time and share
/// the connection evenly.
/// </summary>
public sealed partial class MsrpSession : IAsyncDisposable
{
    private readonly MsrpEndpoint _endpoint;
    private readonly TaskCompletionSource _bound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MsrpSessionEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _peerKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<ReadOnlyMemory<byte>, bool>? _isPeerCertificate;
    private volatile MsrpUri? _connectTo;
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
            MsrpConnection? dialled = await DialAsync(_connectTo ?? peer.First, cancellationToken).ConfigureAwait(false);
            ThrowIfOver();
            if (Options.OpenWithEmptySend)
            {
                dialled?.SendEmpty(this, peer);
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
                "The peer did not open the MSRP connection in time; check that it can reach the address in our offer or answer.",
                e);
        }

        ThrowIfOver();
    }

    /// <summary>
    /// Takes nothing more of the message that is under way: its sender gets a 413 at once, in the middle of a chunk too, unless it wants no failure reports (RFC 5547
    /// §8.4). Between two chunks there is nothing to answer; the next one gets it.
    /// </summary>
    /// <returns>Done when the answer has left, there is none to give, or the session is over. A peer that does not read, or a receiver that does not come back, keeps it waiting.</returns>
    internal Task RefuseAsync() => Connection is { } connection ? Task.WhenAny(connection.RefuseAsync(this), Ended) : Task.CompletedTask;

    /// <summary>
    /// Ends the session. Messages on their way are given up. A connection that this side opened closes with its last session, after what waits to be written
    /// has gone; one that the peer opened is closed by the peer, or after <see cref="MsrpEndpointOptions.LingerTime"/> (RFC 4975 §5.4). Does nothing the
    /// second time. Not to be awaited inside a receiver's call.
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

    /// <summary>
    /// Ends the session, and what of it has not left stays here: a connection that is of no other use is dropped with a reset. For a message that was taken
    /// back, when its peer has been told.
    /// </summary>
    internal async ValueTask DropAsync()
    {
        End(MsrpSessionEndReason.Closed);
        Connection?.DropUnlessShared();
        await CloseAsync().ConfigureAwait(false);
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

    private async Task<MsrpConnection?> DialAsync(MsrpUri uri, CancellationToken cancellationToken)
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
