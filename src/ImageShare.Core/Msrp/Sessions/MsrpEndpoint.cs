using System.Net;
using System.Security.Cryptography.X509Certificates;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Msrp.Relays;
using ImageShare.Core.Net;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>
/// This side of MSRP: one listener, and one for TLS, for any number of sessions, told apart by their session ids, and the connections they are bound to.
/// </summary>
/// <remarks>All members may be called at the same time. Disposing ends all sessions and connections; what is under way on them ends as aborted.</remarks>
public sealed class MsrpEndpoint : IAsyncDisposable
{
    /// <summary>How long a close may take before it is no longer waited for.</summary>
    internal static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(5);

    private readonly MsrpEndpointOptions _options;
    private readonly ConnectionContext _context;
    private readonly ConnectionStarter _starter;

    // Who opens connections: peers, sessions, and sessions behind relays.
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
            _secureListener = MsrpListener.Start(secure, _tls, options.ConnectTimeout, _context, _starter);
        }

        _listener = MsrpListener.Start(listener, tls: null, options.ConnectTimeout, _context, _starter);
        var streams = new StreamDialer(network, _tls, options);
        _dialer = new Dialer(streams, _context, _starter, options);
        _relays = new RelaySessions(streams, _context, _starter);
    }

    /// <summary>The address and port listened on.</summary>
    public IPEndPoint LocalEndPoint => _listener.LocalEndPoint;

    /// <summary>The address and port listened on for msrps; null when <see cref="MsrpEndpointOptions.Tls"/> is.</summary>
    public IPEndPoint? SecureLocalEndPoint => _secureListener?.LocalEndPoint;

    /// <summary>
    /// What this side shows in TLS: the certificate of <see cref="MsrpEndpointOptions.Tls"/>, or one made for this endpoint. Null without TLS. Valid until
    /// the endpoint is disposed.
    /// </summary>
    public X509Certificate2? Certificate => _tls?.Options.Certificate;

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
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (options.IsSecure && _tls is null)
        {
            throw new ImageShareException(ImageShareError.InvalidState, "The MSRP endpoint speaks no TLS; give it TLS options.");
        }

        IPAddress address = options.AdvertisedAddress ?? _options.AdvertisedAddress ?? LocalEndPoint.Address;
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, "The MSRP endpoint listens on all addresses and cannot tell peers that; set the address to advertise.");
        }

        // Without the scope an IPv6 address may carry: it means nothing to a peer.
        string host = new IPAddress(address.GetAddressBytes()).ToString();
        string id = RandomToken.Create();
        MsrpUri uri = options.IsSecure ? new MsrpUri("msrps", host, SecureLocalEndPoint!.Port, id) : new MsrpUri("msrp", host, LocalEndPoint.Port, id);
        var session = new MsrpSession(_context, _dialer, uri, options);
        _context.Sessions.Add(session.Binding);
        return session;
    }

    /// <summary>
    /// Makes a session that runs through relays: connects to the first by TLS, proves itself to each, and keeps what they grant until the session ends. The
    /// connection to the relay is always opened by this side, whatever <c>a=setup</c> says (RFC 6135 §4.5). Put <see cref="MsrpSession.AdvertisedPath"/>
    /// into <c>a=path</c>.
    /// </summary>
    /// <param name="options">As for <see cref="CreateSession"/>; the session is secure, whatever it says there.</param>
    /// <param name="relays">From the nearest to the outermost, at least one.</param>
    /// <param name="expires">For how long the path is wanted; null leaves it to the relays. It is renewed in time.</param>
    /// <param name="cancellationToken">Gives up; nothing stays open.</param>
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
