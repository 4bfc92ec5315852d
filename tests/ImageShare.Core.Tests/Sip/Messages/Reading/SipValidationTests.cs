using System.Text;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sip.Messages.Reading;

[TestFixture]
public sealed class SipValidationTests
{
    private static readonly string[] Rows =
    [
        "Via: SIP/2.0/UDP h;branch=z9hG4bKx", "From: <sip:a@h>;tag=t", "To: <sip:b@h>", "Call-ID: c", "CSeq: 1 OPTIONS", "Max-Forwards: 70",
    ];

    [Test]
    public void A_whole_request_passes()
    {
        Assert.That(Check("OPTIONS sip:b@h SIP/2.0", Rows), Is.Null);
        Assert.That(Check("OPTIONS tel:+1 SIP/2.0", Rows), Is.Null);
        Assert.That(Check("OPTIONS sips:b@h SIP/2.0", Rows), Is.Null);
        foreach (byte[] octets in (byte[][])[SeedMessages.Options, SeedMessages.Invite])
        {
            Assert.That(SipReader.TryReadDatagram(octets, null, out SipMessage? message, out _), Is.True);
            Assert.That(SipValidation.Check((SipRequest)message!), Is.Null);
        }
    }

    [TestCase(0, 400)]
    [TestCase(1, 400)]
    [TestCase(2, 400)]
    [TestCase(3, 400)]
    [TestCase(4, 400)]
    [TestCase(5, null)]
    [Category("SIPG-011")]
    public void A_missing_header_is_a_400_but_for_Max_Forwards(int missing, int? status) =>
        Assert.That(Check("OPTIONS sip:b@h SIP/2.0", [.. Rows.Where((_, i) => i != missing)])?.Status, Is.EqualTo(status));

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    [Category("SIPG-027")]
    public void A_repeated_single_header_is_a_400(int repeated) =>
        Assert.That(Check("OPTIONS sip:b@h SIP/2.0", [.. Rows, Rows[repeated]])?.Status, Is.EqualTo(400));

    [TestCase("Via: SIP/2.0/UDP")]
    [TestCase("Via: SIP/2.0/UDP h;branch=z9hG4bKx, broken")]
    [TestCase("From: </>;tag=t")]
    [TestCase("From: \"x\\\" <sip:a@h>;tag=t")]
    [TestCase("To: sip:b@h?Route=x")]
    [TestCase("To: <sip:b@h>;tag=")]
    [TestCase("Call-ID:")]
    [TestCase("Call-ID: a\u001b[31m")]
    [TestCase("Call-ID: a\u202e")]
    [TestCase("CSeq: 1 INVITE")]
    [TestCase("CSeq: 2147483648 OPTIONS")]
    [TestCase("CSeq: 36893488147419103232 OPTIONS")]
    [TestCase("Max-Forwards: 99999999999")]
    [TestCase("Max-Forwards: -1")]
    [Category("SIPG-012")]
    public void A_broken_header_is_a_400(string row)
    {
        string name = row[..row.IndexOf(':', StringComparison.Ordinal)];
        Assert.That(
            Check("OPTIONS sip:b@h SIP/2.0", [.. Rows.Select(r => r.StartsWith(name, StringComparison.Ordinal) ? row : r)])?.Status, Is.EqualTo(400));
    }

    [TestCase("OPTIONS sip:b@h SIP/7.0", 505)]
    [TestCase("OPTIONS sip:b@h SIP/2.1", 505)]
    [TestCase("OPTIONS nobodyKnowsThisScheme:x SIP/2.0", 416)]
    [TestCase("OPTIONS http://h/ SIP/2.0", 416)]
    [TestCase("OPTIONS <sip:b@h> SIP/2.0", 400)]
    [TestCase("OPTIONS sip:b@h; lr SIP/2.0", 400)]
    [TestCase("OPTIONS  sip:b@h SIP/2.0", 400)]
    [TestCase("OPTIONS sip:b@h  SIP/2.0", 400)]
    [TestCase("OPTIONS sip:b@h SIP/2.0 ", 400)]
    [TestCase("OPTIONS sip: SIP/2.0", 400)]
    [TestCase("OPTIONS * SIP/2.0", 400)]
    [Category("SIPG-028")]
    public void A_start_line_that_cannot_be_served_has_its_status(string line, int status) =>
        Assert.That(Check(line, Rows)?.Status, Is.EqualTo(status));

    [TestCase("hello", 400)]
    [TestCase("v=0\r\n", null)]
    [TestCase("", null)]
    [Category("SIPG-019")]
    public void A_body_needs_a_type_unless_it_is_plainly_SDP(string body, int? status) =>
        Assert.That(Check("OPTIONS sip:b@h SIP/2.0", Rows, body)?.Status, Is.EqualTo(status));

    private static SipRejection? Check(string line, string[] rows, string body = "")
    {
        byte[] octets = Encoding.UTF8.GetBytes($"{line}\r\n{string.Join("\r\n", rows)}\r\n\r\n{body}");
        Assert.That(SipReader.TryReadDatagram(octets, null, out SipMessage? message, out SipReadError? error), Is.True, error?.ToString());
        return SipValidation.Check((SipRequest)message!);
    }
}
