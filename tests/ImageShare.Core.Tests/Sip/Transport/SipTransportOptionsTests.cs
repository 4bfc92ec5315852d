using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.Transport;

[TestFixture]
public sealed class SipTransportOptionsTests
{
    private static readonly SipDestination Peer = new(IPEndPoint.Parse("127.0.0.1:5060"), SipProtocol.Udp);

    [TestCase("0.0.0.0", null, "127.0.0.1:5060", "127.0.0.1")]
    [TestCase("::", null, "[::1]:5060", "::1")]
    [TestCase("0.0.0.0", "203.0.113.5", "127.0.0.1:5060", "203.0.113.5")]
    [TestCase("192.0.2.1", null, "127.0.0.1:5060", "192.0.2.1")]
    [TestCase("192.0.2.1", "2001:db8::5", "127.0.0.1:5060", "2001:db8::5")]
    public async Task The_unspecified_address_never_leaves(string bound, string? advertised, string peer, string host)
    {
        await using SipTransport transport = SipTransport.Create(new InMemoryNetwork(), new SipTransportOptions
        {
            LocalEndPoint = new IPEndPoint(IPAddress.Parse(bound), 0),
            AdvertisedHost = advertised,
        });
        SipSentBy sentBy = transport.GetSentBy(new SipDestination(IPEndPoint.Parse(peer), SipProtocol.Udp));
        Assert.That(sentBy, Is.EqualTo(new SipSentBy(host, transport.LocalEndPoint.Port)));
    }

    [TestCase("0.0.0.0")]
    [TestCase("::")]
    [TestCase("224.0.0.1")]
    public void What_nobody_can_reach_is_not_advertised(string address) => Assert.That(
        () => new SipTransportOptions { AdvertisedHost = address },
        Throws.ArgumentException);

    [TestCase("sip:127.0.0.1", "127.0.0.1:5060")]
    [TestCase("sip:b@localhost:5070", "127.0.0.1:5070")]
    [TestCase("sip:far.test:5070;maddr=127.0.0.9;lr", "127.0.0.9:5070")]
    public async Task A_target_is_resolved(string uri, string endPoint)
    {
        await using SipTransport transport = SipTransport.Create(new InMemoryNetwork());
        SipDestination destination = await transport.ResolveAsync(SipUri.Parse(uri), 0, CancellationToken.None);
        Assert.That(destination, Is.EqualTo(new SipDestination(IPEndPoint.Parse(endPoint), SipProtocol.Udp)));
    }

