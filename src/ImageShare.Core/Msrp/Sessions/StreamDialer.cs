using System.Net;
using ImageShare.Core.Net;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>Opens streams, with TLS or without, each within <see cref="MsrpEndpointOptions.ConnectTimeout"/> and at a bounded rate. Any thread may call any member.</summary>
/// <param name="network">The network.</param>
/// <param name="tls">Speaks TLS; null when the endpoint does not.</param>
/// <param name="options">Times and limits.</param>
internal sealed class StreamDialer(INetwork network, TlsEndpoint? tls, MsrpEndpointOptions options)
{
    private readonly DialRate _rate = new(options.Limits.MaxDialsPerSecond, options.TimeProvider);

    /// <summary>The addresses of the host of a URI.</summary>
    public async ValueTask<IPAddress[]> ResolveAsync(MsrpUri uri, CancellationToken cancellationToken) =>
        uri.Address is { } address ? [address] : await network.ResolveAsync(uri.Host, cancellationToken).ConfigureAwait(false);

    /// <summary>Waits until another stream may be opened (RFC 4975 §14.5).</summary>
    public async ValueTask WaitForTurnAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait = _rate.Take(options.ConnectTimeout) ?? throw new ImageShareException(
            ImageShareError.PeerUnreachable,
            $"Too many MSRP connections are to be opened at a time; wait, or raise {nameof(MsrpLimits.MaxDialsPerSecond)} above {options.Limits.MaxDialsPerSecond}.");
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a stream without TLS.</summary>
    public Task<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken) => WithinTimeAsync(
        remote,
        async token => await network.ConnectAsync(remote, token).ConfigureAwait(false),
        cancellationToken);

    /// <summary>Opens a stream with TLS.</summary>
    /// <param name="remote">Where to.</param>
    /// <param name="host">The name to ask for.</param>
    /// <param name="check">Whether the certificate is the peer's; null verifies it by chain and name.</param>
    /// <param name="cancellationToken">Gives up; nothing stays open.</param>
    public Task<TlsConnection> ConnectTlsAsync(IPEndPoint remote, string host, TlsPeerCheck? check, CancellationToken cancellationToken) => WithinTimeAsync(
        remote,
        async token =>
        {
            IStreamConnection stream = await network.ConnectAsync(remote, token).ConfigureAwait(false);
            return await tls!.ConnectAsync(stream, host, check ?? TlsTrust.ForServer(tls.Options, host, scheme: null), token).ConfigureAwait(false);
        },
        cancellationToken);

    private async Task<TStream> WithinTimeAsync<TStream>(IPEndPoint remote, Func<CancellationToken, Task<TStream>> connect, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await connect(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ImageShareException(
                ImageShareError.PeerUnreachable, $"No MSRP connection to {remote} within {options.ConnectTimeout.TotalSeconds:0.#} s; check that nothing blocks it.", e);
        }
    }
}
