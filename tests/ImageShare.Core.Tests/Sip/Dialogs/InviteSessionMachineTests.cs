using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Transactions;
using static ImageShare.Core.Sip.Dialogs.InviteSessionEffectKind;

namespace ImageShare.Core.Tests.Sip.Dialogs;

[TestFixture]
public sealed class InviteSessionMachineTests
{
    private readonly Dictionary<InviteSessionTimer, double> _timers = [];
    private readonly List<(double At, InviteSessionEffect Effect)> _log = [];
    private InviteSessionState _state;
    private double _now;

    [SetUp]
    public void Reset()
    {
        _timers.Clear();
        _log.Clear();
        _now = 0;
    }

    [Test]
    [Category("DLG-011")]
    public void Without_an_ACK_the_2xx_is_repeated_up_to_T2_and_BYE_follows_after_64_T1()
    {
        StartAsCallee();
        RunTo(100);
        Assert.Multiple(() =>
        {
            Assert.That(TimesOf(RepeatAnswer), Is.EqualTo(new[] { .5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5 }));
            Assert.That(TimesOf(SendBye), Is.EqualTo(new[] { 32.0 }));
            Assert.That(TimesOf(ReportNotConfirmed), Is.EqualTo(new[] { 32.0 }));
            Assert.That(EndReason, Is.EqualTo(DialogEndReason.NoAck));
            Assert.That(_timers, Is.Empty);
        });
    }

    [Test]
    [Category("DLG-011")]
    public void The_ACK_ends_the_repetition()
    {
        StartAsCallee();
        RunTo(2);
        Assert.That(Give(InviteSessionInput.AckReceived), Is.EqualTo(new[] { StopTimer, StopTimer, ReportConfirmed }));
        Assert.That(Give(InviteSessionInput.AckReceived), Is.Empty, "a copy of the ACK");
        RunTo(100);
        Assert.Multiple(() =>
        {
            Assert.That(TimesOf(RepeatAnswer), Is.EqualTo(new[] { .5, 1.5 }));
            Assert.That(TimesOf(SendBye), Is.Empty);
        });
    }

    [Test]
    [Category("DLG-016")]
    public void The_callee_sends_BYE_only_when_the_ACK_is_there()
    {
        StartAsCallee();
        Assert.That(Give(InviteSessionInput.ByeRequested), Is.Empty);
        Assert.That(Give(InviteSessionInput.AckReceived), Is.EqualTo(new[] { StopTimer, StopTimer, ReportConfirmed, SendBye, ReportEnded }));
        Assert.That(EndReason, Is.EqualTo(DialogEndReason.LocalBye));
    }

    [Test]
    [Category("DLG-016")]
    [Category("DLG-017")]
    public void The_caller_sends_BYE_at_once_and_the_session_is_over_with_it()
    {
        _state = InviteSessionMachine.StartAsCaller(SipTimers.Default);
        Assert.That(Give(InviteSessionInput.ByeRequested), Is.EqualTo(new[] { SendBye, ReportEnded }));
        Assert.That(Give(InviteSessionInput.ByeRequested), Is.Empty);
        Assert.That(Give(InviteSessionInput.ByeReceived), Is.Empty);
        Assert.That(EndReason, Is.EqualTo(DialogEndReason.LocalBye));
    }

    [Test]
    [Category("DLG-018")]
    public void The_peers_BYE_ends_the_session_without_one_of_ours()
    {
        _state = InviteSessionMachine.StartAsCaller(SipTimers.Default);
        Assert.That(Give(InviteSessionInput.ByeReceived), Is.EqualTo(new[] { ReportEnded }));
        Assert.That(EndReason, Is.EqualTo(DialogEndReason.RemoteBye));
    }

    [Test]
    [Category("DLG-018")]
    public void A_BYE_that_overtakes_the_ACK_ends_the_repetition_too()
    {
        StartAsCallee();
        Assert.That(Give(InviteSessionInput.ByeReceived), Is.EqualTo(new[] { StopTimer, StopTimer, ReportConfirmed, ReportEnded }));
    }

