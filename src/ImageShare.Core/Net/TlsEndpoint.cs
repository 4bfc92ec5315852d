using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ImageShare.Core.Net;

/// <summary>
/// Performs TLS handshakes on open connections, as client and server. The caller limits the time with the token. A failed handshake closes
/// the connection, and no application data is returned before the handshake is complete.
/// </summary>
internal sealed class TlsEndpoint(TlsOptions options)
{
    // Built once, because it searches for intermediate certificates.
    private readonly Lazy<SslStreamCertificateContext?> _certificate = new(() => options.Certificate is { } certificate
        ? SslStreamCertificateContext.Create(certificate, [.. options.Intermediates], offline: true)
        : null);

    public TlsOptions Options => options;

    /// <summary>Performs the handshake as client.</summary>
    /// <param name="connection">The open connection. The result owns it; on failure it is closed.</param>
    /// <param name="serverName">The host of the URI without port, for SNI and, with the default check, for comparison with the certificate.</param>
    /// <param name="check">The check of the server's certificate.</param>
    /// <param name="cancellationToken">Cancels the handshake; the peer sees a reset.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.CertificateNotTrusted"/>: the check failed. <see cref="ImageShareError.PeerUnreachable"/>: the peer does
    /// not speak TLS, there is no common version, or the peer aborted.
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

    /// <summary>Performs the handshake as server.</summary>
    /// <param name="connection">The open connection. The result owns it; on failure it is closed.</param>
    /// <param name="asksForCertificate">Whether to request a client certificate. The check decides about a missing or bad one.</param>
    /// <param name="check">The check of the client's certificate; called with null if there is none.</param>
    /// <param name="cancellationToken">Cancels the handshake; the peer sees a reset.</param>
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

            // After a failed check, let the peer read the alert, which a reset would discard.
            await stream.DisposeAsync().ConfigureAwait(false);
            await connection.DisposeAsync().ConfigureAwait(false);
            if (Explain(e, fault, peer) is { } explained)
            {
                throw explained;
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
                // The application's check threw: do not trust the certificate.
                fault = $"The application's check of the certificate of {peer} failed ({e.GetType().Name}: {e.Message}).";
            }

            return fault is null;
        }
    }

    private static ImageShareException? Explain(Exception e, string? fault, string peer) => e switch
    {
        _ when fault is not null => new ImageShareException(ImageShareError.CertificateNotTrusted, fault, e),
        AuthenticationException or IOException or InvalidOperationException or System.ComponentModel.Win32Exception => new ImageShareException(
            ImageShareError.PeerUnreachable,
            $"The TLS handshake with {peer} failed; check that the port speaks TLS 1.2 or later, and that it accepts this side's certificate.",
            e),
        _ => null,
    };

    // Do not download certificates from URLs in a peer's certificate.
    private X509ChainPolicy ChainPolicy() => new() { RevocationMode = options.RevocationMode, DisableCertificateDownloads = true };
}
