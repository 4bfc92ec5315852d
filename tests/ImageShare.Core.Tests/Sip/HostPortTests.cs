using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sip;

/// <summary>hostport of RFC 3261 §25.1: what is read, and where reading stops.</summary>
[TestFixture]
public sealed class HostPortTests
{
    [TestCase("ims.example", "ims.example", null, "")]
    [TestCase("ims.example:5060;lr", "ims.example", 5060, ";lr")]
    [TestCase("192.0.2.1 : 5060", "192.0.2.1", 5060, "")]
    [TestCase("[2001:db8::1]:65535", "2001:db8::1", 65535, "")]
    [TestCase("[::FFFF:::192.0.2.1]", "::FFFF::192.0.2.1", null, null)]
    [TestCase("[:::192.0.2.1]", "::192.0.2.1", null, "")]
    [TestCase("a ;lr", "a", null, " ;lr")]
    public void A_host_and_its_port_are_read(string text, string host, int? port, string? rest)
    {
        var cursor = new AsciiCursor(Encoding.ASCII.GetBytes(text));
        bool isRead = HostPort.TryRead(ref cursor, out string? readHost, out int? readPort);
        Assert.That(isRead, Is.EqualTo(rest is not null));
        if (rest is not null)
        {
            Assert.That((readHost, readPort), Is.EqualTo((host, port)));
            Assert.That(Encoding.ASCII.GetString(cursor.Rest), Is.EqualTo(rest));
        }
    }

    [TestCase("")]
    [TestCase(";lr")]
    [TestCase(":5060")]
    [TestCase("a:")]
    [TestCase("a:x")]
    [TestCase("a:65536")]
    [TestCase("a:-1")]
    [TestCase("[2001:db8::1")]
    [TestCase("[192.0.2.1]")]
    [TestCase("[]")]
    public void What_is_no_host_and_port_is_refused(string text)
    {
        var cursor = new AsciiCursor(Encoding.ASCII.GetBytes(text));
        Assert.That(HostPort.TryRead(ref cursor, out _, out _), Is.False);
    }

    [TestCase("a:", true)]
    [TestCase("a: ;lr", true)]
    [TestCase("a:?x=y", true)]
    [TestCase("a:,", false)]
    [TestCase("a:x", false)]
    public void An_empty_port_is_tolerated_where_the_caller_says_so(string text, bool isRead)
    {
        var cursor = new AsciiCursor(Encoding.ASCII.GetBytes(text));
        Assert.That(HostPort.TryRead(ref cursor, out _, out int? port, portMayBeEmpty: true), Is.EqualTo(isRead));
        Assert.That(port, Is.Null);
    }
}
