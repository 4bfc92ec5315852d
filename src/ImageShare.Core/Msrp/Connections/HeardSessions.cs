using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Writing;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// Finds the session a request of one connection is for, and binds it with its first SEND (RFC 4975 §5.4, RFC 4975 §7.3). For the reader loop; <see cref="All"/> also for
/// what runs when that has ended.
/// </summary>
internal sealed class HeardSessions(MsrpConnection connection, ConnectionContext context, ConnectionEnd end)
{
    private readonly List<SessionBinding> _all = [];

    // The last request that was looked up: nearly every request has the same paths, as the same objects.
    private MsrpPath? _lastToPath;
    private MsrpPath? _lastFromPath;

    /// <summary>The sessions whose requests came on this connection and that were not released.</summary>
    public IReadOnlyList<SessionBinding> All => _all;

    /// <summary>The session of the last request that was looked up.</summary>
    public SessionBinding? Last { get; private set; }

    /// <summary>The session a request is for.</summary>
    /// <param name="head">The head of the request.</param>
    /// <param name="status">What to answer when there is none.</param>
    public SessionBinding? Find(MsrpHead head, out int status)
    {
        // RFC 4975 §10.8.
        status = 481;
        if (ReferenceEquals(head.ToPath, _lastToPath) && ReferenceEquals(head.FromPath, _lastFromPath) && Last is { IsOver: false })
        {
            return Last;
        }

        // To-Path of what reaches an endpoint has one URI, its own (RFC 4975 §7.3).
        SessionBinding? session = head.ToPath!.Uris.Length == 1 ? context.Sessions.Find(head.ToPath.First) : null;
        if (session is null || !IsFromPeer(head.FromPath!, session))
        {
            return null;
        }

        if (session.Connection != connection && !TryBind(session, head, out status))
        {
            return null;
        }

        Remember(session, head);
        return session;
    }

    /// <summary>What to wait for before a request may be looked up: the SDP answer with the fingerprint of the peer (RFC 8122 §6.2). Null when the peer is known.</summary>
    public Task? PeerToCome(MsrpHead head) =>
        connection.Origin.IsSecure && head.ToPath is { Uris.Length: 1 } to && context.Sessions.Find(to.First) is { Connection: null, Peer.Path: null } session
            ? session.Peer.Known
            : null;

    /// <summary>The URI this side answers a request from.</summary>
    public MsrpUri GetLocalUri(MsrpPath toPath) => Last is { } session && ReferenceEquals(toPath, _lastToPath) ? session.LocalUri : toPath.Last;

    /// <summary>Lets go of the last session when it is over: the connection may outlive it by far, and it holds what it has received.</summary>
    public void ForgetLastIfOver()
    {
        if (Last is { IsOver: true })
        {
            (Last, _lastToPath, _lastFromPath) = (null, null, null);
        }
    }

    /// <summary>Lets go of a session that is over.</summary>
    public void Release(SessionBinding session) => _all.Remove(session);

    private bool TryBind(SessionBinding session, MsrpHead head, out int status)
    {
        status = 481;
        if (!connection.Origin.IsTrustedFor(session))
        {
            Distrust(session);
            return false;
        }

        // Only a SEND binds, and only a session that is not bound to another connection (RFC 4975 §5.4, RFC 4975 §10.10).
        if (head.IsSend && session.TryBind(connection))
        {
            return true;
        }

        status = session.Connection is null ? 481 : 506;
        return false;
    }

    // Not the peer of that session: it gets no answer, and the session ends, since its negotiation may have been tampered with.
    private void Distrust(SessionBinding session)
    {
        if (connection.Origin.IsSecure == session.LocalUri.IsSecure)
        {
            session.End(MsrpSessionEndReason.NotTrusted);
        }

        end.End(MsrpSessionEndReason.NotTrusted, force: true);
    }

    private void Remember(SessionBinding session, MsrpHead head)
    {
        session.HeardFromPeer();
        if (session.HeardOn != connection)
        {
            session.HeardOn = connection;
            _all.Add(session);
        }

        _lastToPath = head.ToPath;

        // While the peer's path is not known, the next request has to be looked up again.
        _lastFromPath = session.Peer.Path is null && session.IsStrict ? null : head.FromPath;
        Last = session;
    }

    // Some peers write another path than they negotiated, so that is only logged unless the session is strict. Relays put their URIs before the sender's own
    // (RFC 4975 §5.3).
    private bool IsFromPeer(MsrpPath from, SessionBinding session)
    {
        if (session.Peer.Path is not { } peer || context.Sessions.Match(peer.Last, from.Last))
        {
            return true;
        }

        ConnectionLog.ForeignFromPath(context.Logger, session.LogId, session.IsStrict);
        return !session.IsStrict;
    }
}
