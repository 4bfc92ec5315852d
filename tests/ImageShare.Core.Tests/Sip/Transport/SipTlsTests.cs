using System.Net;
using System.Security.Cryptography.X509Certificates;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.Transport;

/// <summary>SIP over TLS, over the in-memory network and over the machine's own loopback.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class SipTlsTests(bool loopback)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TlsOptions Trusting = new() { TrustedRoots = [TestCertificates.Authority] };

    private readonly List<SipTransport> _transports = [];
    private INetwork _network = null!;

    [SetUp]
    public void SetUp() => _network = loopback ? SystemNetwork.Instance : new InMemoryNetwork();

    [TearDown]
    public async Task TearDown()
    {
        foreach (SipTransport transport in _transports)
        {
            await transport.DisposeAsync();
        }

        _transports.Clear();
    }

    [TestCase("sips:b@127.0.0.1:{port}", null)]
    [TestCase("sips:b@127.0.0.1:{port}", SipProtocol.Udp)]
    [TestCase("sips:b@127.0.0.1:{port};transport=tcp", null)]
    [TestCase("sip:b@127.0.0.1:{port};transport=tls", null)]
    [TestCase("sip:b@127.0.0.1:{port};transport=TLS", SipProtocol.Tcp)]
    [TestCase("sip:b@127.0.0.1:{port}", SipProtocol.Tls)]
    [Category("SIPT-010")]
    public async Task A_request_goes_over_TLS_and_its_answer_comes_back_on_the_same_connection(string uri, SipProtocol? isFixed)
    {
        (SipTransport bob, RecordingReceiver atBob) = Start(With(TestCertificates.Loopback));
        Answer(bob, atBob);
        (SipTransport alice, RecordingReceiver atAlice) = Start(Trusting, isFixed: isFixed);
        SipDestination destination = await ResolveAsync(alice, uri, bob);
        Assert.That((destination.Protocol, destination.EndPoint), Is.EqualTo((SipProtocol.Tls, bob.TlsLocalEndPoint)));
        await SendAsync(alice, destination, "c1");
        (SipMessage request, SipSource source) = await atBob.NextAsync();
        (SipMessage response, SipSource back) = await atAlice.NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(source.Protocol, Is.EqualTo(SipProtocol.Tls));
            Assert.That(request.Headers.TopVia!.Transport, Is.EqualTo("TLS"));
            Assert.That(response.Headers.CallId, Is.EqualTo("c1"));
            Assert.That((back.Protocol, back.Remote), Is.EqualTo((SipProtocol.Tls, bob.TlsLocalEndPoint)));
            Assert.That((alice.ConnectionCount, bob.ConnectionCount), Is.EqualTo((1, 1)));
        });
    }

    [Test]
    [Category("SIPT-010")]
    public async Task A_certificate_for_another_name_gets_no_octet_of_SIP()
    {
        (SipTransport bob, RecordingReceiver atBob) = Start(With(TestCertificates.Make("localhost")));
        (SipTransport alice, RecordingReceiver _) = Start(With(TestCertificates.Loopback));
        SipDestination wrong = await ResolveAsync(alice, "sips:b@127.0.0.1:{port}", bob);
        ImageShareException refused = await FailureOfAsync(SendAsync(alice, wrong, "wrong"));
        Assert.That((refused.Error, refused.Message), Is.EqualTo((ImageShareError.CertificateNotTrusted, refused.Message)));
        Assert.That(refused.Message, Does.Contain("not for 127.0.0.1 but for localhost"));

        SipDestination right = await ResolveAsync(alice, "sips:b@localhost:{port}", bob);
        Assert.That((right.EndPoint, right.ServerName), Is.EqualTo((wrong.EndPoint, "localhost")));
        await SendAsync(alice, right, "right");
        Assert.That((await atBob.NextAsync()).Message.Headers.CallId, Is.EqualTo("right"));
        Assert.That(bob.Statistics.MessagesReceived, Is.EqualTo(1));
    }

    [Test]
    [Category("SIPT-010")]
    public async Task Without_a_certificate_of_its_own_a_client_still_verifies()
    {
        (SipTransport bob, _) = Start(With(TestCertificates.Make(TestCertificates.Stranger, -1, 10, "127.0.0.1")));
        (SipTransport alice, _) = Start(Trusting);
        ImageShareException refused = await FailureOfAsync(ResolveAsync(alice, "sips:b@127.0.0.1:{port}", bob));
        Assert.That(refused.Error, Is.EqualTo(ImageShareError.CertificateNotTrusted));
        Assert.That(alice.ConnectionCount, Is.Zero);
    }

    [Test]
    public async Task A_connection_is_reused_for_the_name_it_was_verified_for_and_for_no_other()
    {
        string[] names = ["a.example", "b.example", "c.example"];
        _network = new NamingNetwork(_network, names.ToDictionary(static n => n, static _ => IPAddress.Loopback, StringComparer.OrdinalIgnoreCase));
        (SipTransport bob, RecordingReceiver atBob) = Start(With(TestCertificates.Make("a.example", "b.example")));
        (SipTransport alice, _) = Start(With(TestCertificates.Loopback));
        foreach ((string name, int connections) in ((string, int)[])[("a.example", 1), ("A.EXAMPLE", 1), ("b.example", 2), ("a.example", 2)])
        {
            await SendAsync(alice, await ResolveAsync(alice, $"sips:b@{name}:{{port}}", bob), name);
            await atBob.NextAsync();
            Assert.That(bob.ConnectionCount, Is.EqualTo(connections), name);
        }

        ImageShareException refused = await FailureOfAsync(SendAsync(alice, await ResolveAsync(alice, "sips:b@c.example:{port}", bob), "c"));
        Assert.That(refused.Error, Is.EqualTo(ImageShareError.CertificateNotTrusted));
        Assert.That(bob.Statistics.MessagesReceived, Is.EqualTo(4));
    }

    [Test]
    public async Task TCP_and_TLS_to_one_address_are_two_connections()
    {
        await using IStreamListener listener = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        (SipTransport alice, _) = Start(With(TestCertificates.Loopback));
        await SendAsync(alice, new SipDestination(listener.LocalEndPoint, SipProtocol.Tcp), "clear");
        await using IStreamConnection? first = await AcceptAsync(listener);
        Assert.That((await first!.ReadMessageAsync()).Headers.CallId, Is.EqualTo("clear"));
        Task sending = SendAsync(alice, new SipDestination(listener.LocalEndPoint, SipProtocol.Tls), "secret");
        await using IStreamConnection? second = await AcceptAsync(listener);
        System.IO.Pipelines.ReadResult read = await second!.Input.ReadAsync().AsTask().WaitAsync(Patience);
        Assert.That(read.Buffer.FirstSpan[0], Is.EqualTo(TlsHello.Handshake));
        second.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        second.Abort();
        Assert.That((await FailureOfAsync(sending)).Error, Is.EqualTo(ImageShareError.PeerUnreachable));
    }

    [Test]
    public async Task A_connection_that_died_while_idle_is_replaced()
    {
        await using IStreamListener listener = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        (SipTransport alice, RecordingReceiver atAlice) = Start(With(TestCertificates.Loopback));
        var peer = new SipDestination(listener.LocalEndPoint, SipProtocol.Tls);
        var server = new TlsEndpoint(With(TestCertificates.Loopback));
        for (int i = 0; i < 3; i++)
        {
            Task sending = SendAsync(alice, peer, $"c{i}");
            IStreamConnection accepted = (await AcceptAsync(listener))!;
            await using TlsConnection secured = await server.AcceptAsync(
                accepted, false, TlsTrust.ForClient(server.Options), CancellationToken.None).AsTask().WaitAsync(Patience);
            await sending;
            Assert.That((await secured.ReadMessageAsync()).Headers.CallId, Is.EqualTo($"c{i}"));
            secured.Abort();
            await atAlice.NextLostAsync();
        }
    }

    [Test]
    public async Task Who_cannot_listen_is_reached_on_the_connection_it_opened()
    {
        (SipTransport bob, RecordingReceiver atBob) = Start(With(TestCertificates.Loopback));
        (SipTransport alice, RecordingReceiver atAlice) = Start(Trusting);
        Answer(alice, atAlice);
        SipDestination destination = await ResolveAsync(alice, "sips:b@127.0.0.1:{port}", bob);
        SipSentBy sentBy = alice.GetSentBy(destination);
        await SendAsync(alice, destination, "there");
        (SipMessage request, SipSource source) = await atBob.NextAsync();
        Assert.That(sentBy, Is.EqualTo(new SipSentBy("127.0.0.1", source.Remote.Port)), "what it calls itself is the connection");
        Assert.That(request.Headers.TopVia!.Port, Is.EqualTo(sentBy.Port));

        SipDestination back = await bob.ResolveAsync(new SipUri("sips", "a", sentBy.Host, sentBy.Port), 0, CancellationToken.None);
        await SendAsync(bob, back, "back");
        (SipMessage inside, SipSource from) = await atAlice.NextAsync();
        Assert.That((inside.Headers.CallId, from.Remote), Is.EqualTo(("back", bob.TlsLocalEndPoint)));
        Assert.That(((SipResponse)(await atBob.NextAsync()).Message).StatusCode, Is.EqualTo(200));
        Assert.That((alice.ConnectionCount, bob.ConnectionCount), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task A_name_for_TLS_stands_in_Via_of_TLS_only()
    {
        (SipTransport bob, RecordingReceiver atBob) = Start(With(TestCertificates.Make("localhost", "127.0.0.1")));
        Answer(bob, atBob);
        (SipTransport alice, RecordingReceiver atAlice) = Start(With(TestCertificates.Make("localhost")), tlsHost: "localhost");
        SipDestination destination = await ResolveAsync(alice, "sips:b@127.0.0.1:{port}", bob);
        Assert.That(alice.GetSentBy(destination), Is.EqualTo(new SipSentBy("localhost", alice.TlsLocalEndPoint!.Port)));
        Assert.That(alice.GetSentBy(destination with { Protocol = SipProtocol.Tcp }), Is.EqualTo(new SipSentBy("127.0.0.1", alice.LocalEndPoint.Port)));
        await SendAsync(alice, destination, "c");
        Assert.That(((SipResponse)(await atAlice.NextAsync()).Message).StatusCode, Is.EqualTo(200), "it is ours by that name");
    }

    [TestCase("GET / HTTP/1.1\r\n\r\n")]
    [TestCase("OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/TLS h;branch=z9hG4bKx\r\nl: 0\r\n\r\n")]
    public async Task Plain_text_at_the_TLS_port_is_closed_and_costs_nobody_else(string text)
    {
        (SipTransport bob, RecordingReceiver atBob) = Start(With(TestCertificates.Loopback));
        await using IStreamConnection raw = await _network.ConnectAsync(bob.TlsLocalEndPoint!, CancellationToken.None);
        await raw.WriteAsync(text);
        Assert.That(await raw.ReadToEndAsync(), Does.Not.Contain("SIP").And.Not.Contain("HTTP"));
        await SendGoodAsync(bob, atBob);
        Assert.That(bob.Statistics.MessagesReceived, Is.EqualTo(1));

        // The connection lingers until the client has read the alert and closes.
        Assert.That(() => bob.Statistics.HandshakesFailed, Is.EqualTo(1).After(30_000, 5));
    }

    [Test]
    public async Task A_client_that_leaves_in_the_middle_of_the_handshake_costs_nobody_else()
    {
        (SipTransport bob, RecordingReceiver atBob) = Start(With(TestCertificates.Loopback));
        IStreamConnection raw = await _network.ConnectAsync(bob.TlsLocalEndPoint!, CancellationToken.None);
        await raw.Output.WriteAsync(TlsHello.Client(0x0303).AsMemory(0, 20));
        await raw.DisposeAsync();
        await SendGoodAsync(bob, atBob);
        Assert.That(() => bob.Statistics.HandshakesFailed, Is.EqualTo(1).After(30_000, 5));
    }

    [Test]
    [Category("SEC-002")]
    public async Task A_client_that_says_nothing_is_dropped_in_time_and_holds_nobody_up()
    {
        var clock = new ManualTimeProvider();
        (SipTransport bob, RecordingReceiver atBob) = Start(With(TestCertificates.Loopback), clock);
        await using IStreamConnection raw = await _network.ConnectAsync(bob.TlsLocalEndPoint!, CancellationToken.None);
        Assert.That(() => clock.ArmedTimers, Is.EqualTo(1).After(30_000, 5));
        await SendGoodAsync(bob, atBob);
        clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.That(bob.Statistics.HandshakesFailed, Is.Zero);
        clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That(await raw.ReadToEndAsync(), Is.Empty);
        Assert.That(() => bob.Statistics.HandshakesFailed, Is.EqualTo(1).After(30_000, 5));
    }

    [Test]
    [Category("SEC-002")]
    public async Task A_server_that_never_finishes_is_given_up_in_time()
    {
        var clock = new ManualTimeProvider();
        await using IStreamListener listener = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        (SipTransport alice, _) = Start(With(TestCertificates.Loopback), clock);
        Task sending = SendAsync(alice, new SipDestination(listener.LocalEndPoint, SipProtocol.Tls), "c");
        await using IStreamConnection? accepted = await AcceptAsync(listener);
        Assert.That(() => clock.ArmedTimers, Is.EqualTo(1).After(30_000, 5));
        clock.Advance(TimeSpan.FromSeconds(10));
        ImageShareException late = await FailureOfAsync(sending);
        Assert.That((late.Error, late.Message), Is.EqualTo((ImageShareError.PeerUnreachable, late.Message)));
        Assert.That(late.Message, Does.Contain("handshake"));
    }

    [Test]
    public async Task Handshakes_count_as_connections()
    {
        (SipTransport bob, _) = Start(With(TestCertificates.Loopback), most: 2);
        List<IStreamConnection> connections = [];
        try
        {
            for (int i = 0; i < 3; i++)
            {
                connections.Add(await _network.ConnectAsync(bob.TlsLocalEndPoint!, CancellationToken.None));
            }

            Assert.That(await connections[2].ReadToEndAsync(), Is.Empty);
        }
        catch (ImageShareException e)
        {
            // The reset may overtake the connection.
            Assert.That((connections.Count, e.Error), Is.EqualTo((2, ImageShareError.PeerUnreachable)));
        }

        Assert.That(() => bob.Statistics.ConnectionsDropped, Is.EqualTo(1).After(30_000, 5));
        await bob.DisposeAsync().AsTask().WaitAsync(Patience);
        await Task.WhenAll(connections.Select(c => c.DisposeAsync().AsTask()));
    }

    [Test]
    public async Task Without_a_certificate_TLS_is_not_listened_for()
    {
        (SipTransport alice, _) = Start(Trusting);
        Assert.That(alice.TlsLocalEndPoint, Is.Null);
    }

    [Test]
    public async Task A_taken_TLS_port_is_told_and_frees_the_others()
    {
        (SipTransport bob, _) = Start(With(TestCertificates.Loopback));
        var options = new SipTransportOptions { Tls = With(TestCertificates.Loopback), TlsPort = bob.TlsLocalEndPoint!.Port };
        Assert.That(() => SipTransport.Create(_network, options), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.AddressInUse));
    }

    private static TlsOptions With(X509Certificate2 certificate) => Trusting with { Certificate = certificate };

    private static void Answer(SipTransport transport, RecordingReceiver receiver) => receiver.OnEach = (message, source) =>
    {
        if (message is SipRequest request)
        {
            var response = SipResponse.CreateFor(request, 200, toTag: "b");
            _ = transport.SendAsync(response, transport.GetResponseDestination(response, source), CancellationToken.None).AsTask();
        }
    };

    private static async Task<SipDestination> ResolveAsync(SipTransport from, string uri, SipTransport to) => await from.ResolveAsync(
        SipUri.Parse(uri.Replace("{port}", $"{to.TlsLocalEndPoint!.Port}", StringComparison.Ordinal)), 0, CancellationToken.None).AsTask().WaitAsync(Patience);

    private static Task<IStreamConnection?> AcceptAsync(IStreamListener listener) => listener.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(Patience);

    private static Task SendAsync(SipTransport from, SipDestination destination, string callId)
    {
        SipSentBy sentBy = from.GetSentBy(destination);
        var request = new SipRequest(SipMethod.Options, SipUri.Parse("sip:b@h"));
        var via = new Via(destination.Protocol == SipProtocol.Tls ? "TLS" : "TCP", sentBy.Host, sentBy.Port, default);
        request.Headers.Add("Via", via.WithRPort(null).WithBranch(Via.CreateBranch()));
        request.Headers.Add("From", "<sip:a@h>;tag=t");
        request.Headers.Add("To", "<sip:b@h>");
        request.Headers.Add("Call-ID", callId);
        request.Headers.Add("CSeq", new CSeq(1, SipMethod.Options));
        return from.SendAsync(request, destination, CancellationToken.None).AsTask().WaitAsync(Patience);
    }

    private static async Task<ImageShareException> FailureOfAsync(Task task)
    {
        try
        {
            await task.WaitAsync(Patience);
        }
        catch (ImageShareException e)
        {
            return e;
        }

        throw new AssertionException("It did not fail.");
    }

    private async Task SendGoodAsync(SipTransport bob, RecordingReceiver atBob)
    {
        (SipTransport alice, _) = Start(With(TestCertificates.Loopback));
        await SendAsync(alice, new SipDestination(bob.TlsLocalEndPoint!, SipProtocol.Tls), "good");
        Assert.That((await atBob.NextAsync()).Message.Headers.CallId, Is.EqualTo("good"));
    }

    private (SipTransport Transport, RecordingReceiver Receiver) Start(
        TlsOptions tls, TimeProvider? clock = null, SipProtocol? isFixed = null, string? tlsHost = null, int most = 1024)
    {
        var transport = SipTransport.Create(
            _network,
            new SipTransportOptions { Tls = tls, TimeProvider = clock ?? TimeProvider.System, FixedProtocol = isFixed, TlsHost = tlsHost, MaxConnections = most });
        var receiver = new RecordingReceiver();
        transport.Start(receiver);
        _transports.Add(transport);
        return (transport, receiver);
    }
}
