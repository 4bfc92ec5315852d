using System.Collections.Concurrent;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Net;

namespace ImageShare.Core.Sip.Transport;

/// <summary>
/// The open stream connections of a transport, accepted or opened by this side, reused by address, protocol and, for TLS, the name the peer's certificate
/// was verified for. Two senders that want the same new connection wait for one attempt. For any thread.
/// </summary>
internal sealed class SipConnections(INetwork network, SipTransportOptions options, TlsEndpoint tls, SipInbound inbound, CancellationToken stop)
{
    private readonly ConcurrentDictionary<SipConnectionKey, Lazy<Task<SipConnection>>> _reusable = new();
    private readonly ConcurrentDictionary<SipConnection, bool> _all = new();

    /// <summary>How many are open now.</summary>
    public int Count => _all.Count;

    /// <summary>Those that are open now.</summary>
    public IEnumerable<SipConnection> All => _all.Keys;

    /// <summary>Returns an open connection to that destination, or opens one, and whether it was reused.</summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.PeerUnreachable"/>: refused, or not open in time. <see cref="ImageShareError.CertificateNotTrusted"/>.
    /// </exception>
    public async ValueTask<(SipConnection Connection, bool Reused)> GetAsync(SipDestination destination, CancellationToken cancellationToken)
    {
        SipConnectionKey key = SipConnectionKey.For(destination);
        var attempt = new Lazy<Task<SipConnection>>(() => OpenAsync(key));
        Lazy<Task<SipConnection>> entry = _reusable.GetOrAdd(key, attempt);
        SipConnection connection = await entry.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!connection.IsOpen)
        {
            // It may have ended before the attempt had: its end found nothing to forget then.
            Forget(connection);
        }

        return (connection, !ReferenceEquals(entry, attempt));
    }

    /// <summary>Adds an accepted connection; <paramref name="ended"/> is called when it is over.</summary>
    public void Add(IStreamConnection accepted, SipConnectionKey key, Action<SipConnection> ended)
    {
        var connection = new SipConnection(accepted, key, isOpener: false, options);

        // Before anything is received: a request that the first message leads to must find it.
        _reusable.TryAdd(key, new Lazy<Task<SipConnection>>(Task.FromResult(connection)));
        Start(connection, ended);
    }

    /// <summary>The open connection that a message to that destination would use; null when there is none.</summary>
    public SipConnection? Find(SipDestination destination) =>
        destination.Connection is SipConnection { IsOpen: true } given ? given
        : _reusable.TryGetValue(SipConnectionKey.For(destination), out Lazy<Task<SipConnection>>? entry) && entry is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }
            ? entry.Value.Result
            : null;

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

    /// <summary>Closes everything and waits until the loops of all connections have ended. Nothing is accepted any more.</summary>
    public async Task CloseAsync()
    {
        foreach (Lazy<Task<SipConnection>> entry in _reusable.Values)
        {
            // The token ends attempts in progress; their senders get the error.
            await ((Task)entry.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach (SipConnection connection in _all.Keys)
        {
            // The token ends the loops; bytes already written are still sent.
            await connection.Completion.ConfigureAwait(false);
        }
    }

    private async Task<SipConnection> OpenAsync(SipConnectionKey key)
    {
        try
        {
            var connection = new SipConnection(await ConnectAsync(key).ConfigureAwait(false), key, isOpener: true, options);
            Start(connection, static _ => { });
            return connection;
        }
        catch
        {
            // The next send tries again.
            _reusable.TryRemove(key, out _);
            throw;
        }
    }

    private async Task<IStreamConnection> ConnectAsync(SipConnectionKey key)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        bool isConnected = false;
        try
        {
            IStreamConnection stream = await network.ConnectAsync(key.Remote, both.Token).ConfigureAwait(false);
            isConnected = true;
            return key.Identity is { } serverName
                ? await tls.ConnectAsync(stream, serverName, TlsTrust.ForServer(options.Tls, serverName, "sip"), both.Token).ConfigureAwait(false)
                : stream;
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

    private void Start(SipConnection connection, Action<SipConnection> ended)
    {
        _all[connection] = true;
        ImageShareTelemetry.SipConnectionOpened();
        connection.Start(inbound, over => OnEnded(over, ended), stop);
    }

    private void OnEnded(SipConnection connection, Action<SipConnection> ended)
    {
        Forget(connection);
        _all.TryRemove(connection, out _);
        ImageShareTelemetry.SipConnectionClosed();
        ended(connection);
        if (!stop.IsCancellationRequested)
        {
            inbound.ConnectionLost(connection);
        }
    }
}
