using ImageShare.Core.Sip.Transactions;
using static ImageShare.Core.Sip.Transactions.TransactionEffectKind;

namespace ImageShare.Core.Tests.Sip.Transactions;

[TestFixture]
public sealed class InviteClientMachineTests
{
    [Test]
    [Category("TXN-001")]
    [Category("TXN-002")]
    [Category("TXN-003")]
    public void On_UDP_the_request_is_repeated_at_doubling_intervals_until_timer_B_ends_it()
    {
        TransactionRun run = TransactionRun.InviteClient();
        run.RunTo(31.999);
        Assert.That(run.IsOver, Is.False);
        run.RunTo(100);
        Assert.Multiple(() =>
        {
            Assert.That(run.TimesOf(SendRequest), Is.EqualTo(new[] { 0, .5, 1.5, 3.5, 7.5, 15.5, 31.5 }));
            Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { 32.0 }));
            Assert.That(run.End, Is.EqualTo(TransactionEnd.TimedOut));
        });
    }

    [Test]
    [Category("TXN-002")]
    [Category("TXN-003")]
    public void On_a_stream_the_request_is_sent_once_and_timer_B_still_ends_it()
    {
        TransactionRun run = TransactionRun.InviteClient(reliable: true);
        run.RunTo(100);
        Assert.Multiple(() =>
        {
            Assert.That(run.TimesOf(SendRequest), Is.EqualTo(new[] { 0.0 }));
            Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { 32.0 }));
        });
    }

    [Test]
    [Category("TXN-001")]
    public void The_base_times_can_be_set()
    {
        TransactionRun run = TransactionRun.InviteClient(timers: new SipTimers { T1 = TimeSpan.FromSeconds(1) });
        run.RunTo(100);
        Assert.Multiple(() =>
        {
            Assert.That(run.TimesOf(SendRequest), Is.EqualTo(new double[] { 0, 1, 3, 7, 15, 31, 63 }));
            Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { 64.0 }));
        });
    }

    [Test]
    [Category("TXN-004")]
    public void After_a_provisional_nothing_is_repeated_and_nothing_times_out()
    {
        TransactionRun run = TransactionRun.InviteClient();
        run.RunTo(1);
        Assert.That(run.Kinds(TransactionInput.Received(180)), Is.EqualTo(new[] { StopTimer, StopTimer, Deliver }));
        run.RunTo(300);
        Assert.Multiple(() =>
        {
            Assert.That(run.State.Phase, Is.EqualTo(TransactionPhase.Proceeding));
            Assert.That(run.TimesOf(SendRequest), Is.EqualTo(new[] { 0, .5 }));
            Assert.That(run.ArmedTimers, Is.Zero);
            Assert.That(run.Kinds(TransactionInput.Received(183)), Is.EqualTo(new[] { Deliver }));
        });
    }

    [TestCase(300)]
    [TestCase(486)]
    [TestCase(603)]
    [Category("TXN-006")]
    public void A_refusal_is_acknowledged_delivered_once_and_its_copies_acknowledged_for_32_seconds(int status)
    {
        TransactionRun run = TransactionRun.InviteClient();
        run.RunTo(1);
        Assert.That(run.Kinds(TransactionInput.Received(status)), Is.EqualTo(new[] { StopTimer, StopTimer, SendAck, Deliver, StartTimer }));
        run.RunTo(32);
        Assert.That(run.Kinds(TransactionInput.Received(status)), Is.EqualTo(new[] { SendAck }));
        run.RunTo(34);
        Assert.Multiple(() =>
        {
            Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { 33.0 }));
            Assert.That(run.End, Is.EqualTo(TransactionEnd.Completed));
            Assert.That(run.Kinds(TransactionInput.Received(status)), Is.Empty);
        });
    }

    [TestCase(10, 32)]
    [TestCase(1000, 64)]
    [Category("TXN-006")]
    public void Timer_D_is_64_T1_and_never_falls_below_32_seconds(int t1, double seconds)
    {
        TransactionRun run = TransactionRun.InviteClient(timers: new SipTimers { T1 = TimeSpan.FromMilliseconds(t1) });
        run.Give(TransactionInput.Received(486));
        run.RunTo(100);
        Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { seconds }));
    }

    [Test]
    public void A_timer_of_another_transaction_changes_nothing()
    {
        TransactionRun run = TransactionRun.InviteClient();
        Assert.That(run.Kinds(TransactionInput.Fired(TransactionTimer.D)), Is.Empty);
        Assert.That(run.Kinds(TransactionInput.Fired(TransactionTimer.F)), Is.Empty);
        Assert.That(run.IsOver, Is.False);
    }

    [Test]
    [Category("TXN-006")]
    public void On_a_stream_a_refusal_ends_it_at_once()
    {
        TransactionRun run = TransactionRun.InviteClient(reliable: true);
        Assert.That(run.Kinds(TransactionInput.Received(486)), Is.EqualTo(new[] { StopTimer, SendAck, Deliver, Terminate }));
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("TXN-007")]
    public void Every_2xx_is_delivered_for_64_T1_and_none_is_acknowledged_here(bool reliable)
    {
        TransactionRun run = TransactionRun.InviteClient(reliable);
        run.Give(TransactionInput.Received(180));
        Assert.That(run.Kinds(TransactionInput.Received(200)), Is.EqualTo(new[] { StartTimer, Deliver }));
        run.RunTo(31.9);
        Assert.Multiple(() =>
        {
            Assert.That(run.Kinds(TransactionInput.Received(200)), Is.EqualTo(new[] { Deliver }));
            Assert.That(run.Kinds(TransactionInput.Received(180)), Is.Empty);
            Assert.That(run.Kinds(TransactionInput.Received(300)), Is.Empty);
        });
        run.RunTo(33);
        Assert.Multiple(() =>
        {
            Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { 32.0 }));
            Assert.That(run.TimesOf(SendAck), Is.Empty);
        });
    }

    [TestCase(0)]
    [TestCase(180)]
    [TestCase(486)]
    [Category("TXN-016")]
    public void A_transport_failure_ends_it_and_is_told_once(int after)
    {
        TransactionRun run = TransactionRun.InviteClient();
        if (after != 0)
        {
            run.Give(TransactionInput.Received(after));
        }

        Assert.That(run.Kinds(TransactionInput.TransportFailed), Is.EqualTo(new[] { Terminate }));
        Assert.Multiple(() =>
        {
            Assert.That(run.End, Is.EqualTo(TransactionEnd.TransportFailed));
            Assert.That(run.Kinds(TransactionInput.TransportFailed), Is.Empty);
            Assert.That(run.ArmedTimers, Is.Zero);
        });
    }

    [Test]
    public void In_Accepted_it_sends_nothing_that_could_fail()
    {
        TransactionRun run = TransactionRun.InviteClient();
        run.Give(TransactionInput.Received(200));
        Assert.That(run.Kinds(TransactionInput.TransportFailed), Is.Empty);
    }

    [Test]
    [Category("TXN-020")]
    public void Nothing_that_comes_after_the_end_has_an_effect()
    {
        TransactionRun run = TransactionRun.InviteClient();
        run.RunTo(40);
        foreach (int status in new[] { 100, 180, 200, 302, 486, 603 })
        {
            Assert.That(run.Kinds(TransactionInput.Received(status)), Is.Empty);
        }
    }
}
