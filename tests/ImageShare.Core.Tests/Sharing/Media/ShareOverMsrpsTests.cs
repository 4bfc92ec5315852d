using System.Text;
using ImageShare.Core.Net;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Sharing.Media;

/// <summary>Whole shares with MSRP over TLS.</summary>
[TestFixture(false)]
[TestFixture(true)]
[Parallelizable]
public sealed class ShareOverMsrpsTests(bool loopback)
{
    private static IEnumerable<ImageShareProfile> Profiles => ImageShareProfile.All;

    [TestCaseSource(nameof(Profiles))]
    [Category("TLS-006")]
    [Category("TLS-008")]
    [Category("TLS-010")]
    [Category("TLS-011")]
    public async Task An_image_is_shared_over_TLS_by_fingerprints(ImageShareProfile profile)
    {
        await using SharePair pair = await StartAsync(MsrpSecurity.Required, MsrpSecurity.Required, o => o with { Profile = profile });
        byte[] image = TestImage.Png(300_000);
        (ImageShareResult sent, ImageShareResult received) = await pair.ShareAsync(image);
        Assert.That((sent.IsCompleted, received.IsVerified), Is.EqualTo((true, true)), $"{sent.Message} {received.Message}");
        SessionDescription offer = DescriptionOf(pair, "INVITE");
        SessionDescription answer = DescriptionOf(pair, "SIP/2.0 200", "INVITE");
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllBytes(received.Stored!.Path!), Is.EqualTo(image));
            foreach (SessionDescription description in (SessionDescription[])[offer, answer])
            {
                MediaDescription media = description.Media[0];
                Assert.That(media.Protocol, Is.EqualTo("TCP/TLS/MSRP"));
                Assert.That(media.Path![0], Does.StartWith("msrps://127.0.0.1:"));
                Assert.That(media.Attributes.Where(a => a.Is("fingerprint")).Select(a => a.Value), Is.All.Match("^sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}$").And.Exactly(1).Items);
                Assert.That(media.Find("connection"), Is.Null);
                Assert.That(description.Find("connection"), Is.Null);
            }

            Assert.That(offer.Media[0].Find("fingerprint"), Is.Not.EqualTo(answer.Media[0].Find("fingerprint")), "each its own certificate");
            lock (pair.Sent)
            {
                Assert.That(pair.Sent.Where(m => m.Protocol.StartsWith("MSRP", StringComparison.Ordinal)), Is.Not.Empty);
            }
        });
    }

    [Test]
    [Category("TLS-010")]
    public async Task The_certificate_may_be_the_applications_own()
    {
        var tls = new TlsOptions { Certificate = TestCertificates.Loopback };
        await using SharePair pair = await StartAsync(MsrpSecurity.Offered, MsrpSecurity.Offered, o => o with { MsrpTls = tls });
        (ImageShareResult sent, ImageShareResult received) = await pair.ShareAsync(TestImage.Png(30_000));
        Assert.That((sent.IsCompleted, received.IsVerified), Is.EqualTo((true, true)), $"{sent.Message} {received.Message}");
        string expected = Fingerprint.FromCertificate(TestCertificates.Loopback.RawData).ToString();
        Assert.That(DescriptionOf(pair, "INVITE").Media[0].Find("fingerprint")!.Value.Value, Is.EqualTo(expected));
        Assert.That(DescriptionOf(pair, "SIP/2.0 200", "INVITE").Media[0].Find("fingerprint")!.Value.Value, Is.EqualTo(expected));
    }

    [TestCase(MsrpSecurity.None, MsrpSecurity.None, true)]
    [TestCase(MsrpSecurity.None, MsrpSecurity.Offered, true)]
    [TestCase(MsrpSecurity.None, MsrpSecurity.Required, false)]
    [TestCase(MsrpSecurity.Offered, MsrpSecurity.None, false)]
    [TestCase(MsrpSecurity.Offered, MsrpSecurity.Offered, true)]
    [TestCase(MsrpSecurity.Offered, MsrpSecurity.Required, true)]
    [TestCase(MsrpSecurity.Required, MsrpSecurity.None, false)]
    [TestCase(MsrpSecurity.Required, MsrpSecurity.Offered, true)]
    [TestCase(MsrpSecurity.Required, MsrpSecurity.Required, true)]
    [Category("TLS-006")]
    public async Task What_one_side_offers_the_other_takes_as_it_is_or_not_at_all(MsrpSecurity alice, MsrpSecurity bob, bool fits)
    {
        await using SharePair pair = await StartAsync(alice, bob);
        ImageShareResult sent;
        if (fits)
        {
            (sent, _) = await pair.ShareAsync(TestImage.Png(20_000));
            Assert.That(sent.IsCompleted, Is.True, sent.Message);
            string protocol = alice == MsrpSecurity.None ? "TCP/MSRP" : "TCP/TLS/MSRP";
            Assert.That(DescriptionOf(pair, "INVITE").Media[0].Protocol, Is.EqualTo(protocol));
            Assert.That(DescriptionOf(pair, "SIP/2.0 200", "INVITE").Media[0].Protocol, Is.EqualTo(protocol));
            return;
        }

        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(500)));
        sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That((sent.State, sent.SipStatus), Is.EqualTo((ImageShareState.Failed, 488)), sent.Message);
        Assert.That(pair.SipSent().Count(l => l.StartsWith("INVITE", StringComparison.Ordinal)), Is.EqualTo(1), "it is not tried again without TLS");
    }

    [Test]
    public async Task A_query_is_answered_with_TLS_where_nothing_else_is_taken()
    {
        await using SharePair pair = await StartAsync(MsrpSecurity.Required, MsrpSecurity.Required);
        ImageShareCapabilities peer = await pair.Alice.QueryCapabilitiesAsync(pair.Bob.Address).WaitAsync(SharePair.Patience);
        Assert.That(peer.Evidence, Is.EqualTo(CapabilityEvidence.IariAndSdp));
        Assert.That(DescriptionOf(pair, "SIP/2.0 200", "OPTIONS").Media[0].Protocol, Is.EqualTo("TCP/TLS/MSRP"));
    }

    private async Task<SharePair> StartAsync(MsrpSecurity alice, MsrpSecurity bob, Func<ImageShareOptions, ImageShareOptions>? both = null)
    {
        both ??= static o => o;
        return await SharePair.StartAsync(
            loopback ? SystemNetwork.Instance : new InMemoryNetwork(), o => both(o with { MsrpSecurity = alice }), o => both(o with { MsrpSecurity = bob }));
    }

    private static SessionDescription DescriptionOf(SharePair pair, string start, string? method = null)
    {
        lock (pair.Sent)
        {
            string text = pair.Sent.Where(m => m.StartLine.StartsWith(start, StringComparison.Ordinal)).Select(m => Encoding.UTF8.GetString(m.Bytes.Span))
                .First(t => t.Contains("\r\nv=0", StringComparison.Ordinal) && (method is null || t.Contains($" {method}\r\n", StringComparison.Ordinal)));
            Assert.That(SessionDescription.TryParse(Encoding.UTF8.GetBytes(text[(text.IndexOf("\r\nv=0", StringComparison.Ordinal) + 2)..]), out SessionDescription? description), Is.True);
            return description!;
        }
    }
}
