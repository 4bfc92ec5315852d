using System.Text;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sip.Messages;

[TestFixture]
public sealed class SipWarningTests
{
    [Test]
    public void The_seed_query_has_exactly_these_warnings() => Assert.That(Warnings(SeedMessages.Options), Is.EqualTo(
    [
        (SipWarningCode.NoAcceptInOptions, "OPTIONS sip:bob"),
        (SipWarningCode.WeakBranch, "SIP/2.0/UDP 192"),
        (SipWarningCode.WeakTag, "<sip:mamadou@v4"),
        (SipWarningCode.PrackWithoutReliability, "PRACK, REFER\r\nC"),
        (SipWarningCode.ExpiresInContact, "<sip:mamadou@19"),
        (SipWarningCode.ServiceNamespace, "urn:urn-xxx:3gp"),
        (SipWarningCode.EscapedFeatureTag, "*;+g.3gpp.icsi%"),
        (SipWarningCode.OldServiceIdentifier, "*;+g.3gpp.icsi%"),
        (SipWarningCode.AccessNetworkMismatch, "ADSL;utran-cell"),
    ]));

    [Test]
    public void The_seed_invitation_has_exactly_these_warnings() => Assert.That(Warnings(SeedMessages.Invite), Is.EqualTo(
    [
        (SipWarningCode.TooLargeForUdp, "INVITE sip:bob@"),
        (SipWarningCode.WeakBranch, "SIP/2.0/UDP 192"),
        (SipWarningCode.WeakTag, "<sip:mamadou@v4"),
        (SipWarningCode.PrackWithoutReliability, "PRACK, REFER\r\nC"),
        (SipWarningCode.CallerPreferenceInContact, "<sip:mamadou@19"),
        (SipWarningCode.EscapedFeatureTag, "<sip:mamadou@19"),
        (SipWarningCode.OldServiceIdentifier, "<sip:mamadou@19"),
        (SipWarningCode.HistoricExtension, "sdp-anat\r\nRoute"),
        (SipWarningCode.LooseRouterWithValue, "<sip:192.168.16"),
        (SipWarningCode.ServiceNamespace, "urn:urn-xxx:3gp"),
        (SipWarningCode.EscapedFeatureTag, "*;+g.3gpp.app%5"),
        (SipWarningCode.OldServiceIdentifier, "*;+g.3gpp.app%5"),
        (SipWarningCode.AccessNetworkMismatch, "ADSL;utran-cell"),
    ]));

    [TestCase("Accept-Contact: *;+g.3gpp.app_ref=\"a\";+g.3gpp.app%5fref=\"b\"", SipWarningCode.RepeatedFeatureTag)]
    [TestCase("Accept-Contact: *;explicit;EXPLICIT", SipWarningCode.RepeatedFeatureTag)]
    [TestCase("Reject-Contact: *;require;x;require", SipWarningCode.RepeatedFeatureTag)]
    [TestCase("Contact: <sip:a@h>;+g.3gpp.iari-ref=\"urn:urn-7:3gpp-application.ims.iari.gsma-is\"", SipWarningCode.UnescapedServiceIdentifier)]
    [TestCase("Contact: <sip:a@h>;+g.3gpp.iari-ref=urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is", SipWarningCode.UnescapedServiceIdentifier)]
    [TestCase("Content-Length: 0\r\nl: 0", SipWarningCode.RepeatedContentLength)]
    [Category("IS-025")]
    public void Each_deviation_has_its_code(string rows, SipWarningCode code) =>
        Assert.That(Warnings(Clean(rows)).Select(w => w.Code), Does.Contain(code));

    [TestCase("Contact: <sip:a@h>;+g.3gpp.cs-voice;+g.3gpp.app_ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"")]
    [TestCase("Accept-Contact: *;+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\";explicit")]
    [TestCase("Route: <sip:p;lr>, <sip:q;lr>")]
    [TestCase("P-Preferred-Service: urn:urn-7:3gpp-service.ims.icsi.mmtel")]
    [TestCase("P-Access-Network-Info: 3GPP-UTRAN-TDD;utran-cell-id-3gpp=00000001")]
    [TestCase("Allow: INVITE, PRACK\r\nSupported: 100rel")]
    public void What_is_right_is_not_warned_about(string rows) => Assert.That(Warnings(Clean(rows)), Is.Empty);

    [Test]
    public void Expires_counts_in_a_redirection_and_a_registration()
    {
        string rows = "\r\nVia: SIP/2.0/TCP h;branch=z9hG4bKabcdefghijklm\r\nCall-ID: c\r\nContact: <sip:a@h>;expires=5\r\n\r\n";
        Assert.That(Warnings(Encoding.UTF8.GetBytes("SIP/2.0 302 Moved" + rows)), Is.Empty);
        Assert.That(Warnings(Encoding.UTF8.GetBytes("REGISTER sip:h SIP/2.0\r\nCSeq: 1 REGISTER" + rows)), Is.Empty);
        Assert.That(Warnings(Encoding.UTF8.GetBytes("SIP/2.0 200 OK\r\nCSeq: 1 INVITE" + rows)), Has.Count.EqualTo(1));
    }

    [Test]
    public void Peers_of_RFC_2543_are_lived_with()
    {
        byte[] octets = Encoding.UTF8.GetBytes(
            "BYE sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=1\r\nFrom: <sip:a@h>\r\nTo: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 BYE\r\n\r\n");
        Assert.That(Warnings(octets).Select(w => w.Code), Is.EqualTo([SipWarningCode.BranchWithoutCookie, SipWarningCode.FromWithoutTag]));
    }

    private static byte[] Clean(string rows) => Encoding.UTF8.GetBytes(
        "INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKabcdefghijklm\r\nFrom: <sip:a@h>;tag=abcdefghijklm\r\n"
        + $"To: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n{(rows.Contains("\nContact", StringComparison.Ordinal) || rows.StartsWith("Contact", StringComparison.Ordinal) ? null : "Contact: <sip:a@h>\r\n")}{rows}\r\n\r\n");

    private static List<(SipWarningCode Code, string At)> Warnings(byte[] octets)
    {
        Assert.That(SipReader.TryReadDatagram(octets, null, out SipMessage? message, out SipReadError? error), Is.True, error?.ToString());
        return [.. message!.Warnings.Select(w => (w.Code, Encoding.UTF8.GetString(octets.AsSpan(w.Offset, Math.Min(15, octets.Length - w.Offset)))))];
    }
}
