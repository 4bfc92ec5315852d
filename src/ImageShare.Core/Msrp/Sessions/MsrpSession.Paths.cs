namespace ImageShare.Core.Msrp.Sessions;

/// <content>The ways to the peer: its path, that of this side's relays, and where to connect.</content>
public sealed partial class MsrpSession
{
    private readonly Lock _pathGate = new();
    private MsrpPath? _namedPeer;

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
    /// Names where to connect instead of the host of the peer's path: a middlebox that passes bytes on (CEMA, RFC 6714 §4.2). The path
    /// stays what it is in messages, and with TLS the peer behind is verified as ever.
    /// </summary>
    /// <param name="host">An address, or a name.</param>
    /// <param name="port">1 to 65535.</param>
    public void SetPeerAddress(string host, int port) => _connectTo = new MsrpUri(LocalUri.Scheme, host, port, null);
}
