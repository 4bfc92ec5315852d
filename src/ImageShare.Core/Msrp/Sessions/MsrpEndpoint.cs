using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>
/// This side of MSRP: one listener for any number of sessions, told apart by their session ids, and the connections they are bound
/// to. All members may be called at the same time.
/// </summary>
public sealed partial class MsrpEndpoint : IAsyncDisposable
{
    /// <summary>How long a close may take before it is no longer waited for.</summary>
    internal static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(5);

    /// <summary>Up to so many connections may each keep a buffer at hand while they are in the middle of a message.</summary>
    internal const int FewConnections = 64;

    private readonly INetwork _network;
    private readonly IStreamListener _listener;
    private readonly ConcurrentDictionary<string, MsrpSession> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<MsrpConnection, byte> _connections = new();
    private readonly Task _accepting;
    private readonly UnboundConnections _unbound;
    private int _transfers;
    private int _connectionCount;
    private volatile bool _disposed;

    private MsrpEndpoint(INetwork network, MsrpEndpointOptions options)
    {
        _network = network;
        Options = options;
        _unbound = new UnboundConnections(options.Limits);
        _dialRate = new DialRate(options.Limits.MaxDialsPerSecond, options.TimeProvider);
        Logger = options.LoggerFactory?.CreateLogger<MsrpEndpoint>() ?? (ILogger)NullLogger.Instance;
        _listener = network.Listen(options.LocalEndPoint);
        LocalEndPoint = _listener.LocalEndPoint;
        if (options.Tls is { } tls)
        {
            _madeCertificate = tls.Certificate is null ? SelfSignedCertificate.Create(options.TimeProvider) : null;
            _tls = new TlsEndpoint(tls with { Certificate = tls.Certificate ?? _madeCertificate });
            _secureListener = ListenForTls();
            SecureLocalEndPoint = _secureListener.LocalEndPoint;
            _acceptingSecure = AcceptSecureAsync(_secureListener);
        }

        _accepting = AcceptAsync();
    }

    /// <summary>The address and port listened on.</summary>
    public IPEndPoint LocalEndPoint { get; }

    internal MsrpEndpointOptions Options { get; }

    internal ILogger Logger { get; }

    /// <summary>Starts to listen.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.AddressInUse"/>: the address cannot be bound.</exception>
    public static MsrpEndpoint Start(INetwork network, MsrpEndpointOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        return new MsrpEndpoint(network, options);
    }

