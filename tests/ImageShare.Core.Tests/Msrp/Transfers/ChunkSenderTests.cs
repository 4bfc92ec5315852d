using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Tests.Msrp.Transfers;

/// <summary>What of a message goes out, when, and what ends one that is given up.</summary>
[TestFixture]
public sealed class ChunkSenderTests : TransferTest
{
    // A head counts for 300 bytes.
    [TestCase(1, "1-100/250:100+")]
    [TestCase(400, "1-100/250:100+")]
    [TestCase(401, "1-100/250:100+ 101-200/250:100+")]
    [TestCase(801, "1-100/250:100+ 101-200/250:100+ 201-250/250:50$")]
    [TestCase(0, "")]
    public void A_turn_writes_about_as_much_as_it_may(int budget, string chunks)
    {
        OutgoingTransfer transfer = Begin(Content(250));
        Assert.That((transfer.HasSomethingToWrite, transfer.HasLargeChunks, transfer.MessageId), Is.EqualTo((true, false, "m123")));
        Assert.That(Write(transfer, budget), Is.EqualTo(chunks));
        bool over = chunks.EndsWith('$');
        Assert.That((transfer.HasSomethingToWrite, Left, transfer.IsChunkOpen), Is.EqualTo((!over, over ? 1 : 0, false)));
        Write(transfer);
        Assert.That((transfer.HasSomethingToWrite, Left), Is.EqualTo((false, 1)));
        Assert.That(Write(transfer), Is.Empty);
    }

    [Test]
    public void A_message_without_bytes_is_one_chunk()
    {
        OutgoingTransfer transfer = Begin(Content(0));
        Assert.That(transfer.HasSomethingToWrite, Is.True);
        Assert.That(Write(transfer), Is.EqualTo("1-0/0:0$"));
        Answer(transfer, 0);
        Assert.That(ResultOf(transfer), Is.EqualTo(new MsrpSendResult(MsrpSendOutcome.Completed, "m123", 0)));
    }

    [TestCase(2048, false)]
    [TestCase(2049, true)]
    [Category("MSRP-041")]
    public void A_large_chunk_goes_out_in_pieces_and_may_be_interrupted(int chunkSize, bool isLarge)
    {
        OutgoingTransfer transfer = Begin(Content(10_000, chunkSize));
        Assert.That(transfer.HasLargeChunks, Is.EqualTo(isLarge));
        if (!isLarge)
        {
            return;
        }

        Assert.That(Write(transfer, 1), Is.Empty, "a piece is 2048 bytes at least");
        Assert.That(transfer.IsChunkOpen, Is.True);
        Assert.That(Interrupt(transfer), Is.EqualTo("1-*/10000:2048+"));
        Assert.That(transfer.IsChunkOpen, Is.False);
        Assert.That(Write(transfer), Is.EqualTo("2049-*/10000:2049+ 4098-*/10000:2049+ 6147-*/10000:2049+ 8196-10000/10000:1805$"));
        Answer(transfer, 0, 1, 2, 3, 4);
        Assert.That(ResultOf(transfer).AcknowledgedBytes, Is.EqualTo(10_000));
    }

    [Test]
    public void No_more_chunks_are_out_than_may_be_unanswered()
    {
        OutgoingTransfer transfer = Begin(Content(300) with { MaxUnanswered = 1 });
        Assert.That(Write(transfer), Is.EqualTo("1-100/300:100+"));
        Assert.That(Write(transfer), Is.Empty);
        ValueTask woken = Writer.WaitAsync();
        transfer.EndOfBatch();
        Assert.That(woken.IsCompleted, Is.False, "there is no room yet");
        Answer(transfer, 0);
        Assert.That(woken.IsCompleted, Is.True);
        Assert.That(Write(transfer), Is.EqualTo("101-200/300:100+"));
        Answer(transfer, 1);
        Assert.That(Write(transfer), Is.EqualTo("201-300/300:100$"));
        Writer.Wake();
        Assert.That(Writer.WaitAsync().AsTask().IsCompleted, Is.True);
        woken = Writer.WaitAsync();
        Answer(transfer, 2);
        Assert.That((woken.IsCompleted, ResultOf(transfer).Outcome), Is.EqualTo((false, MsrpSendOutcome.Completed)), "nobody waits for room any more");
    }

    [Test]
    public void The_rate_says_how_much_goes_out_at_a_time()
    {
        OutgoingTransfer transfer = Begin(Content(1000) with { MaxBytesPerSecond = 1000 });
        Assert.That(Write(transfer), Is.EqualTo("1-100/1000:100+"), "the bucket of 50 bytes may be overdrawn");
        Assert.That(Write(transfer), Is.Empty);
        Time.Advance(TimeSpan.FromMilliseconds(51));
        Assert.That(Write(transfer), Is.EqualTo("101-200/1000:100+"));
    }

