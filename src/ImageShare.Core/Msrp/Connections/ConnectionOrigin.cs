namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// How a connection came about, and what TLS has shown of the other end (RFC 4975 §14.4, RFC 8122 §6.2). Immutable.
/// </summary>
internal sealed record ConnectionOrigin
{
    /// <summary>Whether the peer opened it.</summary>
    public bool IsAccepted { get; init; }

    /// <summary>Whether TLS is spoken.</summary>
    public bool IsSecure { get; init; }

    /// <summary>The certificate the peer has shown, as DER bytes; null when there is none.</summary>
    public ReadOnlyMemory<byte>? PeerCertificate { get; init; }

    /// <summary>The host whose certificate was verified by chain and name when this side connected; null otherwise.</summary>
    public string? VerifiedHost { get; init; }

    /// <summary>
    /// The session this connection to a relay was opened for; null for any other connection. Until that session is used the connection may be idle: nobody has
    /// answered the offer yet.
    /// </summary>
    public SessionBinding? RelayedFor { get; init; }

    /// <summary>Whether a session may run here: both with TLS or both without, and the other end is the session's peer, or its relay.</summary>
    public bool IsTrustedFor(SessionBinding session) =>
        IsSecure == session.LocalUri.IsSecure && (RelayedFor is not null ? RelayedFor == session : !IsSecure || session.Peer.IsAt(this));
}
