using ImageShare.Core.Sip.Dialogs;
using static ImageShare.Core.Sip.Dialogs.IncomingInviteInputKind;

namespace ImageShare.Core.Tests.Sip.Dialogs;

[TestFixture]
public sealed class IncomingInviteMachineTests
{
    private IncomingInviteState _state;

    [SetUp]
    public void Start()
    {
        var effects = new List<IncomingInviteEffect>();
        _state = IncomingInviteMachine.Start(TimeSpan.FromMinutes(5), effects);
        Assert.That(effects.Single(), Is.EqualTo(new IncomingInviteEffect(
            IncomingInviteEffectKind.StartTimer, Timer: IncomingInviteTimer.Limit, Duration: TimeSpan.FromMinutes(5))));
    }

    [Test]
    [Category("DLG-024")]
    public void Ringing_is_repeated_each_minute_until_the_answer()
    {
        Assert.That(Give(Provisional, 180), Is.EqualTo("Respond 180, StartTimer Repeat"));
        Assert.That(Give(RepeatTimerFired), Is.EqualTo("Respond 180, StartTimer Repeat"));
        Assert.That(Give(RepeatTimerFired), Is.EqualTo("Respond 180, StartTimer Repeat"));
        Assert.That(Give(Accept), Is.EqualTo("StopTimer Repeat, StopTimer Limit, Accept"));
        Assert.That(Give(RepeatTimerFired), Is.Empty);
        Assert.That(IncomingInviteMachine.RepeatInterval, Is.EqualTo(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public void A_100_is_not_repeated() => Assert.That(Give(Provisional, 100), Is.EqualTo("Respond 100"));

    [TestCase(Cancel)]
    [TestCase(Bye)]
    [TestCase(LimitTimerFired)]
    [Category("DLG-015")]
    [Category("DLG-018")]
    public void CANCEL_or_an_early_BYE_or_the_end_of_its_time_ends_the_pending_INVITE_with_487(object kind)
    {
        Assert.That(Give((IncomingInviteInputKind)kind), Is.EqualTo("StopTimer Limit, Respond 487, SignalCancelled"));
        Assert.That(Give(Accept), Is.Empty);
        Assert.That(Give(Provisional, 180), Is.Empty);
    }

    [Test]
    [Category("DLG-015")]
    public void CANCEL_after_the_final_response_has_no_effect()
    {
        Assert.That(Give(Reject, 603), Is.EqualTo("StopTimer Limit, Respond 603"));
        Assert.That(Give(Cancel), Is.Empty);
        Assert.That(Give(Accept), Is.Empty);
    }

    [Test]
    public void A_transport_failure_ends_it_and_the_application_learns_of_it() =>
        Assert.That(Give(TransportFailed), Is.EqualTo("StopTimer Limit, Respond 500, SignalCancelled"));

    [Test]
    [Category("REL-004")]
    public void A_reliable_response_without_PRACK_ends_it_with_504()
    {
        Give(Provisional, 183);
        Assert.That(Give(NotAcknowledged), Is.EqualTo("StopTimer Repeat, StopTimer Limit, Respond 504, SignalCancelled"));
        Assert.That(Give(NotAcknowledged), Is.Empty);
    }

    [Test]
    public void The_response_sent_last_is_the_one_that_is_repeated()
    {
        Assert.That(Give(Provisional, 101), Does.Contain("StartTimer Repeat"));
        Give(Provisional, 180);
        Give(Provisional, 183);
        Give(Provisional, 100);
        Assert.That(Give(RepeatTimerFired), Does.StartWith("Respond 183"));
    }

    [TestCase(false, 60)]
    [TestCase(true, 150)]
    [Category("DLG-024")]
    public void A_reliable_response_is_repeated_less_often(bool isReliable, int seconds)
    {
        IncomingInviteState state = IncomingInviteMachine.Start(TimeSpan.FromMinutes(5), [], isReliable);
        foreach (IncomingInviteInput input in (IncomingInviteInput[])[new(Provisional, 180), new(RepeatTimerFired)])
        {
            var effects = new List<IncomingInviteEffect>();
            state = IncomingInviteMachine.Step(state, input, effects);
            Assert.That(effects[^1].Duration, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
        }
    }

    private string Give(IncomingInviteInputKind kind, int status = 0)
    {
        var effects = new List<IncomingInviteEffect>();
        _state = IncomingInviteMachine.Step(_state, new(kind, status), effects);
        return string.Join(", ", effects.Select(Describe));

        static string Describe(IncomingInviteEffect e) => e.Kind is IncomingInviteEffectKind.StartTimer or IncomingInviteEffectKind.StopTimer
            ? $"{e.Kind} {e.Timer}"
            : e.Status == 0 ? $"{e.Kind}" : $"{e.Kind} {e.Status}";
    }
}
