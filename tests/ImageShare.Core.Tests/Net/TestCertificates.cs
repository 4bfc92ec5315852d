using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageShare.Core.Tests.Net;

/// <summary>Certificates made for one run: an authority of our own, and what it signs.</summary>
internal static class TestCertificates
{
    private static readonly Lazy<X509Certificate2> LazyAuthority = new(() => MakeAuthority("CN=Test Authority"));
    private static readonly Lazy<X509Certificate2> LazyStranger = new(() => MakeAuthority("CN=Nobody Knows Me"));
    private static readonly Lazy<X509Certificate2> LazyLoopback = new(() => Make("127.0.0.1", "::1"));

    /// <summary>Who signs, unless said otherwise.</summary>
    public static X509Certificate2 Authority => LazyAuthority.Value;

    /// <summary>An authority nobody trusts.</summary>
    public static X509Certificate2 Stranger => LazyStranger.Value;

    /// <summary>A good one for 127.0.0.1 and ::1.</summary>
    public static X509Certificate2 Loopback => LazyLoopback.Value;

    /// <summary>Signs a certificate for these names: addresses, <c>sip:</c> and other URIs, and host names.</summary>
    public static X509Certificate2 Make(params string[] names) => Make(Authority, -1, 30, names);

    public static X509Certificate2 Make(X509Certificate2? issuer, int fromDay, int toDay, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=host", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
            {
                alternatives.AddIpAddress(address);
            }
            else if (name.Contains(':', StringComparison.Ordinal))
            {
                alternatives.AddUri(new Uri(name));
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        if (names.Length > 0)
        {
            request.CertificateExtensions.Add(alternatives.Build());
        }

        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, false));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        if (issuer is null)
        {
            return Reload(request.CreateSelfSigned(now.AddDays(fromDay), now.AddDays(toDay)));
        }

        using X509Certificate2 signed = request.Create(issuer, now.AddDays(fromDay), now.AddDays(toDay), RandomNumberGenerator.GetBytes(12));
        return Reload(signed.CopyWithPrivateKey(key));
    }

    private static X509Certificate2 MakeAuthority(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-100), DateTimeOffset.UtcNow.AddDays(100));
    }

    // Not every platform's TLS takes a key that was never in a file.
    private static X509Certificate2 Reload(X509Certificate2 certificate)
    {
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
        }
    }
}