    [Test]
    [Category("DLG-009")]
    public void A_request_that_fails_for_good_ends_the_session_with_BYE()
    {
        _state = InviteSessionMachine.StartAsCaller(SipTimers.Default);
        Assert.That(Give(InviteSessionInput.RequestFailed), Is.EqualTo(new[] { SendBye, ReportEnded }));
        Assert.That(EndReason, Is.EqualTo(DialogEndReason.Failed));
    }

    [Test]
    public void The_2xx_to_a_re_INVITE_is_repeated_like_the_first()
    {
        StartAsCallee();
        Give(InviteSessionInput.AckReceived);
        RunTo(10);
        Give(InviteSessionInput.Answered);
        RunTo(12);
        Assert.That(TimesOf(RepeatAnswer), Is.EqualTo(new[] { 10.5, 11.5 }));
    }

    [Test]
    [Category("DLG-009")]
    public void A_request_that_fails_before_the_ACK_ends_the_session_too()
    {
        StartAsCallee();
        Assert.That(Give(InviteSessionInput.RequestFailed), Is.EqualTo(new[] { StopTimer, StopTimer, ReportNotConfirmed, SendBye, ReportEnded }));
        Assert.That((EndReason, _timers.Count), Is.EqualTo((DialogEndReason.Failed, 0)));
        Assert.That(Give(InviteSessionInput.AckReceived), Is.Empty);
    }

    [Test]
    [Category("DLG-016")]
    public void A_BYE_that_waits_for_the_ACK_goes_out_without_it_in_the_end()
    {
        StartAsCallee();
        Give(InviteSessionInput.ByeRequested);
        RunTo(100);
        Assert.That((TimesOf(SendBye).Single(), EndReason), Is.EqualTo((32.0, DialogEndReason.NoAck)));
    }

    [Test]
    public void Before_the_ACK_another_answer_changes_nothing()
    {
        StartAsCallee();
        RunTo(2);
        Assert.That(Give(InviteSessionInput.Answered), Is.Empty);
        RunTo(4);
        Assert.That(TimesOf(RepeatAnswer), Is.EqualTo(new[] { .5, 1.5, 3.5 }));
    }

    [Test]
    public void After_the_ACK_a_timer_that_was_on_its_way_changes_nothing()
    {
        StartAsCallee();
        Give(InviteSessionInput.AckReceived);
        Assert.That(Give(InviteSessionInput.AckTimerFired), Is.Empty);
        Assert.That(Give(InviteSessionInput.RepeatTimerFired), Is.Empty);
        Assert.That(_state.Phase, Is.EqualTo(InviteSessionPhase.Confirmed));
    }

    private DialogEndReason EndReason => _log.Single(e => e.Effect.Kind == ReportEnded).Effect.Reason;

    private void StartAsCallee()
    {
        var effects = new List<InviteSessionEffect>();
        _state = InviteSessionMachine.StartAsCallee(SipTimers.Default, effects);
        Perform(effects);
    }

    private InviteSessionEffectKind[] Give(InviteSessionInput input)
    {
        var effects = new List<InviteSessionEffect>();
        _state = InviteSessionMachine.Step(_state, input, effects);
        Perform(effects);
        return [.. effects.Select(e => e.Kind)];
    }

    private void RunTo(double second)
    {
        while (_timers.Count > 0 && _timers.MinBy(t => t.Value) is var next && next.Value <= second)
        {
            _now = next.Value;
            _timers.Remove(next.Key);
            Give(next.Key == InviteSessionTimer.Ack ? InviteSessionInput.AckTimerFired : InviteSessionInput.RepeatTimerFired);
        }

        _now = second;
    }

    private double[] TimesOf(InviteSessionEffectKind kind) => [.. _log.Where(e => e.Effect.Kind == kind).Select(e => e.At)];

    private void Perform(List<InviteSessionEffect> effects)
    {
        foreach (InviteSessionEffect effect in effects)
        {
            _log.Add((_now, effect));
            if (effect.Kind == StartTimer)
            {
                _timers[effect.Timer] = _now + effect.Duration.TotalSeconds;
            }
            else if (effect.Kind == StopTimer)
            {
                _timers.Remove(effect.Timer);
            }
        }
    }
}