    /// <summary>
    /// Makes a session with a fresh URI (RFC 4975 §14.1). The peer may bind it from this moment on, so make it before the URI leaves in an
    /// offer or answer, and close it when nothing comes of that.
    /// </summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.InvalidValue"/>: no address to advertise is known. <see cref="ImageShareError.InvalidState"/>: TLS is asked for, and the
    /// endpoint speaks none.
    /// </exception>
    public MsrpSession CreateSession(MsrpSessionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (options.IsSecure && _tls is null)
        {
            throw new ImageShareException(ImageShareError.InvalidState, "The MSRP endpoint speaks no TLS; give it TLS options.");
        }

        IPAddress address = options.AdvertisedAddress ?? Options.AdvertisedAddress ?? LocalEndPoint.Address;
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, "The MSRP endpoint listens on all addresses and cannot tell peers that; set the address to advertise.");
        }

        // Without the scope an IPv6 address may carry: it means nothing to a peer.
        string host = new IPAddress(address.GetAddressBytes()).ToString();
        string id = RandomToken.Create();
        MsrpUri uri = options.IsSecure ? new MsrpUri("msrps", host, SecureLocalEndPoint!.Port, id) : new MsrpUri("msrp", host, LocalEndPoint.Port, id);
        var session = new MsrpSession(this, uri, options);
        _sessions[id] = session;
        return session;
    }

    /// <summary>Closes all sessions and connections and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        await EndHandshakesAsync().ConfigureAwait(false);
        foreach (MsrpSession session in _sessions.Values)
        {
            session.End(MsrpSessionEndReason.Closed);
        }

        foreach (MsrpConnection connection in _connections.Keys)
        {
            connection.End(MsrpSessionEndReason.Closed, force: false);
        }

        try
        {
            await Task.WhenAll(_connections.Keys.Select(c => c.Ended)).WaitAsync(CloseTime, Options.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Their receivers do not come back; the streams at least are given up.
            foreach (MsrpConnection connection in _connections.Keys)
            {
                connection.End(MsrpSessionEndReason.Closed, force: true);
            }
        }

        _madeCertificate?.Dispose();
        _handshakesEnd.Dispose();
    }

    /// <summary>The session a request is meant for: the URI must be the one we gave out, in all its parts (RFC 4975 §7.3), or as the options say.</summary>
    internal MsrpSession? FindSession(MsrpUri uri) =>
        uri.SessionId is { } id && _sessions.TryGetValue(id, out MsrpSession? session) && Match(session.LocalUri, uri) ? session : null;

    /// <summary>Whether two URIs name the same end of a session.</summary>
    internal bool Match(MsrpUri one, MsrpUri other) => one.Equals(other)
        || (Options.MatchesBySessionId && one.SessionId is not null && one.IsSecure == other.IsSecure
            && string.Equals(one.SessionId, other.SessionId, StringComparison.Ordinal)
            && string.Equals(one.Transport, other.Transport, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a session is agreed upon that its peer has yet to bind: it may come on any connection of that peer.</summary>
    internal bool AwaitsSessions => _sessions.Any(static entry => entry.Value is { IsUsed: true, IsOver: false, Connection: null });

    internal void Remove(MsrpSession session) => _sessions.TryRemove(session.LocalUri.SessionId!, out _);

    /// <summary>Whether there are few connections.</summary>
    internal bool HasFewConnections => Volatile.Read(ref _connectionCount) <= FewConnections;

    internal int TransferBegins() => Interlocked.Increment(ref _transfers);

    internal void TransferEnds() => Interlocked.Decrement(ref _transfers);

    /// <summary>An accepted connection has named a session, or ended before it did.</summary>
    internal void NoLongerUnbound(MsrpConnection connection) => _unbound.Remove(connection.RemoteEndPoint.Address);

    internal void Remove(MsrpConnection connection)
    {
        if (_connections.TryRemove(connection, out _))
        {
            Interlocked.Decrement(ref _connectionCount);
        }

        Forget(connection);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (await _listener.AcceptAsync(CancellationToken.None).ConfigureAwait(false) is { } stream)
            {
                if (await AdmitAsync(stream).ConfigureAwait(false))
                {
                    Begin(new MsrpConnection(this, stream, accepted: true));
                }
            }
        }
        catch (ObjectDisposedException) when (_disposed)
        {
            // The listener went while it was waited for.
        }
    }

    // Those that have not named a session cost the peer nothing, so there may be only a few of them (RFC 4975 §14.5).
    private async ValueTask<bool> AdmitAsync(IStreamConnection stream)
    {
        string? limit = Volatile.Read(ref _connectionCount) + _handshakes.Count >= Options.Limits.MaxConnections
            ? nameof(MsrpLimits.MaxConnections)
            : _unbound.Add(stream.RemoteEndPoint.Address);
        if (limit is null)
        {
            return true;
        }

        ImageShareTelemetry.MsrpConnectionRefused(limit);
        MsrpLog.ConnectionRefused(Logger, limit);

        stream.Abort();
        await stream.DisposeAsync().ConfigureAwait(false);
        return false;
    }

    private void Begin(MsrpConnection connection)
    {
        _connections[connection] = 0;
        Interlocked.Increment(ref _connectionCount);
        connection.Start();
        if (_disposed)
        {
            // Opened while the endpoint was closed, which may have missed it.
            connection.End(MsrpSessionEndReason.Closed, force: true);
        }
    }
}
