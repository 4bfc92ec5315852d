using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ImageShare.Core.Net;

/// <summary>
/// Makes TLS connections of open ones, as client and as server: sockets or in-memory alike. Its owner limits the time by the token. A
/// handshake that fails takes the connection with it, and not one octet that came before its end is handed on.
/// </summary>
internal sealed class TlsEndpoint(TlsOptions options)
{
    // Built once: it looks for the certificates in between.
    private readonly Lazy<SslStreamCertificateContext?> _certificate = new(() => options.Certificate is { } certificate
        ? SslStreamCertificateContext.Create(certificate, [.. options.Intermediates], offline: true)
        : null);

    public TlsOptions Options => options;

    /// <summary>Begins TLS as the one who connected.</summary>
    /// <param name="connection">The open connection; belongs to the result, or is closed when there is none.</param>
    /// <param name="serverName">The host of the URI, no port: asked for (SNI) and, with the usual check, compared with the certificate.</param>
    /// <param name="check">What the certificate must stand.</param>
    /// <param name="cancellationToken">Gives up; the peer sees a reset.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.CertificateNotTrusted"/>: the check failed. <see cref="ImageShareError.PeerUnreachable"/>: no TLS is spoken there,
    /// none that both sides know, or the peer gave up.
    /// </exception>
    public ValueTask<TlsConnection> ConnectAsync(
        IStreamConnection connection, string serverName, TlsPeerCheck check, CancellationToken cancellationToken) =>
        ShakeHandsAsync(
            connection,
            check,
            $"{serverName} ({connection.RemoteEndPoint})",
            (stream, callback) => stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = serverName,
                    EnabledSslProtocols = options.Protocols,
                    CipherSuitesPolicy = options.CipherSuites,
                    ClientCertificateContext = _certificate.Value,
                    CertificateChainPolicy = ChainPolicy(),
                    RemoteCertificateValidationCallback = callback,
                    AllowTlsResume = false,
                },
                cancellationToken));

    /// <summary>Begins TLS as the one who was connected to.</summary>
    /// <param name="connection">The open connection; belongs to the result, or is closed when there is none.</param>
    /// <param name="asksForCertificate">Whether the client is asked for its certificate. The check decides about none and about a bad one.</param>
    /// <param name="check">What the client's certificate must stand; asked with null when it shows none.</param>
    /// <param name="cancellationToken">Gives up; the peer sees a reset.</param>
    /// <exception cref="ImageShareException">As for <see cref="ConnectAsync"/>.</exception>
    public ValueTask<TlsConnection> AcceptAsync(
        IStreamConnection connection, bool asksForCertificate, TlsPeerCheck check, CancellationToken cancellationToken) =>
        ShakeHandsAsync(
            connection,
            check,
            connection.RemoteEndPoint.ToString(),
            (stream, callback) => stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = _certificate.Value,
                    EnabledSslProtocols = options.Protocols,
                    CipherSuitesPolicy = options.CipherSuites,
                    ClientCertificateRequired = asksForCertificate,
                    CertificateChainPolicy = ChainPolicy(),
                    RemoteCertificateValidationCallback = callback,
                    AllowTlsResume = false,
                },
                cancellationToken));

    private static async ValueTask<TlsConnection> ShakeHandsAsync(
        IStreamConnection connection, TlsPeerCheck check, string peer, Func<SslStream, RemoteCertificateValidationCallback, Task> authenticate)
    {
        string? fault = null;
        var stream = new SslStream(new PipeStream(connection), leaveInnerStreamOpen: false);
        try
        {
            await authenticate(stream, Check).ConfigureAwait(false);
            return new TlsConnection(connection, stream);
        }
        catch (Exception e)
        {
            if (e is not AuthenticationException)
            {
                connection.Abort();
            }

            // After a refusal the peer is to read the alert that says so, which a reset would take from it.
            await stream.DisposeAsync().ConfigureAwait(false);
            await connection.DisposeAsync().ConfigureAwait(false);
            if (fault is not null)
            {
                throw new ImageShareException(ImageShareError.CertificateNotTrusted, fault, e);
            }

            if (e is AuthenticationException or IOException or InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                throw new ImageShareException(
                    ImageShareError.PeerUnreachable,
                    $"No TLS with {peer}; check that TLS 1.2 or later is spoken on that port, and that this side's certificate is accepted there.",
                    e);
            }

            throw;
        }

        bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            try
            {
                fault = check(sender, certificate as X509Certificate2, chain, errors);
            }
            catch (Exception e)
            {
                // The application's own check: what it could not look at is not trusted.
                fault = $"The application's check of the certificate of {peer} failed ({e.GetType().Name}: {e.Message}).";
            }

            return fault is null;
        }
    }

    // Nothing is fetched from where a stranger's certificate points.
    private X509ChainPolicy ChainPolicy() => new() { RevocationMode = options.RevocationMode, DisableCertificateDownloads = true };
}
