using ImageShare.Core.Sip.Transactions;
using static ImageShare.Core.Sip.Transactions.TransactionEffectKind;

namespace ImageShare.Core.Tests.Sip.Transactions;

[TestFixture]
public sealed class NonInviteClientMachineTests
{
    [Test]
    [Category("TXN-001")]
    [Category("TXN-008")]
    public void On_UDP_the_request_is_repeated_at_intervals_that_double_up_to_T2_until_timer_F()
    {
        TransactionRun run = TransactionRun.NonInviteClient();
        run.RunTo(100);
        Assert.Multiple(() =>
        {
            Assert.That(run.TimesOf(SendRequest), Is.EqualTo(new[] { 0, .5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5 }));
            Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { 32.0 }));
            Assert.That(run.End, Is.EqualTo(TransactionEnd.TimedOut));
        });
    }

    [Test]
    [Category("TXN-008")]
    public void On_a_stream_the_request_is_sent_once()
    {
        TransactionRun run = TransactionRun.NonInviteClient(reliable: true);
        run.RunTo(100);
        Assert.Multiple(() =>
        {
            Assert.That(run.TimesOf(SendRequest), Is.EqualTo(new[] { 0.0 }));
            Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { 32.0 }));
        });
    }

    [Test]
    [Category("TXN-008")]
    public void After_a_provisional_the_interval_is_T2_and_timer_F_still_runs()
    {
        TransactionRun run = TransactionRun.NonInviteClient();
        run.RunTo(.6);
        Assert.That(run.Kinds(TransactionInput.Received(100)), Is.EqualTo(new[] { Deliver }));
        run.RunTo(100);
        Assert.Multiple(() =>
        {
            Assert.That(run.TimesOf(SendRequest), Is.EqualTo(new[] { 0, .5, 1.5, 5.5, 9.5, 13.5, 17.5, 21.5, 25.5, 29.5 }));
            Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { 32.0 }));
        });
    }

    [Test]
    [Category("TXN-009")]
    public void On_UDP_copies_of_the_final_response_are_absorbed_for_T4()
    {
        TransactionRun run = TransactionRun.NonInviteClient();
        run.RunTo(1);
        Assert.That(run.Kinds(TransactionInput.Received(200)), Is.EqualTo(new[] { StopTimer, StopTimer, Deliver, StartTimer }));
        run.RunTo(5.9);
        Assert.That(run.Kinds(TransactionInput.Received(200)), Is.Empty);
        run.RunTo(10);
        Assert.Multiple(() =>
        {
            Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { 6.0 }));
            Assert.That(run.End, Is.EqualTo(TransactionEnd.Completed));
        });
    }

    [Test]
    [Category("TXN-009")]
    public void On_a_stream_the_final_response_ends_it_at_once()
    {
        TransactionRun run = TransactionRun.NonInviteClient(reliable: true);
        Assert.That(run.Kinds(TransactionInput.Received(404)), Is.EqualTo(new[] { StopTimer, Deliver, Terminate }));
    }

    [TestCase(0)]
    [TestCase(100)]
    [Category("TXN-016")]
    public void A_transport_failure_ends_it_and_is_told_once(int after)
    {
        TransactionRun run = TransactionRun.NonInviteClient();
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
    [Category("TXN-020")]
    public void A_response_after_the_timeout_is_dropped()
    {
        TransactionRun run = TransactionRun.NonInviteClient();
        run.RunTo(33);
        Assert.That(run.Kinds(TransactionInput.Received(200)), Is.Empty);
    }
}
