using System.Net;
using System.Security.Cryptography.X509Certificates;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Msrp.Relays;
using ImageShare.Core.Net;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>
/// The MSRP side of an application: one listener, and one for TLS, for any number of sessions, which are distinguished by session id, and their
/// connections.
/// </summary>
/// <remarks>All members may be called at the same time. Disposing ends all sessions and connections and aborts their messages.</remarks>
public sealed class MsrpEndpoint : IAsyncDisposable
{
    /// <summary>How long to wait for a close.</summary>
    internal static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(5);

    private readonly MsrpEndpointOptions _options;
    private readonly ConnectionContext _context;
    private readonly ConnectionStarter _starter;

    // Connections are opened by peers, by sessions, and by sessions through relays.
    private readonly MsrpListener _listener;
    private readonly MsrpListener? _secureListener;
    private readonly Dialer _dialer;
    private readonly RelaySessions _relays;

    private readonly TlsEndpoint? _tls;
    private readonly X509Certificate2? _madeCertificate;
    private volatile bool _isDisposed;

    private MsrpEndpoint(INetwork network, MsrpEndpointOptions options)
    {
        _options = options;
        _context = options.CreateContext();
        _starter = new ConnectionStarter(_context);
        IStreamListener listener = network.Listen(options.LocalEndPoint);
        if (options.Tls is { } tls)
        {
            _madeCertificate = tls.Certificate is null ? SelfSignedCertificate.Create(options.TimeProvider) : null;
            _tls = new TlsEndpoint(tls with { Certificate = tls.Certificate ?? _madeCertificate });
            IStreamListener secure = ListenForTls(network, beside: listener);
            _secureListener = MsrpListener.Start(secure, _tls, options, _context, _starter);
        }

        _listener = MsrpListener.Start(listener, tls: null, options, _context, _starter);
        var streams = new StreamDialer(network, _tls, options);
        _dialer = new Dialer(streams, _context, _starter, options);
        _relays = new RelaySessions(streams, _context, _starter);
    }

    /// <summary>The address and port listened on.</summary>
    public IPEndPoint LocalEndPoint => _listener.LocalEndPoint;

    /// <summary>The address and port listened on for msrps; null if <see cref="MsrpEndpointOptions.Tls"/> is null.</summary>
    public IPEndPoint? TlsLocalEndPoint => _secureListener?.LocalEndPoint;

    /// <summary>
    /// The certificate of this side: that of <see cref="MsrpEndpointOptions.Tls"/>, or one generated for this endpoint. Null without TLS. Valid until
    /// the endpoint is disposed.
    /// </summary>
    public X509Certificate2? Certificate => _tls?.Options.Certificate;

    /// <summary>Starts listening.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.AddressInUse"/>: the address cannot be bound.</exception>
    public static MsrpEndpoint Start(INetwork network, MsrpEndpointOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        return new MsrpEndpoint(network, options);
    }

    /// <summary>
    /// Creates a session with a new URI (RFC 4975 §14.1). The peer may bind it from now on: create it before its URI is sent in an offer or answer,
    /// and close it if the negotiation fails.
    /// </summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.InvalidValue"/>: no address to advertise is known. <see cref="ImageShareError.InvalidState"/>: the session uses TLS and the
    /// endpoint does not.
    /// </exception>
    public MsrpSession CreateSession(MsrpSessionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (options.IsSecure && _tls is null)
        {
            throw new ImageShareException(ImageShareError.InvalidState, "The MSRP endpoint speaks no TLS; give it TLS options.");
        }

        string host = options.AdvertisedHost ?? _options.AdvertisedHost ?? OwnHost();
        string id = RandomToken.Create();
        MsrpUri uri = options.IsSecure
            ? new MsrpUri("msrps", host, _options.AdvertisedTlsPort ?? TlsLocalEndPoint!.Port, id)
            : new MsrpUri("msrp", host, _options.AdvertisedPort ?? LocalEndPoint.Port, id);
        var session = new MsrpSession(_context, _dialer, uri, options);
        _context.Sessions.Add(session.Binding);
        return session;
    }

    /// <summary>
    /// Creates a session through relays (RFC 4976): connects to the first one with TLS, authenticates with each, and renews the granted path until the
    /// session ends. This side always opens the connection to the relay, independent of <c>a=setup</c> (RFC 6135 §4.5). Put
    /// <see cref="MsrpSession.AdvertisedPath"/> into <c>a=path</c>.
    /// </summary>
    /// <param name="options">As for <see cref="CreateSession"/>; <see cref="MsrpSessionOptions.IsSecure"/> is always on.</param>
    /// <param name="relays">The relays from the nearest to the outermost, at least one.</param>
    /// <param name="expires">The requested lifetime of the path, which is renewed in time; null leaves it to the relays.</param>
    /// <param name="cancellationToken">Cancels the attempt; nothing stays open.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.PeerUnreachable"/>, <see cref="ImageShareError.CertificateNotTrusted"/>, <see cref="ImageShareError.NoAnswer"/> or
    /// <see cref="ImageShareError.ConnectionLost"/>: the first relay. <see cref="ImageShareError.AuthenticationFailed"/>,
    /// <see cref="ImageShareError.Rejected"/>, <see cref="ImageShareError.MalformedMessage"/>: one of them.
    /// </exception>
    public async Task<MsrpSession> CreateSessionAsync(
        MsrpSessionOptions options, IReadOnlyList<MsrpRelay> relays, TimeSpan? expires = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(relays);
        ArgumentOutOfRangeException.ThrowIfZero(relays.Count);
        MsrpSession session = CreateSession(options with { IsSecure = true });
        await _relays.ConnectAsync(session, relays, expires, cancellationToken).ConfigureAwait(false);
        return session;
    }

    /// <summary>Closes all sessions and connections and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _listener.DisposeAsync().ConfigureAwait(false);
        if (_secureListener is not null)
        {
            await _secureListener.DisposeAsync().ConfigureAwait(false);
        }

        foreach (SessionBinding session in _context.Sessions.All)
        {
            session.End(MsrpSessionEndReason.Closed);
        }

        await _starter.CloseAsync().ConfigureAwait(false);
        _madeCertificate?.Dispose();
    }

    /// <summary>The mark of the session with that id (<see cref="MsrpSessionOptions.LogId"/>); null if there is no such session any more, or it has none.</summary>
    internal string? FindLogId(string sessionId) => _context.Sessions.Find(sessionId)?.LogId;

    private string OwnHost()
    {
        IPAddress address = LocalEndPoint.Address;
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, "The MSRP endpoint listens on all addresses and cannot tell peers that; set the address to advertise.");
        }

        // Without the scope an IPv6 address may carry: it means nothing to a peer.
        return new IPAddress(address.GetAddressBytes()).ToString();
    }

    private IStreamListener ListenForTls(INetwork network, IStreamListener beside)
    {
        try
        {
            return network.Listen(new IPEndPoint(_options.LocalEndPoint.Address, _options.TlsPort));
        }
        catch (ImageShareException)
        {
            // There is no endpoint yet that would dispose it. Nothing waits on it, so it ends at once.
            _ = beside.DisposeAsync().AsTask();
            _madeCertificate?.Dispose();
            throw;
        }
    }
}
