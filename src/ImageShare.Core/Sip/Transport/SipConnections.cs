using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Net;

namespace ImageShare.Core.Sip.Transport;

/// <summary>
/// All stream connections of a transport: those accepted, and those opened, reused by address, protocol and, for TLS, the name the
/// peer's certificate was verified for. Two senders that want the same new connection wait for one attempt.
/// </summary>
internal sealed class SipConnections(INetwork network, SipTransportOptions options, SipInbound inbound, CancellationToken stop)
{
    private static readonly TimeSpan MakesRoomAfter = TimeSpan.FromMinutes(3);

    private readonly ConcurrentDictionary<SipConnectionKey, Lazy<Task<SipConnection>>> _reusable = new();
    private readonly ConcurrentDictionary<SipConnection, bool> _all = new();
    private readonly ConcurrentDictionary<IStreamConnection, Task> _handshakes = new();
    private readonly AcceptedConnections _accepted = new(options.MaxConnectionsPerSource);
    private readonly TlsEndpoint _tls = new(options.Tls);

    /// <summary>How many connections are open now.</summary>
    public int Count => _all.Count;

    /// <summary>Accepts until the listener ends.</summary>
    public async Task AcceptAsync(IStreamListener listener, SipProtocol protocol)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await listener.AcceptAsync(stop).ConfigureAwait(false) is not { } accepted)
                {
                    return;
                }

                if (!HasRoomFor(accepted.RemoteEndPoint.Address))
                {
                    inbound.Statistics.CountConnectionDropped();
                    accepted.Abort();
                    await accepted.DisposeAsync().ConfigureAwait(false);
                    continue;
                }

                _accepted.Add(accepted.RemoteEndPoint.Address);
                if (protocol == SipProtocol.Tls)
                {
                    BeginHandshake(accepted);
                }
                else
                {
                    Keep(accepted, SipConnectionKey.ForAccepted(accepted, protocol));
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception)
            {
                // One failed accept must not end the listener; the pause keeps a broken one from spinning.
                inbound.Statistics.CountSocketError();
                await PauseAsync(options.TimeProvider, stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>An open connection to that destination, or a new one; tells which.</summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.PeerUnreachable"/>: refused, or not open in time. <see cref="ImageShareError.CertificateNotTrusted"/>.
    /// </exception>
    public async ValueTask<(SipConnection Connection, bool Reused)> GetAsync(SipDestination destination, CancellationToken cancellationToken)
    {
        SipConnectionKey key = SipConnectionKey.For(destination);
        var attempt = new Lazy<Task<SipConnection>>(() => OpenAsync(key));
        Lazy<Task<SipConnection>> entry = _reusable.GetOrAdd(key, attempt);
        SipConnection connection = await entry.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        return (connection, !ReferenceEquals(entry, attempt));
    }

    /// <summary>Closes everything and waits until the loops of all connections have ended.</summary>
    public async Task CloseAsync()
    {
        foreach (Lazy<Task<SipConnection>> entry in _reusable.Values)
        {
            // Attempts in progress end by the token; their senders get the error.
            await ((Task)entry.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(_handshakes.Values).ConfigureAwait(false);
        foreach (SipConnection connection in _all.Keys)
        {
            // The loops end by the token; what was written before is sent.
            await connection.Completion.ConfigureAwait(false);
        }
    }

    public static async ValueTask PauseAsync(TimeProvider timeProvider, CancellationToken stop) =>
        await Task.Delay(TimeSpan.FromMilliseconds(100), timeProvider, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    // The handshake of a slow client must not delay the next.
    private void BeginHandshake(IStreamConnection accepted)
    {
        var started = new TaskCompletionSource();
        _handshakes[accepted] = HandshakeAsync(accepted, started.Task);
        started.SetResult();
    }

    private async Task HandshakeAsync(IStreamConnection accepted, Task started)
    {
        IPAddress source = accepted.RemoteEndPoint.Address;
        await started.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
            TlsConnection secured = await _tls.AcceptAsync(
                accepted, options.Tls.RequiresClientCertificate, TlsTrust.ForClient(options.Tls), both.Token).ConfigureAwait(false);
            Keep(secured, SipConnectionKey.ForAccepted(secured, SipProtocol.Tls));
        }
        catch (Exception)
        {
            // The handshake closed the connection; no other is affected.
            _accepted.Remove(source);
            inbound.Statistics.CountHandshakeFailed();
        }
        finally
        {
            _handshakes.TryRemove(accepted, out _);
        }
    }

    // A source above its own bound makes room among its own connections only.
    private bool HasRoomFor(IPAddress address)
    {
        if (_accepted.IsFull(address))
        {
            IPAddress source = SourceNetwork.Of(address);
            return TryMakeRoom(connection => SourceNetwork.Of(connection.Source.Remote.Address).Equals(source));
        }

        return _all.Count + _handshakes.Count < options.MaxConnections || TryMakeRoom(static _ => true);
    }

    // Idle connections must not keep others out for ever.
    private bool TryMakeRoom(Func<SipConnection, bool> isOfThose)
    {
        SipConnection? idlest = _all.Keys.Where(c => !c.IsOpener && c.IsOpen && isOfThose(c)).MaxBy(static c => c.Silence);
        if (idlest is null || idlest.Silence < MakesRoomAfter)
        {
            return false;
        }

        inbound.Statistics.CountConnectionDropped();
        idlest.Abort();
        return true;
    }

    private void Keep(IStreamConnection accepted, SipConnectionKey key)
    {
        SipConnection connection = Adopt(accepted, key, isOpener: false);
        _reusable.TryAdd(key, new Lazy<Task<SipConnection>>(Task.FromResult(connection)));
        RemoveIfClosed(connection);
    }

    private async Task<SipConnection> OpenAsync(SipConnectionKey key)
    {
        try
        {
            using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
            bool isConnected = false;
            try
            {
                IStreamConnection stream = await network.ConnectAsync(key.Remote, both.Token).ConfigureAwait(false);
                isConnected = true;
                if (key.Identity is { } serverName)
                {
                    stream = await _tls.ConnectAsync(
                        stream, serverName, TlsTrust.ForServer(options.Tls, serverName, "sip"), both.Token).ConfigureAwait(false);
                }

                SipConnection connection = Adopt(stream, key, isOpener: true);
                RemoveIfClosed(connection);
                return connection;
            }
            catch (OperationCanceledException) when (both.IsCancellationRequested)
            {
                throw stop.IsCancellationRequested
                    ? new ImageShareException(ImageShareError.InvalidState, "The SIP transport was closed while it connected.")
                    : new ImageShareException(
                        ImageShareError.PeerUnreachable,
                        isConnected
                            ? $"{key.Remote} did not finish the TLS handshake within {options.ConnectTimeout.TotalSeconds} s; check that TLS is spoken on that port."
                            : $"No TCP connection to {key.Remote} within {options.ConnectTimeout.TotalSeconds} s; check the address and port, and that the peer is running.");
            }
        }
        catch
        {
            // The next send tries again.
            _reusable.TryRemove(key, out _);
            throw;
        }
    }

    private SipConnection Adopt(IStreamConnection stream, SipConnectionKey key, bool isOpener)
    {
        var connection = new SipConnection(stream, key, isOpener, options);
        _all[connection] = true;
        connection.Start(inbound, OnEnded, stop);
        return connection;
    }

    private void OnEnded(SipConnection connection)
    {
        Forget(connection);
        _all.TryRemove(connection, out _);
        if (!connection.IsOpener)
        {
            _accepted.Remove(connection.Source.Remote.Address);
        }

        if (!stop.IsCancellationRequested)
        {
            inbound.ConnectionLost(connection);
        }
    }

    // It may have ended before it was entered under its key.
    private void RemoveIfClosed(SipConnection connection)
    {
        if (!connection.IsOpen)
        {
            Forget(connection);
        }
    }

    /// <summary>Removes a lost connection, so that it is not reused.</summary>
    public void Forget(SipConnection connection)
    {
        SipConnectionKey key = connection.Key;
        if (_reusable.TryGetValue(key, out Lazy<Task<SipConnection>>? entry)
            && entry is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } && ReferenceEquals(entry.Value.Result, connection))
        {
            _reusable.TryRemove(new KeyValuePair<SipConnectionKey, Lazy<Task<SipConnection>>>(key, entry));
        }
    }
}
