using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Tests.Sip.Headers;

[TestFixture]
public sealed class RAckTests
{
    [TestCase("776656 1 INVITE", 776656u, 1u)]
    [TestCase(" 0001\t 02   INVITE ", 1u, 2u)]
    [TestCase("4294967295 4294967295 INVITE", uint.MaxValue, uint.MaxValue)]
    [Category("REL-005")]
    public void Is_a_number_and_a_CSeq(string text, uint number, uint cseq)
    {
        Assert.That(RAck.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out RAck? value), Is.True);
        Assert.That(value, Is.EqualTo(new RAck(number, new CSeq(cseq, SipMethod.Invite))));
        Assert.That(value!.ToString(), Is.EqualTo($"{number} {cseq} INVITE"));
    }

    [TestCase("")]
    [TestCase("1")]
    [TestCase("1 2")]
    [TestCase("1 INVITE")]
    [TestCase("-1 2 INVITE")]
    [TestCase("4294967296 2 INVITE")]
    [TestCase("1 2 INVITE x")]
    public void Anything_else_is_none(string text) => Assert.That(RAck.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out _), Is.False);

    [TestCase("7", 7u)]
    [TestCase("4294967295", uint.MaxValue)]
    [TestCase("4294967296", null)]
    [TestCase("7x", null)]
    [TestCase("", null)]
    public void RSeq_is_a_number(string text, uint? number)
    {
        var headers = new SipHeaders();
        Assert.That(headers.RSeq, Is.Null);
        headers.Add("RSeq", text);
        Assert.That(headers.RSeq, Is.EqualTo(number));
    }
}
