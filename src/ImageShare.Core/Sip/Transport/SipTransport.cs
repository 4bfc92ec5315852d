using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Transport;

/// <summary>
/// SIP over UDP and TCP on one port, and over TLS on another (RFC 3261 §18). It frames messages, reuses connections, writes the source address into the
/// Via, routes responses, and sends requests that are too large for UDP over TCP. Thread-safe.
/// </summary>
public sealed class SipTransport : ISipTransport
{
    private readonly INetwork _network;
    private readonly SipTransportOptions _options;
    private readonly SipSockets _sockets;
    private readonly SentBys _sentBys;
    private readonly NextHops _nextHops;
    private readonly SipTracing _tracing;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Running? _running;
    private int _starting;
    private int _closing;

    private SipTransport(INetwork network, SipTransportOptions options, SipSockets sockets)
    {
        _network = network;
        _options = options;
        _sockets = sockets;
        _sentBys = new SentBys(network, options, sockets);
        LocalEndPoint = sockets.Udp.LocalEndPoint;
        _nextHops = new NextHops(network, options, LocalEndPoint.Address);
        _tracing = new SipTracing(options.Trace, options.TraceUnreadable, Statistics);
    }

    /// <summary>The bound address and port, the same for UDP and TCP. The address may be the unspecified one; see <see cref="GetSentBy"/>.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>The bound address and port for TLS; null if this side has no certificate.</summary>
    public IPEndPoint? TlsLocalEndPoint => _sockets.Tls?.LocalEndPoint;

    /// <summary>The counters.</summary>
    public SipTransportStatistics Statistics { get; } = new();

    /// <summary>The number of open stream connections.</summary>
    internal int ConnectionCount => _running?.Connections.Count ?? 0;

    /// <summary>Binds UDP and TCP, and TLS if there is a certificate. Messages that arrive before <see cref="Start"/> wait.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.AddressInUse"/>: the port is in use, or the address does not belong to this machine.</exception>
    public static SipTransport Create(INetwork network, SipTransportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        options ??= new SipTransportOptions();
        return new SipTransport(network, options, SipSockets.Bind(network, options));
    }

    /// <inheritdoc/>
    public void Start(ISipTransportReceiver receiver)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        if (Interlocked.Exchange(ref _starting, 1) != 0 || _stop.IsCancellationRequested)
        {
            throw new ImageShareException(ImageShareError.InvalidState, "A SIP transport is started once; make a new one instead.");
        }

        var inbound = new SipInbound(receiver, Statistics, _tracing, _sentBys.IsOurs);
        var tls = new TlsEndpoint(_options.Tls);
        var datagrams = new SipDatagrams(_sockets.Udp, _options, inbound, _stop.Token);
        var connections = new SipConnections(_network, _options, tls, inbound, _stop.Token);
        var accepted = new AcceptedConnections(_options, connections, tls, Statistics, _stop.Token);

