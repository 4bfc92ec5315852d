using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.Transport;

/// <summary>Signs of life on connections this side opened (RFC 5626 §4.4.1).</summary>
[TestFixture]
public sealed class SipKeepAliveTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private InMemoryNetwork _network = null!;
    private ManualTimeProvider _clock = null!;
    private SipTransport _alice = null!;
    private RecordingReceiver _atAlice = null!;
    private IStreamListener _listener = null!;
    private IStreamConnection _server = null!;

    [SetUp]
    public async Task Connect()
    {
        _network = new InMemoryNetwork();
        _clock = new ManualTimeProvider();
        _alice = SipTransport.Create(_network, new SipTransportOptions { TimeProvider = _clock, KeepAliveInterval = TimeSpan.FromSeconds(100) });
        _alice.Start(_atAlice = new RecordingReceiver());
        _listener = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        await _alice.SendAsync(new SipResponse(200), new SipDestination(_listener.LocalEndPoint, SipProtocol.Tcp), CancellationToken.None);
        _server = (await _listener.AcceptAsync(CancellationToken.None))!;
        await _server.ReadMessageAsync();
        Assert.That(() => _clock.ArmedTimers, Is.EqualTo(1).After(30_000, 1), "the pump has begun");
    }

    [TearDown]
    public async Task Close()
    {
        await _alice.DisposeAsync();
        await _server.DisposeAsync();
        await _listener.DisposeAsync();
        Assert.That(() => _clock.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    [Test]
    public async Task A_silent_connection_is_asked_and_lives_on_when_it_answers()
    {
        for (int i = 0; i < 3; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(79.9));
            Assert.That(_server.Input.TryRead(out _), Is.False, "not before 80 %");
            await AssertAskedAsync();
            await AnswerAsync("\r\n");
        }

        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.That(_alice.ConnectionCount, Is.EqualTo(1));
        Assert.That(_server.Input.TryRead(out _), Is.False, "answers are not answered");
    }

    [Test]
    public async Task A_connection_that_does_not_answer_in_10_seconds_is_gone()
    {
        await AssertAskedAsync();
        _clock.Advance(TimeSpan.FromSeconds(8.9));
        Assert.That(_alice.ConnectionCount, Is.EqualTo(1));
        _clock.Advance(TimeSpan.FromSeconds(1.1));
        await _atAlice.NextLostAsync();
        Assert.That(_alice.ConnectionCount, Is.Zero);
    }

    [Test]
    public async Task A_message_is_a_sign_of_life_too()
    {
        _clock.Advance(TimeSpan.FromSeconds(79));
        await AnswerAsync(RawPeer.Options("SIP/2.0/TCP h;branch=z9hG4bKx"));
        await _atAlice.NextAsync();
        _clock.Advance(TimeSpan.FromSeconds(79));
        Assert.That(_server.Input.TryRead(out _), Is.False, "it has spoken 79 s ago");
    }

    [Test]
    public async Task Nobody_asks_on_a_connection_it_accepted()
    {
        await using IStreamConnection client = await _network.ConnectAsync(_alice.LocalEndPoint, CancellationToken.None);
        await client.WriteAsync(RawPeer.Options("SIP/2.0/TCP h;branch=z9hG4bKx"));
        await _atAlice.NextAsync();
        Assert.That(() => _clock.NextDue, Is.GreaterThan(TimeSpan.FromSeconds(79)).After(30_000, 1), "its message was read");
        await AssertAskedAsync();
        Assert.That(client.Input.TryRead(out _), Is.False);
    }

    // Somewhere up to the interval the question comes, and its 10 s begin there: at most a second ago when this returns.
    private async Task AssertAskedAsync()
    {
        for (int i = 0; i <= 100 && _server.Input.TryRead(out System.IO.Pipelines.ReadResult read) is var came; i++)
        {
            if (came)
            {
                _server.Input.AdvanceTo(read.Buffer.Start);
                break;
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        byte[] ping = new byte[4];
        await _server.Input.AsStream(leaveOpen: true).ReadExactlyAsync(ping).AsTask().WaitAsync(Patience);
        Assert.That(ping, Is.EqualTo("\r\n\r\n"u8.ToArray()));
    }

    // The answer counts when the pump has read it: it reads on only after that.
    private async Task AnswerAsync(string text)
    {
        await _server.WriteAsync(text);
        Assert.That(() => _clock.NextDue, Is.GreaterThan(TimeSpan.FromSeconds(79)).After(30_000, 1));
    }
}
