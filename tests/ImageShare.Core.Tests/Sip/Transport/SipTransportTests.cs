using System.Net;
using System.Text;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Tests.Sip.Transport;

/// <summary>Everything over the in-memory network and over the machine's own loopback.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class SipTransportTests(bool loopback)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private INetwork _network = null!;
    private SipTransport _alice = null!;
    private SipTransport _bob = null!;
    private RecordingReceiver _atAlice = null!;
    private RecordingReceiver _atBob = null!;

    [SetUp]
    public void SetUp()
    {
        _network = loopback ? SystemNetwork.Instance : new InMemoryNetwork();
        _alice = SipTransport.Create(_network);
        _bob = SipTransport.Create(_network);
        _alice.Start(_atAlice = new RecordingReceiver());
        _bob.Start(_atBob = new RecordingReceiver());
        _atBob.OnEach = (message, source) =>
        {
            if (message is SipRequest request && request.Method != SipMethod.Ack)
            {
                var response = SipResponse.CreateFor(request, 200, toTag: "b");
                _ = _bob.SendAsync(response, _bob.GetResponseDestination(response, source), CancellationToken.None).AsTask();
            }
        };
    }

    [TearDown]
    public async Task TearDown()
    {
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
    }

    [TestCase(SipProtocol.Udp)]
    [TestCase(SipProtocol.Tcp)]
    [Category("SIPT-001")]
    [Category("SIPT-003")]
    [Category("SIPT-005")]
    [Category("SIPT-007")]
    public async Task A_request_gets_there_and_its_answer_comes_back(SipProtocol protocol)
    {
        await SendOptionsAsync(protocol, "c1");
        (SipMessage request, SipSource source) = await _atBob.NextAsync();
        (SipMessage response, SipSource back) = await _atAlice.NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(source.Protocol, Is.EqualTo(protocol));
            Assert.That(request.Headers.TopVia!.RPort, Is.EqualTo(source.Remote.Port));
            Assert.That(request.Headers.TopVia.Received, Is.EqualTo(IPAddress.Loopback));
            Assert.That(((SipResponse)response).StatusCode, Is.EqualTo(200));
            Assert.That(response.Headers.CallId, Is.EqualTo("c1"));
            Assert.That(back.Remote, Is.EqualTo(_bob.LocalEndPoint));
            Assert.That(source.Remote.Port == _alice.LocalEndPoint.Port, Is.EqualTo(protocol == SipProtocol.Udp));
        });
    }

    [Test]
    [Category("SIPT-002")]
    public async Task The_size_with_its_Via_decides()
    {
        var bob = SipUri.Parse($"sip:b@127.0.0.1:{_bob.LocalEndPoint.Port}");
        foreach ((int length, SipProtocol protocol) in
            ((int, SipProtocol)[])[(1299, SipProtocol.Udp), (1300, SipProtocol.Udp), (1301, SipProtocol.Tcp)])
        {
            SipDestination first = await _alice.ResolveAsync(bob, 0, CancellationToken.None);
            SipRequest request = MakeOptions(first, "size" + length);
            request.Headers.Add("X-Padding", "");
            request.Headers.Set("X-Padding", new string('x', length - request.ToArray().Length));
            SipDestination final = await _alice.ResolveAsync(bob, request.ToArray().Length, CancellationToken.None);
            Assert.That(final.Protocol, Is.EqualTo(protocol));
            request.Headers.ReplaceFirst("Via", request.Headers.TopVia! with { Transport = final.Protocol == SipProtocol.Tcp ? "TCP" : "UDP" });
            await _alice.SendAsync(request, final, CancellationToken.None);
            (SipMessage received, SipSource source) = await _atBob.NextAsync();
            Assert.That(source.Protocol, Is.EqualTo(protocol));
            Assert.That(received.Headers.TopVia!.Transport, Is.EqualTo(protocol == SipProtocol.Tcp ? "TCP" : "UDP"));
        }
    }

    [TestCase("rport", true)]
    [TestCase("x", false)]
    [Category("SIPT-006")]
    public async Task An_answer_over_UDP_goes_to_the_source_port_or_to_sent_by(string parameter, bool toSource)
    {
        await using IDatagramSocket source = _network.BindDatagram(new IPEndPoint(IPAddress.Loopback, 0));
        await using IDatagramSocket sentBy = _network.BindDatagram(new IPEndPoint(IPAddress.Loopback, 0));
        await source.SendAsync(RawPeer.Options($"SIP/2.0/UDP 10.9.9.9:{sentBy.LocalEndPoint.Port};{parameter};branch=z9hG4bKx"), _bob.LocalEndPoint);
        (string text, IPEndPoint remote) = await (toSource ? source : sentBy).ReceiveAsync();
        Assert.That(text, Does.StartWith("SIP/2.0 200 OK\r\n").And.Contain(";received=127.0.0.1"));
        Assert.That(remote, Is.EqualTo(_bob.LocalEndPoint), "sent from the socket the request came in on");
    }

    [Test]
    [Category("SIPT-009")]
    public async Task An_answer_finds_its_way_after_the_connection_is_gone()
    {
        await using IStreamListener sentBy = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _atBob.OnEach = null;
        IStreamConnection connection = await _network.ConnectAsync(_bob.LocalEndPoint, CancellationToken.None);
        await connection.WriteAsync(RawPeer.Options($"SIP/2.0/TCP 127.0.0.1:{sentBy.LocalEndPoint.Port};branch=z9hG4bKx"));
        (SipMessage request, SipSource source) = await _atBob.NextAsync();
        await connection.DisposeAsync();
        Assert.That(await _atBob.NextLostAsync(), Is.SameAs(source.Connection));

        var response = SipResponse.CreateFor((SipRequest)request, 200);
        await _bob.SendAsync(response, _bob.GetResponseDestination(response, source), CancellationToken.None);
        await using IStreamConnection? second = await sentBy.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(Patience);
        Assert.That(((SipResponse)await second!.ReadMessageAsync()).StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task Requests_to_one_peer_share_one_connection()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => SendOptionsAsync(SipProtocol.Tcp, $"c{i}")));
        for (int i = 0; i < 20; i++)
        {
            await _atAlice.NextAsync();
        }

        Assert.That(_alice.ConnectionCount, Is.EqualTo(1));
        Assert.That(_bob.ConnectionCount, Is.EqualTo(1));
    }

    [Test]
    public async Task A_connection_that_died_while_idle_is_replaced()
    {
        await using IStreamListener listener = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        var peer = new SipDestination(listener.LocalEndPoint, SipProtocol.Tcp);
        for (int i = 0; i < 3; i++)
        {
            await _alice.SendAsync(MakeOptions(peer, $"c{i}"), peer, CancellationToken.None).AsTask().WaitAsync(Patience);
            await using IStreamConnection? accepted = await listener.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(Patience);
            Assert.That((await accepted!.ReadMessageAsync()).Headers.CallId, Is.EqualTo($"c{i}"));
            accepted!.Abort();
            await _atAlice.NextLostAsync();
        }
    }

    [Test]
    public async Task A_refused_connection_is_told_and_dialled_anew_next_time()
    {
        IStreamListener listener = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        var peer = new SipDestination(listener.LocalEndPoint, SipProtocol.Tcp);
        await listener.DisposeAsync();
        for (int i = 0; i < 2; i++)
        {
            await Assert.ThatAsync(
                () => _alice.SendAsync(MakeOptions(peer, "c"), peer, CancellationToken.None).AsTask(),
                Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.PeerUnreachable));
        }

        await using IStreamListener again = _network.Listen(peer.EndPoint);
        await _alice.SendAsync(MakeOptions(peer, "c"), peer, CancellationToken.None);
        await using IStreamConnection? accepted = await again.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(Patience);
        Assert.That((await accepted!.ReadMessageAsync()).Headers.CallId, Is.EqualTo("c"));
    }

    [TestCase("SIP/2.0/UDP 10.1.1.1:{port}")]
    [TestCase("SIP/2.0/UDP 127.0.0.1:1")]
    [TestCase("SIP/2.0/UDP 127.0.0.1")]
    [TestCase("nonsense")]
    [Category("SIPT-008")]
    public async Task A_response_to_somebody_else_is_dropped(string via)
    {
        await using IDatagramSocket socket = _network.BindDatagram(new IPEndPoint(IPAddress.Loopback, 0));
        string port = _alice.LocalEndPoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await socket.SendAsync($"SIP/2.0 200 OK\r\nVia: {via.Replace("{port}", port, StringComparison.Ordinal)}\r\n\r\n", _alice.LocalEndPoint);
        await socket.SendAsync($"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:{port}\r\nCall-ID: ours\r\n\r\n", _alice.LocalEndPoint);
        Assert.That((await _atAlice.NextAsync()).Message.Headers.CallId, Is.EqualTo("ours"));
        Assert.That(_alice.Statistics.ForeignResponses, Is.EqualTo(1));
    }

    [TestCase("Content-Length: 10\r\n", "400 Bad Content-Length")]
    [TestCase("Content-Length: -1\r\n", "400 Bad Content-Length")]
    [TestCase("Content-Length: 1\r\nl: 2\r\n", "400 Bad Content-Length")]
    [TestCase("Content-Length: 4294967297\r\n", "513 Message Too Large")]
    [TestCase("Via, no colon\r\n", "400 Bad Request")]
    [Category("SIPG-015")]
    [Category("SIPG-018")]
    public async Task A_broken_request_in_a_datagram_is_refused_and_the_next_message_is_read(string rows, string status)
    {
        await using IDatagramSocket socket = _network.BindDatagram(new IPEndPoint(IPAddress.Loopback, 0));
        await socket.SendAsync(RawPeer.Options("SIP/2.0/UDP h;rport;branch=z9hG4bKx", "bad", rows), _bob.LocalEndPoint);
        (string text, _) = await socket.ReceiveAsync();
        Assert.That(text, Does.StartWith($"SIP/2.0 {status}\r\nVia: SIP/2.0/UDP h;rport={socket.LocalEndPoint.Port};"));
        Assert.That(text, Does.Contain("Call-ID: bad\r\n").And.Contain("To: <sip:b@h>;tag=").And.Not.Contain("colon"));
        await socket.SendAsync(RawPeer.Options("SIP/2.0/UDP h;rport;branch=z9hG4bKy", "good"), _bob.LocalEndPoint);
        Assert.That((await _atBob.NextAsync()).Message.Headers.CallId, Is.EqualTo("good"));
        Assert.That((_bob.Statistics.MalformedMessages, _bob.Statistics.RefusedRequests), Is.EqualTo((1, 1)));
    }

    [Test]
    [Category("SIPG-015")]
    [Category("SEC-001")]
    public async Task Noise_and_broken_responses_are_dropped_without_an_answer()
    {
        await using IDatagramSocket socket = _network.BindDatagram(new IPEndPoint(IPAddress.Loopback, 0));
        string via = "SIP/2.0/UDP h;rport;branch=z9hG4bKx";
        string[] noise =
        [
            "\r\n\r\n", "\0", "GET / HTTP/1.1\r\n\r\n", RawPeer.Options(via, "a", "Content-Length: 9\r\n", "ACK"), RawPeer.Options("broken", "v", "l: 9\r\n"),
            RawPeer.Options("SIP/2.0/UDP h:0", "p", "l: 9\r\n"), $"SIP/2.0 200 OK\r\nVia: {via}\r\nCSeq: 1 INVITE\r\nl: 9\r\n\r\n", "SIP/9.0 200 OK\r\n\r\n", "OPTIONS",
        ];
        foreach (string text in noise)
        {
            await socket.SendAsync(text, _bob.LocalEndPoint);
        }

        await socket.SendAsync(RawPeer.Options(via, "good"), _bob.LocalEndPoint);
        Assert.That((await socket.ReceiveAsync()).Text, Does.StartWith("SIP/2.0 200 OK\r\n").And.Contain("Call-ID: good"));
        Assert.That(_bob.Statistics.MalformedMessages, Is.EqualTo(noise.Length - 1), "a keep-alive is not malformed");
        Assert.That(_atBob.Waiting, Is.EqualTo(1));
    }

    [TestCase("", "400 Missing Content-Length")]
    [TestCase("Content-Length: 4294967328\r\n", "513 Message Too Large")]
    [TestCase("Content-Length: 4000000000\r\n", "513 Message Too Large")]
    [TestCase("Content-Length: 0\r\nContent-Length: 5\r\n", "400 Bad Content-Length")]
    [TestCase("Content-Length: 0\r\nVia broken\r\n", "400 Bad Request")]
    [Category("SIPG-016")]
    [Category("SIPG-018")]
    [Category("SIPG-022")]
    public async Task An_unframeable_request_on_a_stream_is_refused_and_the_connection_closed(string rows, string status)
    {
        await using IStreamConnection other = await _network.ConnectAsync(_bob.LocalEndPoint, CancellationToken.None);
        await using IStreamConnection connection = await _network.ConnectAsync(_bob.LocalEndPoint, CancellationToken.None);
        string via = "SIP/2.0/TCP h;branch=z9hG4bKx";
        await connection.WriteAsync(RawPeer.Options(via, "bad", rows) + RawPeer.Options(via, "smuggled", method: "BYE"));
        string answer = await connection.ReadToEndAsync();
        Assert.That(answer, Does.StartWith($"SIP/2.0 {status}\r\n").And.Contain("Call-ID: bad"));
        Assert.That(answer, Does.Not.Contain("smuggled"));
        await other.WriteAsync(RawPeer.Options(via, "good"));
        Assert.That((await _atBob.NextAsync()).Message.Headers.CallId, Is.EqualTo("good"));
        Assert.That((await other.ReadMessageAsync()).Headers.CallId, Is.EqualTo("good"));
    }

    [TestCase("GET / HTTP/1.1\r\n")]
    [TestCase("MSRP abcd SEND\r\n")]
    [TestCase("\u0016\u0003\u0001")]
    [TestCase("OPTIONS sip:a SIP/2.0\nVia: x\n\n\r\n")]
    [Category("SEC-001")]
    public async Task What_is_not_SIP_is_closed_at_its_first_line_and_told_nothing(string text)
    {
        await using IStreamConnection connection = await _network.ConnectAsync(_bob.LocalEndPoint, CancellationToken.None);
        await connection.WriteAsync(text);
        Assert.That(await connection.ReadToEndAsync(), Is.Empty);
        Assert.That(_bob.Statistics.MalformedMessages, Is.EqualTo(1));
    }

    [Test]
    [Category("SIPG-017")]
    public async Task A_keep_alive_on_a_stream_is_answered()
    {
        await using IStreamConnection connection = await _network.ConnectAsync(_bob.LocalEndPoint, CancellationToken.None);
        await connection.WriteAsync("\r\n");
        await connection.WriteAsync("\r\n");
        byte[] pong = new byte[2];
        await connection.Input.AsStream(leaveOpen: true).ReadExactlyAsync(pong).AsTask().WaitAsync(Patience);
        Assert.That(Encoding.UTF8.GetString(pong), Is.EqualTo("\r\n"));
        await connection.WriteAsync(RawPeer.Options("SIP/2.0/TCP h;branch=z9hG4bKx"));
        Assert.That((await connection.ReadMessageAsync()).StartLine, Is.EqualTo("SIP/2.0 200 OK"));
        Assert.That(_bob.Statistics.KeepAlives, Is.EqualTo(1));
    }

    [Test]
    [Category("SIPG-023")]
    public async Task A_stream_may_come_octet_by_octet()
    {
        await using IStreamConnection connection = await _network.ConnectAsync(_bob.LocalEndPoint, CancellationToken.None);
        foreach (char c in RawPeer.Options("SIP/2.0/TCP h;branch=z9hG4bKx", rows: "Content-Type: a/b\r\nContent-Length: 3\r\n") + "abc")
        {
            await connection.WriteAsync(c.ToString());
        }

        Assert.That((await _atBob.NextAsync()).Message.Body.ToArray(), Is.EqualTo("abc"u8.ToArray()));
    }

    [Test]
    public async Task A_receiver_that_throws_ends_nothing()
    {
        _atBob.OnEach = (_, _) => throw new InvalidOperationException("the application's own fault");
        foreach (SipProtocol protocol in (SipProtocol[])[SipProtocol.Udp, SipProtocol.Udp, SipProtocol.Tcp, SipProtocol.Tcp])
        {
            await SendOptionsAsync(protocol, "c");
            await _atBob.NextAsync();
        }

        Assert.That(() => _bob.Statistics.ReceiverFaults, Is.EqualTo(4).After(30_000, 5));
    }

    [Test]
    public async Task Closing_ends_every_connection_and_frees_the_port()
    {
        await SendOptionsAsync(SipProtocol.Tcp, "c");
        await _atAlice.NextAsync();
        await using IStreamConnection raw = await _network.ConnectAsync(_bob.LocalEndPoint, CancellationToken.None);
        await raw.WriteAsync("OPTIONS sip:");
        await _bob.DisposeAsync().AsTask().WaitAsync(Patience);
        await _bob.DisposeAsync().AsTask().WaitAsync(Patience);
        Assert.That(_bob.ConnectionCount, Is.Zero);
        Assert.That(_atBob.LostCount, Is.Zero, "an orderly end is no loss");
        Assert.That(await raw.ReadToEndAsync(), Is.Empty);
        await _atAlice.NextLostAsync();
        await Assert.ThatAsync(
            () => _bob.SendAsync(new SipResponse(200), new SipDestination(_alice.LocalEndPoint, SipProtocol.Udp), CancellationToken.None).AsTask(),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
        await using SipTransport again = SipTransport.Create(_network, new SipTransportOptions { LocalEndPoint = _bob.LocalEndPoint });
        Assert.That(again.LocalEndPoint, Is.EqualTo(_bob.LocalEndPoint));
    }

    [Test]
    public async Task A_taken_port_is_told()
    {
        Assert.That(
            () => SipTransport.Create(_network, new SipTransportOptions { LocalEndPoint = _bob.LocalEndPoint }),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.AddressInUse));
        await SendOptionsAsync(SipProtocol.Udp, "c");
        await _atAlice.NextAsync();
    }

    [Test]
    public void It_starts_once() => Assert.That(
        () => _bob.Start(_atBob), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));

    private Task SendOptionsAsync(SipProtocol protocol, string callId)
    {
        var destination = new SipDestination(_bob.LocalEndPoint, protocol);
        return _alice.SendAsync(MakeOptions(destination, callId), destination, CancellationToken.None).AsTask().WaitAsync(Patience);
    }

    private SipRequest MakeOptions(SipDestination destination, string callId)
    {
        SipSentBy sentBy = _alice.GetSentBy(destination);
        var request = new SipRequest(SipMethod.Options, SipUri.Parse("sip:b@h"));
        var via = new Via(destination.Protocol == SipProtocol.Udp ? "UDP" : "TCP", sentBy.Host, sentBy.Port, default);
        request.Headers.Add("Via", via.WithRPort(null).WithBranch(Via.CreateBranch()));
        request.Headers.Add("From", "<sip:a@h>;tag=t");
        request.Headers.Add("To", "<sip:b@h>");
        request.Headers.Add("Call-ID", callId);
        request.Headers.Add("CSeq", new CSeq(1, SipMethod.Options));
        return request;
    }
}
