using ImageShare.Core.Msrp.Transfers;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Tests.Msrp.Transfers;

/// <summary>When a transfer is given up because of its peer.</summary>
[TestFixture]
public sealed class ResponseWatchTests : TransferTest
{
    [Test]
    [Category("SEC-002")]
    public void A_response_may_take_its_time_from_the_flush_on()
    {
        OutgoingTransfer transfer = Begin(Content(300));
        At(10);
        Write(transfer);
        At(20);
        Assert.That(transfer.TryAnswer(Keys[1], 200), Is.True);
        transfer.EndOfBatch();
        At(39.9);
        Assert.That(transfer.StopReason, Is.EqualTo(TransferStop.None));
        At(40);
        Assert.That(transfer.StopReason, Is.EqualTo(TransferStop.TimedOut), "another chunk that was answered does not help");
        Assert.That(transfer.Result.IsCompleted, Is.False, "the writer has yet to say so");
        Assert.That(Log.From(LogLevel.Warning), Is.Empty);
    }

    [Test]
    public void While_nothing_is_sent_there_is_nothing_to_wait_for()
    {
        OutgoingTransfer transfer = Begin(Content(300));
        At(1000);
        Assert.That(transfer.StopReason, Is.EqualTo(TransferStop.None));
        Write(transfer);
        At(1020);
        Answer(transfer, 0, 1, 2);
        At(2000);
        Assert.That(ResultOf(transfer).Outcome, Is.EqualTo(MsrpSendOutcome.Completed));
    }

    [Test]
    [Category("SEC-002")]
    public void A_peer_that_answers_other_chunks_is_alive_where_a_standstill_is_what_counts()
    {
        Settings = Settings with { StandstillTimeout = TimeSpan.FromSeconds(120) };
        OutgoingTransfer transfer = Begin(Content(300));
        Write(transfer);
        At(29);
        Assert.That(Log.From(LogLevel.Warning).Count(), Is.Zero);
        At(30);
        Assert.That(Log.From(LogLevel.Warning).Single(), Does.Contain("00:00:30").And.Contain("00:02:00"));
        At(60);
        Answer(transfer, 1);
        At(130);
        Assert.That(Log.From(LogLevel.Warning).Count(), Is.EqualTo(1), "said once");
        At(140);
        Answer(transfer, 2);
        At(259);
        Assert.That(transfer.StopReason, Is.EqualTo(TransferStop.None));
        At(260);
        Assert.That(transfer.StopReason, Is.EqualTo(TransferStop.TimedOut));
    }

    [Test]
    public void A_peer_that_stands_still_twice_is_noted_twice()
    {
        Settings = Settings with { StandstillTimeout = TimeSpan.FromSeconds(120) };
        OutgoingTransfer transfer = Begin(Content(300));
        Write(transfer);
        At(119);
        Answer(transfer, 0);
        At(148);
        Assert.That(Log.From(LogLevel.Warning).Count(), Is.EqualTo(1));
        At(149);
        Assert.That(Log.From(LogLevel.Warning).Count(), Is.EqualTo(2));
        Assert.That(transfer.StopReason, Is.EqualTo(TransferStop.None));
    }

    [Test]
    [Category("SEC-002")]
    public void A_peer_that_does_not_even_read_ends_it_without_the_writer()
    {
        OutgoingTransfer transfer = Begin(Content(300));
        At(5);
        Writer.BeginFlush(Time.GetTimestamp());
        At(34.9);
        Assert.That(transfer.StopReason, Is.EqualTo(TransferStop.None));
        At(35);
        Assert.That(ResultOf(transfer).Outcome, Is.EqualTo(MsrpSendOutcome.TimedOut));
    }

    [Test]
    public void A_flush_that_has_ended_is_none()
    {
        OutgoingTransfer transfer = Begin(Content(300));
        Assert.That(Writer.FlushingSince, Is.Null);
        Writer.BeginFlush(0);
        Assert.That(Writer.FlushingSince, Is.Zero);
        At(29);
        Writer.EndFlush();
        Assert.That(Writer.FlushingSince, Is.Null);
        At(100);
        Assert.That(transfer.StopReason, Is.EqualTo(TransferStop.None));
    }

    [TestCase(99, true)]
    [TestCase(100, false)]
    [Category("SEC-002")]
    public void What_gains_too_little_in_an_interval_is_given_up(int least, bool isGivenUp)
    {
        Settings = Settings with { StandstillTimeout = TimeSpan.FromSeconds(300), ProgressInterval = TimeSpan.FromSeconds(60), MinProgressBytes = 100 };
        OutgoingTransfer transfer = Begin(Content(1000, least));
        Write(transfer);
        At(20);
        Answer(transfer, 0);
        At(59.9);
        Assert.That(transfer.StopReason, Is.EqualTo(TransferStop.None));
        At(60);
        Assert.That(transfer.StopReason != TransferStop.None, Is.EqualTo(isGivenUp));
        if (!isGivenUp)
        {
            At(119.9);
            Assert.That(transfer.StopReason, Is.EqualTo(TransferStop.None));
            At(120);
            Assert.That(transfer.StopReason, Is.EqualTo(TransferStop.TimedOut), "each interval counts for itself");
        }
    }

    [TestCase(29, TransferStop.TimedOut)]
    [TestCase(30, TransferStop.TimedOut)]
    [TestCase(31, TransferStop.None)]
    public void A_peer_that_answers_at_once_is_not_the_one_that_is_slow(int sentAt, object reason)
    {
        Settings = Settings with { StandstillTimeout = TimeSpan.FromSeconds(300), ProgressInterval = TimeSpan.FromSeconds(60), MinProgressBytes = 100 };
        OutgoingTransfer transfer = Begin(Content(1000));
        At(sentAt);
        Write(transfer);
        At(60);
        Assert.That(transfer.StopReason, Is.EqualTo(reason));
    }

    [Test]
    [Category("RPT-017")]
    public void A_report_that_is_awaited_may_not_stay_away_for_ever()
    {
        Settings = Settings with { ReportTimeout = TimeSpan.FromSeconds(100) };
        OutgoingTransfer transfer = Begin(Content(300) with { SuccessReport = true, AwaitSuccessReport = true });
        Write(transfer);
        Answer(transfer, 0, 1, 2);
        At(80);
        transfer.Report(new(1, 100, 300), 200);
        At(189);
        Assert.That(transfer.StopReason, Is.EqualTo(TransferStop.None), "the report was seen at 90");
        At(210);
        Assert.That(ResultOf(transfer), Is.EqualTo(new MsrpSendResult(MsrpSendOutcome.Unknown, "m123", 300, null, 100)));
    }

    [Test]
    public void Without_a_bound_a_report_is_awaited_for_as_long_as_the_session_lives()
    {
        OutgoingTransfer transfer = Begin(Content(300) with { SuccessReport = true, AwaitSuccessReport = true });
        Write(transfer);
        Answer(transfer, 0, 1, 2);
        At(100_000);
        Assert.That(transfer.StopReason, Is.EqualTo(TransferStop.None));
    }

    private void At(double second) => Time.Advance(TimeSpan.FromSeconds(second) - Time.Elapsed);
}
