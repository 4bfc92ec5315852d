using System.Net;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Msrp.Relays;
using ImageShare.Core.Net;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>Connects sessions through relays of this side (RFC 4976): connects, authenticates, and renews the granted paths. Any thread may call any member.</summary>
internal sealed class RelaySessions(StreamDialer streams, ConnectionContext context, ConnectionStarter starter)
{
    private const int DefaultRelayPort = 2855;

    /// <summary>Connects the session to the first relay and logs in to each.</summary>
    /// <param name="session">The session; it is over when this fails.</param>
    /// <param name="relays">From the nearest to the outermost, at least one.</param>
    /// <param name="expires">For how long the path is wanted; null leaves it to the relays.</param>
    /// <param name="cancellationToken">Gives up; nothing stays open.</param>
    public async Task ConnectAsync(MsrpSession session, IReadOnlyList<MsrpRelay> relays, TimeSpan? expires, CancellationToken cancellationToken)
    {
        try
        {
            MsrpConnection connection = await DialAsync(session, relays[0].Uri, cancellationToken).ConfigureAwait(false);
            var login = new RelayLogin(connection.RequestAsync, session.LocalUri, relays, expires);
            RelayGrant grant = await login.LogInAsync(cancellationToken).ConfigureAwait(false);
            session.SetUsePath(grant.UsePath);
            _ = RenewAsync(session, login, grant);
        }
        catch
        {
            session.Binding.End(MsrpSessionEndReason.Closed);
            throw;
        }
    }

    private async Task<MsrpConnection> DialAsync(MsrpSession session, MsrpUri relay, CancellationToken cancellationToken)
    {
        ImageShareException? last = null;
        foreach (IPAddress address in await streams.ResolveAsync(relay, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await streams.WaitForTurnAsync(cancellationToken).ConfigureAwait(false);
                var remote = new IPEndPoint(address, relay.Port ?? DefaultRelayPort);
                TlsConnection stream = await streams.ConnectTlsAsync(remote, relay.Host, check: null, cancellationToken).ConfigureAwait(false);
                var origin = new ConnectionOrigin { IsSecure = true, VerifiedHost = relay.Host, RelayedFor = session.Binding };
                var connection = new MsrpConnection(context, stream, origin);
                session.Binding.TryBind(connection);
                SessionErrors.ThrowIfOver(session.Binding);
                starter.Start(connection);
                return connection;
            }
            catch (ImageShareException e) when (e.Error == ImageShareError.PeerUnreachable)
            {
                last = e;
            }
        }

        throw last ?? new ImageShareException(ImageShareError.PeerUnreachable, $"The name {relay.Host} has no address.");
    }

    private async Task RenewAsync(MsrpSession session, RelayLogin login, RelayGrant grant)
    {
        try
        {
            while (grant.RefreshAfter is { } wait)
            {
                using var over = new CancellationTokenSource();
                if (await Task.WhenAny(Task.Delay(wait, context.Settings.TimeProvider, over.Token), session.Ended).ConfigureAwait(false) == session.Ended)
                {
                    await over.CancelAsync().ConfigureAwait(false);
                    return;
                }

                // It ends with the connection, and that with the session.
                grant = await login.LogInAsync(CancellationToken.None).ConfigureAwait(false);
                session.SetUsePath(grant.UsePath);
            }
        }
        catch (Exception e)
        {
            // This task is not awaited, so its exceptions are logged. The relay ends the path when it expires; until then messages go through.
            SessionLog.RelayNotRenewed(context.Logger, session.Binding.LogId, (e as ImageShareException)?.Error ?? ImageShareError.InvalidState);
        }
    }
}
