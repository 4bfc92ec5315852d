using ImageShare.Core.Images.Stores;
using ImageShare.Core.Msrp;
using ImageShare.Core.Net;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Hostile;

/// <summary>Phones that agree on TLS and do something else.</summary>
[TestFixture]
[Parallelizable]
public sealed class HostileMsrpsTests
{
    private const string Selector = "name:\"a.png\" type:image/png size:5";

    private static readonly string Right = Fingerprint.FromCertificate(TestCertificates.Loopback.RawData).ToString();
    private static readonly string Wrong = Fingerprint.FromCertificate(TestCertificates.Authority.RawData).ToString();

    private readonly InMemoryNetwork _network = new();
    private ImageShareClient _bob = null!;
    private RawPhone _phone = null!;

    [SetUp]
    public async Task SetUp()
    {
        _bob = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = Core.Sip.SipUri.Parse("sip:bob@ims.example"),
            Network = _network,
            MsrpSecurity = MsrpSecurity.Offered,
        });
        _phone = new RawPhone(_network);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _bob.DisposeAsync();
        await _phone.DisposeAsync();
    }

    private static IEnumerable<TestCaseData> Offers()
    {
        yield return new TestCaseData("TCP/TLS/MSRP", "msrps", Right, "actpass", "180").SetArgDisplayNames("TLS and msrps");
        yield return new TestCaseData("TCP/MSRP", "msrp", null, "actpass", "180").SetArgDisplayNames("plain and msrp");
        yield return new TestCaseData("TCP/TLS/MSRP", "msrp", Right, "actpass", "488 MSRP Path Does Not Go With Protocol").SetArgDisplayNames("TLS and msrp");
        yield return new TestCaseData("TCP/MSRP", "msrps", Right, "actpass", "488 MSRP Path Does Not Go With Protocol").SetArgDisplayNames("plain and msrps");
        yield return new TestCaseData("TCP/TLS/MSRP", "msrps", "md5 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF", "actpass", "488 No Usable Fingerprint").SetArgDisplayNames("MD5");
        yield return new TestCaseData("TCP/TLS/MSRP", "msrps", "sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33", "actpass", "488 No Usable Fingerprint").SetArgDisplayNames("SHA-1");
        yield return new TestCaseData("TCP/TLS/MSRP", "msrps", null, "actpass", "488 No Fingerprint").SetArgDisplayNames("none, and it will connect");
        yield return new TestCaseData("TCP/TLS/MSRP", "msrps", null, "passive", "180").SetArgDisplayNames("none, and its name will be verified");
    }

    [TestCaseSource(nameof(Offers))]
    [Category("TLS-006")]
    [Category("TLS-008")]
    public async Task An_offer_has_to_fit_together(string protocol, string scheme, string? fingerprint, string setup, string expected)
    {
        await _phone.SendAsync(_bob.Address, _phone.Request("INVITE", _bob.Address, "call1", body: Offer(protocol, scheme, fingerprint, setup)));
        string response;
        do
        {
            response = await _phone.ReceiveAsync("SIP/2.0 ");
        }
        while (response.StartsWith("SIP/2.0 100", StringComparison.Ordinal));
        Assert.That(response.Split("\r\n")[0], Does.StartWith("SIP/2.0 " + expected));
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("TLS-009")]
    [Category("TLS-010")]
    public async Task A_caller_with_another_certificate_than_it_named_gets_nothing_across(bool named)
    {
        (ImageShareSession incoming, string response) = await CallAsync(named ? Right : Wrong);
        MsrpUri to = MsrpUri.Parse(RawPhone.Line(response, "a=path:"));
        IStreamConnection stream = await _network.ConnectAsync(new(to.Address!, to.Port!.Value), default).AsTask().WaitAsync(SharePair.Patience);
        await using var peer = new RawMsrpPeer(await new TlsEndpoint(new TlsOptions { Certificate = TestCertificates.Loopback })
            .ConnectAsync(stream, "127.0.0.1", static (_, _, _, _) => null, default).AsTask().WaitAsync(SharePair.Patience));
        await peer.SendAsync(to, "abcd1234", "Byte-Range: 1-5/5\r\n", "hello", '$');
        ImageShareResult result = await incoming.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(result.IsCompleted, Is.EqualTo(named), result.Message);
            Assert.That(result.Error, Is.EqualTo(named ? ImageShareError.None : ImageShareError.CertificateNotTrusted));
        });
    }

    [Test]
    [Category("TLS-006")]
    public async Task A_caller_that_goes_on_without_TLS_gets_nothing_across()
    {
        (ImageShareSession incoming, string response) = await CallAsync(Right);
        MsrpUri secure = MsrpUri.Parse(RawPhone.Line(response, "a=path:"));
        await using RawMsrpPeer plain = await RawMsrpPeer.DialAsync(_network, new(secure.Address!, secure.Port!.Value));
        await plain.SendAsync(secure, "abcd1234", "Byte-Range: 1-5/5\r\n", "hello", '$');
        try
        {
            Assert.That(await plain.ReadAsync(), Is.Null);
        }
        catch (IOException)
        {
            // Dropped all the same.
        }

        Assert.That(incoming.Completion.IsCompleted, Is.False, "it waits for the caller");
        await incoming.CancelAsync().WaitAsync(SharePair.Patience);
        Assert.That((await incoming.Completion).BytesTransferred, Is.Zero);
    }

    private static IEnumerable<TestCaseData> Answers()
    {
        yield return new TestCaseData("TCP/TLS/MSRP", "msrps", Right, true, ImageShareError.None).SetArgDisplayNames("right");
        yield return new TestCaseData("TCP/TLS/MSRP", "msrps", Wrong, true, ImageShareError.CertificateNotTrusted).SetArgDisplayNames("wrong fingerprint");
        yield return new TestCaseData("TCP/TLS/MSRP", "msrps", null, true, ImageShareError.CertificateNotTrusted).SetArgDisplayNames("no fingerprint, and nobody vouches");
        yield return new TestCaseData("TCP/TLS/MSRP", "msrps", "md5 00:11", false, ImageShareError.UnacceptableOffer).SetArgDisplayNames("MD5");
        yield return new TestCaseData("TCP/MSRP", "msrp", null, false, ImageShareError.UnacceptableOffer).SetArgDisplayNames("downgrade of both");
        yield return new TestCaseData("TCP/MSRP", "msrps", Right, false, ImageShareError.UnacceptableOffer).SetArgDisplayNames("downgrade of the protocol");
        yield return new TestCaseData("TCP/TLS/MSRP", "msrp", Right, false, ImageShareError.UnacceptableOffer).SetArgDisplayNames("downgrade of the path");
    }

    [TestCaseSource(nameof(Answers))]
    [Category("TLS-006")]
    [Category("TLS-009")]
    public async Task A_callee_that_answers_otherwise_gets_nothing(string protocol, string scheme, string? fingerprint, bool connects, ImageShareError error)
    {
        await using ImageShareSession outgoing = await _bob.ShareAsync(_phone.Address, SharePair.Image(TestImage.Png(500)), new ShareSettings { QueryFirst = false });
        string invite = await _phone.ReceiveAsync("INVITE");
        string path = _phone.Path.Replace("msrp:", scheme + ":", StringComparison.Ordinal);
        string answer = _phone.Sdp(
            $"a=recvonly\r\na=accept-types:*\r\na=path:{path}\r\na=setup:passive\r\na=connection:new\r\n" + (fingerprint is null ? null : $"a=fingerprint:{fingerprint}\r\n"),
            media: $"m=message {_phone.MsrpPort} {protocol} *\r\n");
        await _phone.RespondAsync(invite, "200 OK", answer);
        if (connects)
        {
            RawMsrpPeer raw = await _phone.AcceptAsync();
            try
            {
                TlsConnection tls = await new TlsEndpoint(new TlsOptions { Certificate = TestCertificates.Loopback })
                    .AcceptAsync(raw.Stream, asksForCertificate: true, static (_, _, _, _) => null, default).AsTask().WaitAsync(SharePair.Patience);
                await using var peer = new RawMsrpPeer(tls);
                RawMsrpPeer.Message? first = await peer.ReadAsync();
                Assert.That(first is not null, Is.EqualTo(error == ImageShareError.None));
                if (first is not null)
                {
                    await outgoing.CancelAsync().WaitAsync(SharePair.Patience);
                    return;
                }
            }
            catch (Exception e) when (e is ImageShareException or IOException)
            {
                Assert.That(error, Is.Not.EqualTo(ImageShareError.None), e.Message);
            }
        }

        Task bye = AnswerByeAsync();
        ImageShareResult result = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That((result.State, result.Error), Is.EqualTo((ImageShareState.Failed, error)), result.Message);
        await bye.WaitAsync(SharePair.Patience);
    }

    private async Task AnswerByeAsync() => await _phone.RespondAsync(await _phone.ReceiveAsync("BYE"), "200 OK");

    private async Task<(ImageShareSession Session, string Response)> CallAsync(string fingerprint)
    {
        Task<string> calling = _phone.InviteAsync(_bob.Address, "call1", Offer("TCP/TLS/MSRP", "msrps", fingerprint, "actpass"));
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await using IAsyncEnumerator<ImageShareInvitation> invitations = _bob.Invitations.GetAsyncEnumerator(patience.Token);
        Assert.That(await invitations.MoveNextAsync(), Is.True);
        ImageShareSession incoming = await invitations.Current.AcceptAsync(ImageStore.InMemory());
        return (incoming, await calling);
    }

    private string Offer(string protocol, string scheme, string? fingerprint, string setup) => _phone.Sdp(
        $"a=sendonly\r\na=accept-types:*\r\na=path:{_phone.Path.Replace("msrp:", scheme + ":", StringComparison.Ordinal)}\r\na=setup:{setup}\r\na=connection:new\r\n"
        + (fingerprint is null ? null : $"a=fingerprint:{fingerprint}\r\n") + $"a=file-selector:{Selector}\r\na=file-transfer-id:abc\r\n",
        media: $"m=message {_phone.MsrpPort} {protocol} *\r\n");
}
