using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>MSRP over TLS (msrps, RFC 4975 §14.2): a listener of its own, and handshakes in both directions.</summary>
public sealed partial class MsrpEndpoint
{
    private readonly CancellationTokenSource _handshakesEnd = new();
    private readonly ConcurrentDictionary<IStreamConnection, Task> _handshakes = new();
    private readonly X509Certificate2? _madeCertificate;
    private readonly TlsEndpoint? _tls;
    private readonly IStreamListener? _secureListener;
    private readonly Task _acceptingSecure = Task.CompletedTask;

    /// <summary>The address and port listened on for msrps; null when <see cref="MsrpEndpointOptions.Tls"/> is.</summary>
    public IPEndPoint? SecureLocalEndPoint { get; }

    /// <summary>
    /// What this side shows in TLS: the certificate of <see cref="MsrpEndpointOptions.Tls"/>, or one made for this endpoint. Null without TLS. Valid until
    /// the endpoint is disposed.
    /// </summary>
    public X509Certificate2? Certificate => _tls?.Options.Certificate;

    private IStreamListener ListenForTls()
    {
        try
        {
            return _network.Listen(new IPEndPoint(Options.LocalEndPoint.Address, Options.TlsPort));
        }
        catch (ImageShareException)
        {
            // Nobody else will: there is no endpoint yet. Nothing waits on it, so it ends at once.
            _ = _listener.DisposeAsync().AsTask();
            _madeCertificate?.Dispose();
            throw;
        }
    }

    private async Task AcceptSecureAsync(IStreamListener listener)
    {
        try
        {
            while (await listener.AcceptAsync(CancellationToken.None).ConfigureAwait(false) is { } stream)
            {
                if (!await AdmitAsync(stream).ConfigureAwait(false))
                {
                    continue;
                }

                // Entered before it runs: it takes itself out at its end.
                var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _handshakes[stream] = ShakeHandsAsync(stream, begun.Task);
                begun.SetResult();
            }
        }
        catch (ObjectDisposedException) when (_disposed)
        {
            // The listener went while it was waited for.
        }
    }

    // Whoever connects has to show a certificate; whose it is can only be said when it names a session.
    private async Task ShakeHandsAsync(IStreamConnection stream, Task begun)
    {
        await begun.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var timeout = new CancellationTokenSource(Options.ConnectTimeout, Options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _handshakesEnd.Token);
        IPAddress address = stream.RemoteEndPoint.Address;
        try
        {
            TlsConnection tls = await _tls!.AcceptAsync(
                stream,
                asksForCertificate: true,
                static (_, certificate, _, _) => certificate is null ? "The peer showed no certificate; MSRP over TLS needs one at both ends." : null,
                either.Token).ConfigureAwait(false);
            Begin(new MsrpConnection(this, tls, accepted: true) { IsSecure = true, PeerCertificate = tls.PeerCertificate?.RawData });
        }
        catch (Exception e) when (e is ImageShareException or OperationCanceledException or IOException)
        {
            MsrpLog.HandshakeFailed(Logger, e is ImageShareException known ? known.Error.ToString() : e.GetType().Name);
            _unbound.Remove(address);
        }
        finally
        {
            _handshakes.TryRemove(stream, out _);
        }
    }

    // The one named in the URI by chain and name, unless the peer has said which certificate is its own (RFC 4975 §14.2, §14.4).
    private async ValueTask<MsrpConnection> SecureAsync(IStreamConnection stream, MsrpSession session, CancellationToken cancellationToken)
    {
        string host = session.PeerPath!.First.Host;
        TlsPeerCheck check = session.KnowsPeerCertificate
            ? (_, certificate, _, _) => certificate is not null && session.IsPeerCertificate(certificate.RawData)
                ? null
                : "The peer's certificate is not the one its session description names; somebody may stand between. Share again, and if it stays so, do not."
            : TlsTrust.ForServer(_tls!.Options, host, scheme: null);
        TlsConnection tls = await _tls!.ConnectAsync(stream, host, check, cancellationToken).ConfigureAwait(false);
        return new MsrpConnection(this, tls, accepted: false)
        {
            IsSecure = true,
            PeerCertificate = tls.PeerCertificate?.RawData,
            VerifiedHost = session.KnowsPeerCertificate ? null : host,
        };
    }

    private async ValueTask EndHandshakesAsync()
    {
        if (_secureListener is not null)
        {
            await _secureListener.DisposeAsync().ConfigureAwait(false);
            await _acceptingSecure.ConfigureAwait(false);
        }

        await _handshakesEnd.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_handshakes.Values).ConfigureAwait(false);
    }
}
