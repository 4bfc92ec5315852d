using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ImageShare.Core.Net;

/// <summary>
/// TLS settings for client and server. By default a peer's certificate must be issued by an authority this machine trusts, be valid now, and
/// match the requested name. Immutable. The caller disposes of the certificates after everything that uses them.
/// </summary>
public sealed record TlsOptions
{
    /// <summary>The defaults: the machine's trusted roots, and no certificate.</summary>
    public static TlsOptions Default { get; } = new();

    /// <summary>
    /// The certificate of this side with its private key. It is presented to clients, and to servers that request one. Null (the default) for
    /// none, and no listening for TLS.
    /// </summary>
    /// <exception cref="ArgumentException">The certificate has no private key.</exception>
    public X509Certificate2? Certificate
    {
        get;
        init => field = value is null || value.HasPrivateKey
            ? value
            : throw new ArgumentException("The certificate has no private key; load it together with its key.", nameof(value));
    }

    /// <summary>The intermediate certificates between <see cref="Certificate"/> and its root, which are sent with it. Default none.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates { get; init; } = [];

    /// <summary>Certificate authorities, or individual certificates, to trust in addition to the machine's. Default none.</summary>
    public IReadOnlyList<X509Certificate2> TrustedRoots { get; init; } = [];

    /// <summary>
    /// Whether to check for revoked certificates. Default <see cref="X509RevocationMode.NoCheck"/>: online checks delay each handshake.
    /// </summary>
    public X509RevocationMode RevocationMode { get; init; } = X509RevocationMode.NoCheck;

    /// <summary>Whether clients must present a valid certificate. Default false: SIP clients authenticate with digest.</summary>
    public bool RequireClientCertificate { get; init; }

    /// <summary>The TLS versions. Default TLS 1.2 and 1.3; older versions are not allowed (RFC 8996).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value contains a version other than TLS 1.2 and TLS 1.3.</exception>
    public SslProtocols Protocols
    {
        get;
        init => field = value is SslProtocols.Tls12 or SslProtocols.Tls13 or (SslProtocols.Tls12 | SslProtocols.Tls13)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Only TLS 1.2 and TLS 1.3 are spoken.");
    }
    = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>The cipher suites; null (the default) for the system's choice.</summary>
    public CipherSuitesPolicy? CipherSuites { get; init; }

    /// <summary>
    /// Decides about a peer's certificate instead of this library. It receives the errors found, including a name mismatch by RFC 5922.
    /// Returning true unconditionally disables the protection. Called on a thread of the handshake; must not block. Null (the default)
    /// rejects a certificate with any error.
    /// </summary>
    public RemoteCertificateValidationCallback? Validation { get; init; }
}
