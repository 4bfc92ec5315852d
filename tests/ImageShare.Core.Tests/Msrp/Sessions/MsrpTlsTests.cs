using System.Net;
using System.Security.Cryptography.X509Certificates;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>MSRP over TLS between two endpoints: each shows the certificate the other expects, or nothing gets across.</summary>
[TestFixture(false)]
[TestFixture(true)]
[Parallelizable]
public sealed class MsrpTlsTests(bool isTcp) : TlsTest(isTcp)
{
    [TestCase(true)]
    [TestCase(false)]
    [Category("TLS-009")]
    [Category("TLS-010")]
    public async Task Both_ends_show_the_certificate_the_other_expects(bool senderIsActive)
    {
        byte[] data = new byte[1_000_000];
        Random.Shared.NextBytes(data);
        var receiver = new CollectingReceiver();
        var seenByAlice = new List<byte[]>();
        var seenByBob = new List<byte[]>();
        MsrpSession sender = Alice.CreateSession(new MsrpSessionOptions { IsSecure = true });
        MsrpSession taker = Bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = receiver });
        sender.SetPeerPath(new MsrpPath(taker.LocalUri), Expect(Bob, seenByAlice));
        taker.SetPeerPath(new MsrpPath(sender.LocalUri), Expect(Alice, seenByBob));
        await Task.WhenAll(sender.ConnectAsync(senderIsActive, default), taker.ConnectAsync(!senderIsActive, default)).WaitAsync(Patience);
        MsrpSendResult result = await sender.SendAsync(MsrpOutgoingContent.FromMemory(Png, data), null, CancellationToken.None).WaitAsync(Patience);
        Assert.Multiple(() =>
        {
            Assert.That(result.Outcome, Is.EqualTo(MsrpSendOutcome.Completed));
            Assert.That(receiver.Completed.Result, Is.EqualTo(data));
            Assert.That(sender.LocalUri.ToString(), Does.StartWith("msrps://127.0.0.1:" + Alice.TlsLocalEndPoint!.Port + "/"));
            Assert.That(seenByAlice, Is.Not.Empty.And.All.EqualTo(Bob.Certificate!.RawData));
            Assert.That(seenByBob, Is.Not.Empty.And.All.EqualTo(Alice.Certificate!.RawData));
            Assert.That(Bob.Certificate!.RawData, Is.Not.EqualTo(Alice.Certificate!.RawData), "each its own");
            Assert.That(Bob.Certificate.GetECDsaPublicKey()!.KeySize, Is.EqualTo(256));
        });
    }

    [Test]
    [Category("TLS-009")]
    public async Task Who_is_dialled_and_shows_another_certificate_gets_nothing()
    {
        var receiver = new CollectingReceiver();
        MsrpSession sender = Alice.CreateSession(new MsrpSessionOptions { IsSecure = true });
        MsrpSession taker = Bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = receiver });
        sender.SetPeerPath(new MsrpPath(taker.LocalUri), Expect(Alice));
        taker.SetPeerPath(new MsrpPath(sender.LocalUri), Expect(Alice));
        ImageShareException e = await ThrowsAsync(() => sender.ConnectAsync(active: true, default).WaitAsync(Patience));
        Assert.Multiple(() =>
        {
            Assert.That(e.Error, Is.EqualTo(ImageShareError.CertificateNotTrusted), e.Message);
            Assert.That(sender.Ended.IsCompleted, Is.True);
            Assert.That(sender.Ended.Result.Reason, Is.EqualTo(MsrpSessionEndReason.NotTrusted));
            Assert.That(taker.Ended.IsCompleted, Is.False, "nobody named it");
            Assert.That(receiver.Begins, Is.Zero);
        });
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("TLS-009")]
    [Category("TLS-010")]
    public async Task Who_dials_with_another_certificate_gets_no_answer_and_the_session_ends(bool peerNamedOne)
    {
        var receiver = new CollectingReceiver();
        MsrpSession taker = Bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = receiver });
        await using RawMsrpPeer mallory = await DialTlsAsync(TestCertificates.Loopback);
        taker.SetPeerPath(new MsrpPath(mallory.Uri), peerNamedOne ? Expect(Alice) : null);
        await mallory.SendAsync(taker.LocalUri, "abcd1234", "Byte-Range: 1-5/5\r\n", "hello", '$');
        Assert.That(await EndOrResetAsync(mallory), Is.Null);
        MsrpSessionEnd end = await taker.Ended.WaitAsync(Patience);
        Assert.That(end.Reason, Is.EqualTo(MsrpSessionEndReason.NotTrusted));
        Assert.That(receiver.Begins, Is.Zero);
        ImageShareException e = await ThrowsAsync(() => taker.ConnectAsync(active: false, default).WaitAsync(Patience));
        Assert.That(e.Error, Is.EqualTo(ImageShareError.CertificateNotTrusted));
    }

    [TestCase(true, "msrp")]
    [TestCase(false, "msrps")]
    [Category("TLS-006")]
    public async Task Neither_kind_of_session_dials_the_other_kind(bool isSecure, string peer)
    {
        MsrpSession session = Alice.CreateSession(new MsrpSessionOptions { IsSecure = isSecure });
        session.SetPeerPath(MsrpPath.Parse($"{peer}://127.0.0.1:{Bob.LocalEndPoint.Port}/peer;IsTcp"), static _ => true);
        ImageShareException e = await ThrowsAsync(() => session.ConnectAsync(active: true, default).WaitAsync(Patience));
        Assert.That(e.Error, Is.EqualTo(ImageShareError.PeerUnreachable), e.Message);
    }

    [Test]
    [Category("TLS-009")]
    public async Task A_connection_good_for_one_peer_is_not_used_for_another()
    {
        MsrpSession first = Bob.CreateSession(new MsrpSessionOptions { IsSecure = true });
        MsrpSession second = Bob.CreateSession(new MsrpSessionOptions { IsSecure = true });
        MsrpSession one = Alice.CreateSession(new MsrpSessionOptions { IsSecure = true });
        MsrpSession two = Alice.CreateSession(new MsrpSessionOptions { IsSecure = true });
        one.SetPeerPath(new MsrpPath(first.LocalUri), Expect(Bob));
        await one.ConnectAsync(active: true, default).WaitAsync(Patience);
        two.SetPeerPath(new MsrpPath(second.LocalUri), Expect(Alice));
        ImageShareException e = await ThrowsAsync(() => two.ConnectAsync(active: true, default).WaitAsync(Patience));
        Assert.That(e.Error, Is.EqualTo(ImageShareError.CertificateNotTrusted));
        Assert.That(one.Ended.IsCompleted, Is.False);

        // Nor is one that a fingerprint was good for, when only the name counts.
        MsrpSession three = Alice.CreateSession(new MsrpSessionOptions { IsSecure = true });
        three.SetPeerPath(new MsrpPath(second.LocalUri));
        e = await ThrowsAsync(() => three.ConnectAsync(active: true, default).WaitAsync(Patience));
        Assert.That(e.Error, Is.EqualTo(ImageShareError.CertificateNotTrusted));
    }

    private static IEnumerable<TestCaseData> Servers()
    {
        X509Certificate2 good = TestCertificates.Make("localhost");
        yield return new TestCaseData(good, null, null).SetArgDisplayNames("good");
        yield return new TestCaseData(TestCertificates.Make("other.example"), null, "for localhost").SetArgDisplayNames("wrong name");
        yield return new TestCaseData(TestCertificates.Make(TestCertificates.Authority, -20, -1, "localhost"), null, "valid from").SetArgDisplayNames("expired");
        yield return new TestCaseData(TestCertificates.Make(null, -1, 10, "localhost"), null, "trusted roots").SetArgDisplayNames("self-signed");
        yield return new TestCaseData(TestCertificates.Make(null, -1, 10, "localhost"), true, null).SetArgDisplayNames("self-signed, its fingerprint known");
        yield return new TestCaseData(TestCertificates.Make(null, -20, -1, "other.example"), true, null).SetArgDisplayNames("all of it wrong, its fingerprint known");
        yield return new TestCaseData(good, false, "session description").SetArgDisplayNames("good, and another fingerprint known");
    }

    [TestCaseSource(nameof(Servers))]
    [Category("TLS-007")]
    public async Task A_server_is_who_its_name_says_unless_its_fingerprint_says_it(X509Certificate2 certificate, bool? fingerprint, string? fault)
    {
        await using MsrpEndpoint alice = MsrpEndpoint.Start(Network, new MsrpEndpointOptions { Tls = new TlsOptions { TrustedRoots = [TestCertificates.Authority] } });
        await using IStreamListener listener = Network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        MsrpSession session = alice.CreateSession(new MsrpSessionOptions { IsSecure = true });
        session.SetPeerPath(
            MsrpPath.Parse($"msrps://localhost:{listener.LocalEndPoint.Port}/abcdef;IsTcp"),
            fingerprint is { } matches ? shown => shown.Span.SequenceEqual(certificate.RawData) == matches : null);
        Task connecting = session.ConnectAsync(active: true, default);
        IStreamConnection stream = (await listener.AcceptAsync(default).AsTask().WaitAsync(Patience))!;
        Task<TlsConnection> accepting = new TlsEndpoint(new TlsOptions { Certificate = certificate })
            .AcceptAsync(stream, asksForCertificate: true, static (_, _, _, _) => null, default).AsTask();
        if (fault is null)
        {
            TlsConnection server = await accepting.WaitAsync(Patience);
            await connecting.WaitAsync(Patience);
            Assert.That(server.ServerName, Is.EqualTo("localhost"), "SNI");
            Assert.That(server.PeerCertificate!.RawData, Is.EqualTo(alice.Certificate!.RawData));
            await using var peer = new RawMsrpPeer(server);
            Assert.That((await peer.ReadAsync())!.Method, Is.EqualTo("SEND"));
            return;
        }

        ImageShareException e = await ThrowsAsync(() => connecting.WaitAsync(Patience));
        Assert.That((e.Error, session.Ended.Result.Reason), Is.EqualTo((ImageShareError.CertificateNotTrusted, MsrpSessionEndReason.NotTrusted)));
        Assert.That(e.Message, Does.Contain(fault));

        // TLS 1.3 lets the server finish before it reads the refusal; MSRP it never reads.
        try
        {
            TlsConnection server = await accepting.WaitAsync(Patience);
            await using var peer = new RawMsrpPeer(server);
            Assert.That(await EndOrResetAsync(peer), Is.Null);
        }
        catch (ImageShareException)
        {
            // Refused in the handshake.
        }
    }

    private static Func<ReadOnlyMemory<byte>, bool> Expect(MsrpEndpoint endpoint, List<byte[]>? seen = null) => certificate =>
    {
        lock (endpoint)
        {
            seen?.Add(certificate.ToArray());
        }

        return certificate.Span.SequenceEqual(endpoint.Certificate!.RawData);
    };
}
