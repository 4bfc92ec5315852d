using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Transactions;

namespace ImageShare.Core.Tests.Sip.Dialogs;

[TestFixture]
public sealed class ReliableProvisionalMachineTests
{
    private ReliableProvisionalState _state;

    [SetUp]
    public void Start() => _state = ReliableProvisionalMachine.Start(SipTimers.Default, 41);

    [Test]
    [Category("REL-003")]
    public void Each_takes_the_next_number_and_only_one_is_outstanding()
    {
        Assert.That(Send(183), Is.EqualTo("Send 183 41, StartTimer Repeat 0.5, StartTimer GiveUp 32"));
        Assert.That(Send(182), Is.Empty);
        Assert.That(Send(180), Is.Empty);
        Assert.That(Acknowledge(41), Is.EqualTo("True: StopTimer Repeat, StopTimer GiveUp, Send 180 42, StartTimer Repeat 0.5, StartTimer GiveUp 32"));
        Assert.That(Acknowledge(42), Is.EqualTo("True: StopTimer Repeat, StopTimer GiveUp"));
        Assert.That(Send(180), Is.EqualTo("Send 180 43, StartTimer Repeat 0.5, StartTimer GiveUp 32"));
    }

    [Test]
    [Category("REL-004")]
    public void It_is_repeated_with_doubling_intervals_that_have_no_cap()
    {
        Send(180);
        foreach (double interval in (double[])[1, 2, 4, 8, 16, 32])
        {
            Assert.That(Fire(ReliableProvisionalTimer.Repeat), Is.EqualTo(FormattableString.Invariant($"SendAgain, StartTimer Repeat {interval}")));
        }
    }

    [Test]
    [Category("REL-004")]
    public void Without_a_PRACK_it_is_given_up()
    {
        Send(180);
        Assert.That(Fire(ReliableProvisionalTimer.GiveUp), Is.EqualTo("StopTimer Repeat, GiveUp"));
        Assert.That(Fire(ReliableProvisionalTimer.Repeat), Is.Empty);
        Assert.That(Send(180), Is.Empty);
    }

    [TestCase(40u)]
    [TestCase(42u)]
    [TestCase(0u)]
    [Category("REL-006")]
    public void A_PRACK_for_another_number_matches_nothing(uint number)
    {
        Assert.That(Acknowledge(41), Is.EqualTo("False: "), "before the first");
        Send(180);
        Assert.That(Acknowledge(number), Is.EqualTo("False: "));
        Assert.That(Acknowledge(41), Does.StartWith("True"));
        Assert.That(Acknowledge(41), Is.EqualTo("False: "), "twice");
        Assert.That(Fire(ReliableProvisionalTimer.Repeat), Is.Empty, "acknowledged");
    }

    [Test]
    [Category("REL-006")]
    public void The_final_response_ends_the_repetition_and_a_late_PRACK_still_matches()
    {
        Send(180);
        Send(183);
        var effects = new List<ReliableProvisionalEffect>();
        _state = ReliableProvisionalMachine.Close(_state, effects);
        Assert.That(Describe(effects), Is.EqualTo("StopTimer Repeat, StopTimer GiveUp"));
        Assert.That(Fire(ReliableProvisionalTimer.Repeat), Is.Empty);
        Assert.That(Fire(ReliableProvisionalTimer.GiveUp), Is.Empty);
        Assert.That(Acknowledge(41), Is.EqualTo("True: "), "and what waited is not sent any more");
        Assert.That(Send(180), Is.Empty);
    }

    [Test]
    [Category("REL-006")]
    public void After_it_is_given_up_a_late_PRACK_still_matches_and_nothing_follows_it()
    {
        Send(180);
        Send(183);
        Fire(ReliableProvisionalTimer.GiveUp);
        var effects = new List<ReliableProvisionalEffect>();
        _state = ReliableProvisionalMachine.Close(_state, effects);
        Assert.That(effects, Is.Empty, "the timers are stopped already");
        Assert.That(Acknowledge(41), Is.EqualTo("True: "));
    }

    [Test]
    public void Closing_with_nothing_unacknowledged_stops_nothing()
    {
        var effects = new List<ReliableProvisionalEffect>();
        Assert.That(ReliableProvisionalMachine.Close(_state, effects).IsOpen, Is.False);
        Assert.That(effects, Is.Empty);
    }

    private string Send(int status)
    {
        var effects = new List<ReliableProvisionalEffect>();
        _state = ReliableProvisionalMachine.Send(_state, status, effects);
        return Describe(effects);
    }

    private string Acknowledge(uint number)
    {
        var effects = new List<ReliableProvisionalEffect>();
        bool matches = ReliableProvisionalMachine.TryAcknowledge(ref _state, number, effects);
        return $"{matches}: {Describe(effects)}";
    }

    private string Fire(ReliableProvisionalTimer timer)
    {
        var effects = new List<ReliableProvisionalEffect>();
        _state = ReliableProvisionalMachine.Fire(_state, timer, effects);
        return Describe(effects);
    }

    private static string Describe(List<ReliableProvisionalEffect> effects) => string.Join(", ", effects.Select(e => e.Kind switch
    {
        ReliableProvisionalEffectKind.Send => $"Send {e.Status} {e.RSeq}",
        ReliableProvisionalEffectKind.StartTimer => FormattableString.Invariant($"StartTimer {e.Timer} {e.Duration.TotalSeconds}"),
        ReliableProvisionalEffectKind.StopTimer => $"StopTimer {e.Timer}",
        _ => $"{e.Kind}",
    }));
}
