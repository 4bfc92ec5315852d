using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Net;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>Opening connections, and using again those that are open.</summary>
public sealed partial class MsrpEndpoint
{
    private const int DiscardPort = 9;

    // Of one name: it is the peer's too, and each costs a connection.
    private const int MaxAddresses = 8;

    private readonly DialRate _dialRate;
    private readonly ConcurrentDictionary<(string Scheme, string Host, int Port), MsrpConnection> _dialled = new();
    private readonly DialTurns<(string Scheme, string Host, int Port)> _turns = new();

    /// <summary>
    /// Binds the session to a connection to the host of a URI: one opened before if it is still there (RFC 4975 §5.4), otherwise a new one to the first of
    /// its addresses that answers (§6.2). Sessions that want one to the same host at the same time get the same. A new connection is shown to others
    /// only with the session inside: one of them could use it and end it before. One whose peer has stopped reading, for the receiver of another session
    /// stands still, is left to those that are on it.
    /// </summary>
    /// <returns>The connection; null when the session was bound by its peer meanwhile, or is over.</returns>
    internal async Task<MsrpConnection?> DialAsync(MsrpSession session, MsrpUri uri, CancellationToken cancellationToken)
    {
        if (uri.IsSecure != session.LocalUri.IsSecure)
        {
            // Neither is turned into the other: what was agreed on with TLS stays there, and what was not has nobody to verify.
            throw new ImageShareException(
                ImageShareError.PeerUnreachable,
                $"The session is {(uri.IsSecure ? "without" : "with")} TLS and the peer's MSRP URI is {(uri.IsSecure ? "with" : "without")}; the two have to agree on one.");
        }

        Func<IPEndPoint, bool>? policy = session.Options.DialPolicy;

        if (uri.Port is not { } port)
        {
            throw new ImageShareException(ImageShareError.PeerUnreachable, $"The peer's MSRP URI {uri} has no port to connect to.");
        }

        var key = (uri.Scheme.ToUpperInvariant(), uri.Host.ToUpperInvariant(), port);
        using DialTurns<(string, string, int)>.Turn turn = await _turns.EnterAsync(key, cancellationToken).ConfigureAwait(false);
        if (_dialled.TryGetValue(key, out MsrpConnection? open) && !open.IsStuck && open.IsTrustedFor(session) && session.TryBind(open))
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
        foreach (IPAddress address in (await ResolveAsync(uri, cancellationToken).ConfigureAwait(false)).Take(MaxAddresses))
        {
            var remote = new IPEndPoint(address, port);
            if (port == DiscardPort || Options.DialPolicy?.Invoke(remote) == false || policy?.Invoke(remote) == false)
            {
                last = new ImageShareException(ImageShareError.PeerUnreachable, $"The peer wants a connection to {remote}, which is not allowed; see the dial policy.");
                continue;
            }

            await WaitForTurnAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                MsrpConnection connection = await ConnectAsync(remote, session, uri, cancellationToken).ConfigureAwait(false);
                bool isBound = session.TryBind(connection);
                if (isBound)
                {
                    _dialled[key] = connection;
                }

                Begin(connection);
                if (!isBound)
                {
                    connection.End(MsrpSessionEndReason.Closed, force: false);
                }

                return isBound ? connection : null;
            }
            catch (ImageShareException e) when (e.Error != ImageShareError.CertificateNotTrusted)
            {
                last = e;
                turn.Fail(e);
            }
        }

        throw last ?? new ImageShareException(ImageShareError.PeerUnreachable, $"The name {uri.Host} has no address.");
    }

    private async ValueTask WaitForTurnAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait = _dialRate.Take(Options.ConnectTimeout) ?? throw new ImageShareException(
            ImageShareError.PeerUnreachable,
            $"Too many MSRP connections are to be opened at a time; wait, or raise {nameof(MsrpLimits.MaxDialsPerSecond)} above {Options.Limits.MaxDialsPerSecond}.");
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Forget(MsrpConnection connection)
    {
        foreach (KeyValuePair<(string, string, int), MsrpConnection> entry in _dialled)
        {
            if (entry.Value == connection)
            {
                _dialled.TryRemove(entry);
            }
        }
    }

    private async ValueTask<IPAddress[]> ResolveAsync(MsrpUri uri, CancellationToken cancellationToken) =>
        uri.Address is { } address ? [address] : await _network.ResolveAsync(uri.Host, cancellationToken).ConfigureAwait(false);

    private async Task<MsrpConnection> ConnectAsync(IPEndPoint remote, MsrpSession session, MsrpUri uri, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Options.ConnectTimeout, Options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            IStreamConnection stream = await _network.ConnectAsync(remote, either.Token).ConfigureAwait(false);
            return uri.IsSecure
                ? await SecureAsync(stream, session, either.Token).ConfigureAwait(false)
                : new MsrpConnection(this, stream, accepted: false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ImageShareException(
                ImageShareError.PeerUnreachable, $"No MSRP connection to {remote} within {Options.ConnectTimeout.TotalSeconds:0.#} s; check that nothing blocks it.", e);
        }
    }
}
