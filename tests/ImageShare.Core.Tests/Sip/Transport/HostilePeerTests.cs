using System.Net;
using System.Text;
using ImageShare.Core.Net;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Sip.Transport;

/// <summary>What peers have broken other stacks with: none of it is more than its own connection or datagram.</summary>
[TestFixture]
public sealed class HostilePeerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TlsOptions Tls = new() { Certificate = TestCertificates.Loopback, TrustedRoots = [TestCertificates.Authority] };

    private InMemoryNetwork _network = null!;
    private SipTransport _alice = null!;
    private RecordingReceiver _atAlice = null!;

    [SetUp]
    public void SetUp()
    {
        _network = new InMemoryNetwork();
        _alice = SipTransport.Create(_network, new SipTransportOptions { Tls = Tls });
        _alice.Start(_atAlice = new RecordingReceiver());
    }

    [TearDown]
    public async Task TearDown() => await _alice.DisposeAsync();

    [TestCase(SipProtocol.Tcp, "4294967328")]
    [TestCase(SipProtocol.Tcp, "18446744073709551617")]
    [TestCase(SipProtocol.Tcp, "-1")]
    [TestCase(SipProtocol.Tls, "4294967328")]
    [TestCase(SipProtocol.Tls, "0x10")]
    [Category("SEC-001")]
    [Category("SIPG-018")]
    public async Task A_length_that_lies_on_a_connection_we_opened_delivers_nothing_and_closes_it(SipProtocol protocol, string length)
    {
        await using IStreamListener listener = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        Task sending = _alice.SendAsync(new SipResponse(200), new SipDestination(listener.LocalEndPoint, protocol), CancellationToken.None).AsTask();
        IStreamConnection server = (await listener.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(Patience))!;
        if (protocol == SipProtocol.Tls)
        {
            server = await new TlsEndpoint(Tls).AcceptAsync(server, false, TlsTrust.ForClient(Tls), CancellationToken.None).AsTask().WaitAsync(Patience);
        }

        await sending.WaitAsync(Patience);
        await server.ReadMessageAsync();
        string via = $"Via: SIP/2.0/TCP 127.0.0.1:{_alice.LocalEndPoint.Port}\r\nVia: SIP/2.0/TLS 127.0.0.1:{_alice.TlsLocalEndPoint!.Port}\r\n";
        await server.WriteAsync($"SIP/2.0 200 OK\r\n{via}Content-Length: {length}\r\n\r\nSIP/2.0 200 OK\r\n{via}Content-Length: 0\r\n\r\n");
        Assert.That(await server.ReadToEndAsync(), Is.Empty);
        await _atAlice.NextLostAsync();
        Assert.That((_atAlice.Waiting, _alice.Statistics.MalformedMessages, _alice.ConnectionCount), Is.EqualTo((0, 1, 0)));
        await server.DisposeAsync();
    }

    [Test]
    [Category("SEC-001")]
    public async Task Datagrams_of_any_length_and_content_leave_the_next_one_heard()
    {
        await using IDatagramSocket socket = _network.BindDatagram(new IPEndPoint(IPAddress.Loopback, 0));
        byte[] whole = Encoding.UTF8.GetBytes(RawPeer.Options("SIP/2.0/UDP h;rport;branch=z9hG4bKx"));
        for (int length = 0; length < whole.Length; length++)
        {
            await socket.SendAsync(whole.AsMemory(0, length), _alice.LocalEndPoint, CancellationToken.None);
        }

        var random = new Random(7);
        for (int i = 0; i < 200; i++)
        {
            byte[] noise = new byte[random.Next(65_536)];
            random.NextBytes(noise);
            if (i % 2 == 0)
            {
                // Noise behind a start that makes the reader go on.
                whole.AsSpan(0, Math.Min(noise.Length, random.Next(whole.Length))).CopyTo(noise);
            }

            await socket.SendAsync(noise, _alice.LocalEndPoint, CancellationToken.None);
            await socket.SendAsync(RawPeer.Options("SIP/2.0/UDP h;rport;branch=z9hG4bKx", $"good{i}"), _alice.LocalEndPoint);
            while ((await _atAlice.NextAsync()).Message.Headers.CallId != $"good{i}")
            {
                // Some of the prefixes, and some noise, are messages still.
            }
        }

        Assert.That(_alice.Statistics.ReceiverFaults, Is.Zero);
    }

    [Test]
    [Category("SEC-001")]
    public async Task Thousands_of_browsers_at_the_SIP_port_leave_nothing_behind()
    {
        const int Most = 5000;
        for (int i = 0; i < Most; i++)
        {
            await using IStreamConnection browser = await _network.ConnectAsync(_alice.LocalEndPoint, CancellationToken.None);
            await browser.WriteAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
            Assert.That(await browser.ReadToEndAsync(), Is.Empty);
        }

        Assert.That(() => _alice.ConnectionCount, Is.Zero.After(30_000, 5));
        Assert.That((_alice.Statistics.MalformedMessages, _alice.Statistics.ConnectionsDropped, _atAlice.Waiting), Is.EqualTo((Most, 0, 0)));
    }
}
