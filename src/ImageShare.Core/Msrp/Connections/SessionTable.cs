using System.Collections.Concurrent;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>The sessions of an endpoint, by their session ids. Any thread may call any member.</summary>
/// <param name="matchesBySessionId">Whether the session id alone identifies a session, regardless of host and port in a path.</param>
internal sealed class SessionTable(bool matchesBySessionId)
{
    private readonly ConcurrentDictionary<string, SessionBinding> _sessions = new(StringComparer.Ordinal);

    /// <summary>All sessions. A snapshot.</summary>
    public ICollection<SessionBinding> All => _sessions.Values;

    /// <summary>Whether a session was negotiated that its peer has not bound yet; it may do so on any of its connections.</summary>
    public bool AwaitsSessions => _sessions.Any(static entry => entry.Value is { IsUsed: true, IsOver: false, Connection: null });

    public void Add(SessionBinding session) => _sessions[session.LocalUri.SessionId!] = session;

    public void Remove(SessionBinding session) => _sessions.TryRemove(session.LocalUri.SessionId!, out _);

    /// <summary>The session with that id.</summary>
    public SessionBinding? Find(string sessionId) => _sessions.GetValueOrDefault(sessionId);

    /// <summary>The session a request is meant for: the URI must be the one this side gave out, in all its parts (RFC 4975 §7.3), or as the options say.</summary>
    public SessionBinding? Find(MsrpUri uri) =>
        uri.SessionId is { } id && _sessions.TryGetValue(id, out SessionBinding? session) && Match(session.LocalUri, uri) ? session : null;

    /// <summary>Whether two URIs name the same end of a session (RFC 4975 §6.1).</summary>
    public bool Match(MsrpUri one, MsrpUri other) => one.Equals(other)
        || (matchesBySessionId && one.SessionId is not null && one.IsSecure == other.IsSecure
            && string.Equals(one.SessionId, other.SessionId, StringComparison.Ordinal)
            && string.Equals(one.Transport, other.Transport, StringComparison.OrdinalIgnoreCase));
}
