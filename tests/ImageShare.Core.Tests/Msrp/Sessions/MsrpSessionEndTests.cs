using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>How sessions end that receive: by the peer, by the stream, by standing still, by this side.</summary>
[TestFixture]
public sealed class MsrpSessionEndTests : ReceivingTest
{
    [Test]
    public async Task The_end_of_the_stream_after_the_message_is_a_good_end()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-4/4\r\n", "data", '$');
        await peer.DisposeAsync();
        Assert.That(await receiver.Completed.WaitAsync(RawMsrpPeer.Patience), Has.Length.EqualTo(4));
        Assert.That((await session.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.PeerClosed));
    }

    [TestCase('+', true)]
    [TestCase('+', false)]
    [TestCase('$', true)]
    public async Task The_end_of_the_stream_before_the_end_of_the_message_is_a_loss(char flag, bool cutChunk)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 5-*/*\r\n", "data", flag);
        if (cutChunk)
        {
            await peer.SendAsync($"MSRP bbbb SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: m1234\r\nByte-Range: 1-*/*\r\nContent-Type: a/b\r\n\r\nda");
        }

        await receiver.Begun.WaitAsync(RawMsrpPeer.Patience);
        await peer.DisposeAsync();
        Assert.That(await receiver.Aborted.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(MsrpAbortReason.ConnectionLost));
        Assert.That((await session.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.ConnectionLost));
    }

    [Test]
    [Category("MSRP-033")]
    public async Task A_reset_ends_all_sessions_of_the_connection()
    {
        (MsrpSession first, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        MsrpSession second = Endpoint.CreateSession(new() { Receiver = new CollectingReceiver() });
        await peer.SendAsync(second.LocalUri, "bind", "", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("bind 200"));
        await peer.SendAsync(first.LocalUri, "aaaa", "Byte-Range: 1-4/9\r\n", "data", '+');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 200"));
        peer.Stream.Abort();
        Assert.That((await first.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.ConnectionLost));
        Assert.That((await second.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.ConnectionLost));
        Assert.That(await receiver.Aborted, Is.EqualTo(MsrpAbortReason.ConnectionLost));
    }

    [Test]
    [Category("SEC-002")]
    public async Task A_connection_that_lies_still_ends()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        Time.Advance(TimeSpan.FromSeconds(59));
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-4/9\r\n", "data", '+');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 200"));
        Time.Advance(TimeSpan.FromSeconds(59));
        Assert.That(session.Ended.IsCompleted, Is.False);
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await session.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.Idle));
        Assert.That(await receiver.Aborted, Is.EqualTo(MsrpAbortReason.ConnectionLost));
    }

    [Test]
    public async Task Nothing_is_left_behind()
    {
        (MsrpSession session, _, RawMsrpPeer peer) = await BoundAsync();
        await peer.DisposeAsync();
        await session.Ended.WaitAsync(RawMsrpPeer.Patience);
        await Endpoint.DisposeAsync();
        Assert.That(() => Time.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    [Test]
    [Category("SEC-001")]
    public async Task Garbage_on_a_bound_connection_ends_it_and_nothing_else()
    {
        byte[] noise = new byte[3000];
        for (int seed = 0; seed < 50; seed++)
        {
            (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
            new Random(seed).NextBytes(noise);
            await peer.SendAsync(Encoding.Latin1.GetString(noise));
            Assert.That((await session.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.ProtocolError));
            Assert.That(receiver.Begins, Is.Zero);
            await peer.DisposeAsync();
        }
    }

    [TestCase("", "open 481")]
    [TestCase("Failure-Report: partial\r\n", "open 481")]
    [TestCase("Failure-Report: no\r\n", null)]
    public async Task A_chunk_whose_session_closes_in_the_middle_is_not_answered_as_taken(string report, string? answer)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await using RawMsrpPeer closing = peer;
        MsrpSession other = Endpoint.CreateSession(new());
        await peer.SendAsync(other.LocalUri, "other", "Byte-Range: 1-0/0\r\n", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("other 200"));
        await peer.SendAsync(
            $"MSRP open SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: m1234\r\n{report}Byte-Range: 1-8/8\r\nContent-Type: a/b\r\n\r\n0123");
        await receiver.Begun.WaitAsync(RawMsrpPeer.Patience);
        await session.CloseAsync();
        Assert.That(await receiver.Aborted.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(MsrpAbortReason.SessionClosed));
        await peer.SendAsync("4567\r\n-------open$\r\n");
        await peer.SendAsync(session.LocalUri, "next", "Byte-Range: 1-8/8\r\n", "01234567", '$');
        if (answer is not null)
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo(answer));
        }

        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("next 481"));
        Assert.That(receiver.Completions, Is.Zero);
    }
}
