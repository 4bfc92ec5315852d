using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Net;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>Opening connections, and using again those that are open.</summary>
public sealed partial class MsrpEndpoint
{
    private const int DiscardPort = 9;

    private readonly DialRate _dialRate;
    private readonly ConcurrentDictionary<(string Scheme, string Host, int Port), MsrpConnection> _dialled = new();

    /// <summary>
    /// The connection to the host of a URI: one opened before if it is still there (RFC 4975 §5.4), otherwise a new one to the first of its
    /// addresses that answers (§6.2).
    /// </summary>
    internal async Task<MsrpConnection> DialAsync(MsrpUri uri, Func<IPEndPoint, bool>? policy, CancellationToken cancellationToken)
    {
        if (uri.IsSecure)
        {
            throw new ImageShareException(ImageShareError.PeerUnreachable, "The peer asks for MSRP over TLS, which this endpoint does not offer; agree on msrp.");
        }

        if (uri.Port is not { } port)
        {
            throw new ImageShareException(ImageShareError.PeerUnreachable, $"The peer's MSRP URI {uri} has no port to connect to.");
        }

        var key = (uri.Scheme.ToUpperInvariant(), uri.Host.ToUpperInvariant(), port);
        if (_dialled.TryGetValue(key, out MsrpConnection? open) && !open.IsClosing)
        {
            return open;
        }

        ImageShareException? last = null;
        foreach (IPAddress address in await ResolveAsync(uri, cancellationToken).ConfigureAwait(false))
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
                var connection = new MsrpConnection(this, await ConnectAsync(remote, cancellationToken).ConfigureAwait(false), accepted: false);
                _dialled[key] = connection;
                Begin(connection);
                return connection;
            }
            catch (ImageShareException e)
            {
                last = e;
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

    private async Task<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Options.ConnectTimeout, Options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await _network.ConnectAsync(remote, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ImageShareException(
                ImageShareError.PeerUnreachable, $"No MSRP connection to {remote} within {Options.ConnectTimeout.TotalSeconds:0.#} s; check that nothing blocks it.", e);
        }
    }
}
