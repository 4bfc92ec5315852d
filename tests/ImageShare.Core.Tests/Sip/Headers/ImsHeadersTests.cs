using System.Text;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sip.Headers;

[TestFixture]
public sealed class ImsHeadersTests
{
    private static readonly string Message = """
        OPTIONS sip:bob@home.example SIP/2.0
        Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa1b2c3d4e5
        From: <sip:alice@home.example>;tag=a1b2c3d4e5
        To: <sip:bob@home.example>
        Call-ID: a1b2c3d4e5
        CSeq: 1 OPTIONS
        P-Asserted-Identity: "Alice" <sip:alice@home.example>, <tel:+4930123456>
        P-Preferred-Identity: <sip:alice@home.example>
        P-Asserted-Service: urn:urn-7:3gpp-service.ims.icsi.mmtel
        P-Preferred-Service: urn:urn-xxx:3gpp-service.ims.icsi.mmtel
        P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp="234151D0FCE11", IEEE-802.11;network-provided
        Privacy: id; critical
        Path: <sip:term@pcscf.visited.example;lr>
        Service-Route: <sip:orig@scscf.home.example;lr>, <sip:as.home.example;lr>
        Content-Length: 0


        """.ReplaceLineEndings("\r\n");

    [Test]
    public void What_the_network_says_is_there_as_values()
    {
        SipHeaders headers = Read(Message).Headers;
        Assert.Multiple(() =>
        {
            Assert.That(headers.AssertedIdentities.Select(i => i.Uri.ToString()), Is.EqualTo(new[] { "sip:alice@home.example", "tel:+4930123456" }));
            Assert.That(headers.AssertedIdentities[0].DisplayName, Is.EqualTo("Alice"));
            Assert.That(headers.AssertedIdentities[1].Uri.TelephoneNumber, Is.EqualTo("+4930123456"));
            Assert.That(headers.PreferredIdentities.Single().Uri.User, Is.EqualTo("alice"));
            Assert.That(headers.AssertedServices, Is.EqualTo(new[] { ServiceIdentifier.MultimediaTelephony }));
            Assert.That(headers.PreferredServices.Single(), Is.EqualTo(ServiceIdentifier.MultimediaTelephony));
            Assert.That(headers.PreferredServices.Single().IsStandardSpelling, Is.False);
            Assert.That(headers.AccessNetworks.Select(n => n.AccessType), Is.EqualTo(new[] { "3GPP-E-UTRAN-FDD", "IEEE-802.11" }));
            Assert.That(headers.AccessNetworks[0].Parameters.GetValue("utran-cell-id-3gpp"), Is.EqualTo("234151D0FCE11"));
            Assert.That(headers.AccessNetworks[1].Parameters.Contains("network-provided"), Is.True);
            Assert.That(headers.Privacy!.Values, Is.EqualTo(new[] { "id", "critical" }));
            Assert.That(headers.Privacy.Has("ID"), Is.True);
            Assert.That(headers.Paths.Single().Uri.Host, Is.EqualTo("pcscf.visited.example"));
            Assert.That(headers.ServiceRoutes.Select(r => r.Uri.Host), Is.EqualTo(new[] { "scscf.home.example", "as.home.example" }));
        });
    }

    [Test]
    public void A_message_without_them_has_none()
    {
        SipHeaders headers = new();
        Assert.Multiple(() =>
        {
            Assert.That(headers.AssertedIdentities, Is.Empty);
            Assert.That(headers.AssertedServices, Is.Empty);
            Assert.That(headers.PreferredServices, Is.Empty);
            Assert.That(headers.AccessNetworks, Is.Empty);
            Assert.That(headers.Privacy, Is.Null);
            Assert.That(headers.Paths, Is.Empty);
            Assert.That(headers.ServiceRoutes, Is.Empty);
        });
    }

    [TestCase("none", "none")]
    [TestCase("id;critical", "id;critical")]
    [TestCase(" header ; user,id ", "header;user;id")]
    public void Privacy_comes_back_as_it_was(string text, string printed)
    {
        Assert.That(Privacy.TryParse(Encoding.UTF8.GetBytes(text), out Privacy? value), Is.True);
        Assert.That(value!.ToString(), Is.EqualTo(printed));
        Assert.That(Privacy.TryParse(Encoding.UTF8.GetBytes(printed), out Privacy? again), Is.True);
        Assert.That(again, Is.EqualTo(value));
    }

    [TestCase("")]
    [TestCase(";")]
    [TestCase("id;")]
    [TestCase("id user")]
    [TestCase("\"id\"")]
    public void What_is_no_privacy_value_is_refused(string text) => Assert.That(Privacy.TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);

    [TestCase("3GPP-UTRAN-TDD; utran-cell-id-3gpp=234151D0FCE11", "3GPP-UTRAN-TDD;utran-cell-id-3gpp=234151D0FCE11")]
    [TestCase("ADSL", "ADSL")]
    [TestCase("IEEE-802.11;i-wlan-node-id=\"00:1a:2b\"", "IEEE-802.11;i-wlan-node-id=\"00:1a:2b\"")]
    public void An_access_network_comes_back_as_it_was(string text, string printed)
    {
        Assert.That(AccessNetworkInfo.TryParse(Encoding.UTF8.GetBytes(text), out AccessNetworkInfo? value), Is.True);
        Assert.That(value!.ToString(), Is.EqualTo(printed));
    }

    [TestCase("")]
    [TestCase(";x=1")]
    [TestCase("ADSL;x=")]
    [TestCase("ADSL x")]
    public void What_is_no_access_network_is_refused(string text) =>
        Assert.That(AccessNetworkInfo.TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);

    [TestCase("SIP;cause=600;text=\"Busy Everywhere\"", "SIP", 600, "Busy Everywhere", "SIP;cause=600;text=\"Busy Everywhere\"")]
    [TestCase(" Q.850 ; cause = 16 ; text = \"a \\\"b\\\", c;d\" ", "Q.850", 16, "a \"b\", c;d", "Q.850;cause=16;text=\"a \\\"b\\\", c;d\"")]
    [TestCase("sip", "sip", null, null, "sip")]
    [TestCase("x;cause=\"1\"", "x", null, null, "x;cause=\"1\"")]
    public void A_reason_comes_back_as_it_was(string text, string protocol, int? cause, string? said, string printed)
    {
        Assert.That(Reason.TryParse(Encoding.UTF8.GetBytes(text), out Reason? value), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That((value!.Protocol, value.Cause, value.Text), Is.EqualTo((protocol, cause, said)));
            Assert.That(value.IsOf(protocol.ToLowerInvariant()), Is.True);
            Assert.That(value.ToString(), Is.EqualTo(printed));
        });
    }

    [TestCase("")]
    [TestCase(";cause=1")]
    [TestCase("SIP;cause=")]
    [TestCase("SIP;text=\"never closed")]
    [TestCase("SIP cause=1")]
    public void What_is_no_reason_is_refused(string text) => Assert.That(Reason.TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);

    private static SipMessage Read(string text)
    {
        Assert.That(SipReader.TryReadDatagram(Encoding.UTF8.GetBytes(text), null, out SipMessage? message, out SipReadError? error), Is.True, error?.ToString());
        return message!;
    }
}
