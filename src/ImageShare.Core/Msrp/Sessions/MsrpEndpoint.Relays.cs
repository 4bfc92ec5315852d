using System.Net;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Msrp.Relays;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>Sessions behind relays of this side's own (RFC 4976).</summary>
public sealed partial class MsrpEndpoint
{
    private const int DefaultRelayPort = 2855;

    /// <summary>
    /// Makes a session that runs through relays: connects to the first by TLS, proves itself to each, and keeps what they grant until the session ends. The
    /// connection to the relay is always opened by this side, whatever <c>a=setup</c> says (RFC 6135 §4.5). Put <see cref="MsrpSession.AdvertisedPath"/>
    /// into <c>a=path</c>.
    /// </summary>
    /// <param name="options">As for <see cref="CreateSession"/>; the session is secure, whatever it says there.</param>
    /// <param name="relays">From the nearest to the outermost, at least one.</param>
    /// <param name="expires">For how long the way is wanted; null leaves it to the relays. It is renewed in time.</param>
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
        try
        {
            MsrpConnection connection = await DialRelayAsync(session, relays[0].Uri, cancellationToken).ConfigureAwait(false);
            var login = new RelayLogin(connection, session.LocalUri, relays, expires);
            RelayGrant grant = await login.LogInAsync(cancellationToken).ConfigureAwait(false);
            session.TakeUsePath(grant.UsePath);
            _ = RenewAsync(session, login, grant);
            return session;
        }
        catch
        {
            session.End(MsrpSessionEndReason.Closed);
            throw;
        }
    }

    private async Task<MsrpConnection> DialRelayAsync(MsrpSession session, MsrpUri relay, CancellationToken cancellationToken)
    {
        ImageShareException? last = null;
        foreach (IPAddress address in await ResolveAsync(relay, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await WaitForTurnAsync(cancellationToken).ConfigureAwait(false);
                TlsConnection stream = await ConnectToRelayAsync(new IPEndPoint(address, relay.Port ?? DefaultRelayPort), relay.Host, cancellationToken).ConfigureAwait(false);
                var connection = new MsrpConnection(this, stream, accepted: false) { IsSecure = true, VerifiedHost = relay.Host, RelayedFor = session };
                session.BindToRelay(connection);
                Begin(connection);
                return connection;
            }
            catch (ImageShareException e) when (e.Error == ImageShareError.PeerUnreachable)
            {
                last = e;
            }
        }

        throw last ?? new ImageShareException(ImageShareError.PeerUnreachable, $"The name {relay.Host} has no address.");
    }

    private async Task<TlsConnection> ConnectToRelayAsync(IPEndPoint remote, string host, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Options.ConnectTimeout, Options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            IStreamConnection stream = await _network.ConnectAsync(remote, either.Token).ConfigureAwait(false);
            return await _tls!.ConnectAsync(stream, host, TlsTrust.ForServer(_tls.Options, host, scheme: null), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ImageShareException(
                ImageShareError.PeerUnreachable, $"No connection to the relay {remote} within {Options.ConnectTimeout.TotalSeconds:0.#} s; check that nothing blocks it.", e);
        }
    }

    private async Task RenewAsync(MsrpSession session, RelayLogin login, RelayGrant grant)
    {
        try
        {
            while (grant.RefreshAfter is { } wait)
            {
                using var over = new CancellationTokenSource();
                if (await Task.WhenAny(Task.Delay(wait, Options.TimeProvider, over.Token), session.Ended).ConfigureAwait(false) == session.Ended)
                {
                    await over.CancelAsync().ConfigureAwait(false);
                    return;
                }

                // It ends with the connection, and that with the session.
                grant = await login.LogInAsync(CancellationToken.None).ConfigureAwait(false);
                session.TakeUsePath(grant.UsePath);
            }
        }
        catch (Exception e)
        {
            // Nobody waits for this task: whatever ends it is said. The relay ends the way when its time is over; until then messages go through.
            MsrpLog.RelayNotRenewed(Logger, (e as ImageShareException)?.Error ?? ImageShareError.InvalidState);
        }
    }
}
