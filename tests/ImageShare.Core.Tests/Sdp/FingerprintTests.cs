using System.Text;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;

namespace ImageShare.Core.Tests.Sdp;

[TestFixture]
public sealed class FingerprintTests
{
    // The published digests of "abc" (FIPS 180).
    private const string Sha1 = "A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D";
    private const string Sha256 = "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD";
    private const string Sha384 = "CB:00:75:3F:45:A3:5E:8B:B5:A0:3D:69:9A:C6:50:07:27:2C:32:AB:0E:DE:D1:63:1A:8B:60:5A:43:FF:5B:ED:80:86:07:2B:A1:E7:CC:23:58:BA:EC:A1:34:C8:25:A7";
    private const string Md5 = "90:01:50:98:3C:D2:4F:B0:D6:96:3F:7D:28:E1:7F:72";

    private static byte[] Abc => "abc"u8.ToArray();

    private static byte[] Other => "abd"u8.ToArray();

    [Test]
    [Category("TLS-008")]
    public void It_is_written_with_the_registered_name_and_upper_case_hex()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Fingerprint.FromCertificate(Abc).ToString(), Is.EqualTo("sha-256 " + Sha256));
            Assert.That(Fingerprint.FromCertificate(Abc, "sha-384").ToString(), Is.EqualTo("sha-384 " + Sha384));
            Assert.That(SdpAttributes.Fingerprint(Fingerprint.FromCertificate(Abc)).ToString(), Is.EqualTo("fingerprint:sha-256 " + Sha256));
            Assert.That(Parse("SHA-256 " + Sha256.ToLowerInvariant())!.ToString(), Is.EqualTo("sha-256 " + Sha256));
            Assert.That(() => Fingerprint.FromCertificate(Abc, "sha-1"), Throws.ArgumentException, "never made");
            Assert.That(() => Fingerprint.FromCertificate(Abc, "md5"), Throws.ArgumentException, "never made");
            Assert.That(() => new Fingerprint("sha-256").ToString(), Throws.TypeOf<ImageShareException>());
            Assert.That(() => new Fingerprint("sha 256", 1).ToString(), Throws.TypeOf<ImageShareException>());
        });
    }

    [TestCase("sha-256 " + Sha256)]
    [TestCase("SHA-256 " + Sha256)]
    [TestCase("Sha-256  " + Sha256 + " ")]
    [TestCase("sha-256 ba:78:16:bf:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:ad")]
    [Category("TLS-008")]
    public void Any_case_is_read(string text)
    {
        Fingerprint? value = Parse(text);
        Assert.Multiple(() =>
        {
            Assert.That(value, Is.EqualTo(Fingerprint.FromCertificate(Abc)));
            Assert.That(value!.GetHashCode(), Is.EqualTo(Fingerprint.FromCertificate(Abc).GetHashCode()));
            Assert.That(value.IsUsable, Is.True);
            Assert.That(value.Matches(Abc), Is.True);
            Assert.That(value.Matches(Other), Is.False);
        });
    }

    [TestCase("")]
    [TestCase("sha-256")]
    [TestCase("sha-256 ")]
    [TestCase(Sha256)]
    [TestCase("sha-256 BA78")]
    [TestCase("sha-256 BA:7")]
    [TestCase("sha-256 BA:")]
    [TestCase("sha-256 :BA")]
    [TestCase("sha-256 BA::78")]
    [TestCase("sha-256 BA:7G")]
    [TestCase("sha-256 BA: 78")]
    [TestCase("sha-256\tä")]
    [TestCase("sha\"256 BA:78")]
    [Category("TLS-008")]
    public void What_is_no_fingerprint_does_not_parse(string text) => Assert.That(Parse(text), Is.Null);

    [TestCase("md5 " + Md5)]
    [TestCase("MD5 " + Md5)]
    [TestCase("md2 " + Md5)]
    [TestCase("sha-256 " + Sha1)]
    [TestCase("whirlpool " + Sha256)]
    [Category("TLS-008")]
    public void Weak_unknown_and_mutilated_ones_verify_nothing(string text)
    {
        Fingerprint value = Parse(text)!;
        Assert.Multiple(() =>
        {
            Assert.That(value.IsUsable, Is.False);
            Assert.That(value.Matches(Abc), Is.False);
            Assert.That(Set(string.Empty, text, acceptsSha1: true).IsUsable, Is.False);
            Assert.That(Set(string.Empty, text, acceptsSha1: true).IsPresent, Is.True);
        });
    }

    [Test]
    [Category("TLS-008")]
    public void Sha1_counts_only_when_it_is_asked_for()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Set(string.Empty, "sha-1 " + Sha1).IsUsable, Is.False);
            Assert.That(Set(string.Empty, "sha-1 " + Sha1).Matches(Abc), Is.False);
            Assert.That(Set(string.Empty, "sha-1 " + Sha1, acceptsSha1: true).IsUsable, Is.True);
            Assert.That(Set(string.Empty, "sha-1 " + Sha1, acceptsSha1: true).Matches(Abc), Is.True);
            Assert.That(Set(string.Empty, "sha-1 " + Sha1, acceptsSha1: true).Matches(Other), Is.False);
        });
    }

    private static IEnumerable<TestCaseData> Sets()
    {
        string right = Fingerprint.FromCertificate(Abc).ToString();
        string right384 = Fingerprint.FromCertificate(Abc, "sha-384").ToString();
        string wrong = Fingerprint.FromCertificate(Other).ToString();
        string wrong384 = Fingerprint.FromCertificate(Other, "sha-384").ToString();
        yield return new TestCaseData(string.Empty, right, true).SetArgDisplayNames("match");
        yield return new TestCaseData(string.Empty, wrong, false).SetArgDisplayNames("mismatch");
        yield return new TestCaseData(string.Empty, string.Empty, false).SetArgDisplayNames("none");
        yield return new TestCaseData(right, string.Empty, true).SetArgDisplayNames("session level");
        yield return new TestCaseData(right, wrong, false).SetArgDisplayNames("the media level overrides a good one");
        yield return new TestCaseData(wrong, right, true).SetArgDisplayNames("the media level overrides a bad one");
        yield return new TestCaseData(right, "md5 " + Md5, false).SetArgDisplayNames("the media level overrides even with what cannot be used");
        yield return new TestCaseData(right, "garbage", false).SetArgDisplayNames("the media level overrides even with garbage");
        yield return new TestCaseData(string.Empty, wrong + "\n" + right, true).SetArgDisplayNames("two certificates, the second");
        yield return new TestCaseData(string.Empty, right + "\n" + wrong, true).SetArgDisplayNames("two certificates, the first");
        yield return new TestCaseData(string.Empty, right + "\n" + right384, true).SetArgDisplayNames("two functions, both right");
        yield return new TestCaseData(string.Empty, wrong + "\n" + right384, true).SetArgDisplayNames("two functions, the stronger right");
        yield return new TestCaseData(string.Empty, right + "\n" + wrong384, false).SetArgDisplayNames("two functions, the stronger wrong");
        yield return new TestCaseData(string.Empty, right384 + "\n" + wrong, true).SetArgDisplayNames("two functions, the order says nothing");
        yield return new TestCaseData(string.Empty, right + "\nsha-1 " + Sha1, true).SetArgDisplayNames("beside SHA-1");
        yield return new TestCaseData(string.Empty, wrong + "\nsha-1 " + Sha1, false).SetArgDisplayNames("SHA-1 does not help");
    }

    [TestCaseSource(nameof(Sets))]
    [Category("TLS-009")]
    public void The_strongest_function_decides(string session, string media, bool matches)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Set(session, media).Matches(Abc), Is.EqualTo(matches));
            Assert.That(Set(session, media, acceptsSha1: true).Matches(Abc), Is.EqualTo(matches), "SHA-1 is the weakest");
            Assert.That(Set(session, media).IsPresent, Is.EqualTo(session.Length + media.Length > 0));
        });
    }

    private static Fingerprint? Parse(string text)
    {
        Assert.That(Fingerprint.TryParse(Encoding.UTF8.GetBytes(text), out Fingerprint? value), Is.EqualTo(value is not null));
        return value;
    }

    private static FingerprintSet Set(string session, string media, bool acceptsSha1 = false)
    {
        static string Lines(string values) => string.Concat(values.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(v => $"a=fingerprint:{v}\r\n"));
        string text = $"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{Lines(session)}m=audio 7 RTP/AVP 0\r\na=fingerprint:sha-256 {Sha256}\r\n"
            + $"m=message 7 TCP/TLS/MSRP *\r\n{Lines(media)}";
        Assert.That(SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), out SessionDescription? description), Is.True);
        return FingerprintSet.FromMedia(description!, description!.Media[1], acceptsSha1);
    }
}
