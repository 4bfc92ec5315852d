using ImageShare.Core.Sip.Transactions;
using static ImageShare.Core.Sip.Transactions.TransactionEffectKind;

namespace ImageShare.Core.Tests.Sip.Transactions;

[TestFixture]
public sealed class NonInviteServerMachineTests
{
    [Test]
    [Category("TXN-015")]
    public void On_UDP_copies_of_the_request_get_the_stored_response_for_64_T1()
    {
        TransactionRun run = TransactionRun.NonInviteServer();
        Assert.That(run.Kinds(TransactionInput.Request), Is.Empty);
        run.Give(TransactionInput.Respond(200));
        Assert.That(run.Kinds(TransactionInput.Request), Is.EqualTo(new[] { ResendResponse }));
        run.RunTo(31.9);
        Assert.That(run.Kinds(TransactionInput.Request), Is.EqualTo(new[] { ResendResponse }));
        run.RunTo(100);
        Assert.Multiple(() =>
        {
            Assert.That(run.TimesOf(Deliver), Is.EqualTo(new[] { 0.0 }));
            Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { 32.0 }));
            Assert.That(run.End, Is.EqualTo(TransactionEnd.Completed));
        });
    }

    [Test]
    [Category("TXN-015")]
    public void On_a_stream_the_response_ends_it_at_once()
    {
        TransactionRun run = TransactionRun.NonInviteServer(reliable: true);
        Assert.That(run.Kinds(TransactionInput.Respond(200)), Is.EqualTo(new[] { StopTimer, StopTimer, SendResponse, Terminate }));
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("TXN-018")]
    public void A_slow_user_gets_100_sent_for_it_when_the_client_repeats_every_T2_and_in_the_end_silence(bool reliable)
    {
        TransactionRun run = TransactionRun.NonInviteServer(reliable);
        run.RunTo(4);
        Assert.That(run.Kinds(TransactionInput.Request), Is.EqualTo(new[] { ResendResponse }));
        run.RunTo(100);
        Assert.Multiple(() =>
        {
            Assert.That(run.TimesOf(SendTrying), Is.EqualTo(new[] { 3.5 }));
            Assert.That(run.TimesOf(SendResponse), Is.Empty);
            Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { 32.0 }));
            Assert.That(run.End, Is.EqualTo(TransactionEnd.TimedOut));
        });
    }

    [TestCase(100)]
    [TestCase(180)]
    [TestCase(408)]
    [Category("TXN-018")]
    public void Neither_a_provisional_nor_408_is_sent_for_the_user(int status)
    {
        TransactionRun run = TransactionRun.NonInviteServer();
        Assert.That(run.Kinds(TransactionInput.Respond(status)), Is.Empty);
    }

    [TestCase(0)]
    [TestCase(200)]
    [Category("TXN-016")]
    public void A_transport_failure_ends_it_and_is_told_once(int after)
    {
        TransactionRun run = TransactionRun.NonInviteServer();
        if (after != 0)
        {
            run.Give(TransactionInput.Respond(after));
        }

        Assert.That(run.Kinds(TransactionInput.TransportFailed), Is.EqualTo(new[] { Terminate }));
        Assert.That(run.Kinds(TransactionInput.TransportFailed), Is.Empty);
        Assert.That(run.ArmedTimers, Is.Zero);
    }
}
