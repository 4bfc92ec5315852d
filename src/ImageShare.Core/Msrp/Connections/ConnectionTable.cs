using System.Collections.Concurrent;
using System.Net;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>The connections of an endpoint, and whether another one is accepted (RFC 4975 §14.5). Any thread may call any member.</summary>
internal sealed class ConnectionTable(MsrpLimits limits)
{
    /// <summary>Up to so many connections may each keep a receive buffer while they are in the middle of a message.</summary>
    public const int Few = 64;

    private readonly ConcurrentDictionary<MsrpConnection, byte> _connections = new();
    private readonly UnboundConnections _unbound = new(limits);
    private int _count;
    private int _handshakes;

    /// <summary>All connections. A snapshot.</summary>
    public ICollection<MsrpConnection> All => _connections.Keys;

    /// <summary>Whether there are few connections.</summary>
    public bool AreFew => Volatile.Read(ref _count) <= Few;

    /// <summary>
    /// Admits a connection that the peer opened, or returns the name of the limit that is reached. One that names no session costs the peer nothing, so there may be only a few
    /// of them (RFC 4975 §14.5): it counts until <see cref="NoLongerUnbound"/>.
    /// </summary>
    /// <returns>Null when it is admitted.</returns>
    public string? Admit(IPAddress address) =>
        Volatile.Read(ref _count) + Volatile.Read(ref _handshakes) >= limits.MaxConnections ? nameof(MsrpLimits.MaxConnections) : _unbound.Add(address);

    /// <summary>An accepted connection has named a session, or ended before it did.</summary>
    public void NoLongerUnbound(IPAddress address) => _unbound.Remove(address);

    /// <summary>A TLS handshake of an admitted connection begins; it counts as a connection until it ends.</summary>
    public void HandshakeBegins() => Interlocked.Increment(ref _handshakes);

    /// <summary>The handshake has ended.</summary>
    public void HandshakeEnds() => Interlocked.Decrement(ref _handshakes);

    public void Add(MsrpConnection connection)
    {
        _connections[connection] = 0;
        Interlocked.Increment(ref _count);
    }

    /// <summary>Takes a connection out that has ended.</summary>
    public void Remove(MsrpConnection connection)
    {
        if (_connections.TryRemove(connection, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
