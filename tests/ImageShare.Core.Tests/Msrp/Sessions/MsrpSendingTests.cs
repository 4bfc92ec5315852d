using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>What a session sends, byte by byte, and what it makes of the answers.</summary>
[TestFixture]
public sealed class MsrpSendingTests : SendingTest
{
    [Test]
    [Category("MSRP-011")]
    [Category("MSRP-013")]
    [Category("MSRP-015")]
    [Category("RPT-011")]
    public async Task Chunks_go_out_without_waiting_for_answers_and_the_result_with_them()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(5000), null, CancellationToken.None);
        List<RawMsrpPeer.Message> chunks = [(await peer.ReadAsync())!, (await peer.ReadAsync())!, (await peer.ReadAsync())!];
        Assert.That(chunks.Select(c => c.ToString()), Is.EqualTo(new[] { "SEND 1-2048/5000 2048+", "SEND 2049-4096/5000 2048+", "SEND 4097-5000/5000 904$" }));
        Assert.That(chunks.Select(c => c.MessageId).Distinct().Count(), Is.EqualTo(1));
        Assert.That(sending.IsCompleted, Is.False);

        // Answers in another order, one of them with another 2xx, and strangers between.
        await peer.AnswerAsync(chunks[2], 200, peer.Uri);
        await peer.SendAsync($"MSRP XXXXXXXXXXXXXXXX 413 stranger\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\n-------XXXXXXXXXXXXXXXX$\r\n");
        await peer.AnswerAsync(chunks[0], 299, peer.Uri);
        await peer.AnswerAsync(chunks[0], 200, peer.Uri);
        await PingAsync(session, peer);
        Assert.That(sending.IsCompleted, Is.False);
        await peer.AnswerAsync(chunks[1], 200, peer.Uri);
        MsrpSendResult result = await sending.WaitAsync(RawMsrpPeer.Patience);
        Assert.That(result, Is.EqualTo(new MsrpSendResult(MsrpSendOutcome.Completed, chunks[0].MessageId!, 5000)));
    }

    [TestCase(400, MsrpSendOutcome.Refused)]
    [TestCase(403, MsrpSendOutcome.Refused)]
    [TestCase(408, MsrpSendOutcome.TimedOut)]
    [TestCase(413, MsrpSendOutcome.Refused)]
    [TestCase(415, MsrpSendOutcome.Refused)]
    [TestCase(423, MsrpSendOutcome.Refused)]
    [TestCase(481, MsrpSendOutcome.Refused)]
    [TestCase(501, MsrpSendOutcome.Refused)]
    [TestCase(506, MsrpSendOutcome.Refused)]
    [TestCase(699, MsrpSendOutcome.Refused)]
    [Category("RPT-006")]
    [Category("RPT-008")]
    [Category("RPT-009")]
    [Category("RPT-012")]
    public async Task Any_other_answer_ends_the_message(int status, MsrpSendOutcome outcome)
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(5000), null, CancellationToken.None);
        RawMsrpPeer.Message first = (await peer.ReadAsync())!;
        await peer.AnswerAsync(first, status, peer.Uri);
        MsrpSendResult result = await sending.WaitAsync(RawMsrpPeer.Patience);
        Assert.That((result.Outcome, result.Status), Is.EqualTo((outcome, status)));
        if (status is 481 or 506)
        {
            Assert.That(await session.Ended.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(new MsrpSessionEnd(MsrpSessionEndReason.Refused, status)));
        }
        else
        {
            Assert.That(session.Ended.IsCompleted, Is.False);
        }
    }

    [Test]
    [Category("RPT-009")]
    public async Task A_refusal_of_the_opening_send_ends_the_session()
    {
        MsrpSession session = Endpoint.CreateSession(new());
        session.SetPeerPath(MsrpPath.Parse($"msrp://127.0.0.1:{Listener.LocalEndPoint.Port}/peer;tcp"));
        await session.ConnectAsync(active: true, CancellationToken.None);
        await using RawMsrpPeer peer = await AcceptAsync();
        await peer.AnswerAsync((await peer.ReadAsync())!, 481, peer.Uri);
        Assert.That(await session.Ended.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(new MsrpSessionEnd(MsrpSessionEndReason.Refused, 481)));
    }

    [Test]
    [Category("RPT-007")]
    public async Task A_type_refused_once_is_not_sent_again()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(100), null, CancellationToken.None);
        await peer.AnswerAsync((await peer.ReadAsync())!, 415, peer.Uri);
        await sending.WaitAsync(RawMsrpPeer.Patience);
        MsrpSendResult again = await session.SendAsync(Content(200), null, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        Assert.That((again.Outcome, again.Status), Is.EqualTo((MsrpSendOutcome.Refused, 415)));

        var other = MsrpOutgoingContent.FromMemory(new MediaType("image", "jpeg"), new byte[300]);
        sending = session.SendAsync(other, null, CancellationToken.None);
        RawMsrpPeer.Message chunk = (await peer.ReadAsync())!;
        Assert.That(chunk.Body, Has.Length.EqualTo(300), "nothing came before it");
        await peer.AnswerAsync(chunk, 200, peer.Uri);
        Assert.That((await sending.WaitAsync(RawMsrpPeer.Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.Completed));
    }

    [Test]
    [Category("RPT-004")]
    public async Task An_answer_that_does_not_come_within_30_seconds_is_a_failure()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(5000), null, CancellationToken.None);
        RawMsrpPeer.Message first = (await peer.ReadAsync())!;
        await peer.ReadAsync();
        await peer.ReadAsync();
        Time.Advance(TimeSpan.FromSeconds(20));
        await peer.AnswerAsync(first, 200, peer.Uri);
        await PingAsync(session, peer);
        Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.That(sending.IsCompleted, Is.False);
        Time.Advance(TimeSpan.FromSeconds(0.1));
        MsrpSendResult result = await sending.WaitAsync(RawMsrpPeer.Patience);
        Assert.That((result.Outcome, result.AcknowledgedBytes), Is.EqualTo((MsrpSendOutcome.TimedOut, 2048L)));
    }

    [Test]
    [Category("RPT-004")]
    [Category("SEC-002")]
    public async Task A_peer_that_does_not_read_is_given_up_after_30_seconds()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        var stuck = new TaskCompletionSource();
        long given = 0;
        var content = new MsrpOutgoingContent(Png, 1L << 40, (memory, _) =>
        {
            if ((given += memory.Length) > 500_000)
            {
                stuck.TrySetResult();
            }

            return ValueTask.FromResult(memory.Length);
        });
        Task<MsrpSendResult> sending = session.SendAsync(content, null, CancellationToken.None);
        await stuck.Task.WaitAsync(RawMsrpPeer.Patience);
        await WaitUntilAsync(() => session.Binding.Connection!.Writer.FlushingSince is not null);
        Time.Advance(TimeSpan.FromSeconds(30));
        Assert.That((await sending.WaitAsync(RawMsrpPeer.Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.TimedOut));
        await peer.DisposeAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("MSRP-033")]
    public async Task A_connection_that_ends_in_the_middle_is_a_loss(bool reset)
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(5000), null, CancellationToken.None);
        await peer.AnswerAsync((await peer.ReadAsync())!, 200, peer.Uri);
        await PingAsync(session, peer);
        if (reset)
        {
            peer.Stream.Abort();
        }
        else
        {
            await peer.DisposeAsync();
        }

        MsrpSendResult result = await sending.WaitAsync(RawMsrpPeer.Patience);
        Assert.That((result.Outcome, result.AcknowledgedBytes), Is.EqualTo((MsrpSendOutcome.ConnectionLost, 2048L)));
        Assert.That((await session.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.ConnectionLost));
    }

    [Test]
    public async Task A_rate_is_kept()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        MsrpOutgoingContent content = Content(100_000) with { MaxBytesPerSecond = 20_480 };
        Task<MsrpSendResult> sending = session.SendAsync(content, null, CancellationToken.None);
        long octets = 0;
        while (octets < 100_000)
        {
            RawMsrpPeer.Message chunk = (await peer.ReadAsync())!;
            octets += chunk.Body.Length;
            await peer.AnswerAsync(chunk, 200, peer.Uri);
            Assert.That(octets, Is.LessThanOrEqualTo((Time.Elapsed.TotalSeconds * 20_480) + 4096));

            // The next chunk needs the clock; two chunks of credit at most are on their way.
            await WaitUntilAsync(() => Time.ArmedTimers > 3 || octets >= 100_000 || sending.IsCompleted);
            Time.Advance(TimeSpan.FromSeconds(0.11));
        }

        Assert.That((await sending.WaitAsync(RawMsrpPeer.Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.Completed));
        Assert.That(Time.Elapsed.TotalSeconds, Is.InRange(4.0, 6.0));
    }
}
