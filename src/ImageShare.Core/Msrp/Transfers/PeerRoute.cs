namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// The To-Path of what one session sends: the relays of this side, then the path the peer named (RFC 4976 §5.1). Either part may change while chunks are in
/// flight; the next chunk uses the new path. Any thread may call any member.
/// </summary>
internal sealed class PeerRoute
{
    private readonly Lock _gate = new();
    private MsrpPath? _named;
    private volatile MsrpPath? _usePath;
    private volatile MsrpPath? _current;

    /// <summary>The whole path; null while the peer has not named its own.</summary>
    public MsrpPath? Current => _current;

    /// <summary>The relays' URIs, the nearest first (Use-Path, RFC 4976 §5.1); null without relays.</summary>
    public MsrpPath? UsePath => _usePath;

    /// <summary>The peer has named its path.</summary>
    public void SetPeer(MsrpPath peer)
    {
        lock (_gate)
        {
            _named = peer;
            _current = Join(peer);
        }
    }

    /// <summary>The peer names another path to itself.</summary>
    /// <returns>False, and nothing has changed, when its last URI is another or none was known.</returns>
    public bool TryRenewPeer(MsrpPath peer)
    {
        lock (_gate)
        {
            if (_named is not { } known || !known.Last.Equals(peer.Last))
            {
                return false;
            }

            if (!IsSameText(known, peer))
            {
                _named = peer;
                _current = Join(peer);
            }

            return true;
        }
    }

    /// <summary>The relays have granted a path.</summary>
    /// <returns>Whether it differs from the one before.</returns>
    public bool TrySetUsePath(MsrpPath use)
    {
        lock (_gate)
        {
            if (_usePath is { } before && IsSameText(before, use))
            {
                return false;
            }

            _usePath = use;
            _current = _named is { } peer ? Join(peer) : null;
            return true;
        }
    }

    // Parameters of a URI do not count when two are compared (RFC 4975 §6.1), but they are sent.
    private static bool IsSameText(MsrpPath one, MsrpPath other) => one.ToString().Equals(other.ToString(), StringComparison.Ordinal);

    private MsrpPath Join(MsrpPath peer) => _usePath is { } use ? new MsrpPath([.. use.Uris, .. peer.Uris]) : peer;
}
