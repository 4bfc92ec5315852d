using ImageShare.Core.Sip.Dialogs;
using static ImageShare.Core.Sip.Dialogs.IncomingInviteInputKind;

namespace ImageShare.Core.Tests.Sip.Dialogs;

[TestFixture]
public sealed class IncomingInviteMachineTests
{
    private IncomingInviteState _state;

    [SetUp]
    public void Start() => _state = IncomingInviteMachine.Start();

    [Test]
    [Category("DLG-024")]
    public void Ringing_is_repeated_each_minute_until_the_answer()
    {
        Assert.That(Give(Provisional, 180), Is.EqualTo("Respond 180, StartTimer"));
        Assert.That(Give(TimerFired), Is.EqualTo("Respond 180, StartTimer"));
        Assert.That(Give(TimerFired), Is.EqualTo("Respond 180, StartTimer"));
        Assert.That(Give(Accept), Is.EqualTo("StopTimer, Accept"));
        Assert.That(Give(TimerFired), Is.Empty);
        Assert.That(IncomingInviteMachine.RepeatInterval, Is.EqualTo(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public void A_100_is_not_repeated() => Assert.That(Give(Provisional, 100), Is.EqualTo("Respond 100"));

    [TestCase(Cancel)]
    [TestCase(Bye)]
    [Category("DLG-015")]
    [Category("DLG-018")]
    public void CANCEL_or_an_early_BYE_ends_the_pending_INVITE_with_487(object kind)
    {
        Assert.That(Give((IncomingInviteInputKind)kind), Is.EqualTo("Respond 487, SignalCancelled"));
        Assert.That(Give(Accept), Is.Empty);
        Assert.That(Give(Provisional, 180), Is.Empty);
    }

    [Test]
    [Category("DLG-015")]
    public void CANCEL_after_the_final_response_has_no_effect()
    {
        Assert.That(Give(Reject, 603), Is.EqualTo("Respond 603"));
        Assert.That(Give(Cancel), Is.Empty);
        Assert.That(Give(Accept), Is.Empty);
    }

    [Test]
    public void A_transport_failure_ends_it_and_the_application_learns_of_it() =>
        Assert.That(Give(TransportFailed), Is.EqualTo("Respond 500, SignalCancelled"));

    private string Give(IncomingInviteInputKind kind, int status = 0)
    {
        var effects = new List<IncomingInviteEffect>();
        _state = IncomingInviteMachine.Step(_state, new(kind, status), effects);
        return string.Join(", ", effects.Select(e => e.Status == 0 ? $"{e.Kind}" : $"{e.Kind} {e.Status}"));
    }
}
