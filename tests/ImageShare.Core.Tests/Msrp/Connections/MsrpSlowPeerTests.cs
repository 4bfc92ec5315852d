using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Connections;

/// <summary>Peers that never stop and never get on: an octet a minute keeps a connection from being idle, and must not keep it for ever.</summary>
[TestFixture]
public sealed class MsrpSlowPeerTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    private InMemoryNetwork _network = null!;
    private ManualTimeProvider _time = null!;
    private MsrpEndpoint _endpoint = null!;

    [SetUp]
    public void SetUp()
    {
        _network = new InMemoryNetwork();
        _time = new ManualTimeProvider();
        _endpoint = MsrpEndpoint.Start(_network, new MsrpEndpointOptions { TimeProvider = _time, ProgressInterval = Interval });
    }

    [TearDown]
    public async Task TearDown() => await _endpoint.DisposeAsync();

    [TestCase(true)]
    [TestCase(false)]
    [Category("SEC-002")]
    public async Task A_message_that_gains_an_octet_at_a_time_ends(bool inOneChunk)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        (MsrpSession other, _, RawMsrpPeer bystander) = await BoundAsync();
        if (inOneChunk)
        {
            await peer.SendAsync($"{Head(session, peer, "1-*/9999")}\r\n");
        }

        int sent = 0;
        while (!session.Ended.IsCompleted)
        {
            Assert.That(++sent, Is.LessThan(14), "six steps are an interval, and two are the most that it may take");
            await peer.SendAsync(inOneChunk ? "x" : $"{Head(session, peer, $"{sent}-*/9999")}\r\nx\r\n-------slow+\r\n");
            await bystander.SendAsync(other.LocalUri, "live", "", null, '$');
            Assert.That(await bystander.ReadLineAsync(), Is.EqualTo("live 200"), "which also says that time has been given to read the octet");
            await _time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(10), _time), stepSeconds: 10);
        }

        Assert.That((await session.Ended).Reason, Is.EqualTo(MsrpSessionEndReason.Idle));
        Assert.That(await receiver.Aborted.WaitAsync(RawMsrpPeer.Patience), Is.AnyOf(MsrpAbortReason.SessionClosed, MsrpAbortReason.ConnectionLost));
        Assert.That(other.Ended.IsCompleted, Is.False);
    }

    [Test]
    [Category("SEC-002")]
    public async Task A_head_that_comes_an_octet_at_a_time_ends_the_connection()
    {
        (MsrpSession session, _, RawMsrpPeer peer) = await BoundAsync();
        string head = Head(session, peer, "1-*/9999");
        for (int sent = 0; !session.Ended.IsCompleted; sent++)
        {
            Assert.That(sent, Is.LessThan(14));
            await peer.SendAsync(head.Substring(sent, 1));
            await _time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(10), _time), stepSeconds: 10);
        }

        Assert.That((await session.Ended).Reason, Is.EqualTo(MsrpSessionEndReason.Idle));
    }

    [Test]
    public async Task A_message_that_gains_enough_goes_on()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        string data = new('x', 1024);
        for (int i = 0; i < 5; i++)
        {
            await peer.SendAsync($"{Head(session, peer, $"{(i * 1024) + 1}-*/5120")}\r\n{data}\r\n-------slow{(i == 4 ? '$' : '+')}\r\n");
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("slow 200"));
            await _time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(55), _time), stepSeconds: 55);
        }

        Assert.That(await receiver.Completed.WaitAsync(RawMsrpPeer.Patience), Has.Length.EqualTo(5120));
        Assert.That(session.Ended.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_receiver_that_takes_its_time_is_not_the_peers_fault()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var receiver = new CollectingReceiver
        {
            OnWrite = (_, _) =>
            {
                entered.TrySetResult();
                return new ValueTask(gate.Task);
            },
        };
        await using MsrpEndpoint patient = MsrpEndpoint.Start(_network, new MsrpEndpointOptions { TimeProvider = _time, IdleTimeout = null, ProgressInterval = Interval });
        MsrpSession session = patient.CreateSession(new() { Receiver = receiver });
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(_network, patient.LocalEndPoint);
        await peer.SendAsync($"{Head(session, peer, "1-*/4")}\r\ndata\r\n-------slow$\r\n");
        await entered.Task.WaitAsync(RawMsrpPeer.Patience);
        await _time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(600), _time), stepSeconds: 10);
        Assert.That(session.Ended.IsCompleted, Is.False);
        gate.SetResult();
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("slow 200"));
        Assert.That(await receiver.Completed.WaitAsync(RawMsrpPeer.Patience), Has.Length.EqualTo(4));
    }

    private static string Head(MsrpSession session, RawMsrpPeer peer, string range) =>
        $"MSRP slow SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: m1234\r\nByte-Range: {range}\r\nContent-Type: a/b\r\n";

    private async Task<(MsrpSession Session, CollectingReceiver Receiver, RawMsrpPeer Peer)> BoundAsync()
    {
        var receiver = new CollectingReceiver();
        MsrpSession session = _endpoint.CreateSession(new() { Receiver = receiver });
        RawMsrpPeer peer = await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint);
        await peer.SendAsync(session.LocalUri, "hello", "Byte-Range: 1-0/0\r\n", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("hello 200"));
        return (session, receiver, peer);
    }
}
