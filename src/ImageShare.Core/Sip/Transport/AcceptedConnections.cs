using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Net.Listening;

namespace ImageShare.Core.Sip.Transport;

/// <summary>
/// Accepts stream connections, up to the limits per transport and per source address, and performs their TLS handshakes. Thread-safe.
/// </summary>
internal sealed class AcceptedConnections(
    SipTransportOptions options, SipConnections connections, TlsEndpoint tls, SipTransportStatistics statistics, CancellationToken stop)
{
    private static readonly TimeSpan MakesRoomAfter = TimeSpan.FromMinutes(3);

    private readonly ConcurrentDictionary<IStreamConnection, Task> _handshakes = new();

    // Connections per source address, including those in their TLS handshake.
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _bySource = [];

    /// <summary>Accepts until the listener ends.</summary>
    public async Task AcceptAsync(IStreamListener listener, SipProtocol protocol)
    {
        var failures = new FailureRun();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await listener.AcceptAsync(stop).ConfigureAwait(false) is not { } accepted)
                {
                    ReportEnd(protocol, null);
                    return;
                }

                failures.Clear();

                if (HasRoomFor(accepted.RemoteEndPoint.Address))
                {
                    Take(accepted, protocol);
                }
                else
                {
                    await DropAsync(accepted).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // One failed accept must not end the listener; the pause keeps a broken one from spinning.
                statistics.CountSocketError();
                if (failures.Add(e, options.TimeProvider.GetElapsedTime(0)))
                {
                    ReportEnd(protocol, e);
                    return;
                }

                await PauseAsync(options.TimeProvider, stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits until the handshakes in progress have ended. The token ends them.</summary>
    public Task CloseAsync() => Task.WhenAll(_handshakes.Values);

    public static async ValueTask PauseAsync(TimeProvider timeProvider, CancellationToken stop) =>
        await Task.Delay(TimeSpan.FromMilliseconds(100), timeProvider, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void ReportEnd(SipProtocol protocol, Exception? failure)
    {
        if (!stop.IsCancellationRequested)
        {
            options.ListenerFailed?.Invoke(protocol, failure);
        }
    }

    private void Take(IStreamConnection accepted, SipProtocol protocol)
    {
        Count(accepted.RemoteEndPoint.Address, 1);
        if (protocol == SipProtocol.Tls)
        {
            BeginHandshake(accepted);
        }
        else
        {
            Keep(accepted, protocol);
        }
    }

    private async ValueTask DropAsync(IStreamConnection accepted)
    {
        statistics.CountConnectionDropped();
        accepted.Abort();
        await accepted.DisposeAsync().ConfigureAwait(false);
    }

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
            TlsConnection secured = await tls.AcceptAsync(
                accepted, options.Tls.RequireClientCertificate, TlsTrust.ForClient(options.Tls), both.Token).ConfigureAwait(false);
            Keep(secured, SipProtocol.Tls);
        }
        catch (Exception)
        {
            // The handshake closed the connection; no other is affected.
            Count(source, -1);
            statistics.CountHandshakeFailed();
        }
        finally
        {
            _handshakes.TryRemove(accepted, out _);
        }
    }

    private void Keep(IStreamConnection accepted, SipProtocol protocol) => connections.Add(
        accepted, SipConnectionKey.ForAccepted(accepted, protocol), ended => Count(ended.Source.Remote.Address, -1));

    // A source address over its limit may only displace its own connections.
    private bool HasRoomFor(IPAddress address)
    {
        IPAddress source = SourceNetwork.Of(address);
        if (CountOf(source) >= options.MaxConnectionsPerSource)
        {
            return TryMakeRoom(connection => SourceNetwork.Of(connection.Source.Remote.Address).Equals(source));
        }

        return connections.Count + _handshakes.Count < options.MaxConnections || TryMakeRoom(static _ => true);
    }

    // Idle connections must not keep others out for ever.
    private bool TryMakeRoom(Func<SipConnection, bool> isOfThose)
    {
        SipConnection? idlest = connections.All.Where(c => !c.IsOpener && c.IsOpen && isOfThose(c)).MaxBy(static c => c.Silence);
        if (idlest is null || idlest.Silence < MakesRoomAfter)
        {
            return false;
        }

        statistics.CountConnectionDropped();
        idlest.Abort();
        return true;
    }

    private int CountOf(IPAddress source)
    {
        lock (_gate)
        {
            return _bySource.GetValueOrDefault(source);
        }
    }

    private void Count(IPAddress address, int change)
    {
        IPAddress source = SourceNetwork.Of(address);
        lock (_gate)
        {
            int count = _bySource.GetValueOrDefault(source) + change;
            if (count == 0)
            {
                _bySource.Remove(source);
            }
            else
            {
                _bySource[source] = count;
            }
        }
    }
}
