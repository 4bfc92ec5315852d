using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Net;
using ImageShare.Core.Net.Listening;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>Accepts the connections that peers open on one port: plain ones, or, given a TLS endpoint, msrps (RFC 4975 §14.2).</summary>
/// <remarks>The accept loop runs from the start until disposal. Handshakes run concurrently, each within <see cref="MsrpEndpointOptions.ConnectTimeout"/>.</remarks>
internal sealed class MsrpListener : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly IStreamListener _listener;
    private readonly TlsEndpoint? _tls;
    private readonly MsrpEndpointOptions _options;
    private readonly ConnectionContext _context;
    private readonly ConnectionStarter _starter;
    private readonly CancellationTokenSource _handshakesEnd = new();
    private readonly ConcurrentDictionary<IStreamConnection, Task> _handshakes = new();
    private readonly Task _accepting;
    private volatile bool _isDisposed;

    private MsrpListener(IStreamListener listener, TlsEndpoint? tls, MsrpEndpointOptions options, ConnectionContext context, ConnectionStarter starter)
    {
        _listener = listener;
        _tls = tls;
        _options = options;
        _context = context;
        _starter = starter;
        _accepting = AcceptAsync();
    }

    /// <summary>The address and port listened on.</summary>
    public IPEndPoint LocalEndPoint => _listener.LocalEndPoint;

    /// <summary>Starts to listen.</summary>
    /// <param name="listener">The port; disposed with what is returned.</param>
    /// <param name="tls">Speaks TLS; null accepts plain connections.</param>
    /// <param name="options">How long a handshake may take, the clock, and who is told of the end.</param>
    /// <param name="context">The endpoint.</param>
    /// <param name="starter">Starts accepted connections.</param>
    public static MsrpListener Start(IStreamListener listener, TlsEndpoint? tls, MsrpEndpointOptions options, ConnectionContext context, ConnectionStarter starter) =>
        new(listener, tls, options, context, starter);

    /// <summary>Stops listening, and cancels handshakes in progress.</summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _handshakesEnd.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_handshakes.Values).ConfigureAwait(false);
        _handshakesEnd.Dispose();
    }

    private async Task AcceptAsync()
    {
        var failures = new FailureRun();
        while (true)
        {
            try
            {
                if (await _listener.AcceptAsync(CancellationToken.None).ConfigureAwait(false) is not { } stream)
                {
                    ReportEnd(null);
                    return;
                }

                failures.Clear();
                await TakeAsync(stream).ConfigureAwait(false);
            }
            catch (Exception) when (_isDisposed)
            {
                // The listener was disposed while a connection was waited for.
                return;
            }
            catch (Exception e)
            {
                // One failed accept must not end the listener; the pause keeps a broken one from spinning.
                if (failures.Add(e, _options.TimeProvider.GetElapsedTime(0)))
                {
                    ReportEnd(e);
                    return;
                }

                await Task.Delay(Pause, _options.TimeProvider, _handshakesEnd.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void ReportEnd(Exception? failure)
    {
        if (!_isDisposed)
        {
            _options.ListenerFailed?.Invoke(failure);
        }
    }

    private async ValueTask TakeAsync(IStreamConnection stream)
    {
        if (!await AdmitAsync(stream).ConfigureAwait(false))
        {
            return;
        }

        if (_tls is null)
        {
            _starter.Start(new MsrpConnection(_context, stream, new ConnectionOrigin { IsAccepted = true }));
            return;
        }

        // Entered before it runs: it takes itself out at its end.
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _context.Connections.HandshakeBegins();
        _handshakes[stream] = ShakeHandsAsync(stream, _tls, entered.Task);
        entered.SetResult();
    }

    private async ValueTask<bool> AdmitAsync(IStreamConnection stream)
    {
        if (_context.Connections.Admit(stream.RemoteEndPoint.Address) is not { } limit)
        {
            return true;
        }

        ImageShareTelemetry.MsrpConnectionRefused(limit);
        SessionLog.ConnectionRefused(_context.Logger, limit);
        stream.Abort();
        await stream.DisposeAsync().ConfigureAwait(false);
        return false;
    }

    // A client has to show a certificate; whether it is the peer's is known only when a request names a session (RFC 4975 §14.4).
    private async Task ShakeHandsAsync(IStreamConnection stream, TlsEndpoint endpoint, Task entered)
    {
        await entered.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var timeout = new CancellationTokenSource(_options.ConnectTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _handshakesEnd.Token);
        IPAddress address = stream.RemoteEndPoint.Address;
        try
        {
            TlsConnection tls = await endpoint.AcceptAsync(
                stream,
                asksForCertificate: true,
                static (_, certificate, _, _) => certificate is null ? "The peer showed no certificate; MSRP over TLS needs one at both ends." : null,
                either.Token).ConfigureAwait(false);
            var origin = new ConnectionOrigin { IsAccepted = true, IsSecure = true, PeerCertificate = tls.PeerCertificate?.RawData };
            _starter.Start(new MsrpConnection(_context, tls, origin));
        }
        catch (Exception e) when (e is ImageShareException or OperationCanceledException or IOException)
        {
            SessionLog.HandshakeFailed(_context.Logger, e is ImageShareException known ? known.Error.ToString() : e.GetType().Name);
            _context.Connections.NoLongerUnbound(address);
        }
        finally
        {
            _handshakes.TryRemove(stream, out _);
            _context.Connections.HandshakeEnds();
        }
    }
}
