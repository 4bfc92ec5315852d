using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>Chunks that are ended before their time: for a response, for another message, for good.</summary>
[TestFixture]
public sealed class MsrpInterruptionTests : SendingTest
{
    [Test]
    [Category("MSRP-041")]
    public async Task A_large_chunk_is_interrupted_for_a_response_and_goes_on()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        using var cancel = new CancellationTokenSource();
        Task<MsrpSendResult> sending = session.SendAsync(Endless() with { ChunkSize = long.MaxValue }, null, cancel.Token);
        await ReadIdOfOpenChunkAsync(peer);
        await peer.SendAsync(session.LocalUri, "ping", "Byte-Range: 1-0/0\r\n", null, '$');
        RawMsrpPeer.Message first = (await peer.ReadAsync())!;
        RawMsrpPeer.Message answer = (await peer.ReadAsync())!;
        Assert.That((first.Continuation, first.Range), Is.EqualTo(('+', new ByteRange(1, null, 1L << 40))));
        Assert.That(answer.ToString(), Is.EqualTo("ping 200"));
        await cancel.CancelAsync();
        RawMsrpPeer.Message second = (await peer.ReadAsync())!;
        Assert.That((second.Continuation, second.Range), Is.EqualTo(('#', new ByteRange(first.Body.Length + 1, null, 1L << 40))));
        await Assert.ThatAsync(() => sending.WaitAsync(RawMsrpPeer.Patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase(2048L)]
    [TestCase(long.MaxValue)]
    public async Task A_long_message_leaves_room_for_another(long chunkSize)
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        using var cancel = new CancellationTokenSource();
        Task<MsrpSendResult> endless = session.SendAsync(Endless() with { ChunkSize = chunkSize, MessageId = "long" }, null, cancel.Token);
        await ReadIdOfOpenChunkAsync(peer);
        Task<MsrpSendResult> other = session.SendAsync(Content(300_000) with { ChunkSize = chunkSize, MessageId = "short" }, null, CancellationToken.None);
        while (!other.IsCompleted)
        {
            RawMsrpPeer.Message chunk = (await peer.ReadAsync())!;
            await peer.AnswerAsync(chunk, 200, peer.Uri);
            if (chunk is { MessageId: "short", Continuation: '$' })
            {
                await other.WaitAsync(RawMsrpPeer.Patience);
            }
        }

        Assert.That(endless.IsCompleted, Is.False);
        await cancel.CancelAsync();
        await peer.DisposeAsync();
        await Assert.ThatAsync(() => endless.WaitAsync(RawMsrpPeer.Patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    [Category("RPT-006")]
    [Category("MSRP-011")]
    public async Task A_refusal_in_the_middle_of_a_chunk_ends_it_with_the_sign_of_giving_up()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Endless() with { ChunkSize = long.MaxValue }, null, CancellationToken.None);
        string id = await ReadIdOfOpenChunkAsync(peer);
        await peer.SendAsync($"MSRP {id} 413 stop\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\n-------{id}$\r\n");
        RawMsrpPeer.Message chunk = (await peer.ReadAsync())!;
        Assert.That(chunk.Continuation, Is.EqualTo('#'));
        Assert.That((await sending.WaitAsync(RawMsrpPeer.Patience)).Status, Is.EqualTo(413));
    }

    [TestCase(2048L)]
    [TestCase(long.MaxValue)]
    [Category("SEC-002")]
    [Category("MSRP-011")]
    public async Task Cancelling_leaves_the_sign_of_giving_up_on_the_wire(long chunkSize)
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        using var cancel = new CancellationTokenSource();
        Task<MsrpSendResult> sending = session.SendAsync(Endless() with { ChunkSize = chunkSize }, null, cancel.Token);
        await ReadIdOfOpenChunkAsync(peer);
        await cancel.CancelAsync();
        RawMsrpPeer.Message last;
        long octets = 0;
        do
        {
            last = (await peer.ReadAsync())!;
            octets += last.Body.Length;
        }
        while (last.Continuation == '+');
        Assert.That(last.Continuation, Is.EqualTo('#'));
        Assert.That(last.Range!.Value.Start + last.Body.Length - 1, Is.EqualTo(octets));
        await Assert.ThatAsync(() => sending.WaitAsync(RawMsrpPeer.Patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    [Category("SEC-002")]
    [Category("MSRP-011")]
    public async Task Cancelling_is_told_to_a_peer_that_leaves_everything_unanswered()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        using var cancel = new CancellationTokenSource();
        Task<MsrpSendResult> sending = session.SendAsync(Endless() with { ChunkSize = 64 }, null, cancel.Token);

        // As many as may be unanswered; no other chunk comes by itself.
        for (int i = 0; i < TransferBudget.LargestWindow; i++)
        {
            Assert.That((await peer.ReadAsync())!.Continuation, Is.EqualTo('+'));
        }

        await PingAsync(session, peer);
        await cancel.CancelAsync();
        Assert.That((await peer.ReadAsync())!.Continuation, Is.EqualTo('#'));
        await Assert.ThatAsync(() => sending.WaitAsync(RawMsrpPeer.Patience), Throws.InstanceOf<OperationCanceledException>());
    }
}
