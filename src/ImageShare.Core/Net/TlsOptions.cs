using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ImageShare.Core.Net;

/// <summary>
/// How TLS is spoken, as server and as client. The defaults verify: the peer's certificate must come from an authority this machine
/// trusts, be valid today and be for the name that was asked for. Immutable; the certificates stay the caller's to dispose of, after
/// everything that uses them.
/// </summary>
public sealed record TlsOptions
{
    /// <summary>Verifies by the machine's own trust, and has no certificate to show.</summary>
    public static TlsOptions Default { get; } = new();

    /// <summary>
    /// This side's certificate with its private key: shown to whoever connects, and to servers that ask for one. Null (the default)
    /// listens for no TLS and shows nothing.
    /// </summary>
    /// <exception cref="ArgumentException">It has no private key.</exception>
    public X509Certificate2? Certificate
    {
        get;
        init => field = value is null || value.HasPrivateKey
            ? value
            : throw new ArgumentException("The certificate has no private key; load it together with its key.", nameof(value));
    }

    /// <summary>The certificates between <see cref="Certificate"/> and its root, sent along with it. Default: none.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates { get; init; } = [];

    /// <summary>Authorities, or single certificates, trusted beside those this machine trusts. Default: none.</summary>
    public IReadOnlyList<X509Certificate2> TrustedRoots { get; init; } = [];

    /// <summary>
    /// Whether certificates are looked up as revoked. Default <see cref="X509RevocationMode.NoCheck"/>: looking online holds up each
    /// handshake by the answers of other servers.
    /// </summary>
    public X509RevocationMode RevocationMode { get; init; } = X509RevocationMode.NoCheck;

    /// <summary>Whether whoever connects must show a certificate that verifies. Default false: SIP clients prove themselves by digest.</summary>
    public bool RequiresClientCertificate { get; init; }

    /// <summary>The versions spoken. Default TLS 1.2 and 1.3; nothing older can be set (RFC 8996).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Something other than TLS 1.2, TLS 1.3 or both.</exception>
    public SslProtocols Protocols
    {
        get;
        init => field = value is SslProtocols.Tls12 or SslProtocols.Tls13 or (SslProtocols.Tls12 | SslProtocols.Tls13)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Only TLS 1.2 and TLS 1.3 are spoken.");
    }
    = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>The cipher suites offered and taken, or null (the default) for the system's choice.</summary>
    public CipherSuitesPolicy? CipherSuites { get; init; }

    /// <summary>
    /// Decides about the peer's certificate in place of this library; null (the default) refuses whatever has a fault. It is given the
    /// faults found, the name by the rules of RFC 5922 among them. One that answers true to everything switches the protection off. Called on
    /// a thread of the handshake, must not block.
    /// </summary>
    public RemoteCertificateValidationCallback? Validation { get; init; }
}
