using System.Net;
using System.Text;
using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Tests.Sip.Headers;

[TestFixture]
public sealed class ViaTests
{
    [TestCase("SIP/2.0/UDP 192.168.16.108:1223;rport;branch=z9hG4bK19912", "SIP/2.0/UDP 192.168.16.108:1223;rport;branch=z9hG4bK19912")]
    [TestCase("SIP / 2.0 / TCP   host : 99 ; branch = z9hG4bKx", "SIP/2.0/TCP host:99;branch=z9hG4bKx")]
    [TestCase("sip/2.0/TLS [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas", "SIP/2.0/TLS [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas")]
    [TestCase(
        "SIP/2.0/TCP [ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535;received=ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255;rport=65535;branch=z9hG4bKx",
        "SIP/2.0/TCP [ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535;received=ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255;rport=65535;branch=z9hG4bKx")]
    [TestCase("SIP/2.0/UDP h;received=2001:db8::9:255", "SIP/2.0/UDP h;received=2001:db8::9:255")]
    [TestCase("SIP/7.0/SCTP h", "SIP/7.0/SCTP h")]
    public void Reads_and_prints_back(string text, string printed)
    {
        Assert.That(Via.TryParse(Encoding.UTF8.GetBytes(text), out Via? via), Is.True);
        Assert.That(via!.ToString(), Is.EqualTo(printed));
    }

    [TestCase("")]
    [TestCase("SIP/2.0/UDP")]
    [TestCase("SIP/2.0/UDP ;branch=x")]
    [TestCase("SIP/2.0 h")]
    [TestCase("HTTP/2.0/UDP h")]
    [TestCase("SIP/2.0/UDP h:port")]
    [TestCase("SIP/2.0/UDP h:99999")]
    [TestCase("SIP/2.0/UDP h;branch=")]
    [TestCase("SIP/2.0/UDP h;x=\"open")]
    [TestCase("SIP/2.0/UDP h h")]
    public void What_is_broken_is_refused(string text) => Assert.That(Via.TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);

    [Test]
    public void Every_part_is_there()
    {
        Assert.That(Via.TryParse("SIP/2.0/UDP h:5062;rport=4711;received=192.0.2.1;maddr=[::1];branch=z9hG4bKx;ttl=1"u8, out Via? via), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(via!.Transport, Is.EqualTo("UDP"));
            Assert.That(via.Host, Is.EqualTo("h"));
            Assert.That(via.Port, Is.EqualTo(5062));
            Assert.That(via.RPort, Is.EqualTo(4711));
            Assert.That(via.HasRPort, Is.True);
            Assert.That(via.Received, Is.EqualTo(IPAddress.Parse("192.0.2.1")));
            Assert.That(via.MulticastAddress, Is.EqualTo("::1"));
            Assert.That(via.Branch, Is.EqualTo("z9hG4bKx"));
            Assert.That(via.HasMagicCookie, Is.True);
        });
    }

    [TestCase("0")]
    [TestCase("65536")]
    [TestCase("4294967296")]
    [TestCase("-1")]
    [TestCase("x")]
    public void An_rport_that_is_no_port_is_none(string value)
    {
        Assert.That(Via.TryParse(Encoding.UTF8.GetBytes("SIP/2.0/UDP h;rport=" + value), out Via? via), Is.True);
        Assert.That(via!.RPort, Is.Null);
    }

    [Test]
    [Category("SIPT-005")]
    public void Source_address_and_port_are_filled_in_where_they_stood()
    {
        Assert.That(Via.TryParse("SIP/2.0/UDP h;rport;branch=z9hG4bKx"u8, out Via? via), Is.True);
        Assert.That(
            via!.WithRPort(99).WithReceived(IPAddress.Parse("192.0.2.7")).ToString(),
            Is.EqualTo("SIP/2.0/UDP h;rport=99;branch=z9hG4bKx;received=192.0.2.7"));
    }

    [Test]
    [Category("SIPG-013")]
    public void Branches_are_unique_and_begin_with_the_cookie()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < 100_000; i++)
        {
            string branch = Via.CreateBranch();
            Assert.That(branch.StartsWith("z9hG4bK", StringComparison.Ordinal) && branch.Length >= 7 + 22 && seen.Add(branch), Is.True);
        }
    }
}
