using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Tests.Sip.Messages;

[TestFixture]
public sealed class SipMessageTests
{
    [Test]
    [Category("SIPG-003")]
    [Category("SIPG-016")]
    public void A_request_is_written_with_its_true_length()
    {
        SipRequest request = MakeInvite();
        request.Body = "v=0"u8.ToArray();
        Assert.That(request.ToString(), Is.EqualTo(
            "INVITE sip:bob@h SIP/2.0\r\nVia: SIP/2.0/TCP a:5060;branch=z9hG4bKx\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:bob@h>\r\n"
            + "Call-ID: c1\r\nCSeq: 1 INVITE\r\nContent-Length: 3\r\n\r\nv=0"));
        request.Headers.AddFirst("l", "99");
        Assert.That(request.ToString(), Does.StartWith("INVITE sip:bob@h SIP/2.0\r\nContent-Length: 3\r\nVia: "));
    }

    [TestCase(100, null, "SIP/2.0 100 Trying")]
    [TestCase(200, "Alles klar \u00fc", "SIP/2.0 200 Alles klar \u00fc")]
    [TestCase(603, "", "SIP/2.0 603 ")]
    [TestCase(299, null, "SIP/2.0 299 OK")]
    [Category("SIPG-001")]
    public void A_status_line_has_a_phrase_or_none(int status, string? reason, string line) =>
        Assert.That(new SipResponse(status, reason).StartLine, Is.EqualTo(line));

    [TestCase(99)]
    [TestCase(700)]
    [TestCase(-1)]
    public void A_status_has_three_digits(int status) =>
        Assert.That(() => new SipResponse(status), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void A_phrase_never_ends_its_line() =>
        Assert.That(() => new SipResponse(200, "a\r\nb").ToArray(), Throws.TypeOf<ImageShareException>());

    [TestCase(100, false, false)]
    [TestCase(180, true, true)]
    [TestCase(200, true, true)]
    [TestCase(486, true, false)]
    public void A_response_takes_over_what_it_must(int status, bool tagged, bool recorded)
    {
        SipRequest request = MakeInvite();
        request.Headers.Add("v", "SIP/2.0/UDP p;branch=z9hG4bKy");
        request.Headers.Add("Record-Route", "<sip:p;lr>");
        var response = SipResponse.CreateFor(request, status, toTag: "mine");
        Assert.Multiple(() =>
        {
            Assert.That(response.Headers.GetStrings("Via"), Is.EqualTo(request.Headers.GetStrings("Via")));
            Assert.That(response.Headers.From, Is.EqualTo(request.Headers.From));
            Assert.That(response.Headers.To!.Tag, Is.EqualTo(tagged ? "mine" : null));
            Assert.That(response.Headers.CallId, Is.EqualTo("c1"));
            Assert.That(response.Headers.CSeq, Is.EqualTo(request.Headers.CSeq));
            Assert.That(response.Headers.Contains("Record-Route"), Is.EqualTo(recorded));
        });

        request.Headers.Set("To", "<sip:bob@h>;tag=theirs");
        Assert.That(SipResponse.CreateFor(request, status, toTag: "mine").Headers.To!.Tag, Is.EqualTo("theirs"));
    }

    [Test]
    [Category("SIPG-013")]
    public void Tags_are_unique() =>
        Assert.That(Enumerable.Range(0, 100_000).Select(_ => SipResponse.CreateTag()).ToHashSet(StringComparer.Ordinal), Has.Count.EqualTo(100_000));

    [Test]
    public void A_clone_has_its_own_header()
    {
        SipRequest request = MakeInvite();
        SipRequest clone = request.Clone();
        clone.Headers.Set("To", "<sip:x@h>");
        Assert.That(request.Headers.To!.Uri.User, Is.EqualTo("bob"));
        Assert.That(Encoding.UTF8.GetString(clone.ToArray()), Does.Contain("To: <sip:x@h>\r\n"));
    }

    private static SipRequest MakeInvite()
    {
        var request = new SipRequest(SipMethod.Invite, SipUri.Parse("sip:bob@h"));
        request.Headers.Add("Via", "SIP/2.0/TCP a:5060;branch=z9hG4bKx");
        request.Headers.Add("From", new NameAddress(SipUri.Parse("sip:a@h")).WithTag("1"));
        request.Headers.Add("To", "<sip:bob@h>");
        request.Headers.Add("Call-ID", "c1");
        request.Headers.Add("CSeq", new CSeq(1, SipMethod.Invite));
        return request;
    }
}
