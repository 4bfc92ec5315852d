using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.Transport;

/// <summary>What one address may hold of the connections, and what is one source.</summary>
[TestFixture]
public sealed class SipSourceTests
{
    private readonly InMemoryNetwork _network = new();
    private readonly ManualTimeProvider _clock = new();
    private SipTransport _bob = null!;
    private RecordingReceiver _atBob = null!;

    [SetUp]
    public void Start()
    {
        _bob = SipTransport.Create(_network, new SipTransportOptions
        {
            LocalEndPoint = new IPEndPoint(IPAddress.Any, 0),
            MaxConnections = 5,
            MaxConnectionsPerSource = 3,
            TimeProvider = _clock,
        });
        _bob.Start(_atBob = new RecordingReceiver());
    }

    [TearDown]
    public async Task Stop() => await _bob.DisposeAsync();

    [Test]
    [Category("SEC-001")]
    public async Task Connections_of_one_address_leave_room_for_others()
    {
        List<IStreamConnection> opened = [];
        for (int i = 0; i < 3; i++)
        {
            opened.Add(await UseAsync("127.0.0.2", $"flood{i}"));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await using (IStreamConnection refused = await ConnectAsync("127.0.0.2"))
        {
            Assert.That(await refused.ReadToEndAsync(), Is.Empty, "a fourth");
        }

        Assert.That((_bob.ConnectionCount, _bob.Statistics.ConnectionsDropped), Is.EqualTo((3, 1)));
        await using IStreamConnection other = await UseAsync("127.0.0.3", "other");
        _clock.Advance(TimeSpan.FromMinutes(3));

        // After its three minutes a new one takes the place of one of the same address, though another address was still as long.
        await using IStreamConnection late = await UseAsync("127.0.0.2", "late");
        Assert.That(await opened[0].ReadToEndAsync(), Is.Empty);
        await other.WriteAsync(RawPeer.Options("SIP/2.0/TCP h;branch=z9hG4bKy", "still there"));
        Assert.That((await _atBob.NextAsync()).Message.Headers.CallId, Is.EqualTo("still there"));
        opened.ForEach(static connection => connection.Abort());
    }

    [TestCase("192.0.2.1", "192.0.2.1")]
    [TestCase("::ffff:192.0.2.1", "192.0.2.1")]
    [TestCase("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [TestCase("::1", "::1")]
    public void An_IPv6_network_is_one_source(string address, string source) =>
        Assert.That(SourceNetwork.Of(IPAddress.Parse(address)), Is.EqualTo(IPAddress.Parse(source)));

    private ValueTask<IStreamConnection> ConnectAsync(string address) =>
        _network.ConnectAsync(new IPEndPoint(IPAddress.Parse(address), _bob.LocalEndPoint.Port), CancellationToken.None);

    private async Task<IStreamConnection> UseAsync(string address, string callId)
    {
        IStreamConnection connection = await ConnectAsync(address);
        await connection.WriteAsync(RawPeer.Options("SIP/2.0/TCP h;branch=z9hG4bKx", callId));
        Assert.That((await _atBob.NextAsync()).Message.Headers.CallId, Is.EqualTo(callId));
        return connection;
    }
}
