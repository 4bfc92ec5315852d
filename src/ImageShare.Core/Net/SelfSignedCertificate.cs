using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageShare.Core.Net;

/// <summary>
/// Creates self-signed certificates, which are verified by a fingerprint sent in another way (RFC 8122 §6.1). The P-256 key is kept in memory
/// only, and the certificate contains no name.
/// </summary>
internal static class SelfSignedCertificate
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(730);

    /// <summary>Creates a certificate that is valid since yesterday, because clocks differ. The caller disposes of it.</summary>
    public static X509Certificate2 Create(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Image Share", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        DateTimeOffset now = time.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now + Lifetime);

        // Convert via PKCS#12: the TLS of some platforms cannot use ephemeral keys.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