    [Test]
    [Category("MSRP-026")]
    public void The_next_chunk_takes_the_way_that_is_the_present_one()
    {
        OutgoingTransfer transfer = Begin(Content(300));
        Write(transfer, 1);
        Assert.That(LastPath, Is.EqualTo(Peer));
        Route.SetPeer(Peer);
        Route.TrySetUsePath(MsrpPath.Parse("msrp://relay:1/x;tcp"));
        Write(transfer, 1);
        Assert.That(LastPath!.ToString(), Is.EqualTo("msrp://relay:1/x;tcp msrp://127.0.0.1:2855/a;tcp"));
        Assert.That(Write(transfer), Is.EqualTo("201-300/300:100$"));
    }

    [Test]
    public void Each_chunk_is_shown_to_whoever_traces()
    {
        var traced = new List<MsrpTraceEvent>();
        Settings = Settings with { Trace = traced.Add, TraceBodies = true };
        Write(Begin(Content(150)));
        Write(Begin(Content(0)));
        Assert.That(
            traced.Select(static t => $"{t.IsOutgoing} {t.StartLine[..5]} {t.StartLine[^5..]} {t.StartLine.Length} {t.MessageId} {t.Range} {t.BodyLength} {t.Continuation} {t.Remote}"),
            Is.EqualTo(new[]
            {
                "True MSRP   SEND 26 m123 1-100/150 100 + 127.0.0.1:2855",
                "True MSRP   SEND 26 m123 101-150/150 50 $ 127.0.0.1:2855",
                "True MSRP   SEND 26 m123 1-0/0 0 $ 127.0.0.1:2855",
            }));
        Assert.That(traced.Select(static t => t.Body.Length), Is.EqualTo(new[] { 100, 50, 0 }));
        Assert.That(traced.Select(static t => Encoding.ASCII.GetString(t.Head.Span)), Is.All.StartsWith("MSRP ").And.All.EndsWith("\r\n\r\n").And.All.Contains("\r\nMessage-ID: m123\r\n"));
        Assert.That(Encoding.ASCII.GetString(traced[1].Head.Span), Does.StartWith(traced[1].StartLine + "\r\n").And.Contain("\r\nByte-Range: 101-150/150\r\n"));
    }

    [Test]
    [Category("MSRP-011")]
    public void Given_up_before_the_first_chunk_nothing_is_written()
    {
        OutgoingTransfer transfer = Begin(Content(300));
        transfer.Stop(TransferStop.Cancelled);
        Assert.That((transfer.HasSomethingToWrite, transfer.Result.IsCompleted), Is.EqualTo((true, false)));
        Assert.That(Write(transfer), Is.Empty);
        Assert.That(ResultOf(transfer), Is.EqualTo(new MsrpSendResult(MsrpSendOutcome.Aborted, "m123", 0)));
    }

    [TestCase(TransferStop.Cancelled, MsrpSendOutcome.Aborted, "101-299/300:199#")]
    [TestCase(TransferStop.SessionClosed, MsrpSendOutcome.Aborted, "101-299/300:199#")]
    [TestCase(TransferStop.Refused, MsrpSendOutcome.Refused, "")]
    [Category("MSRP-011")]
    public void Given_up_between_two_chunks_one_more_says_so_unless_the_peer_has_refused(object reason, object outcome, string end)
    {
        OutgoingTransfer transfer = Begin(Content(300) with { MaxUnanswered = 1 });
        Write(transfer, 1);
        transfer.Stop((TransferStop)reason, 413);
        Assert.That(Write(transfer), Is.EqualTo(end), "even with the window full");
        Assert.That(ResultOf(transfer).Outcome, Is.EqualTo(outcome));
        Assert.That((Write(transfer), Left, transfer.IsChunkOpen), Is.EqualTo((string.Empty, 0, false)), "once");
        Assert.That(transfer.HasOpen(Keys[^1]), Is.True, "its answer is known when it comes");
    }

    [TestCase(TransferStop.Cancelled)]
    [TestCase(TransferStop.Refused)]
    [Category("MSRP-011")]
    public void Given_up_in_a_chunk_it_is_ended_whoever_gave_up(object reason)
    {
        OutgoingTransfer transfer = Begin(Content(10_000, 10_000));
        Write(transfer, 1);
        transfer.Stop((TransferStop)reason);
        Assert.That(Write(transfer), Is.EqualTo("1-*/10000:2048#"));
        Assert.That((transfer.Result.IsCompleted, transfer.IsChunkOpen, Left), Is.EqualTo((true, false, 0)));
        Assert.That(Write(transfer), Is.Empty);
    }

    [Test]
    public void Given_up_behind_the_last_chunk_there_is_nothing_left_to_say()
    {
        OutgoingTransfer transfer = Begin(Content(100));
        Assert.That(Write(transfer), Is.EqualTo("1-100/100:100$"));
        transfer.Stop(TransferStop.Cancelled);
        Assert.That(Write(transfer), Is.Empty);
        Assert.That(ResultOf(transfer).Outcome, Is.EqualTo(MsrpSendOutcome.Aborted));
    }
}
