using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Transactions;
using static ImageShare.Core.Sip.Dialogs.OutgoingInviteEffectKind;

namespace ImageShare.Core.Tests.Sip.Dialogs;

[TestFixture]
public sealed class OutgoingInviteMachineTests
{
    private OutgoingInviteState _state;

    [SetUp]
    public void Start() => _state = OutgoingInviteMachine.Start(SipTimers.Default);

    [Test]
    public void An_answer_is_acknowledged_published_and_its_copies_acknowledged_again()
    {
        Assert.That(Give(OutgoingInviteInput.Provisional), Is.Empty);
        Assert.That(Give(OutgoingInviteInput.Success("b")), Is.EqualTo(new[] { Acknowledge, PublishAccepted, StartTimer }));
        Assert.That(Give(OutgoingInviteInput.Success("b")), Is.EqualTo(new[] { AcknowledgeAgain }));
        Assert.That(Give(OutgoingInviteInput.CancelRequested), Is.Empty, "no CANCEL after a final response");
        Assert.That(Give(OutgoingInviteInput.TimerFired), Is.EqualTo(new[] { Forget }));
        Assert.That(Give(OutgoingInviteInput.Success("b")), Is.Empty);
    }

    [Test]
    public void A_second_answer_with_another_tag_is_acknowledged_and_ended()
    {
        Give(OutgoingInviteInput.Success("b"));
        Assert.That(Give(OutgoingInviteInput.Success("c")), Is.EqualTo(new[] { Acknowledge, EndDialog }));
        Assert.That(Give(OutgoingInviteInput.Success("c")), Is.EqualTo(new[] { AcknowledgeAgain }));
        Assert.That(Give(OutgoingInviteInput.Success("b")), Is.EqualTo(new[] { AcknowledgeAgain }));
    }

    [Test]
    [Category("DLG-014")]
    public void A_CANCEL_before_any_answer_waits_for_the_first_provisional()
    {
        Assert.That(Give(OutgoingInviteInput.CancelRequested), Is.Empty);
        Assert.That(Give(OutgoingInviteInput.Provisional), Is.EqualTo(new[] { SendCancel, StartTimer }));
        Assert.That(Give(OutgoingInviteInput.Provisional), Is.Empty, "sent once");
        Assert.That(Give(OutgoingInviteInput.CancelRequested), Is.Empty, "sent once");
        Assert.That(Give(OutgoingInviteInput.Failure(487)), Is.EqualTo(new[] { StopTimer, PublishCancelled, Forget }));
    }

    [Test]
    [Category("DLG-014")]
    public void After_a_CANCEL_the_transaction_is_dropped_when_no_final_response_comes_in_64_T1()
    {
        Give(OutgoingInviteInput.Provisional);
        List<OutgoingInviteEffect> effects = Effects(OutgoingInviteInput.CancelRequested);
        Assert.That(effects.Single(e => e.Kind == StartTimer).Duration, Is.EqualTo(TimeSpan.FromSeconds(32)));
        Assert.That(Give(OutgoingInviteInput.TimerFired), Is.EqualTo(new[] { DropTransaction, PublishCancelled, StartTimer }));
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("DLG-014")]
    [Category("TXN-020")]
    public void An_answer_that_crosses_the_CANCEL_is_acknowledged_and_ended(bool cancelSent)
    {
        Give(OutgoingInviteInput.CancelRequested);
        if (cancelSent)
        {
            Give(OutgoingInviteInput.Provisional);
        }

        OutgoingInviteEffectKind[] expected = cancelSent
            ? [Acknowledge, EndDialog, StopTimer, PublishCancelled, StartTimer]
            : [Acknowledge, EndDialog, PublishCancelled, StartTimer];
        Assert.That(Give(OutgoingInviteInput.Success("b")), Is.EqualTo(expected));
        Assert.That(Give(OutgoingInviteInput.Success("b")), Is.EqualTo(new[] { AcknowledgeAgain }));
    }

    [Test]
    [Category("TXN-020")]
    public void An_answer_after_the_timeout_is_acknowledged_and_ended()
    {
        Assert.That(Give(OutgoingInviteInput.TimedOut), Is.EqualTo(new[] { PublishTimedOut, StartTimer }));
        Assert.That(Give(OutgoingInviteInput.Success("b")), Is.EqualTo(new[] { Acknowledge, EndDialog }));
        Assert.That(Give(OutgoingInviteInput.TimerFired), Is.EqualTo(new[] { Forget }));
    }

    [Test]
    public void A_refusal_after_a_CANCEL_other_than_487_is_still_a_refusal()
    {
        Give(OutgoingInviteInput.Provisional);
        Give(OutgoingInviteInput.CancelRequested);
        Assert.That(Give(OutgoingInviteInput.Failure(486)), Is.EqualTo(new[] { StopTimer, PublishRejected, Forget }));
    }

