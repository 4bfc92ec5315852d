using System.Security.Cryptography.X509Certificates;
using ImageShare.Core.Sdp.Attributes;

namespace ImageShare.Core.Sharing.Sessions;

/// <summary>The fingerprints sent for this side's certificate: SHA-256, and the hash of its signature if that is stronger (RFC 8122 §5.1).</summary>
internal static class OwnFingerprints
{
    public static IReadOnlyList<Fingerprint> Of(X509Certificate2? certificate) => certificate is null ? []
        : certificate.SignatureAlgorithm.Value switch
        {
            "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => Both(certificate, "sha-384"),
            "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => Both(certificate, "sha-512"),
            _ => [Fingerprint.FromCertificate(certificate.RawData)],
        };

    private static Fingerprint[] Both(X509Certificate2 certificate, string other) => [Fingerprint.FromCertificate(certificate.RawData), Fingerprint.FromCertificate(certificate.RawData, other)];
}