        // The receiver may answer the very first message, so sending works before anything is received.
        var running = new Running(datagrams, connections, accepted);
        _running = running;
        running.Pumps = Task.WhenAll(
            Task.Run(datagrams.ReceiveAsync),
            Task.Run(() => accepted.AcceptAsync(_sockets.Tcp, SipProtocol.Tcp)),
            _sockets.Tls is null ? Task.CompletedTask : Task.Run(() => accepted.AcceptAsync(_sockets.Tls, SipProtocol.Tls)));
    }

    /// <inheritdoc/>
    public async ValueTask<SipDestination> ResolveAsync(SipUri nextHop, int messageLength, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(nextHop);
        if (!IPAddress.TryParse(SipRouting.TargetOf(nextHop), out IPAddress? address))
        {
            return await ReachAsync(await _nextHops.FindAsync(nextHop, messageLength, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }

        // An address needs no name server, and has no other target.
        SipDestination destination = _nextHops.At(address, nextHop, messageLength);
        return NeedsFlow(destination) ? await OpenFlowAsync(destination, cancellationToken).ConfigureAwait(false) : destination;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SipDestination>> ResolveAllAsync(SipUri nextHop, int messageLength, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(nextHop);
        return IPAddress.TryParse(SipRouting.TargetOf(nextHop), out IPAddress? address)
            ? [_nextHops.At(address, nextHop, messageLength)]
            : await _nextHops.FindAsync(nextHop, messageLength, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Avoid(SipDestination destination, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(destination);
        _nextHops.Avoid(destination, duration);
    }

    /// <inheritdoc/>
    public SipSentBy GetSentBy(SipDestination destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return _sentBys.For(destination);
    }

    /// <inheritdoc/>
    public SipSentBy GetContact(SipDestination destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return _sentBys.ContactFor(destination);
    }

    /// <inheritdoc/>
    public SipSentBy? LearntAddress => _sentBys.Learnt;

    /// <inheritdoc/>
    public SipSentBy? LearnAddress(Via? answered) => _sentBys.Learn(answered);

    /// <inheritdoc/>
    public SipDestination GetResponseDestination(SipResponse response, SipSource source)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(source);
        return SipRouting.GetResponseDestination(response, source, _options.FollowMaddr);
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(SipMessage message, SipDestination destination, CancellationToken cancellationToken = default) =>
        await SendTrackedAsync(message, destination, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<object?> SendTrackedAsync(SipMessage message, SipDestination destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(destination);
        if (_running is not { } running || _stop.IsCancellationRequested)
        {
            throw new ImageShareException(ImageShareError.InvalidState, "The SIP transport is not running; start it, and send before closing it.");
        }

        if (!SipRouting.IsUnicast(destination.EndPoint.Address) || destination.EndPoint.Port == 0)
        {
            throw new ImageShareException(ImageShareError.PeerUnreachable, $"{destination.EndPoint} is no address of a single peer; check where it came from.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        using ScratchWriter written = ScratchWriter.Rent();
        message.Write(written);
        try
        {
            return await SendAsync(running, message, written.Written, destination, cancellationToken).ConfigureAwait(false);
        }
        catch (ImageShareException error) when (NextHops.MayFollowSentBy(message, error))
        {
            return await FollowSentByAsync(running, (SipResponse)message, written.Written, destination, error, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void KeepAlive(SipDestination destination, TimeSpan interval)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (destination.Protocol != SipProtocol.Udp)
        {
            _running?.Connections.Find(destination)?.KeepAlive(OptionRange.Time(interval));
        }
    }

    /// <summary>Closes all connections and sockets. Messages sent before are flushed. A second call waits for the first.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0)
        {
            await _closed.Task.ConfigureAwait(false);
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _sockets.DisposeAsync().ConfigureAwait(false);
        if (_running is { } running)
        {
            await running.Pumps.ConfigureAwait(false);
            await running.Accepted.CloseAsync().ConfigureAwait(false);
            await running.Connections.CloseAsync().ConfigureAwait(false);
        }

        _closed.SetResult();
    }

    private async ValueTask<SipConnection?> SendAsync(
        Running running, SipMessage message, ReadOnlyMemory<byte> bytes, SipDestination destination, CancellationToken cancellationToken)
    {
        if (destination.Protocol != SipProtocol.Udp)
        {
            return await SendOnStreamAsync(running.Connections, message, bytes, destination, cancellationToken).ConfigureAwait(false);
        }

        _tracing.Emit(true, message, new SipHop(SipProtocol.Udp, LocalEndPoint, destination.EndPoint));
        await running.Datagrams.SendAsync(bytes, destination.EndPoint, cancellationToken).ConfigureAwait(false);
        return null;
    }

    // RFC 3263 §5: a response that cannot be sent to where its request came from goes to where its Via says.
    private async ValueTask<SipConnection?> FollowSentByAsync(
        Running running, SipResponse response, ReadOnlyMemory<byte> bytes, SipDestination failed, ImageShareException error, CancellationToken cancellationToken)
    {
        foreach (SipDestination next in await _nextHops.FollowSentByAsync(response.Headers.TopVia!, failed, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                return await SendAsync(running, response, bytes, next, cancellationToken).ConfigureAwait(false);
            }
            catch (ImageShareException again)
            {
                error = again;
            }
        }

        throw error;
    }

    private async ValueTask<SipConnection> SendOnStreamAsync(
        SipConnections connections, SipMessage message, ReadOnlyMemory<byte> bytes, SipDestination destination, CancellationToken cancellationToken)
    {
        // RFC 3261 §18.2.2: the connection the request came on, or, when it is lost, a new one.
        if (destination.Connection is SipConnection given && given.IsOpen
            && await WriteAsync(given).ConfigureAwait(false))
        {
            return given;
        }

        for (bool isRetry = false; ; isRetry = true)
        {
            (SipConnection connection, bool reused) = await connections.GetAsync(destination, cancellationToken).ConfigureAwait(false);
            if (await WriteAsync(connection).ConfigureAwait(false))
            {
                return connection;
            }

            // A reused connection may have been lost while idle: try a new one, once.
            connections.Forget(connection);
            if (!reused || isRetry)
            {
                throw new ImageShareException(
                    ImageShareError.ConnectionLost, $"{destination.EndPoint} closed the connection at once; check that SIP is spoken there.");
            }
        }

        // What is sent is traced on the connection that takes it, so that both directions of a connection have the same ends.
        ValueTask<bool> WriteAsync(SipConnection connection)
        {
            _tracing.Emit(true, message, new SipHop(destination.Protocol, connection.Stream.LocalEndPoint, destination.EndPoint));
            return connection.TryWriteAsync(bytes, cancellationToken);
        }
    }

    // Without a TLS listener, Via and Contact name the local end of a connection, which must be open before they are written.
    private bool NeedsFlow(SipDestination destination) => destination.Protocol == SipProtocol.Tls && TlsLocalEndPoint is null && _running is not null;

    private async ValueTask<SipDestination> OpenFlowAsync(SipDestination destination, CancellationToken cancellationToken) =>
        destination with { Connection = (await _running!.Connections.GetAsync(destination, cancellationToken).ConfigureAwait(false)).Connection };

    // The first one; where a connection must be open, the first to which it can be opened (RFC 3263 §4.3).
    private async ValueTask<SipDestination> ReachAsync(IReadOnlyList<SipDestination> destinations, CancellationToken cancellationToken)
    {
        for (int i = 0; ; i++)
        {
            SipDestination destination = destinations[i];
            if (!NeedsFlow(destination))
            {
                return destination;
            }

            try
            {
                return await OpenFlowAsync(destination, cancellationToken).ConfigureAwait(false);
            }
            catch (ImageShareException error) when (i + 1 < destinations.Count && NextHops.GoesOn(error, destinations[i + 1]))
            {
                _nextHops.Avoid(destination, NextHops.OutageTime);
            }
        }
    }

    private sealed record Running(SipDatagrams Datagrams, SipConnections Connections, AcceptedConnections Accepted)
    {
        public Task Pumps { get; set; } = Task.CompletedTask;
    }
}
