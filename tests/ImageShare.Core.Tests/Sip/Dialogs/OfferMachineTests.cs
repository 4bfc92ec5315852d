using ImageShare.Core.Sip.Dialogs;

namespace ImageShare.Core.Tests.Sip.Dialogs;

[TestFixture]
public sealed class OfferMachineTests
{
    private static readonly OfferState Waiting = new(OfferPhase.Waiting);
    private static readonly OfferState Open = new(OfferPhase.Open);
    private static readonly OfferState Resting = new(OfferPhase.Resting, 1);
    private static readonly OfferState Weary = new(OfferPhase.Open, OfferMachine.MostMeetings);

    private static IEnumerable<TestCaseData> Rows()
    {
        yield return Row("wanted", default, OfferInput.Wanted, false, OfferPhase.Open, OfferEffect.Send);
        yield return Row("wanted while the peer's is open", default, OfferInput.Wanted, true, OfferPhase.Waiting, OfferEffect.None);
        yield return Row("the peer is done", Waiting, OfferInput.PeerDone, false, OfferPhase.Open, OfferEffect.Send);
        yield return Row("the peer has another already", Waiting, OfferInput.PeerDone, true, OfferPhase.Waiting, OfferEffect.None);
        yield return Row("the peer is done, and ours is open", Open, OfferInput.PeerDone, false, OfferPhase.Open, OfferEffect.None);
        yield return Row("the peer is done, and nothing is wanted", default, OfferInput.PeerDone, false, OfferPhase.None, OfferEffect.None);
        yield return Row("they met", Open, OfferInput.Met, false, OfferPhase.Resting, OfferEffect.Rest);
        yield return Row("they met too often", Weary, OfferInput.Met, false, OfferPhase.None, OfferEffect.Publish);
        yield return Row("the rest is over", Resting, OfferInput.RestOver, false, OfferPhase.Open, OfferEffect.Send);
        yield return Row("the rest is over, but the peer was faster", Resting, OfferInput.RestOver, true, OfferPhase.Waiting, OfferEffect.None);
        yield return Row("the peer is done in the rest", Resting, OfferInput.PeerDone, false, OfferPhase.Resting, OfferEffect.None);
        yield return Row("answered", Open, OfferInput.Settled, false, OfferPhase.None, OfferEffect.Publish);
        yield return Row("wanted once more while open", Open, OfferInput.Wanted, false, OfferPhase.Open, OfferEffect.None);
    }

    [TestCaseSource(nameof(Rows))]
    [Category("DLG-027")]
    public void Follows_the_table(object state, object input, bool peerIsBusy, object phase, object effect)
    {
        OfferState next = OfferMachine.Step((OfferState)state, (OfferInput)input, peerIsBusy, out OfferEffect does);
        Assert.That((next.Phase, does), Is.EqualTo(((OfferPhase)phase, (OfferEffect)effect)));
    }

    [Test]
    [Category("DLG-027")]
    public void After_eight_meetings_the_application_is_told()
    {
        OfferState state = OfferMachine.Step(default, OfferInput.Wanted, false, out _);
        for (int i = 0; i < OfferMachine.MostMeetings; i++)
        {
            state = OfferMachine.Step(state, OfferInput.Met, false, out OfferEffect rests);
            Assert.That((rests, state.Meetings), Is.EqualTo((OfferEffect.Rest, i + 1)));
            state = OfferMachine.Step(state, OfferInput.RestOver, false, out _);
        }

        OfferMachine.Step(state, OfferInput.Met, false, out OfferEffect last);
        Assert.That(last, Is.EqualTo(OfferEffect.Publish));
    }

    [Test]
    [Category("DLG-027")]
    public void The_rest_is_2_1_to_4_0_seconds_for_the_caller_and_0_to_2_0_for_the_callee_in_steps_of_10_ms()
    {
        int[] caller = [.. Enumerable.Range(0, OfferMachine.Choices(true)).Select(i => (int)OfferMachine.RestAfterMeeting(true, i).TotalMilliseconds)];
        int[] callee = [.. Enumerable.Range(0, OfferMachine.Choices(false)).Select(i => (int)OfferMachine.RestAfterMeeting(false, i).TotalMilliseconds)];
        Assert.That(caller, Is.EqualTo(Enumerable.Range(0, 191).Select(i => 2100 + (10 * i))));
        Assert.That(caller[^1], Is.EqualTo(4000));
        Assert.That(callee, Is.EqualTo(Enumerable.Range(0, 201).Select(i => 10 * i)));
        Assert.That(callee[^1], Is.EqualTo(2000));
    }

    private static TestCaseData Row(string name, OfferState state, OfferInput input, bool peerIsBusy, OfferPhase phase, OfferEffect effect) =>
        new TestCaseData(state, input, peerIsBusy, phase, effect).SetArgDisplayNames(name);
}
