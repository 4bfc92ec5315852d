using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>What a session makes of the reports on what it sent.</summary>
[TestFixture]
public sealed class MsrpReportTests : SendingTest
{
    [TestCase("2049-5000/5000 1-3000/5000", 5000)]
    [TestCase("1-2048/5000 1-2048/5000 4097-9999/9999", 2952)]
    [TestCase("1-*/*", 5000)]
    [TestCase("9-1/5000 6000-7000/7000", 0)]
    [Category("RPT-014")]
    public async Task Success_reports_are_put_together_whatever_ranges_they_name(string ranges, int reported)
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(5000) with { SuccessReport = true }, null, CancellationToken.None);
        List<RawMsrpPeer.Message> chunks = [(await peer.ReadAsync())!, (await peer.ReadAsync())!, (await peer.ReadAsync())!];
        foreach (string range in ranges.Split(' '))
        {
            await peer.SendAsync(
                $"MSRP aaaa REPORT\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: {chunks[0].MessageId}\r\nByte-Range: {range}\r\nStatus: 000 200 OK\r\n-------aaaa$\r\n");
        }

        Assert.That(sending.IsCompleted, Is.False);
        foreach (RawMsrpPeer.Message chunk in chunks)
        {
            await peer.AnswerAsync(chunk, 200, peer.Uri);
        }

        Assert.That((await sending.WaitAsync(RawMsrpPeer.Patience)).ReportedBytes, Is.EqualTo(reported));
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("RPT-017")]
    public async Task A_session_that_ends_before_the_awaited_report_leaves_the_outcome_unknown(bool byPeer)
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(3000) with { SuccessReport = true, AwaitSuccessReport = true }, null, CancellationToken.None);
        List<RawMsrpPeer.Message> chunks = [(await peer.ReadAsync())!, (await peer.ReadAsync())!];
        await peer.AnswerAsync(chunks[0], 200, peer.Uri);
        await peer.AnswerAsync(chunks[1], 200, peer.Uri);
        await peer.SendAsync(
            $"MSRP aaaa REPORT\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: {chunks[0].MessageId}\r\nByte-Range: 1-2048/3000\r\nStatus: 000 200 OK\r\n-------aaaa$\r\n");
        await PingAsync(session, peer);
        Assert.That(sending.IsCompleted, Is.False, "acknowledged, and reported in part");
        Task closing = byPeer ? peer.DisposeAsync().AsTask() : session.CloseAsync().AsTask();
        MsrpSendResult result = await sending.WaitAsync(RawMsrpPeer.Patience);
        Assert.That(result, Is.EqualTo(new MsrpSendResult(MsrpSendOutcome.Unknown, chunks[0].MessageId!, 3000, null, 2048)));
        await peer.DisposeAsync();
        await closing.WaitAsync(RawMsrpPeer.Patience);
    }

    [Test]
    [Category("RPT-017")]
    public async Task A_session_that_ends_before_the_answers_is_a_loss_and_a_report_in_time_a_success()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        MsrpOutgoingContent content = Content(100) with { SuccessReport = true, AwaitSuccessReport = true };
        Task<MsrpSendResult> reported = session.SendAsync(content, null, CancellationToken.None);
        RawMsrpPeer.Message chunk = (await peer.ReadAsync())!;
        await peer.AnswerAsync(chunk, 200, peer.Uri);
        await peer.SendAsync(
            $"MSRP aaaa REPORT\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: {chunk.MessageId}\r\nByte-Range: 1-100/100\r\nStatus: 000 200 OK\r\n-------aaaa$\r\n");
        Assert.That((await reported.WaitAsync(RawMsrpPeer.Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.Completed));

        Task<MsrpSendResult> lost = session.SendAsync(Content(200) with { SuccessReport = true, AwaitSuccessReport = true }, null, CancellationToken.None);
        await peer.ReadAsync();
        await peer.DisposeAsync();
        Assert.That((await lost.WaitAsync(RawMsrpPeer.Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.ConnectionLost));
    }

    [TestCase(413, false)]
    [TestCase(400, true)]
    [TestCase(200, false)]
    [Category("RPT-006")]
    [Category("RPT-015")]
    [Category("RPT-016")]
    public async Task A_report_with_an_error_counts_as_the_answer(int status, bool sessionFails)
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(5000), null, CancellationToken.None);
        RawMsrpPeer.Message first = (await peer.ReadAsync())!;
        string report = $"REPORT\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: {{0}}\r\nByte-Range: 1-2048/5000\r\nStatus: {{1}} {status} text\r\n";
        await peer.SendAsync("MSRP aaaa " + string.Format(null, report, "unknown", "000") + "-------aaaa$\r\n");
        await peer.SendAsync("MSRP aaaa " + string.Format(null, report, first.MessageId, "001") + "-------aaaa$\r\n");
        await PingAsync(session, peer);
        Assert.That(sending.IsCompleted, Is.False, "of another message, of another namespace");
        await peer.SendAsync("MSRP aaaa " + string.Format(null, report, first.MessageId, "000") + "-------aaaa$\r\n");
        if (status == 200)
        {
            await PingAsync(session, peer);
            Assert.That(sending.IsCompleted, Is.False, "a success report is no response");
        }
        else
        {
            Assert.That((await sending.WaitAsync(RawMsrpPeer.Patience)).Status, Is.EqualTo(status));
        }

        if (sessionFails)
        {
            Assert.That(await session.Ended.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(new MsrpSessionEnd(MsrpSessionEndReason.Refused, status)));
        }
        else
        {
            Assert.That(session.Ended.IsCompleted, Is.False);
        }
    }
}
