using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Connections;

/// <summary>Peers that send signs of life and nothing else.</summary>
[TestFixture]
public sealed class MsrpHeartbeatTests : HostilePeerTest
{
    [TestCase("\r\n", false)]
    [TestCase("\r\n", true)]
    [TestCase("MSRP beat SEND\r\nTo-Path: {to}\r\nFrom-Path: {from}\r\nKeep-Alive: yes\r\n-------beat$\r\n", true)]
    [TestCase("MSRP beat SEND\r\nTo-Path: {to}\r\nFrom-Path: {from}\r\nMessage-ID: beat\r\nContent-Type: text/x-msrp-heartbeat\r\n\r\nHEARTBEAT\r\n-------beat$\r\n", true)]
    [Category("SEC-002")]
    public async Task A_session_that_expects_a_message_and_gets_signs_of_life_only_ends(string beat, bool expects)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync(expects: expects);
        await session.ConnectAsync(active: false, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        beat = beat.Replace("{to}", session.LocalUri.ToString(), StringComparison.Ordinal).Replace("{from}", peer.Uri.ToString(), StringComparison.Ordinal);
        await BeatUntilEndedAsync(session, peer, beat);
        Assert.That(receiver.Begins, Is.Zero);
    }

    [TestCase("\r\n")]
    [TestCase("MSRP beat SEND\r\nTo-Path: {to}\r\nFrom-Path: {from}\r\nMessage-ID: beat\r\nContent-Type: text/x-msrp-heartbeat\r\n\r\nHEARTBEAT\r\n-------beat$\r\n")]
    [Category("SEC-002")]
    public async Task A_message_that_gets_signs_of_life_only_ends(string beat)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-4/8\r\n", "1234", '+');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 200"));
        beat = beat.Replace("{to}", session.LocalUri.ToString(), StringComparison.Ordinal).Replace("{from}", peer.Uri.ToString(), StringComparison.Ordinal);
        await BeatUntilEndedAsync(session, peer, beat);
        Assert.That(await receiver.Aborted.WaitAsync(RawMsrpPeer.Patience), Is.AnyOf(MsrpAbortReason.ConnectionLost, MsrpAbortReason.SessionClosed));
    }

    [Test]
    public async Task A_conversation_may_live_on_signs_of_life()
    {
        (MsrpSession session, _, RawMsrpPeer peer) = await BoundAsync();
        await session.ConnectAsync(active: false, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        for (int i = 0; i < 30; i++)
        {
            await AssertUndisturbedAsync(session, peer);
            await Time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(20), Time), stepSeconds: 20);
        }

        Assert.That(session.Ended.IsCompleted, Is.False);
    }

    private async Task BeatUntilEndedAsync(MsrpSession session, RawMsrpPeer peer, string beat)
    {
        for (int sent = 0; !session.Ended.IsCompleted; sent++)
        {
            Assert.That(sent, Is.LessThan(20), "an interval is three of them, and two are the most that it may take");
            await UntilResetAsync(BeatAsync);
            await Time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(20), Time), stepSeconds: 10);
        }

        Assert.That((await session.Ended).Reason, Is.EqualTo(MsrpSessionEndReason.Idle));
        Metrics.AssertCounted("msrp.sessions.ended reason=Idle");

        async Task BeatAsync()
        {
            await peer.SendAsync(beat);
            if (beat.Length > 2)
            {
                await peer.ReadLineAsync();
            }
        }
    }
}
