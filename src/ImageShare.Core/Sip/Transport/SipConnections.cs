using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Net;

namespace ImageShare.Core.Sip.Transport;

/// <summary>
/// All stream connections of a transport: those accepted, and those opened, reused by address and protocol. Two senders that
/// want the same new connection wait for one attempt.
/// </summary>
internal sealed class SipConnections(
    INetwork network, IStreamListener listener, SipTransportOptions options, SipInbound inbound, CancellationToken stop)
{
    private readonly ConcurrentDictionary<Key, Lazy<Task<SipConnection>>> _reusable = new();
    private readonly ConcurrentDictionary<SipConnection, bool> _all = new();

    private readonly record struct Key(IPEndPoint Remote, SipProtocol Protocol);

    /// <summary>How many connections are open now.</summary>
    public int Count => _all.Count;

    /// <summary>Accepts until the listener ends.</summary>
    public async Task AcceptAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await listener.AcceptAsync(stop).ConfigureAwait(false) is not { } accepted)
                {
                    return;
                }

                if (_all.Count >= options.MaxConnections)
                {
                    inbound.Statistics.CountConnectionDropped();
                    accepted.Abort();
                    await accepted.DisposeAsync().ConfigureAwait(false);
                    continue;
                }

                SipConnection connection = Adopt(accepted);
                _reusable.TryAdd(KeyOf(connection), new Lazy<Task<SipConnection>>(Task.FromResult(connection)));
                RemoveIfClosed(connection);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception)
            {
                // One connection that could not be taken must not cost all later ones; the pause keeps a broken listener from spinning.
                inbound.Statistics.CountSocketError();
                await PauseAsync(options.TimeProvider, stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>An open connection to that address, or a new one; tells which.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.PeerUnreachable"/>: refused, or not open in time.</exception>
    public async ValueTask<(SipConnection Connection, bool Reused)> GetAsync(IPEndPoint remote, SipProtocol protocol, CancellationToken cancellationToken)
    {
        var key = new Key(remote, protocol);
        var attempt = new Lazy<Task<SipConnection>>(() => OpenAsync(key));
        Lazy<Task<SipConnection>> entry = _reusable.GetOrAdd(key, attempt);
        SipConnection connection = await entry.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        return (connection, !ReferenceEquals(entry, attempt));
    }

    /// <summary>Closes everything and waits until every pump has ended.</summary>
    public async Task CloseAsync()
    {
        foreach (Lazy<Task<SipConnection>> entry in _reusable.Values)
        {
            // Attempts still under way end by the token; their senders are told.
            await ((Task)entry.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach (SipConnection connection in _all.Keys)
        {
            // The pumps end by the token; what they have written is out.
            await connection.Completion.ConfigureAwait(false);
        }
    }

    public static async ValueTask PauseAsync(TimeProvider timeProvider, CancellationToken stop) =>
        await Task.Delay(TimeSpan.FromMilliseconds(100), timeProvider, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<SipConnection> OpenAsync(Key key)
    {
        try
        {
            using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
            try
            {
                SipConnection connection = Adopt(await network.ConnectAsync(key.Remote, both.Token).ConfigureAwait(false));
                RemoveIfClosed(connection);
                return connection;
            }
            catch (OperationCanceledException) when (both.IsCancellationRequested)
            {
                throw stop.IsCancellationRequested
                    ? new ImageShareException(ImageShareError.InvalidState, "The SIP transport was closed while it connected.")
                    : new ImageShareException(
                        ImageShareError.PeerUnreachable,
                        $"No TCP connection to {key.Remote} within {options.ConnectTimeout.TotalSeconds} s; check the address and port, and that the peer is running.");
            }
        }
        catch
        {
            // A failed attempt leaves nothing: the next send dials anew.
            _reusable.TryRemove(key, out _);
            throw;
        }
    }

    private SipConnection Adopt(IStreamConnection stream)
    {
        var connection = new SipConnection(stream, SipProtocol.Tcp, options);
        _all[connection] = true;
        connection.Start(inbound, OnEnded, stop);
        return connection;
    }

    private void OnEnded(SipConnection connection)
    {
        Forget(connection);
        _all.TryRemove(connection, out _);
        if (!stop.IsCancellationRequested)
        {
            inbound.ConnectionLost(connection);
        }
    }

    // It may have ended before it could be found under its key.
    private void RemoveIfClosed(SipConnection connection)
    {
        if (!connection.IsOpen)
        {
            Forget(connection);
        }
    }

    /// <summary>Takes a dead connection out of reuse.</summary>
    public void Forget(SipConnection connection)
    {
        Key key = KeyOf(connection);
        if (_reusable.TryGetValue(key, out Lazy<Task<SipConnection>>? entry)
            && entry is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } && ReferenceEquals(entry.Value.Result, connection))
        {
            _reusable.TryRemove(new KeyValuePair<Key, Lazy<Task<SipConnection>>>(key, entry));
        }
    }

    private static Key KeyOf(SipConnection connection) => new(connection.Source.Remote, connection.Source.Protocol);
}
