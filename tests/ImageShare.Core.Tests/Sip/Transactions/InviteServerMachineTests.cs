using ImageShare.Core.Sip.Transactions;
using static ImageShare.Core.Sip.Transactions.TransactionEffectKind;

namespace ImageShare.Core.Tests.Sip.Transactions;

[TestFixture]
public sealed class InviteServerMachineTests
{
    [Test]
    [Category("TXN-017")]
    public void A_slow_user_gets_100_Trying_sent_for_it_after_200_ms()
    {
        TransactionRun run = TransactionRun.InviteServer();
        run.RunTo(60);
        Assert.Multiple(() =>
        {
            Assert.That(run.TimesOf(SendTrying), Is.EqualTo(new[] { .2 }));
            Assert.That(run.IsOver, Is.False);
            Assert.That(run.Kinds(TransactionInput.Request), Is.EqualTo(new[] { ResendResponse }), "a copy of the INVITE gets the 100 again");
        });
    }

    [Test]
    [Category("TXN-017")]
    public void A_quick_user_needs_no_100_Trying()
    {
        TransactionRun run = TransactionRun.InviteServer();
        run.RunTo(.1);
        Assert.That(run.Kinds(TransactionInput.Respond(180)), Is.EqualTo(new[] { StopTimer, SendResponse }));
        run.RunTo(10);
        Assert.That(run.TimesOf(SendTrying), Is.Empty);
    }

    [Test]
    [Category("TXN-012")]
    public void A_copy_of_the_INVITE_gets_the_last_provisional_and_is_never_delivered()
    {
        TransactionRun run = TransactionRun.InviteServer();
        Assert.That(run.Kinds(TransactionInput.Request), Is.Empty);
        run.Give(TransactionInput.Respond(180));
        Assert.That(run.Kinds(TransactionInput.Request), Is.EqualTo(new[] { ResendResponse }));
        Assert.That(run.TimesOf(Deliver), Is.EqualTo(new[] { 0.0 }));
    }

    [TestCase(300)]
    [TestCase(603)]
    [Category("TXN-013")]
    public void On_UDP_a_refusal_is_repeated_up_to_T2_until_timer_H(int status)
    {
        TransactionRun run = TransactionRun.InviteServer();
        run.Give(TransactionInput.Respond(status));
        run.RunTo(100);
        Assert.Multiple(() =>
        {
            Assert.That(
                run.TimesOf(SendResponse, ResendResponse),
                Is.EqualTo(new[] { 0, .5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5 }));
            Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { 32.0 }));
            Assert.That(run.End, Is.EqualTo(TransactionEnd.TimedOut));
        });
    }

    [Test]
    [Category("TXN-013")]
    public void The_ACK_stops_the_repetition_and_its_copies_are_absorbed_for_T4()
    {
        TransactionRun run = TransactionRun.InviteServer();
        run.Give(TransactionInput.Respond(486));
        run.RunTo(1);
        Assert.That(run.Kinds(TransactionInput.Ack), Is.EqualTo(new[] { StopTimer, StopTimer, StartTimer }));
        Assert.That(run.Kinds(TransactionInput.Ack), Is.Empty);
        Assert.That(run.Kinds(TransactionInput.Request), Is.Empty);
        run.RunTo(100);
        Assert.Multiple(() =>
        {
            Assert.That(run.TimesOf(SendResponse, ResendResponse), Is.EqualTo(new[] { 0, .5 }));
            Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { 6.0 }));
            Assert.That(run.End, Is.EqualTo(TransactionEnd.Completed));
        });
    }

    [Test]
    [Category("TXN-013")]
    public void On_a_stream_a_refusal_is_sent_once_and_the_ACK_ends_it_at_once()
    {
        TransactionRun run = TransactionRun.InviteServer(reliable: true);
        run.Give(TransactionInput.Respond(486));
        run.RunTo(10);
        Assert.Multiple(() =>
        {
            Assert.That(run.TimesOf(SendResponse, ResendResponse), Is.EqualTo(new[] { 0.0 }));
            Assert.That(run.Kinds(TransactionInput.Ack), Is.EqualTo(new[] { StopTimer, Terminate }));
        });
    }

    [Test]
    [Category("TXN-013")]
    public void On_a_stream_a_refusal_without_ACK_ends_at_64_T1_too()
    {
        TransactionRun run = TransactionRun.InviteServer(reliable: true);
        run.Give(TransactionInput.Respond(486));
        run.RunTo(100);
        Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { 32.0 }));
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("TXN-014")]
    public void After_a_2xx_copies_of_the_INVITE_are_absorbed_for_64_T1_and_only_the_user_repeats(bool reliable)
    {
        TransactionRun run = TransactionRun.InviteServer(reliable);
        run.Give(TransactionInput.Respond(200));
        run.RunTo(20);
        Assert.Multiple(() =>
        {
            Assert.That(run.Kinds(TransactionInput.Request), Is.Empty);
            Assert.That(run.TimesOf(SendResponse, ResendResponse), Is.EqualTo(new[] { 0.0 }));
            Assert.That(run.Kinds(TransactionInput.Respond(200)), Is.EqualTo(new[] { SendResponse }));
            Assert.That(run.Kinds(TransactionInput.Respond(300)), Is.Empty);
            Assert.That(run.Kinds(TransactionInput.Ack), Is.EqualTo(new[] { Deliver }));
        });
        run.RunTo(40);
        Assert.That(run.TimesOf(Terminate), Is.EqualTo(new[] { 32.0 }));
    }

    [TestCase(0)]
    [TestCase(180)]
    [TestCase(200)]
    [TestCase(486)]
    [Category("TXN-016")]
    public void A_transport_failure_is_told_once_and_copies_of_the_INVITE_are_still_absorbed(int after)
    {
        TransactionRun run = TransactionRun.InviteServer();
        if (after != 0)
        {
            run.Give(TransactionInput.Respond(after));
        }

        Assert.That(run.Kinds(TransactionInput.TransportFailed), Is.EqualTo(new[] { ReportTransportFailure }));
        Assert.That(run.Kinds(TransactionInput.TransportFailed), Is.Empty);
        run.Give(TransactionInput.Request);
        Assert.Multiple(() =>
        {
            Assert.That(run.IsOver, Is.False);
            Assert.That(run.TimesOf(Deliver), Is.EqualTo(new[] { 0.0 }));
        });
    }

    [Test]
    public void A_second_final_response_of_the_user_has_no_effect()
    {
        TransactionRun run = TransactionRun.InviteServer();
        run.Give(TransactionInput.Respond(486));
        Assert.That(run.Kinds(TransactionInput.Respond(200)), Is.Empty);
        Assert.That(run.Kinds(TransactionInput.Respond(180)), Is.Empty);
    }
}
