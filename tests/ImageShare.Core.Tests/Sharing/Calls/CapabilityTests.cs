using System.Text;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sharing.Calls;

[TestFixture]
public sealed class CapabilityTests
{
    private const string Iari = "<sip:bob@10.0.0.2>;+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"";

    [Test]
    [Category("IS-010")]
    public async Task The_200_to_OPTIONS_names_the_service_and_what_is_understood()
    {
        SipMessage answer = await AskAsync();
        Assert.Multiple(() =>
        {
            Assert.That(answer.Headers.GetString("Contact"), Does.Contain("+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\""));
            Assert.That(answer.Headers.Allow, Is.EqualTo(new[] { "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "PRACK", "UPDATE" }));
            Assert.That(answer.Headers.GetString("Accept"), Does.Contain("application/sdp").And.Contain("multipart/related"));
            Assert.That(answer.Headers.GetString("Accept-Encoding"), Is.EqualTo("identity"));
            Assert.That(answer.Headers.GetString("Accept-Language"), Is.EqualTo("en"));
            Assert.That(answer.Headers.GetString("Supported"), Is.EqualTo("100rel"), "what it would say in a 200 to INVITE too");
        });
    }

    [Test]
    [Category("IS-011")]
    [Category("IS-013")]
    public async Task Its_SDP_is_one_refused_MSRP_section_with_types_bare_selector_and_size()
    {
        SipMessage answer = await AskAsync();
        Assert.That(SessionDescription.TryParse(answer.Body.Span, out SessionDescription? sdp), Is.True);
        MediaDescription media = sdp!.Media.Single();
        Assert.Multiple(() =>
        {
            Assert.That(Encoding.UTF8.GetString(answer.Body.Span), Does.Contain("m=message 0 TCP/MSRP *\r\n").And.Contain("t=0 0\r\n").And.Contain("a=file-selector\r\n"));
            Assert.That(media.HasBareFileSelector, Is.True);
            Assert.That(media.MaxSize, Is.EqualTo(ImageShareLimits.Default.MaxImageSize));
            Assert.That(media.AcceptTypes!.ToString().Split(' '), Does.Contain("image/jpeg").And.Contain("image/png").And.Contain("image/gif").And.Contain("image/bmp"));
            Assert.That(media.Attributes.Select(a => a.Name), Is.EquivalentTo(new[] { "accept-types", "file-selector", "max-size" }));
            Assert.That(sdp.Origin.SessionId > 1UL << 32, Is.True);
        });
        Assert.That(SessionDescription.TryParse((await AskAsync()).Body.Span, out SessionDescription? other), Is.True);
        Assert.That(other!.Origin.SessionId, Is.Not.EqualTo(sdp.Origin.SessionId));
    }

    [TestCase("image/gif", "image/jpeg image/gif")]
    [TestCase("image/jpeg", "image/jpeg")]
    [TestCase("image/png image/JPEG", "image/png image/JPEG")]
    [Category("IS-013")]
    public async Task JPEG_is_listed_whatever_else_is_taken(string types, string listed)
    {
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { AcceptedTypes = [.. types.Split(' ').Select(Core.Text.MediaType.Parse)] });
        await pair.Alice.QueryCapabilitiesAsync(pair.Bob.Address).WaitAsync(SharePair.Patience);
        Assert.That(SessionDescription.TryParse(Read(pair.FirstSent("SIP/2.0 200").Bytes).Body.Span, out SessionDescription? sdp), Is.True);
        Assert.That(sdp!.Media.Single().AcceptTypes!.ToString().Split(' '), Is.EquivalentTo(listed.Split(' ')).IgnoreCase);
    }

    [Test]
    [Category("IS-021")]
    public async Task The_query_asks_for_SDP_and_brings_no_body()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await pair.Alice.QueryCapabilitiesAsync(pair.Bob.Address).WaitAsync(SharePair.Patience);
        SipMessage query = Read(pair.FirstSent("OPTIONS").Bytes);
        Assert.Multiple(() =>
        {
            Assert.That(query.Headers.GetString("Accept"), Is.EqualTo("application/sdp"));
            Assert.That(query.Body.IsEmpty, Is.True);
            Assert.That(query.Headers.To!.Tag, Is.Null);
            Assert.That(((SipRequest)query).RequestUri, Is.EqualTo(query.Headers.To.Uri));
        });
    }

    [TestCase(true, "image/png", CapabilityEvidence.IariAndSdp)]
    [TestCase(true, null, CapabilityEvidence.Iari)]
    [TestCase(false, "image/png", CapabilityEvidence.Sdp)]
    [TestCase(false, "*", CapabilityEvidence.Sdp)]
    [TestCase(false, "text/plain", CapabilityEvidence.None)]
    [TestCase(false, null, CapabilityEvidence.None)]
    [Category("IS-012")]
    public void The_decision_rests_on_evidence_and_says_which(bool tag, string? types, CapabilityEvidence evidence)
    {
        var response = new SipResponse(200);
        response.Headers.Add("Contact", tag ? Iari : "<sip:bob@10.0.0.2>");
        if (types is not null)
        {
            response.Headers.Add("Content-Type", "application/sdp");
            response.Body = Encoding.UTF8.GetBytes(
                $"v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=message 0 TCP/MSRP *\r\na=accept-types:{types}\r\na=file-selector\r\na=max-size:4096\r\n");
        }

        ImageShareCapabilities capabilities = CapabilityOffer.Read(response);
        Assert.Multiple(() =>
        {
            Assert.That(capabilities.Evidence, Is.EqualTo(evidence));
            Assert.That(capabilities.CanShareImages, Is.EqualTo(evidence is not CapabilityEvidence.None));
            Assert.That(capabilities.MaxSize, Is.EqualTo(types is null ? null : 4096L));
        });
    }

    [TestCase(false, CapabilityEvidence.None)]
    [TestCase(true, CapabilityEvidence.Iari)]
    [Category("IS-012")]
    public void A_peer_that_chats_over_MSRP_takes_no_files_for_that(bool tag, CapabilityEvidence evidence)
    {
        var response = new SipResponse(200);
        response.Headers.Add("Contact", tag ? Iari : "<sip:bob@10.0.0.2>");
        response.Headers.Add("Content-Type", "application/sdp");
        response.Body = "v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=message 0 TCP/MSRP *\r\na=accept-types:text/plain image/png *\r\n"u8.ToArray();
        Assert.That(CapabilityOffer.Read(response).Evidence, Is.EqualTo(evidence), "without a=file-selector, an image type is one of a chat (RFC 5547 §8.5)");
    }

    [Test]
    public async Task The_client_reports_what_its_peer_says()
    {
        await using SharePair pair = await SharePair.StartAsync();
        ImageShareCapabilities capabilities = await pair.Alice.QueryCapabilitiesAsync(pair.Bob.Address).WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(capabilities.Evidence, Is.EqualTo(CapabilityEvidence.IariAndSdp));
            Assert.That(capabilities.Accepts(new Core.Text.MediaType("image", "png")), Is.True);
            Assert.That(capabilities.Accepts(new Core.Text.MediaType("image", "tiff")), Is.False);
            Assert.That(capabilities.SipStatus, Is.EqualTo(200));
            Assert.That(capabilities.Software, Does.StartWith("ImageShare.Core/"));
        });
    }

    private static async Task<SipMessage> AskAsync()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await pair.Alice.QueryCapabilitiesAsync(pair.Bob.Address).WaitAsync(SharePair.Patience);
        return Read(pair.FirstSent("SIP/2.0 200").Bytes);
    }

    private static SipMessage Read(ReadOnlyMemory<byte> octets)
    {
        Assert.That(SipReader.TryReadDatagram(octets, null, out SipMessage? message, out SipReadError? error), Is.True, error?.ToString());
        return message!;
    }
}