    [Test]
    public void A_transport_failure_is_published()
    {
        Assert.That(Give(OutgoingInviteInput.TransportFailed), Is.EqualTo(new[] { PublishUnreachable, Forget }));
        Assert.That(Give(OutgoingInviteInput.TransportFailed), Is.Empty);
    }

    [TestCase(false, PublishTimedOut)]
    [TestCase(true, PublishCancelled)]
    [Category("DLG-014")]
    public void A_timeout_of_what_was_cancelled_is_a_cancellation(bool isCancelled, object outcome)
    {
        if (isCancelled)
        {
            Give(OutgoingInviteInput.CancelRequested);
        }

        Assert.That(Give(OutgoingInviteInput.TimedOut), Is.EqualTo(new[] { outcome, StartTimer }));
    }

    [Test]
    [Category("DLG-014")]
    public void A_transport_failure_of_what_was_cancelled_is_a_cancellation()
    {
        Give(OutgoingInviteInput.Provisional);
        Give(OutgoingInviteInput.CancelRequested);
        Assert.That(Give(OutgoingInviteInput.TransportFailed), Is.EqualTo(new[] { StopTimer, PublishCancelled, Forget }));
    }

    [Test]
    public void A_487_nobody_asked_for_is_a_refusal() => Assert.That(Give(OutgoingInviteInput.Failure(487)), Is.EqualTo(new[] { PublishRejected, Forget }));

    [Test]
    public void Before_the_outcome_a_timer_that_nobody_started_changes_nothing()
    {
        Assert.That(Give(OutgoingInviteInput.TimerFired), Is.Empty);
        Give(OutgoingInviteInput.Provisional);
        Assert.That(Give(OutgoingInviteInput.TimerFired), Is.Empty);
        Assert.That(Give(OutgoingInviteInput.Success("b")), Has.Member(PublishAccepted));
    }

    [Test]
    [Category("DLG-023")]
    public void Each_effect_names_its_answer_and_stragglers_are_waited_for_64_T1()
    {
        Assert.That(Effects(OutgoingInviteInput.Success("b")), Is.EqualTo(new OutgoingInviteEffect[]
        {
            new(Acknowledge, "b"), new(PublishAccepted, "b"), new(StartTimer, Duration: TimeSpan.FromSeconds(32)),
        }));
        Assert.That(Effects(OutgoingInviteInput.Success("c")), Is.EqualTo(new OutgoingInviteEffect[] { new(Acknowledge, "c"), new(EndDialog, "c") }));
        Assert.That(Effects(OutgoingInviteInput.Success("b")).Single(), Is.EqualTo(new OutgoingInviteEffect(AcknowledgeAgain, "b")));
    }

    [Test]
    [Category("SEC-001")]
    public void More_answers_than_a_proxy_would_make_forks_are_let_go()
    {
        for (int i = 0; i < 32; i++)
        {
            Assert.That(Give(OutgoingInviteInput.Success($"{i}")), Has.Member(Acknowledge));
        }

        Assert.That(Give(OutgoingInviteInput.Success("32")), Is.Empty);
        Assert.That(Give(OutgoingInviteInput.Success("31")), Is.EqualTo(new[] { AcknowledgeAgain }));
    }

    /// <summary>All orders of what a peer and an application can do to a call: one outcome, one ACK per answer, BYE for each that is not the call.</summary>
    [Test]
    public void In_every_order_of_events_there_is_one_outcome_and_no_answer_is_left_hanging()
    {
        OutgoingInviteInput[] events =
        [
            OutgoingInviteInput.Provisional, OutgoingInviteInput.Success("b"), OutgoingInviteInput.Success("c"), OutgoingInviteInput.CancelRequested,
            OutgoingInviteInput.Failure(487), OutgoingInviteInput.TimedOut,
        ];
        foreach (OutgoingInviteInput[] order in Permutations(events))
        {
            Start();
            OutgoingInviteEffect[] all = [.. order.SelectMany(Effects)];
            string because = string.Join(", ", order);
            Assert.That(all.Count(e => e.Kind is PublishAccepted or PublishRejected or PublishCancelled or PublishTimedOut), Is.EqualTo(1), because);
            Assert.That(
                all.Count(e => e.Kind == Acknowledge),
                Is.EqualTo(all.Count(e => e.Kind is EndDialog or PublishAccepted)),
                because);
        }
    }

    private static IEnumerable<T[]> Permutations<T>(T[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany((item, i) => Permutations<T>([.. items[..i], .. items[(i + 1)..]]).Select(rest => (T[])[item, .. rest]));

    private OutgoingInviteEffectKind[] Give(OutgoingInviteInput input) => [.. Effects(input).Select(e => e.Kind)];

    private List<OutgoingInviteEffect> Effects(OutgoingInviteInput input)
    {
        var effects = new List<OutgoingInviteEffect>();
        _state = OutgoingInviteMachine.Step(_state, input, effects);
        return effects;
    }
}
