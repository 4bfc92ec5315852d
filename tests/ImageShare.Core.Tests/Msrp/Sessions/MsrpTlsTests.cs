using System.Net;
using System.Security.Cryptography.X509Certificates;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>MSRP over TLS between two endpoints, and with a peer who is not who it should be.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class MsrpTlsTests(bool tcp)
{
    private static readonly TimeSpan Patience = RawMsrpPeer.Patience;
    private static readonly MediaType Png = new("image", "png");

    private INetwork _network = null!;
    private MsrpEndpoint _alice = null!;
    private MsrpEndpoint _bob = null!;

    [SetUp]
    public void SetUp()
    {
        _network = tcp ? SystemNetwork.Instance : new InMemoryNetwork();
        _alice = MsrpEndpoint.Start(_network, new MsrpEndpointOptions { Tls = TlsOptions.Default });
        _bob = MsrpEndpoint.Start(_network, new MsrpEndpointOptions { Tls = TlsOptions.Default });
    }

    [TearDown]
    public async Task TearDown()
    {
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
    }

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
        MsrpSession sender = _alice.CreateSession(new MsrpSessionOptions { IsSecure = true });
        MsrpSession taker = _bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = receiver });
        sender.SetPeerPath(new MsrpPath(taker.LocalUri), Expect(_bob, seenByAlice));
        taker.SetPeerPath(new MsrpPath(sender.LocalUri), Expect(_alice, seenByBob));
        await Task.WhenAll(sender.ConnectAsync(senderIsActive, default), taker.ConnectAsync(!senderIsActive, default)).WaitAsync(Patience);
        MsrpSendResult result = await sender.SendAsync(MsrpOutgoingContent.FromMemory(Png, data), null, CancellationToken.None).WaitAsync(Patience);
        Assert.Multiple(() =>
        {
            Assert.That(result.Outcome, Is.EqualTo(MsrpSendOutcome.Completed));
            Assert.That(receiver.Completed.Result, Is.EqualTo(data));
            Assert.That(sender.LocalUri.ToString(), Does.StartWith("msrps://127.0.0.1:" + _alice.SecureLocalEndPoint!.Port + "/"));
            Assert.That(seenByAlice, Is.Not.Empty.And.All.EqualTo(_bob.Certificate!.RawData));
            Assert.That(seenByBob, Is.Not.Empty.And.All.EqualTo(_alice.Certificate!.RawData));
            Assert.That(_bob.Certificate!.RawData, Is.Not.EqualTo(_alice.Certificate!.RawData), "each its own");
            Assert.That(_bob.Certificate.GetECDsaPublicKey()!.KeySize, Is.EqualTo(256));
        });
    }

    [Test]
    [Category("TLS-009")]
    public async Task Who_is_dialled_and_shows_another_certificate_gets_nothing()
    {
        var receiver = new CollectingReceiver();
        MsrpSession sender = _alice.CreateSession(new MsrpSessionOptions { IsSecure = true });
        MsrpSession taker = _bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = receiver });
        sender.SetPeerPath(new MsrpPath(taker.LocalUri), Expect(_alice));
        taker.SetPeerPath(new MsrpPath(sender.LocalUri), Expect(_alice));
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
        MsrpSession taker = _bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = receiver });
        await using RawMsrpPeer mallory = await DialTlsAsync(TestCertificates.Loopback);
        taker.SetPeerPath(new MsrpPath(mallory.Uri), peerNamedOne ? Expect(_alice) : null);
        await mallory.SendAsync(taker.LocalUri, "abcd1234", "Byte-Range: 1-5/5\r\n", "hello", '$');
        Assert.That(await EndOrResetAsync(mallory), Is.Null);
        MsrpSessionEnd end = await taker.Ended.WaitAsync(Patience);
        Assert.That(end.Reason, Is.EqualTo(MsrpSessionEndReason.NotTrusted));
        Assert.That(receiver.Begins, Is.Zero);
        ImageShareException e = await ThrowsAsync(() => taker.ConnectAsync(active: false, default).WaitAsync(Patience));
        Assert.That(e.Error, Is.EqualTo(ImageShareError.CertificateNotTrusted));
    }

    [Test]
    [Category("TLS-010")]
    public async Task A_client_without_certificate_is_sent_away_in_the_handshake()
    {
        var receiver = new CollectingReceiver();
        MsrpSession taker = _bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = receiver });
        taker.SetPeerPath(MsrpPath.Parse("msrps://127.0.0.1:9999/peer;tcp"), static _ => true);
        RawMsrpPeer? nobody = null;
        try
        {
            // With TLS 1.3 the client learns of it only when it reads.
            nobody = await DialTlsAsync(null);
            await nobody.SendAsync(taker.LocalUri, "abcd1234", "Byte-Range: 1-5/5\r\n", "hello", '$');
            Assert.That(await EndOrResetAsync(nobody), Is.Null);
        }
        catch (Exception e) when (e is ImageShareException or IOException)
        {
            // As it should be.
        }

        // The session is there still for the one it is meant for.
        await AssertTakesAsync(taker, receiver);
        if (nobody is not null)
        {
            await nobody.DisposeAsync();
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("TLS-010")]
    public async Task What_comes_before_the_answer_waits_until_it_is_known_whose_it_is(bool isPeer)
    {
        var receiver = new CollectingReceiver();
        MsrpSession taker = _bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = receiver });
        await using RawMsrpPeer peer = await DialTlsAsync(TestCertificates.Loopback);
        await peer.SendAsync(taker.LocalUri, "abcd1234", "Byte-Range: 1-5/5\r\n", "hello", '$');
        Task<RawMsrpPeer.Message?> response = EndOrResetAsync(peer);

        // Another session on another connection goes all its way meanwhile: this one had its chance.
        var other = new CollectingReceiver();
        MsrpSession witness = _bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = other });
        witness.SetPeerPath(MsrpPath.Parse("msrps://127.0.0.1:9999/peer;tcp"), static _ => true);
        await AssertTakesAsync(witness, other);
        Assert.That((response.IsCompleted, receiver.Begins), Is.EqualTo((false, 0)));
        byte[] expected = isPeer ? TestCertificates.Loopback.RawData : _alice.Certificate!.RawData;
        taker.SetPeerPath(new MsrpPath(peer.Uri), certificate => certificate.Span.SequenceEqual(expected));
        RawMsrpPeer.Message? answer = await response.WaitAsync(Patience);
        Assert.That(answer?.Status, isPeer ? Is.EqualTo(200) : Is.Null);
        Assert.That(receiver.Begins, Is.EqualTo(isPeer ? 1 : 0));
    }

    [Test]
    [Category("TLS-010")]
    public async Task Waiting_for_the_answer_has_an_end()
    {
        var time = new ManualTimeProvider();
        await using MsrpEndpoint bob = MsrpEndpoint.Start(_network, new MsrpEndpointOptions { Tls = TlsOptions.Default, TimeProvider = time });
        var receiver = new CollectingReceiver();
        MsrpSession taker = bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = receiver });
        await using RawMsrpPeer peer = await DialTlsAsync(TestCertificates.Loopback, bob);
        await peer.SendAsync(taker.LocalUri, "abcd1234", "Byte-Range: 1-5/5\r\n", "hello", '$');
        Task<RawMsrpPeer.Message?> response = EndOrResetAsync(peer);
        await time.DriveAsync(response, stepSeconds: 1);
        Assert.That((response.Result, receiver.Begins), Is.EqualTo(((RawMsrpPeer.Message?)null, 0)));
    }

    [Test]
    [Category("TLS-006")]
    public async Task Plain_MSRP_on_the_TLS_port_is_sent_away()
    {
        var receiver = new CollectingReceiver();
        MsrpSession taker = _bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = receiver });
        taker.SetPeerPath(MsrpPath.Parse("msrps://127.0.0.1:9999/peer;tcp"), static _ => true);
        await using RawMsrpPeer plain = await RawMsrpPeer.DialAsync(_network, _bob.SecureLocalEndPoint!);
        await plain.SendAsync(taker.LocalUri, "abcd1234", "Byte-Range: 1-5/5\r\n", "hello", '$');
        Assert.That(await EndOrResetAsync(plain), Is.Null);
        await AssertTakesAsync(taker, receiver);
    }

    [TestCase("msrps")]
    [TestCase("msrp")]
    [Category("TLS-006")]
    public async Task A_session_with_TLS_cannot_be_bound_on_the_plain_port(string scheme)
    {
        var receiver = new CollectingReceiver();
        MsrpSession taker = _bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = receiver });
        taker.SetPeerPath(MsrpPath.Parse("msrps://127.0.0.1:9999/peer;tcp"), static _ => true);
        await using RawMsrpPeer plain = await RawMsrpPeer.DialAsync(_network, _bob.LocalEndPoint);
        MsrpUri to = MsrpUri.Parse(taker.LocalUri.ToString().Replace("msrps:", scheme + ":", StringComparison.Ordinal));
        await plain.SendAsync(to, "abcd1234", "Byte-Range: 1-5/5\r\n", "hello", '$');
        RawMsrpPeer.Message? answer = await EndOrResetAsync(plain);
        Assert.That(answer?.Status, scheme == "msrp" ? Is.EqualTo(481) : Is.Null);
        Assert.That((receiver.Begins, taker.Ended.IsCompleted), Is.EqualTo((0, false)));
        await AssertTakesAsync(taker, receiver);
    }

    [TestCase(true, "msrp")]
    [TestCase(false, "msrps")]
    [Category("TLS-006")]
    public async Task Neither_kind_of_session_dials_the_other_kind(bool isSecure, string peer)
    {
        MsrpSession session = _alice.CreateSession(new MsrpSessionOptions { IsSecure = isSecure });
        session.SetPeerPath(MsrpPath.Parse($"{peer}://127.0.0.1:{_bob.LocalEndPoint.Port}/peer;tcp"), static _ => true);
        ImageShareException e = await ThrowsAsync(() => session.ConnectAsync(active: true, default).WaitAsync(Patience));
        Assert.That(e.Error, Is.EqualTo(ImageShareError.PeerUnreachable), e.Message);
    }

    [Test]
    [Category("TLS-010")]
    public async Task A_handshake_that_never_ends_is_given_up()
    {
        var time = new ManualTimeProvider();
        await using MsrpEndpoint bob = MsrpEndpoint.Start(_network, new MsrpEndpointOptions
        {
            Tls = TlsOptions.Default,
            TimeProvider = time,
            ConnectTimeout = TimeSpan.FromSeconds(20),
            Limits = MsrpLimits.Default with { MaxUnboundConnectionsPerAddress = 1 },
        });
        await using RawMsrpPeer silent = await RawMsrpPeer.DialAsync(_network, bob.SecureLocalEndPoint!);
        Task<RawMsrpPeer.Message?> end = EndOrResetAsync(silent);

        // It takes the only place there is.
        try
        {
            await using RawMsrpPeer second = await RawMsrpPeer.DialAsync(_network, bob.SecureLocalEndPoint!);
            Assert.That(await EndOrResetAsync(second), Is.Null);
        }
        catch (ImageShareException)
        {
            // The reset was faster than the connection.
        }

        Assert.That(end.IsCompleted, Is.False);
        await time.DriveAsync(end, stepSeconds: 1, mostSeconds: 60);

        // And gives it back, in a moment: then a handshake goes through again.
        using var patience = new CancellationTokenSource(Patience);
        while (!await CanDialAsync(bob))
        {
            await Task.Yield();
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    [Test]
    public async Task Disposing_does_not_wait_for_handshakes()
    {
        await using RawMsrpPeer silent = await RawMsrpPeer.DialAsync(_network, _bob.SecureLocalEndPoint!);
        await _bob.DisposeAsync().AsTask().WaitAsync(Patience);
        Assert.That(await EndOrResetAsync(silent), Is.Null);
    }

    [Test]
    [Category("TLS-009")]
    public async Task A_connection_good_for_one_peer_is_not_used_for_another()
    {
        MsrpSession first = _bob.CreateSession(new MsrpSessionOptions { IsSecure = true });
        MsrpSession second = _bob.CreateSession(new MsrpSessionOptions { IsSecure = true });
        MsrpSession one = _alice.CreateSession(new MsrpSessionOptions { IsSecure = true });
        MsrpSession two = _alice.CreateSession(new MsrpSessionOptions { IsSecure = true });
        one.SetPeerPath(new MsrpPath(first.LocalUri), Expect(_bob));
        await one.ConnectAsync(active: true, default).WaitAsync(Patience);
        two.SetPeerPath(new MsrpPath(second.LocalUri), Expect(_alice));
        ImageShareException e = await ThrowsAsync(() => two.ConnectAsync(active: true, default).WaitAsync(Patience));
        Assert.That(e.Error, Is.EqualTo(ImageShareError.CertificateNotTrusted));
        Assert.That(one.Ended.IsCompleted, Is.False);

        // Nor is one that a fingerprint was good for, when only the name counts.
        MsrpSession three = _alice.CreateSession(new MsrpSessionOptions { IsSecure = true });
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
        await using MsrpEndpoint alice = MsrpEndpoint.Start(_network, new MsrpEndpointOptions { Tls = new TlsOptions { TrustedRoots = [TestCertificates.Authority] } });
        await using IStreamListener listener = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        MsrpSession session = alice.CreateSession(new MsrpSessionOptions { IsSecure = true });
        session.SetPeerPath(
            MsrpPath.Parse($"msrps://localhost:{listener.LocalEndPoint.Port}/abcdef;tcp"),
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

    [Test]
    public async Task An_endpoint_without_TLS_makes_no_session_with_it()
    {
        await using MsrpEndpoint plain = MsrpEndpoint.Start(_network, new MsrpEndpointOptions());
        ImageShareException e = Assert.Throws<ImageShareException>(() => plain.CreateSession(new MsrpSessionOptions { IsSecure = true }))!;
        Assert.That((e.Error, plain.SecureLocalEndPoint, plain.Certificate), Is.EqualTo((ImageShareError.InvalidState, (IPEndPoint?)null, (X509Certificate2?)null)));
    }

    [Test]
    public async Task A_TLS_port_that_is_taken_leaves_nothing_open()
    {
        int port = LoopbackPort();
        Assert.That(
            () => MsrpEndpoint.Start(_network, new MsrpEndpointOptions { LocalEndPoint = new IPEndPoint(IPAddress.Loopback, port), Tls = TlsOptions.Default, TlsPort = _bob.LocalEndPoint.Port }),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.AddressInUse));
        await using MsrpEndpoint again = MsrpEndpoint.Start(_network, new MsrpEndpointOptions { LocalEndPoint = new IPEndPoint(IPAddress.Loopback, port) });
        Assert.That(again.LocalEndPoint.Port, Is.EqualTo(port));
    }

    private static Func<ReadOnlyMemory<byte>, bool> Expect(MsrpEndpoint endpoint, List<byte[]>? seen = null) => certificate =>
    {
        lock (endpoint)
        {
            seen?.Add(certificate.ToArray());
        }

        return certificate.Span.SequenceEqual(endpoint.Certificate!.RawData);
    };

    private int LoopbackPort() => tcp ? Interop.LoopbackPorts.Free() : 4321;

    private async Task<RawMsrpPeer> DialTlsAsync(X509Certificate2? certificate, MsrpEndpoint? to = null)
    {
        IStreamConnection stream = await _network.ConnectAsync((to ?? _bob).SecureLocalEndPoint!, default).AsTask().WaitAsync(Patience);
        var client = new TlsEndpoint(new TlsOptions { Certificate = certificate });
        return new RawMsrpPeer(await client.ConnectAsync(stream, "127.0.0.1", static (_, _, _, _) => null, default).AsTask().WaitAsync(Patience));
    }

    private async Task<bool> CanDialAsync(MsrpEndpoint to)
    {
        try
        {
            await (await DialTlsAsync(TestCertificates.Loopback, to)).DisposeAsync();
            return true;
        }
        catch (ImageShareException)
        {
            return false;
        }
    }

    private async Task AssertTakesAsync(MsrpSession taker, CollectingReceiver receiver)
    {
        await using RawMsrpPeer right = await DialTlsAsync(TestCertificates.Loopback);
        await right.SendAsync(taker.LocalUri, "right123", "Byte-Range: 1-5/5\r\n", "hello", '$');
        Assert.That((await right.ReadAsync())!.Status, Is.EqualTo(200));
        Assert.That(receiver.Completed.IsCompleted, Is.True);
    }

    private static async Task<ImageShareException> ThrowsAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (ImageShareException e)
        {
            return e;
        }

        throw new AssertionException("It should have failed.");
    }

    // Sockets and TLS tell a reset in their own ways.
    private static async Task<RawMsrpPeer.Message?> EndOrResetAsync(RawMsrpPeer peer)
    {
        try
        {
            return await peer.ReadAsync();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
