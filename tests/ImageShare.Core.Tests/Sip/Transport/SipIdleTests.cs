using ImageShare.Core.Net;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.Transport;

/// <summary>Connections that peers open and then leave alone.</summary>
[TestFixture]
public sealed class SipIdleTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private InMemoryNetwork _network = null!;
    private ManualTimeProvider _clock = null!;
    private SipTransport _bob = null!;
    private RecordingReceiver _atBob = null!;

    [SetUp]
    public void SetUp()
    {
        _network = new InMemoryNetwork();
        _clock = new ManualTimeProvider();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _bob.DisposeAsync();
        Assert.That(() => _clock.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    [Test]
    [Category("SEC-001")]
    [Category("SEC-002")]
    public async Task A_peer_that_says_nothing_at_all_is_dropped_after_32_seconds()
    {
        Start(new SipTransportOptions());
        await using IStreamConnection mute = await ConnectAsync(1);
        _clock.Advance(TimeSpan.FromSeconds(31.9));
        Assert.That(_bob.ConnectionCount, Is.EqualTo(1));
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That(await mute.ReadToEndAsync(), Is.Empty);
        await _atBob.NextLostAsync();
        Assert.That(_bob.ConnectionCount, Is.Zero);
    }

    [Test]
    [Category("SEC-001")]
    [Category("SEC-002")]
    public async Task A_connection_that_lies_still_is_closed_and_whatever_goes_either_way_keeps_it()
    {
        Start(new SipTransportOptions { IdleTimeout = TimeSpan.FromMinutes(10) });
        await using IStreamConnection peer = await ConnectAsync(1);
        await peer.WriteAsync(RawPeer.Options("SIP/2.0/TCP h;branch=z9hG4bKx"));
        (SipMessage request, SipSource source) = await _atBob.NextAsync();
        PumpRests(TimeSpan.FromMinutes(10));

        _clock.Advance(TimeSpan.FromMinutes(9));
        await peer.WriteAsync("\r\n\r\n");
        Assert.That(await ReadAsync(peer, 2), Is.EqualTo("\r\n"));
        PumpRests(TimeSpan.FromMinutes(10));

        _clock.Advance(TimeSpan.FromMinutes(9));
        var response = SipResponse.CreateFor((SipRequest)request, 200);
        await _bob.SendAsync(response, _bob.GetResponseDestination(response, source), CancellationToken.None);
        Assert.That((await peer.ReadMessageAsync()).StartLine, Is.EqualTo("SIP/2.0 200 OK"));

        _clock.Advance(TimeSpan.FromMinutes(9.9));
        Assert.That((_bob.ConnectionCount, _atBob.LostCount), Is.EqualTo((1, 0)));
        _clock.Advance(TimeSpan.FromMinutes(0.2));
        Assert.That(await _atBob.NextLostAsync(), Is.SameAs(source.Connection));
        Assert.That(await peer.ReadToEndAsync(), Is.Empty);
    }

    [Test]
    public async Task Without_a_limit_and_on_connections_of_our_own_silence_costs_nothing()
    {
        Start(new SipTransportOptions { IdleTimeout = null });
        await using IStreamConnection peer = await ConnectAsync(1);
        await peer.WriteAsync(RawPeer.Options("SIP/2.0/TCP h;branch=z9hG4bKx"));
        await _atBob.NextAsync();
        Assert.That(() => _clock.ArmedTimers, Is.Zero.After(30_000, 1));

        await using SipTransport alice = SipTransport.Create(_network, new SipTransportOptions { TimeProvider = _clock });
        alice.Start(new RecordingReceiver());
        await alice.SendAsync(new SipResponse(200), new SipDestination(_bob.LocalEndPoint, SipProtocol.Tcp), CancellationToken.None);
        Assert.That(() => _bob.Statistics.ForeignResponses, Is.EqualTo(1).After(30_000, 1));
        Assert.That(() => _clock.ArmedTimers, Is.Zero.After(30_000, 1));
        _clock.Advance(TimeSpan.FromDays(30));
        Assert.That((alice.ConnectionCount, _bob.ConnectionCount), Is.EqualTo((1, 2)));
    }

    [Test]
    [Category("SEC-001")]
    public async Task Who_only_holds_connections_makes_room_when_there_are_too_many()
    {
        Start(new SipTransportOptions { MaxConnections = 2 });
        await using IStreamConnection stillest = await UseAsync("first", 1);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await using IStreamConnection other = await UseAsync("second", 2);
        _clock.Advance(TimeSpan.FromMinutes(1.9));
        await using (IStreamConnection tooEarly = await _network.ConnectAsync(_bob.LocalEndPoint, CancellationToken.None))
        {
            Assert.That(await tooEarly.ReadToEndAsync(), Is.Empty, "nobody has been still for 3 minutes");
        }

        _clock.Advance(TimeSpan.FromMinutes(0.2));
        await using IStreamConnection late = await _network.ConnectAsync(_bob.LocalEndPoint, CancellationToken.None);
        await late.WriteAsync(RawPeer.Options("SIP/2.0/TCP h;branch=z9hG4bKx", "late"));
        Assert.That((await _atBob.NextAsync()).Message.Headers.CallId, Is.EqualTo("late"));
        Assert.That(await stillest.ReadToEndAsync(), Is.Empty);
        await other.WriteAsync(RawPeer.Options("SIP/2.0/TCP h;branch=z9hG4bKy", "again"));
        Assert.That((await _atBob.NextAsync()).Message.Headers.CallId, Is.EqualTo("again"));
        Assert.That(_bob.Statistics.ConnectionsDropped, Is.EqualTo(2));
    }

    private static async Task<string> ReadAsync(IStreamConnection connection, int octets)
    {
        byte[] buffer = new byte[octets];
        await connection.Input.AsStream(leaveOpen: true).ReadExactlyAsync(buffer).AsTask().WaitAsync(Patience);
        return System.Text.Encoding.UTF8.GetString(buffer);
    }

    private void Start(SipTransportOptions options)
    {
        _bob = SipTransport.Create(_network, options with { TimeProvider = _clock });
        _bob.Start(_atBob = new RecordingReceiver());
    }

    private async Task<IStreamConnection> ConnectAsync(int count)
    {
        IStreamConnection connection = await _network.ConnectAsync(_bob.LocalEndPoint, CancellationToken.None);
        Assert.That(() => _bob.ConnectionCount, Is.EqualTo(count).After(30_000, 1));
        return connection;
    }

    private async Task<IStreamConnection> UseAsync(string callId, int count)
    {
        IStreamConnection connection = await ConnectAsync(count);
        await connection.WriteAsync(RawPeer.Options("SIP/2.0/TCP h;branch=z9hG4bKx", callId));
        Assert.That((await _atBob.NextAsync()).Message.Headers.CallId, Is.EqualTo(callId));

        // The last one's time is the idle limit once its pump has come so far; until then it is that for its first message.
        Assert.That(() => _clock.NextDue, Is.GreaterThan(TimeSpan.FromMinutes(1)).After(30_000, 1));
        return connection;
    }

    // The pump delivers first and sets its clock then.
    private void PumpRests(TimeSpan due) => Assert.That(() => _clock.NextDue, Is.EqualTo(due).After(30_000, 1));
}
