using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Tests.Sip.Headers;

[TestFixture]
public sealed class CSeqTests
{
    [TestCase("402 OPTIONS", 402u, "OPTIONS")]
    [TestCase("0009   INVITE", 9u, "INVITE")]
    [TestCase("4294967295\tX-odd", 4294967295u, "X-odd")]
    [TestCase("0 NEWMETHOD", 0u, "NEWMETHOD")]
    public void Reads_number_and_method(string text, uint number, string method)
    {
        Assert.That(CSeq.TryParse(Encoding.UTF8.GetBytes(text), out CSeq? value), Is.True);
        Assert.That(value, Is.EqualTo(new CSeq(number, new SipMethod(method))));
    }

    [TestCase("")]
    [TestCase("1")]
    [TestCase("INVITE")]
    [TestCase("1INVITE")]
    [TestCase("-1 INVITE")]
    [TestCase("+1 INVITE")]
    [TestCase("0x10 INVITE")]
    [TestCase("1 INVITE x")]
    [TestCase("4294967296 INVITE")]
    [TestCase("36893488147419103232 INVITE")]
    [Category("SIPG-012")]
    public void What_is_broken_or_too_large_is_refused(string text) => Assert.That(CSeq.TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);

    [Test]
    public void Methods_differ_by_case() =>
        Assert.That(new SipMethod("invite"), Is.Not.EqualTo(SipMethod.Invite));

    [TestCase("")]
    [TestCase("IN VITE")]
    [TestCase("INVITE\r\n")]
    public void A_method_is_a_token(string name) => Assert.That(() => new SipMethod(name), Throws.InstanceOf<ArgumentException>());
}
