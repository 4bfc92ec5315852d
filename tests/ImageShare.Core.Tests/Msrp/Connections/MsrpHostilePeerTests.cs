using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Connections;

/// <summary>Peers that send more than one should, and do not read.</summary>
[TestFixture]
public sealed class MsrpHostilePeerTests : HostilePeerTest
{
    [TestCase(false)]
    [TestCase(true)]
    [Category("SEC-001")]
    public async Task A_million_empty_lines_end_their_connection(bool isBound)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = isBound ? await BoundAsync() : (null!, null!, await RawMsrpPeer.DialAsync(Network, Endpoint.LocalEndPoint));
        (MsrpSession other, _, RawMsrpPeer bystander) = await BoundAsync();
        await UntilResetAsync(() => peer.SendAsync(Lines(1_000_000))).WaitAsync(RawMsrpPeer.Patience);
        Assert.That(await ReadAllAsync(peer), Is.Empty);
        Metrics.AssertCounted($"msrp.connections.ended reason=ProtocolError fault=TooManyBlankLines bound={isBound}");
        await AssertUndisturbedAsync(other, bystander);
        if (isBound)
        {
            Assert.That((await session.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.ProtocolError));
            Assert.That(receiver.Begins, Is.Zero);
            Metrics.AssertCounted("msrp.sessions.ended reason=ProtocolError");
        }
    }

    [Test]
    public async Task Empty_lines_between_messages_are_passed_over()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync("\r\n\r\n\r\n");
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-4/8\r\n", "1234", '+');
        await peer.SendAsync("\r");
        await peer.SendAsync("\n" + Lines(1023));
        await peer.SendAsync(session.LocalUri, "bbbb", "Byte-Range: 5-8/8\r\n", "\r\n\r\n", '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 200"));
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("bbbb 200"));
        Assert.That(Encoding.ASCII.GetString(await receiver.Completed), Is.EqualTo("1234\r\n\r\n"), "inside a body they are data");
    }

    [TestCase(MsrpSuccessReportScope.WholeMessage, 1)]
    [TestCase(MsrpSuccessReportScope.EachChunk, 100_000)]
    [Category("SEC-001")]
    [Category("RPT-010")]
    public async Task A_hundred_thousand_chunks_of_one_octet_complete(MsrpSuccessReportScope policy, int reports)
    {
        const int Count = 100_000;
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync(reports: policy);
        (MsrpSession other, _, RawMsrpPeer bystander) = await BoundAsync();
        string middle = $" SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: many1\r\nSuccess-Report: yes\r\nByte-Range: ";
        Task<(int Answers, int Reports)> reading = CountAnswersAsync(peer, Count + reports);
        for (int sent = 0; sent < Count;)
        {
            var batch = new StringBuilder();
            for (int end = sent + 500; sent < end; sent++)
            {
                batch.Append("MSRP c").Append(sent.ToString("D7", null)).Append(middle).Append(sent + 1).Append("-*/").Append(Count)
                    .Append("\r\nContent-Type: a/b\r\n\r\nx\r\n-------c").Append(sent.ToString("D7", null)).Append(sent + 1 == Count ? '$' : '+').Append("\r\n");
            }

            await peer.SendAsync(batch.ToString()).WaitAsync(RawMsrpPeer.Patience);
        }

        Assert.That(await reading.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo((Count, reports)));
        Assert.That(await receiver.Completed.WaitAsync(RawMsrpPeer.Patience), Has.Length.EqualTo(Count));
        await AssertUndisturbedAsync(other, bystander);
    }

    [Test]
    [Category("SEC-001")]
    public async Task Chunks_of_one_octet_that_leave_holes_are_stopped_at_the_limit()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        (MsrpSession other, _, RawMsrpPeer bystander) = await BoundAsync();
        int answered = 0;
        string answer;
        do
        {
            answered++;
            await peer.SendAsync(session.LocalUri, "hole", $"Success-Report: yes\r\nByte-Range: {2 * answered}-*/100000\r\n", "x", '+');
            answer = await peer.ReadLineAsync();
        }
        while (answer == "hole 200" && answered < 1000);
        Assert.That((answer, answered), Is.EqualTo(("hole 413", MsrpLimits.Default.MaxGaps + 1)));
        Assert.That(await receiver.Aborted.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(MsrpAbortReason.TooScattered));
        Metrics.AssertCounted("msrp.requests.refused status=413");
        await AssertUndisturbedAsync(other, bystander);
    }

    [TestCase(MsrpSuccessReportScope.WholeMessage)]
    [TestCase(MsrpSuccessReportScope.EachChunk)]
    [Category("SEC-001")]
    [Category("SEC-002")]
    public async Task A_peer_that_sends_and_does_not_read_gets_no_further_than_its_answers_may_wait(MsrpSuccessReportScope policy)
    {
        var limits = new MsrpLimits { MaxPendingResponseBytes = 64 * 1024 };
        await RestartAsync(limits);
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync(reports: policy);
        (MsrpSession other, _, RawMsrpPeer bystander) = await BoundAsync();
        Task flooding = UntilResetAsync(FloodAsync);
        while (!session.Ended.IsCompleted)
        {
            await AssertUndisturbedAsync(other, bystander);
            Assert.That(Time.Elapsed, Is.LessThan(TimeSpan.FromSeconds(180)));
            await Time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(10), Time), stepSeconds: 10);
        }

        Assert.That((await session.Ended).Reason, Is.EqualTo(MsrpSessionEndReason.Idle));

        // An answer has more than 100 octets. What may wait: the limit, one batch above it, what the writer has taken, the window of the stream.
        Assert.That(receiver.Received, Is.LessThan((limits.MaxPendingResponseBytes + (16 * 1024) + (120 * 1024) + (400 * 1024)) / 100));
        Metrics.AssertCounted("msrp.sessions.ended reason=Idle");
        await AssertUndisturbedAsync(other, bystander);
        await flooding.WaitAsync(RawMsrpPeer.Patience);

        async Task FloodAsync()
        {
            for (int i = 0; i < 100_000 && !session.Ended.IsCompleted; i++)
            {
                await peer.SendAsync(session.LocalUri, "flood", $"Success-Report: yes\r\nByte-Range: {i + 1}-*/100000\r\n", "x", '+');
            }
        }
    }

    [Test]
    [Category("SEC-001")]
    [Category("SEC-002")]
    public async Task Ten_gigabytes_that_are_claimed_and_do_not_come_cost_nothing_and_end()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await peer.SendAsync(
            $"MSRP huge1 SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: m1234\r\nByte-Range: 1-10000000000/10000000000\r\nContent-Type: image/png\r\n\r\nx");
        Assert.That((await receiver.Begun.WaitAsync(RawMsrpPeer.Patience)).Total, Is.EqualTo(10_000_000_000));
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(8 << 20), "a thousandth of what was claimed");
        await Time.DriveAsync(session.Ended, stepSeconds: 5);
        Assert.That((await session.Ended).Reason, Is.EqualTo(MsrpSessionEndReason.Idle));
        Assert.That(Time.Elapsed, Is.LessThanOrEqualTo(TimeSpan.FromSeconds(125)));
        Assert.That(await receiver.Aborted.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(MsrpAbortReason.ConnectionLost));
        Metrics.AssertCounted("msrp.sessions.ended reason=Idle");
    }

    // Counts by the codec alone: what a test keeps of 200,000 messages should not be more than what it tests.
    private static async Task<(int Answers, int Reports)> CountAnswersAsync(RawMsrpPeer peer, int until)
    {
        var decoder = new MsrpReader();
        (int answers, int reports) = (0, 0);
        while (answers + reports < until)
        {
            ReadResult read = await peer.Stream.Input.ReadAsync();
            ReadOnlySequence<byte> rest = read.Buffer;
            while (decoder.Read(ref rest, out MsrpEvent next) == OperationStatus.Done)
            {
                answers += next.Kind == MsrpEventKind.ResponseHead && next.Head.Status == 200 ? 1 : 0;
                reports += next.Kind == MsrpEventKind.RequestHead && next.Head is { IsReport: true, ReportStatus.Code: 200 } ? 1 : 0;
            }

            peer.Stream.Input.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        return (answers, reports);
    }
}
