using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Msrp.Writing;
using ImageShare.Core.Tests.Msrp.Transfers;

namespace ImageShare.Core.Tests.Msrp.Writing;

/// <summary>Whose turn it is, and who is left alone until its rate allows more.</summary>
[TestFixture]
public sealed class TurnsTests : TransferTest
{
    private Turns _turns = null!;
    private OutgoingTransfer[] _transfers = null!;
    private int _armedBefore;

    [SetUp]
    public void AddThree()
    {
        _turns = new Turns(Writer, Time);
        _transfers = [.. Enumerable.Range(0, 3).Select(_ => Begin(Content(100)))];
        foreach (OutgoingTransfer transfer in _transfers)
        {
            _turns.Add(transfer);
        }

        _armedBefore = Time.ArmedTimers;
    }

    [TearDown]
    public void Release() => _turns.Dispose();

    [Test]
    public void Each_has_its_turn_and_one_that_rests_has_none()
    {
        Assert.That(Next(6), Is.EqualTo("120120"));
        Rest(0, 25);
        Assert.That(Next(4), Is.EqualTo("1212"), "the turn of the one behind it");
        Rest(2, 25);
        Assert.That(Next(2), Is.EqualTo("11"));
        Rest(1, 25);
        Assert.That((_turns.Next(), _turns.Count), Is.EqualTo(((OutgoingTransfer?)null, 0)));
    }

    [Test]
    public void Whoever_is_due_takes_turns_again_and_nobody_else()
    {
        Next(3);
        Rest(0, 20);
        Rest(2, 40);
        At(19);
        Assert.That(Next(2), Is.EqualTo("11"));
        At(20);
        Assert.That(Next(2), Is.EqualTo("01"));
        At(41);
        Assert.That(Next(3), Is.EqualTo("021"));
    }

    [Test]
    public void The_writer_is_woken_once_for_all_that_are_due_within_ten_milliseconds()
    {
        Rest(0, 29);
        Rest(1, 21);
        _turns.Arm();
        Assert.That((Time.NextDue, Time.ArmedTimers), Is.EqualTo((TimeSpan.FromMilliseconds(30), _armedBefore + 1)));
        ValueTask woken = Writer.WaitAsync();
        Time.Advance(TimeSpan.FromMilliseconds(29.9));
        Assert.That(woken.IsCompleted, Is.False);
        Time.Advance(TimeSpan.FromMilliseconds(0.1));
        Assert.That(woken.IsCompleted, Is.True);
        _turns.EndRests();
        Assert.That((_turns.Count, Time.ArmedTimers), Is.EqualTo((3, _armedBefore)));
    }

    [Test]
    public void An_earlier_one_is_waited_for_instead()
    {
        Rest(0, 1000);
        _turns.Arm();
        Rest(1, 15);
        _turns.Arm();
        Assert.That(Time.NextDue, Is.EqualTo(TimeSpan.FromMilliseconds(20)));
        Time.Advance(TimeSpan.FromMilliseconds(20));
        _turns.EndRests();
        _turns.Arm();
        Assert.That((_turns.Count, Time.NextDue), Is.EqualTo((2, TimeSpan.FromMilliseconds(980))));
    }

    [Test]
    public void One_that_is_due_less_than_a_millisecond_from_now_does_not_keep_the_writer_busy()
    {
        Time.Advance(TimeSpan.FromMilliseconds(39.7));
        Rest(0, 39.9);
        _turns.Arm();
        Assert.That(Time.NextDue, Is.EqualTo(TimeSpan.FromMilliseconds(1)), "timers take whole milliseconds: one set to less would end at once, again and again");
    }

    [Test]
    [Category("MSRP-011")]
    public void A_stopped_one_does_not_rest()
    {
        Rest(0, 3_600_000);
        Rest(1, 3_600_000);
        _turns.Arm();
        ValueTask woken = Writer.WaitAsync();
        _transfers[0].Stop(TransferStop.Cancelled);
        Assert.That(woken.IsCompleted, Is.True);
        _turns.EndRests();
        Assert.That(Next(4), Is.EqualTo("2020"));
        At(3_600_000);
        Assert.That(_turns.Count, Is.EqualTo(3));
    }

    [Test]
    public void Nobody_is_woken_for_one_that_was_removed()
    {
        Rest(0, 25);
        _turns.Arm();
        _turns.Remove(_transfers[0]);
        Assert.That(Time.ArmedTimers, Is.EqualTo(_armedBefore));
        _turns.Remove(_transfers[2]);
        _turns.Rest(_transfers[2], 25);
        At(30);
        Assert.That(Next(2), Is.EqualTo("11"));
        _turns.Remove(_transfers[1]);
        Assert.That(_turns.Next(), Is.Null);
    }

    [Test]
    public void Nobody_is_woken_when_the_loop_has_ended()
    {
        Rest(0, 25);
        _turns.Arm();
        _turns.Dispose();
        Assert.That(Time.ArmedTimers, Is.EqualTo(_armedBefore));
    }

    private void At(double milliseconds)
    {
        Time.Advance(TimeSpan.FromMilliseconds(milliseconds) - Time.Elapsed);
        _turns.EndRests();
    }

    private void Rest(int index, double milliseconds) => _turns.Rest(_transfers[index], TimeSpan.FromMilliseconds(milliseconds).Ticks);

    private string Next(int turns) => string.Concat(Enumerable.Range(0, turns).Select(_ => Array.IndexOf(_transfers, _turns.Next())));
}
