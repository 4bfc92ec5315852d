using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Transfers;

/// <summary>What responses and reports do to a transfer.</summary>
[TestFixture]
public sealed class TransferAnswersTests : TransferTest
{
    [Test]
    public void Progress_is_told_once_for_each_batch_that_brought_something()
    {
        OutgoingTransfer transfer = Begin(Content(300));
        Assert.That(transfer.ExpectsAnswers, Is.True);
        Write(transfer);
        Assert.That((transfer.ExpectsAnswers, transfer.Expects(Keys[0]), transfer.Expects(Keys[1]), transfer.HasOpen(Keys[1])), Is.EqualTo((true, true, false, true)));
        Answer(transfer, 0, 2);
        transfer.EndOfBatch();
        Assert.That((string.Join(' ', Progress), transfer.Result.IsCompleted, transfer.LacksOnlyTheReport), Is.EqualTo(("200", false, false)));
        Answer(transfer, 1);
        Assert.That(Progress, Is.EqualTo(new[] { 200L, 300 }));
        Assert.That((transfer.ExpectsAnswers, transfer.StopReason), Is.EqualTo((false, TransferStop.None)));
        Assert.That(ResultOf(transfer), Is.EqualTo(new MsrpSendResult(MsrpSendOutcome.Completed, "m123", 300)));
    }

    [TestCase(199, MsrpSendOutcome.Refused, 199)]
    [TestCase(200, null, null)]
    [TestCase(299, null, null)]
    [TestCase(300, MsrpSendOutcome.Refused, 300)]
    [TestCase(408, MsrpSendOutcome.TimedOut, 408)]
    [TestCase(413, MsrpSendOutcome.Refused, 413)]
    public void A_status_other_than_2xx_ends_the_message_in_a_response_and_in_a_report(int status, object? outcome, int? told)
    {
        for (int i = 0; i < 2; i++)
        {
            OutgoingTransfer transfer = Begin(Content(300));
            Write(transfer, 1);
            if (i == 0)
            {
                Assert.That(transfer.TryAnswerNext(Keys[^1], status), Is.EqualTo(outcome is null), "the quick way is that of success");
                Assert.That(outcome is null || transfer.TryAnswer(Keys[^1], status), Is.True);
            }
            else
            {
                transfer.Report(null, status);
            }

            Assert.That(transfer.StopReason != TransferStop.None, Is.EqualTo(outcome is not null));
            Assert.That(transfer.Stopped.IsCompleted, Is.EqualTo(outcome is not null));
            if (outcome is not null)
            {
                Assert.That(transfer.ExpectsAnswers, Is.False);
                Write(transfer);
                Assert.That((ResultOf(transfer).Outcome, ResultOf(transfer).Status), Is.EqualTo(((MsrpSendOutcome)outcome, told)));
            }
        }
    }

    [Test]
    public void A_response_to_something_else_changes_nothing()
    {
        OutgoingTransfer transfer = Begin(Content(300));
        Write(transfer);
        var other = new TransactionIdKey(1);
        Assert.That((transfer.TryAnswerNext(other, 200), transfer.TryAnswer(other, 413), transfer.HasOpen(other)), Is.EqualTo((false, false, false)));
        Assert.That(transfer.StopReason, Is.EqualTo(TransferStop.None));
        Assert.That(transfer.TryAnswer(Keys[1], 299), Is.True);
        Assert.That(transfer.TryAnswer(Keys[1], 200), Is.False, "twice");
    }

    [Test]
    [Category("RPT-017")]
    public void Where_a_report_is_awaited_the_responses_alone_are_not_the_end()
    {
        OutgoingTransfer transfer = Begin(Content(100) with { SuccessReport = true, AwaitSuccessReport = true });
        Assert.That(transfer.LacksOnlyTheReport, Is.False);
        Write(transfer);
        transfer.Report(new ByteRange(1, 50, 100), 200);
        Assert.That(transfer.LacksOnlyTheReport, Is.False, "the response lacks too");
        Answer(transfer, 0);
        Assert.That((transfer.Result.IsCompleted, transfer.LacksOnlyTheReport), Is.EqualTo((false, true)));
        transfer.Report(new ByteRange(51, 100, 100), 200);
        transfer.EndOfBatch();
        Assert.That(ResultOf(transfer), Is.EqualTo(new MsrpSendResult(MsrpSendOutcome.Completed, "m123", 100, null, 100)));
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(false, false)]
    public void A_report_is_awaited_only_where_it_is_asked_for(bool asked, bool awaited)
    {
        OutgoingTransfer transfer = Begin(Content(100) with { SuccessReport = asked, AwaitSuccessReport = awaited });
        Write(transfer);
        Answer(transfer, 0);
        Assert.That((ResultOf(transfer).Outcome, transfer.LacksOnlyTheReport), Is.EqualTo((MsrpSendOutcome.Completed, false)));
    }

    [Test]
    public void A_lost_connection_is_the_end_at_once_and_the_first_reason_counts()
    {
        OutgoingTransfer transfer = Begin(Content(300));
        Write(transfer, 401);
        Answer(transfer, 0);
        transfer.Stop(TransferStop.ConnectionLost);
        transfer.Stop(TransferStop.Refused, 413);
        Assert.That(ResultOf(transfer), Is.EqualTo(new MsrpSendResult(MsrpSendOutcome.ConnectionLost, "m123", 100)));
        Assert.That((transfer.StopReason, transfer.Stopped.IsCompleted), Is.EqualTo((TransferStop.ConnectionLost, true)));
    }

    [Test]
    public void Whoever_gives_up_wakes_the_writer()
    {
        OutgoingTransfer transfer = Begin(Content(300));
        ValueTask woken = Writer.WaitAsync();
        transfer.Stop(TransferStop.Cancelled);
        Assert.That(woken.IsCompleted, Is.True);
    }

    [Test]
    public async Task Whoever_gives_up_ends_the_reading_too()
    {
        OutgoingTransfer transfer = Begin(new MsrpOutgoingContent(Png, 10_000_000, static (memory, _) => ValueTask.FromResult(memory.Length)) { MessageId = "m123" });
        Task<bool> filling = transfer.Bytes.FillAsync(static () => { }, CancellationToken.None);
        Assert.That(filling.IsCompleted, Is.False, "the blocks are full");
        transfer.Stop(TransferStop.Cancelled);
        Assert.That(await filling.WaitAsync(RawMsrpPeer.Patience), Is.True);
    }

    [Test]
    public void A_transfer_that_is_over_makes_room_for_others()
    {
        OutgoingTransfer transfer = Begin(Content(300));
        Assert.That(Budget.Enter(Peer).ReadAhead, Is.EqualTo(1024 * 1024));
        Budget.Leave();
        transfer.Dispose();
        Assert.That(Budget.Enter(Peer).ReadAhead, Is.EqualTo(2 * 1024 * 1024));
        Assert.That(transfer.Bytes.Ready.IsEmpty, Is.True);
    }
}
