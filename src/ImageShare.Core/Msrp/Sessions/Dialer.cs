using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Net;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>
/// Opens connections for sessions, and uses those again that are open (RFC 4975 §5.4, RFC 4975 §6.2). Any thread may call any member; sessions that want a connection to the
/// same host at the same time get the same.
/// </summary>
internal sealed class Dialer(StreamDialer streams, ConnectionContext context, ConnectionStarter starter, MsrpEndpointOptions options)
{
    private const int DiscardPort = 9;

    // How many addresses of one name are tried: the name is the peer's, and each costs a connection.
    private const int MaxAddresses = 8;

    private readonly ConcurrentDictionary<DialTarget, MsrpConnection> _dialled = new();
    private readonly DialTurns<DialTarget> _turns = new();

    /// <summary>
    /// Binds the session to a connection to the host of a URI: an existing one, or a new one to the first of its addresses that answers. Other
    /// sessions can use a new connection only once this session is bound; otherwise one of them could end it before. A connection whose peer has
    /// stopped reading, because the receiver of another session stalls, is not used for more sessions.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="uri">The URI to connect to.</param>
    /// <param name="policy">Called in addition to the endpoint's policy before an address is dialled; null allows all.</param>
    /// <param name="cancellationToken">Cancels the attempt; nothing stays open.</param>
    /// <returns>The connection; null if the peer has bound the session meanwhile, or the session is over.</returns>
    public async Task<MsrpConnection?> DialAsync(SessionBinding session, MsrpUri uri, Func<IPEndPoint, bool>? policy, CancellationToken cancellationToken)
    {
        DialTarget target = GetTarget(session, uri);
        using DialTurns<DialTarget>.Turn turn = await _turns.EnterAsync(target, cancellationToken).ConfigureAwait(false);
        if (TryBindToOpen(session, target) is { } open)
        {
            return open;
        }

        if (session.IsOver || session.Connection is not null)
        {
            return null;
        }

        if (turn.Failure is { } failure)
        {
            throw new ImageShareException(failure.Error, failure.Message, failure);
        }

        ImageShareException? last = null;
        foreach (IPAddress address in (await streams.ResolveAsync(uri, cancellationToken).ConfigureAwait(false)).Take(MaxAddresses))
        {
            var remote = new IPEndPoint(address, target.Port);
            if (!IsAllowed(remote, policy))
            {
                last = new ImageShareException(ImageShareError.PeerUnreachable, $"The peer wants a connection to {remote}, which is not allowed; see the dial policy.");
                continue;
            }

            await streams.WaitForTurnAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await OpenAsync(session, remote, target, cancellationToken).ConfigureAwait(false);
            }
            catch (ImageShareException e) when (e.Error != ImageShareError.CertificateNotTrusted)
            {
                last = e;
                turn.Fail(e);
            }
        }

        throw last ?? new ImageShareException(ImageShareError.PeerUnreachable, $"The name {uri.Host} has no address.");
    }

    private MsrpConnection? TryBindToOpen(SessionBinding session, DialTarget target) =>
        _dialled.TryGetValue(target, out MsrpConnection? open) && !open.IsStuck && open.Origin.IsTrustedFor(session) && session.TryBind(open) ? open : null;

    private static DialTarget GetTarget(SessionBinding session, MsrpUri uri)
    {
        if (uri.IsSecure != session.LocalUri.IsSecure)
        {
            // No fallback in either direction: what was negotiated with TLS must use it, and without TLS there is no peer certificate to verify.
            throw new ImageShareException(
                ImageShareError.PeerUnreachable,
                $"The session is {(uri.IsSecure ? "without" : "with")} TLS and the peer's MSRP URI is {(uri.IsSecure ? "with" : "without")}; the two have to agree on one.");
        }

        return uri.Port is { } port
            ? new DialTarget(uri.Scheme, uri.Host, port)
            : throw new ImageShareException(ImageShareError.PeerUnreachable, $"The peer's MSRP URI {uri} has no port to connect to.");
    }

    // The address comes from the peer (RFC 4975 §14.5).
    private bool IsAllowed(IPEndPoint remote, Func<IPEndPoint, bool>? policy) =>
        remote.Port != DiscardPort && options.DialPolicy?.Invoke(remote) != false && policy?.Invoke(remote) != false;

    private async Task<MsrpConnection?> OpenAsync(SessionBinding session, IPEndPoint remote, DialTarget target, CancellationToken cancellationToken)
    {
        MsrpConnection connection = await ConnectAsync(session, remote, cancellationToken).ConfigureAwait(false);
        bool isBound = session.TryBind(connection);
        if (isBound)
        {
            _dialled[target] = connection;
            _ = ForgetAsync(target, connection);
        }

        starter.Start(connection);
        if (!isBound)
        {
            connection.End(MsrpSessionEndReason.Closed, force: false);
        }

        return isBound ? connection : null;
    }

    private async Task<MsrpConnection> ConnectAsync(SessionBinding session, IPEndPoint remote, CancellationToken cancellationToken)
    {
        if (!session.LocalUri.IsSecure)
        {
            return new MsrpConnection(context, await streams.ConnectAsync(remote, cancellationToken).ConfigureAwait(false), new ConnectionOrigin());
        }

        // The one named in the URI by chain and name, unless the peer has said which certificate is its own (RFC 4975 §14.2, RFC 4975 §14.4).
        string host = session.Peer.Path!.First.Host;
        TlsPeerCheck? check = session.Peer.HasCertificate ? (_, certificate, _, _) => CheckFingerprint(session, certificate?.RawData) : null;
        TlsConnection tls = await streams.ConnectTlsAsync(remote, host, check, cancellationToken).ConfigureAwait(false);
        return new MsrpConnection(context, tls, new ConnectionOrigin
        {
            IsSecure = true,
            PeerCertificate = tls.PeerCertificate?.RawData,
            VerifiedHost = session.Peer.HasCertificate ? null : host,
        });
    }

    private static string? CheckFingerprint(SessionBinding session, byte[]? certificate) => certificate is not null && session.Peer.IsCertificate(certificate)
        ? null
        : "The peer's certificate is not the one its session description names; somebody may stand between. Share again, and if it stays so, do not.";

    private async Task ForgetAsync(DialTarget target, MsrpConnection connection)
    {
        await connection.Ended.ConfigureAwait(false);
        _dialled.TryRemove(KeyValuePair.Create(target, connection));
    }

    /// <summary>What is dialled: two URIs with the same target share a connection.</summary>
    private readonly record struct DialTarget
    {
        public DialTarget(string scheme, string host, int port) => (Scheme, Host, Port) = (scheme.ToUpperInvariant(), host.ToUpperInvariant(), port);

        public string Scheme { get; }

        public string Host { get; }

        public int Port { get; }
    }
}
