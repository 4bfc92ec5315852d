using System.Net;
using System.Security.Cryptography.X509Certificates;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>Whom an endpoint with TLS lets in, and for how long it waits.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class MsrpTlsListenerTests(bool isTcp) : TlsTest(isTcp)
{
    [Test]
    [Category("TLS-010")]
    public async Task A_client_without_certificate_is_sent_away_in_the_handshake()
    {
        var receiver = new CollectingReceiver();
        MsrpSession taker = Bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = receiver });
        taker.SetPeerPath(MsrpPath.Parse("msrps://127.0.0.1:9999/peer;IsTcp"), static _ => true);
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
        MsrpSession taker = Bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = receiver });
        await using RawMsrpPeer peer = await DialTlsAsync(TestCertificates.Loopback);
        await peer.SendAsync(taker.LocalUri, "abcd1234", "Byte-Range: 1-5/5\r\n", "hello", '$');
        Task<RawMsrpPeer.Message?> response = EndOrResetAsync(peer);

        // Another session on another connection goes all its way meanwhile: this one had its chance.
        var other = new CollectingReceiver();
        MsrpSession witness = Bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = other });
        witness.SetPeerPath(MsrpPath.Parse("msrps://127.0.0.1:9999/peer;IsTcp"), static _ => true);
        await AssertTakesAsync(witness, other);
        Assert.That((response.IsCompleted, receiver.Begins), Is.EqualTo((false, 0)));
        byte[] expected = isPeer ? TestCertificates.Loopback.RawData : Alice.Certificate!.RawData;
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
        await using MsrpEndpoint bob = MsrpEndpoint.Start(Network, new MsrpEndpointOptions { Tls = TlsOptions.Default, TimeProvider = time });
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
        MsrpSession taker = Bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = receiver });
        taker.SetPeerPath(MsrpPath.Parse("msrps://127.0.0.1:9999/peer;IsTcp"), static _ => true);
        await using RawMsrpPeer plain = await RawMsrpPeer.DialAsync(Network, Bob.TlsLocalEndPoint!);
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
        MsrpSession taker = Bob.CreateSession(new MsrpSessionOptions { IsSecure = true, Receiver = receiver });
        taker.SetPeerPath(MsrpPath.Parse("msrps://127.0.0.1:9999/peer;IsTcp"), static _ => true);
        await using RawMsrpPeer plain = await RawMsrpPeer.DialAsync(Network, Bob.LocalEndPoint);
        MsrpUri to = MsrpUri.Parse(taker.LocalUri.ToString().Replace("msrps:", scheme + ":", StringComparison.Ordinal));
        await plain.SendAsync(to, "abcd1234", "Byte-Range: 1-5/5\r\n", "hello", '$');
        RawMsrpPeer.Message? answer = await EndOrResetAsync(plain);
        Assert.That(answer?.Status, scheme == "msrp" ? Is.EqualTo(481) : Is.Null);
        Assert.That((receiver.Begins, taker.Ended.IsCompleted), Is.EqualTo((0, false)));
        await AssertTakesAsync(taker, receiver);
    }

    [Test]
    [Category("TLS-010")]
    public async Task A_handshake_that_never_ends_is_given_up()
    {
        var time = new ManualTimeProvider();
        await using MsrpEndpoint bob = MsrpEndpoint.Start(Network, new MsrpEndpointOptions
        {
            Tls = TlsOptions.Default,
            TimeProvider = time,
            ConnectTimeout = TimeSpan.FromSeconds(20),
            Limits = MsrpLimits.Default with { MaxUnboundConnectionsPerAddress = 1 },
        });
        await using RawMsrpPeer silent = await RawMsrpPeer.DialAsync(Network, bob.TlsLocalEndPoint!);
        Task<RawMsrpPeer.Message?> end = EndOrResetAsync(silent);

        // It takes the only place there is.
        try
        {
            await using RawMsrpPeer second = await RawMsrpPeer.DialAsync(Network, bob.TlsLocalEndPoint!);
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
        await using RawMsrpPeer silent = await RawMsrpPeer.DialAsync(Network, Bob.TlsLocalEndPoint!);
        await Bob.DisposeAsync().AsTask().WaitAsync(Patience);
        Assert.That(await EndOrResetAsync(silent), Is.Null);
    }

    [Test]
    public async Task An_endpoint_without_TLS_makes_no_session_with_it()
    {
        await using MsrpEndpoint plain = MsrpEndpoint.Start(Network, new MsrpEndpointOptions());
        ImageShareException e = Assert.Throws<ImageShareException>(() => plain.CreateSession(new MsrpSessionOptions { IsSecure = true }))!;
        Assert.That((e.Error, plain.TlsLocalEndPoint, plain.Certificate), Is.EqualTo((ImageShareError.InvalidState, (IPEndPoint?)null, (X509Certificate2?)null)));
    }

    [Test]
    public async Task A_TLS_port_that_is_taken_leaves_nothing_open()
    {
        int port = LoopbackPort();
        Assert.That(
            () => MsrpEndpoint.Start(Network, new MsrpEndpointOptions { LocalEndPoint = new IPEndPoint(IPAddress.Loopback, port), Tls = TlsOptions.Default, TlsPort = Bob.LocalEndPoint.Port }),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.AddressInUse));
        await using MsrpEndpoint again = MsrpEndpoint.Start(Network, new MsrpEndpointOptions { LocalEndPoint = new IPEndPoint(IPAddress.Loopback, port) });
        Assert.That(again.LocalEndPoint.Port, Is.EqualTo(port));
    }

    private int LoopbackPort() => IsTcp ? Interop.LoopbackPorts.Free() : 4321;

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
}
