using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImageShare.Core.Net;

namespace ImageShare.Core.Tests.Net;

/// <summary>Whom a certificate is for (RFC 5922 §7.1 and §7.2).</summary>
[TestFixture]
public sealed class CertificateIdentityTests
{
    [TestCase("a.example", true, "a.example")]
    [TestCase("A.Example", true, "a.example")]
    [TestCase("a.example.", true, "a.example")]
    [TestCase("a.example", true, "b.example", "a.example")]
    [TestCase("b.example", false, "a.example")]
    [TestCase("foo.a.example", false, "a.example")]
    [TestCase("a.example", false, "foo.a.example")]
    [TestCase("foo.a.example", false, "*.a.example")]
    [TestCase("host", false)]
    [TestCase("a.example", true, "sip:a.example")]
    [TestCase("a.example", true, "SIP:a.example:5061")]
    [TestCase("a.example", false, "sips:a.example")]
    [TestCase("a.example", false, "https://a.example")]
    [TestCase("a.example", false, "sip:alice@a.example")]
    [TestCase("a.example", true, "sip:alice@a.example", "a.example")]
    [TestCase("b.example", false, "sip:a.example", "b.example")]
    [TestCase("a.example", true, "https://b.example", "a.example")]
    [TestCase("192.0.2.1", true, "192.0.2.1")]
    [TestCase("192.0.2.2", false, "192.0.2.1")]
    [TestCase("192.0.2.1", true, "192.0.2.1", "sip:a.example")]
    [TestCase("2001:db8::1", true, "2001:db8:0:0::1")]
    [TestCase("192.0.2.1", false, "a.example")]
    [Category("SIPT-010")]
    public void A_certificate_is_for_the_names_in_it_and_no_others(string host, bool isFor, params string[] names)
    {
        using X509Certificate2 certificate = TestCertificates.Make(names);
        Assert.That(CertificateIdentity.Of(certificate, "sip").IsFor(host), Is.EqualTo(isFor));
    }

    [Test]
    public void Without_a_scheme_only_names_and_addresses_count()
    {
        using X509Certificate2 certificate = TestCertificates.Make("sip:a.example", "b.example");
        CertificateIdentity identity = CertificateIdentity.Of(certificate, null);
        Assert.That((identity.IsFor("a.example"), identity.IsFor("b.example")), Is.EqualTo((false, true)));
    }

    [TestCase("")]
    [TestCase("30")]
    [TestCase("3003")]
    [TestCase("30058203")]
    [TestCase("300582016180")]
    [TestCase("0403616263")]
    public void A_broken_extension_is_for_nobody(string hex)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a.example", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension("2.5.29.17", Convert.FromHexString(hex), false));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        CertificateIdentity identity = CertificateIdentity.Of(certificate, "sip");
        Assert.That(identity.IsFor("a.example"), Is.False);
        Assert.That(identity.Names, Is.Empty);
    }
}
