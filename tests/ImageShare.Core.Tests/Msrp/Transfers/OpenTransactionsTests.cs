using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Tests.Msrp.Transfers;

[TestFixture]
public sealed class OpenTransactionsTests
{
    [TestCase(-1, 1)]
    [TestCase(0, 1)]
    [TestCase(1, 1)]
    [TestCase(2, 3)]
    [TestCase(3, 3)]
    [TestCase(4, 7)]
    [TestCase(127, 127)]
    public void The_window_is_one_less_than_a_power_of_two_and_one_more_may_end_the_message(int window, int most)
    {
        var open = new OpenTransactions(window);
        for (int i = 0; i < most; i++)
        {
            Assert.That(open.IsFull, Is.False, $"with {i}");
            Open(open, i, 1);
        }

        Assert.That(open.IsFull, Is.True);
        Open(open, most, 1);
        for (int i = 0; i <= most; i++)
        {
            Assert.That(open.TryAnswerNext(Key(i)), Is.True, $"{i}");
        }

        Assert.That((open.IsFull, open.IsEmpty, open.Acknowledged), Is.EqualTo((false, true, most + 1L)));
    }

    [Test]
    public void Room_is_announced_when_a_quarter_of_the_window_is_free()
    {
        OpenTransactions open = Filled(7);
        Assert.That(open.HasRoomAgain, Is.False);
        open.TryAnswerNext(Key(0));
        Assert.That((open.IsFull, open.HasRoomAgain), Is.EqualTo((false, false)));
        open.TryAnswerNext(Key(1));
        Assert.That(open.HasRoomAgain, Is.True);

        OpenTransactions single = Filled(1);
        Assert.That(single.HasRoomAgain, Is.False);
        single.TryAnswerNext(Key(0));
        Assert.That(single.HasRoomAgain, Is.True);
    }

    [Test]
    public void Responses_may_come_in_any_order_and_each_counts_once()
    {
        OpenTransactions open = Filled(4);
        Assert.That((open.IsNext(Key(0)), open.IsNext(Key(1)), open.Contains(Key(3)), open.Contains(Key(4))), Is.EqualTo((true, false, true, false)));
        Assert.That(open.TryAnswerNext(Key(1)), Is.False, "not the oldest");
        Assert.That(open.TryAnswer(Key(1)), Is.True);
        Assert.That((open.TryAnswer(Key(1)), open.Contains(Key(1)), open.IsNext(Key(0))), Is.EqualTo((false, false, true)));
        Assert.That(open.TryAnswer(Key(2)), Is.True);
        Assert.That(open.TryAnswer(Key(9)), Is.False, "never opened");
        Assert.That(open.Acknowledged, Is.EqualTo(2 + 3));

        // The oldest takes those behind it along.
        Assert.That(open.TryAnswerNext(Key(0)), Is.True);
        Assert.That((open.IsNext(Key(3)), open.IsEmpty), Is.EqualTo((true, false)));
        Assert.That(open.TryAnswer(Key(3)), Is.True);
        Assert.That((open.IsEmpty, open.IsNext(Key(3)), open.TryAnswerNext(Key(3)), open.Acknowledged), Is.EqualTo((true, false, false, 10L)));
    }

    [Test]
    public void The_oldest_answered_like_any_other_makes_way_too()
    {
        OpenTransactions open = Filled(3);
        open.TryAnswer(Key(1));
        Assert.That(open.TryAnswer(Key(0)), Is.True);
        Assert.That(open.IsNext(Key(2)), Is.True);
        Assert.That(open.TryAnswerNext(Key(2)), Is.True);
        Assert.That(open.IsEmpty, Is.True);
    }

    [Test]
    public void A_chunk_that_is_not_ended_has_no_answer_yet()
    {
        var open = new OpenTransactions(3);
        Assert.That((open.IsEmpty, open.TryAnswerNext(Key(0)), open.TryAnswer(Key(0))), Is.EqualTo((true, false, false)));
        open.Open(Key(0));
        Assert.That((open.IsEmpty, open.IsNext(Key(0)), open.Contains(Key(0))), Is.EqualTo((false, true, true)));
        Assert.That((open.TryAnswerNext(Key(0)), open.TryAnswer(Key(0)), open.Acknowledged), Is.EqualTo((false, false, 0L)));
        open.Close(0);
        Assert.That((open.TryAnswerNext(Key(0)), open.Acknowledged), Is.EqualTo((true, 0L)), "a chunk without bytes is answered too");
    }

    [Test]
    public void The_time_of_a_chunk_runs_from_the_flush_behind_its_end_line()
    {
        var open = new OpenTransactions(3);
        Assert.That(open.OldestSentAt, Is.Null);
        open.Open(Key(0));
        open.MarkSent(5);
        Assert.That(open.OldestSentAt, Is.Null, "not ended");
        open.Close(1);
        Assert.That(open.OldestSentAt, Is.Null, "not flushed");
        Open(open, 1, 1);
        open.MarkSent(7);
        Open(open, 2, 1);
        open.MarkSent(9);
        Assert.That(open.OldestSentAt, Is.EqualTo(7));
        open.TryAnswerNext(Key(0));
        Assert.That(open.OldestSentAt, Is.EqualTo(7));
        open.TryAnswerNext(Key(1));
        Assert.That(open.OldestSentAt, Is.EqualTo(9));
        open.TryAnswerNext(Key(2));
        Assert.That(open.OldestSentAt, Is.Null);

        // Its place in the ring was another's before.
        Open(open, 3, 1);
        Open(open, 4, 1);
        Assert.That(open.OldestSentAt, Is.Null);
        open.MarkSent(11);
        Assert.That(open.OldestSentAt, Is.EqualTo(11));
    }

    [Test]
    public void The_ring_goes_round()
    {
        OpenTransactions open = Filled(3);
        for (int i = 3; i < 100; i++)
        {
            Assert.That(open.IsFull, Is.True);
            Assert.That(open.TryAnswerNext(Key(i - 3)), Is.True);
            Assert.That(open.IsFull, Is.False);
            Open(open, i, i + 1);
            Assert.That((open.Contains(Key(i - 3)), open.Contains(Key(i))), Is.EqualTo((false, true)));
        }

        Assert.That(open.Acknowledged, Is.EqualTo(Enumerable.Range(1, 97).Sum()));
    }

    // Each has one byte more than the one before it.
    private static OpenTransactions Filled(int count)
    {
        var open = new OpenTransactions(count);
        for (int i = 0; i < count; i++)
        {
            Open(open, i, i + 1);
        }

        return open;
    }

    private static void Open(OpenTransactions open, int number, long length)
    {
        open.Open(Key(number));
        open.Close(length);
    }

    private static TransactionIdKey Key(int number) => new((ulong)number + 1);
}