    [TestCase("tel:+1")]
    [TestCase("sip:unknown.test")]
    [TestCase("sip:[::1]")]
    [TestCase("sip:255.255.255.255")]
    [TestCase("sip:224.0.0.1")]
    [TestCase("sip:0.0.0.0")]
    public async Task What_cannot_be_reached_is_told(string uri)
    {
        await using SipTransport transport = SipTransport.Create(new InMemoryNetwork());
        await Assert.ThatAsync(
            () => transport.ResolveAsync(SipUri.Parse(uri), 0, CancellationToken.None).AsTask(),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.PeerUnreachable));
    }

    [TestCase("224.0.0.1:5060", SipProtocol.Udp)]
    [TestCase("0.0.0.0:5060", SipProtocol.Tcp)]
    [TestCase("127.0.0.1:0", SipProtocol.Udp)]
    [TestCase("127.0.0.1:5061", SipProtocol.Tls)]
    public async Task Nothing_is_sent_to_where_no_single_peer_is(string endPoint, SipProtocol protocol)
    {
        await using SipTransport transport = SipTransport.Create(new InMemoryNetwork());
        transport.Start(new RecordingReceiver());
        await Assert.ThatAsync(
            () => transport.SendAsync(new SipResponse(200), new SipDestination(IPEndPoint.Parse(endPoint), protocol), CancellationToken.None).AsTask(),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.PeerUnreachable));
    }

    [TestCase(SipProtocol.Udp)]
    [TestCase(SipProtocol.Tcp)]
    public async Task IPv6_works_like_IPv4(SipProtocol protocol)
    {
        var network = new InMemoryNetwork();
        var options = new SipTransportOptions { LocalEndPoint = new IPEndPoint(IPAddress.IPv6Loopback, 0), FixedProtocol = protocol };
        await using SipTransport alice = SipTransport.Create(network, options);
        await using SipTransport bob = SipTransport.Create(network, options);
        var atAlice = new RecordingReceiver();
        var atBob = new RecordingReceiver();
        alice.Start(atAlice);
        bob.Start(atBob);
        SipDestination destination = await alice.ResolveAsync(SipUri.Parse($"sip:b@[::1]:{bob.LocalEndPoint.Port}"), 0, CancellationToken.None);
        SipSentBy sentBy = alice.GetSentBy(destination);
        string text = RawPeer.Options(
            new ImageShare.Core.Sip.Headers.Via("UDP", sentBy.Host, sentBy.Port, default).WithRPort(null).WithBranch("z9hG4bKx").ToString());
        Assert.That(SipReader.TryReadDatagram(System.Text.Encoding.UTF8.GetBytes(text), null, out SipMessage? request, out _), Is.True);
        await alice.SendAsync(request!, destination, CancellationToken.None);
        (SipMessage received, SipSource source) = await atBob.NextAsync();
        Assert.That(received.Headers.TopVia!.Received, Is.EqualTo(IPAddress.IPv6Loopback));
        var response = SipResponse.CreateFor((SipRequest)received, 200);
        await bob.SendAsync(response, bob.GetResponseDestination(response, source), CancellationToken.None);
        Assert.That(((SipResponse)(await atAlice.NextAsync()).Message).StatusCode, Is.EqualTo(200));
    }

    [Test]
    [Platform("Linux", Reason = "there a loopback socket cannot send to another machine")]
    public async Task A_socket_bound_to_loopback_says_why_it_reaches_nobody_else()
    {
        await using SipTransport transport = SipTransport.Create(SystemNetwork.Instance);
        transport.Start(new RecordingReceiver());
        await Assert.ThatAsync(
            () => transport.SendAsync(
                new SipResponse(200), new SipDestination(IPEndPoint.Parse("192.0.2.1:5060"), SipProtocol.Udp), CancellationToken.None).AsTask(),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.PeerUnreachable)
                .And.Message.Contains("192.0.2.1 is another machine").And.Message.Contains("bind to an address"));
    }

    [Test]
    [Category("SIPT-013")]
    public async Task Names_numbers_and_a_proxy_are_ways_to_a_target()
    {
        var network = new InMemoryNetwork { Names = { ["bob.example"] = [IPAddress.Parse("2001:db8::7"), IPAddress.Parse("192.0.2.7"), IPAddress.Parse("192.0.2.8")] } };
        await using SipTransport four = SipTransport.Create(network);
        await using SipTransport six = SipTransport.Create(network, new SipTransportOptions { LocalEndPoint = new IPEndPoint(IPAddress.IPv6Loopback, 0) });
        foreach ((SipTransport from, string uri, string endPoint) in ((SipTransport, string, string)[])
            [
                (four, "sip:b@bob.example", "192.0.2.7:5060"), (six, "sip:b@BOB.example", "[2001:db8::7]:5060"), (four, "sip:b@bob.example:5070", "192.0.2.7:5070"),
                (four, "sip:192.0.2.9;lr", "192.0.2.9:5060"), (six, "sip:[2001:db8::9]:5080;lr", "[2001:db8::9]:5080"),
            ])
        {
            SipDestination destination = await from.ResolveAsync(SipUri.Parse(uri), 0, CancellationToken.None);
            Assert.That(destination.EndPoint, Is.EqualTo(IPEndPoint.Parse(endPoint)), uri);
        }
    }

    [Test]
    public async Task Nothing_is_sent_before_the_start()
    {
        await using SipTransport transport = SipTransport.Create(new InMemoryNetwork());
        await Assert.ThatAsync(
            () => transport.SendAsync(new SipResponse(200), Peer, CancellationToken.None).AsTask(),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
    }

    [Test]
    [Category("SIPT-001")]
    public async Task A_port_free_for_both_protocols_is_found()
    {
        var network = new InMemoryNetwork();
        await using IStreamListener first = network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        // The network hands out ports in order: the next ones are taken for streams only.
        List<IStreamListener> taken = [];
        for (int port = first.LocalEndPoint.Port + 1; port <= first.LocalEndPoint.Port + 5; port++)
        {
            taken.Add(network.Listen(new IPEndPoint(IPAddress.Loopback, port)));
        }

        await using SipTransport transport = SipTransport.Create(network);
        Assert.That(transport.LocalEndPoint.Port, Is.EqualTo(first.LocalEndPoint.Port + 6));
        await Task.WhenAll(taken.Select(t => t.DisposeAsync().AsTask()));
    }

    [Test]
    [Category("SEC-002")]
    public async Task A_message_that_does_not_end_costs_its_connection_in_time()
    {
        var network = new InMemoryNetwork();
        var clock = new ManualTimeProvider();
        await using SipTransport transport = SipTransport.Create(network, new SipTransportOptions { TimeProvider = clock });
        var receiver = new RecordingReceiver();
        transport.Start(receiver);
        IStreamConnection connection = await network.ConnectAsync(transport.LocalEndPoint, CancellationToken.None);
        await connection.WriteAsync(RawPeer.Options("SIP/2.0/TCP h;branch=z9hG4bKx", "whole") + "OPTIONS");
        await receiver.NextAsync();
        Assert.That(() => clock.ArmedTimers, Is.EqualTo(1).After(30_000, 1));
        clock.Advance(TimeSpan.FromSeconds(31));
        await connection.WriteAsync(" sip:");
        Assert.That(receiver.LostCount, Is.Zero);
        clock.Advance(TimeSpan.FromSeconds(1));
        await receiver.NextLostAsync();
        Assert.That(transport.ConnectionCount, Is.Zero);
        await connection.DisposeAsync();
    }

    [Test]
    [Category("SEC-002")]
    public async Task A_peer_that_takes_nothing_costs_the_connection_and_not_the_sender()
    {
        var network = new InMemoryNetwork();
        var clock = new ManualTimeProvider();
        await using SipTransport transport = SipTransport.Create(network, new SipTransportOptions { TimeProvider = clock });
        transport.Start(new RecordingReceiver());
        await using IStreamListener listener = network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        var large = new SipResponse(200) { Body = new byte[400_000] };
        Task sending = transport.SendAsync(large, new SipDestination(listener.LocalEndPoint, SipProtocol.Tcp), CancellationToken.None).AsTask();
        Assert.That(() => clock.ArmedTimers, Is.EqualTo(1).After(30_000, 1));
        clock.Advance(TimeSpan.FromSeconds(32));
        await Assert.ThatAsync(
            () => sending.WaitAsync(TimeSpan.FromSeconds(30)),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.ConnectionLost));
    }

    [Test]
    [Category("SEC-002")]
    public async Task A_cancelled_send_ends_with_the_callers_own_cancellation()
    {
        var network = new InMemoryNetwork();
        await using SipTransport transport = SipTransport.Create(network);
        transport.Start(new RecordingReceiver());
        await using IStreamListener listener = network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        using var cancel = new CancellationTokenSource();
        var large = new SipResponse(200) { Body = new byte[400_000] };
        Task sending = transport.SendAsync(large, new SipDestination(listener.LocalEndPoint, SipProtocol.Tcp), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThatAsync(() => sending.WaitAsync(TimeSpan.FromSeconds(30)), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Too_many_connections_are_not_accepted()
    {
        var network = new InMemoryNetwork();
        await using SipTransport transport = SipTransport.Create(network, new SipTransportOptions { MaxConnections = 2 });
        transport.Start(new RecordingReceiver());
        List<IStreamConnection> connections = [];
        for (int i = 0; i < 3; i++)
        {
            connections.Add(await network.ConnectAsync(transport.LocalEndPoint, CancellationToken.None));
        }

        Assert.That(await connections[2].ReadToEndAsync(), Is.Empty);
        Assert.That(transport.Statistics.ConnectionsDropped, Is.EqualTo(1));
        await Task.WhenAll(connections.Select(c => c.DisposeAsync().AsTask()));
    }

    [Test]
    public async Task The_trace_sees_both_ways_and_cannot_do_harm()
    {
        var network = new InMemoryNetwork();
        var seen = new System.Collections.Concurrent.ConcurrentQueue<SipTraceEvent>();
        await using SipTransport transport = SipTransport.Create(network, new SipTransportOptions
        {
            Trace = e =>
            {
                seen.Enqueue(e);
                throw new InvalidOperationException("a full disk");
            },
        });
        var receiver = new RecordingReceiver();
        transport.Start(receiver);
        await using IDatagramSocket socket = network.BindDatagram(new IPEndPoint(IPAddress.Loopback, 0));
        string text = RawPeer.Options("SIP/2.0/UDP h;rport;branch=z9hG4bKx");
        await socket.SendAsync(text, transport.LocalEndPoint);
        (SipMessage request, SipSource source) = await receiver.NextAsync();
        var response = SipResponse.CreateFor((SipRequest)request, 200);
        await transport.SendAsync(response, transport.GetResponseDestination(response, source), CancellationToken.None);
        Assert.That((await socket.ReceiveAsync()).Text, Does.StartWith("SIP/2.0 200"));
        SipTraceEvent[] events = [.. seen];
        Assert.Multiple(() =>
        {
            Assert.That(events.Select(e => e.IsOutgoing), Is.EqualTo([false, true]));
            Assert.That(System.Text.Encoding.UTF8.GetString(events[0].Bytes.Span), Is.EqualTo(text), "as it came, before the source was added");
            Assert.That(events.Select(e => e.Remote), Is.All.EqualTo(socket.LocalEndPoint));
            Assert.That(events.Select(e => e.Local), Is.All.EqualTo(transport.LocalEndPoint));
        });
    }

    [Test]
    public async Task The_trace_shows_what_cannot_be_read_with_the_reason_and_cannot_do_harm()
    {
        var network = new InMemoryNetwork();
        var seen = System.Threading.Channels.Channel.CreateUnbounded<SipUnreadableTraceEvent>();
        await using SipTransport transport = SipTransport.Create(network, new SipTransportOptions
        {
            TraceUnreadable = e =>
            {
                seen.Writer.TryWrite(e);
                throw new InvalidOperationException("a full disk");
            },
        });
        transport.Start(new RecordingReceiver());
        await using IDatagramSocket socket = network.BindDatagram(new IPEndPoint(IPAddress.Loopback, 0));
        string broken = RawPeer.Options("SIP/2.0/UDP h;rport;branch=z9hG4bKx").Replace("Content-Length: 0", "Content-Length: x", StringComparison.Ordinal);
        await socket.SendAsync(broken, transport.LocalEndPoint);
        SipUnreadableTraceEvent datagram = await NextAsync();
        await socket.SendAsync("BROKEN " + new string('x', 10_000), transport.LocalEndPoint);
        SipUnreadableTraceEvent large = await NextAsync();

        string unmatched = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=2\r\nCall-ID: 1\r\nCSeq: 1\r\nContent-Length: 0\r\n\r\n";
        await socket.SendAsync(unmatched, transport.LocalEndPoint);
        SipUnreadableTraceEvent response = await NextAsync();

        // On a connection, behind a message that is whole, and in two pieces.
        await using IStreamConnection connection = await network.ConnectAsync(transport.LocalEndPoint, CancellationToken.None);
        string whole = RawPeer.Options("SIP/2.0/TCP h;branch=z9hG4bKy");
        await connection.WriteAsync(whole + broken[..40]);
        await connection.WriteAsync(broken[40..]);
        SipUnreadableTraceEvent stream = await NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That((datagram.Error.Code, datagram.Protocol, datagram.Remote), Is.EqualTo((SipReadErrorCode.BadContentLength, SipProtocol.Udp, socket.LocalEndPoint)));
            Assert.That(System.Text.Encoding.UTF8.GetString(datagram.Bytes.Span), Is.EqualTo(broken));
            Assert.That(response.Error, Is.EqualTo(new SipReadError(SipReadErrorCode.BadRequiredHeader, unmatched.IndexOf("CSeq", StringComparison.Ordinal) + "CSeq: ".Length)));
            Assert.That(System.Text.Encoding.UTF8.GetString(response.Bytes.Span), Is.EqualTo(unmatched));
            Assert.That(large.Bytes.Length, Is.EqualTo(SipUnreadableTraceEvent.MaxBytes));
            Assert.That((stream.Error.Code, stream.Protocol), Is.EqualTo((SipReadErrorCode.BadContentLength, SipProtocol.Tcp)));
            Assert.That(System.Text.Encoding.UTF8.GetString(stream.Bytes.Span), Is.EqualTo(broken));
        });

        Task<SipUnreadableTraceEvent> NextAsync() => seen.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }
}
