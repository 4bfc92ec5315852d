using ImageShare.Core.Sip.Registration;
using static ImageShare.Core.Sip.Registration.RegistrationInput;
using static ImageShare.Core.Sip.Registration.SipRegistrationStatus;
using static ImageShare.Core.Tests.Sip.Registration.RegistrationRun;

namespace ImageShare.Core.Tests.Sip.Registration;

/// <summary>The states of a registration, without clock and socket.</summary>
[TestFixture]
public sealed class RegistrationMachineTests
{
    private static readonly Begin Begin = new();
    private static readonly End End = new();
    private static readonly FlowLost FlowLost = new();

    private static IEnumerable<TestCaseData> Ways()
    {
        yield return Way("nothing was asked for", [], Unregistered, 0);
        yield return Way("sent", [Begin], Registering, 1);
        yield return Way("asked for twice", [Begin, Begin], Registering, 1);
        yield return Way("granted", [Begin, Granted(3600)], Registered, 1);
        yield return Way("asked for again", [Begin, Granted(3600), Begin], Registered, 2);
        yield return Way("refreshed", [Begin, Granted(3600), new Elapsed(RegistrationTimer.Refresh), Granted(3600)], Registered, 2);
        yield return Way("not answered", [Begin, NoAnswer], Lost, 1);
        yield return Way("tried again", [Begin, NoAnswer, new Elapsed(RegistrationTimer.Retry)], Registering, 2);
        yield return Way("tried again because the application asks", [Begin, NoAnswer, Begin], Registering, 2);
        yield return Way("forbidden", [Begin, Refusal(403)], SipRegistrationStatus.Refused, 1);
        yield return Way("forbidden, and asked for again", [Begin, Refusal(403), Begin], Registering, 2);
        yield return Way("overloaded", [Begin, Refusal(503)], Lost, 1);
        yield return Way("refresh forbidden", [Begin, Granted(3600), Begin, Refusal(403)], Registered, 2);
        yield return Way("refresh not answered", [Begin, Granted(3600), Begin, NoAnswer], Registered, 2);
        yield return Way("refresh not answered, expired", [Begin, Granted(3600), Begin, NoAnswer, new Elapsed(RegistrationTimer.Expiry)], Lost, 2);
        yield return Way("expired while the refresh is in progress", [Begin, Granted(3600), Begin, new Elapsed(RegistrationTimer.Expiry)], Registering, 2);
        yield return Way("expired before its refresh", [Begin, Granted(3600), new Elapsed(RegistrationTimer.Expiry)], Registering, 2);
        yield return Way("removed", [Begin, Granted(3600), End], Unregistering, 2);
        yield return Way("removed and confirmed", [Begin, Granted(3600), End, Ok()], Unregistered, 2);
        yield return Way("removed and not answered", [Begin, Granted(3600), End, NoAnswer], Unregistered, 2);
        yield return Way("removed and refused", [Begin, Granted(3600), End, Refusal(500)], Unregistered, 2);
        yield return Way("removed twice", [Begin, Granted(3600), End, End], Unregistering, 2);
        yield return Way("removed before the answer", [Begin, End], Registering, 1);
        yield return Way("removed before the answer, granted", [Begin, End, Granted(3600)], Unregistering, 2);
        yield return Way("removed before the answer, forbidden", [Begin, End, Refusal(403)], Unregistered, 1);
        yield return Way("removed before the answer, which never comes", [Begin, End, NoAnswer], Unregistering, 2);
        yield return Way("removed before the answer, and wanted after all", [Begin, End, Begin, Granted(3600)], Registered, 1);
        yield return Way("wanted while it is removed", [Begin, Granted(3600), End, Begin], Unregistering, 2);
        yield return Way("wanted while it is removed, removed", [Begin, Granted(3600), End, Begin, Ok()], Registering, 3);
        yield return Way("removed while lost", [Begin, NoAnswer, End], Unregistered, 1);
        yield return Way("removed while refused", [Begin, Refusal(403), End], Unregistered, 1);
        yield return Way("removed without having begun", [End], Unregistered, 0);
        yield return Way("the connection of a flow is lost", [Begin, Granted(3600, outbound: true), FlowLost], Registering, 2);
        yield return Way("a connection is lost to a registrar without outbound", [Begin, Granted(3600), FlowLost], Registered, 2);
        yield return Way("a flow is lost while the refresh fails", [Begin, Granted(3600, outbound: true), Begin, NoAnswer, FlowLost], Lost, 2);
        yield return Way("a flow is lost while it is removed", [Begin, Granted(3600, outbound: true), End, FlowLost], Unregistering, 2);
        yield return Way("an answer nobody waits for", [Granted(3600)], Unregistered, 0);
        yield return Way("a second answer", [Begin, Granted(3600), Refusal(403)], Registered, 1);
        yield return Way("no binding", [Begin, Ok()], Lost, 1);
        yield return Way("a foreign binding", [Begin, Ok(("Contact", "<sip:alice@198.51.100.7>;expires=3600"))], Lost, 1);
        yield return Way("no binding of this side any more", [Begin, Granted(3600), Begin, Ok()], Lost, 2);
        yield return Way("granted for no time", [Begin, Granted(0)], Lost, 1);
        yield return Way("granted for too short a time", [Begin, Granted(9)], Lost, 1);
    }

    private static TestCaseData Way(string name, object[] inputs, SipRegistrationStatus status, int sent) => new TestCaseData(inputs, status, sent).SetArgDisplayNames(name);

    [TestCaseSource(nameof(Ways))]
    [Category("REG-002")]
    [Category("REG-011")]
    public void Each_input_leads_to_the_state_of_the_table(object[] inputs, SipRegistrationStatus status, int sent)
    {
        RegistrationRun run = new RegistrationRun().Give([.. inputs.Cast<RegistrationInput>()]);
        Assert.Multiple(() =>
        {
            Assert.That(run.Status, Is.EqualTo(status));
            Assert.That(run.Sent, Has.Length.EqualTo(sent));
            Assert.That(run.Timers, status is Unregistered or SipRegistrationStatus.Refused or Unregistering ? Is.Empty : Is.Not.Null, "no timer is left behind");
            Assert.That(run.Timers.ContainsKey(RegistrationTimer.Expiry), Is.EqualTo(status == Registered), "a binding expires");
        });
    }

    [TestCase(3600, 1.0, 3000, TestName = "An_hour_is_refreshed_ten_minutes_before_its_end")]
    [TestCase(3600, 0.0, 2700, TestName = "An_hour_is_refreshed_up_to_a_tenth_earlier")]
    [TestCase(1200, 1.0, 600, TestName = "Twenty_minutes_are_refreshed_after_half")]
    [TestCase(60, 0.0, 27, TestName = "A_minute_is_refreshed_after_less_than_half")]
    [TestCase(uint.MaxValue, 1.0, 86400, TestName = "A_binding_for_136_years_is_refreshed_daily")]
    [Category("REG-004")]
    public void The_refresh_comes_in_time(long granted, double chance, double refresh)
    {
        RegistrationRun run = new RegistrationRun(chance: chance).Give(Begin, Granted(granted)).RunTo(refresh);
        Assert.That(run.Sent.Select(s => s.At), Is.EqualTo(new[] { 0, refresh }));
    }

    [Test]
    [Category("REG-009")]
    public void The_waits_after_failures_double_up_to_half_an_hour()
    {
        RegistrationRun run = new(chance: 1);
        run.Give(Begin);
        for (int i = 0; i < 9; i++)
        {
            run.Give(NoAnswer).RunTo(run.Timers[RegistrationTimer.Retry].TotalSeconds);
        }

        double[] at = [.. run.Sent.Select(s => s.At)];
        Assert.That(at.Zip(at.Skip(1), static (a, b) => b - a), Is.EqualTo(new double[] { 60, 120, 240, 480, 960, 1800, 1800, 1800, 1800 }));
    }

    [TestCase(0.0, 30)]
    [TestCase(0.5, 45)]
    [TestCase(1.0, 60)]
    [Category("REG-009")]
    public void The_first_wait_is_between_half_a_minute_and_a_minute(double chance, double seconds)
    {
        RegistrationRun run = new RegistrationRun(chance: chance).Give(Begin, NoAnswer);
        Assert.That(run.Timers[RegistrationTimer.Retry].TotalSeconds, Is.EqualTo(seconds));
    }

    [Test]
    [Category("REG-009")]
    public void An_answer_ends_the_count_of_failures()
    {
        RegistrationRun run = new RegistrationRun().Give(Begin, NoAnswer, Begin, NoAnswer, Begin, Granted(3600), Begin, NoAnswer);
        Assert.That(run.Timers[RegistrationTimer.Retry].TotalSeconds, Is.EqualTo(60));
    }

    [TestCase("300", 300)]
    [TestCase("300 (maintenance);duration=10", 300)]
    [TestCase("20", 30, Description = "less than the wait of this side")]
    [TestCase("0", 30)]
    [TestCase("tomorrow", 30)]
    [TestCase("-5", 30)]
    [TestCase("2147483647", 86400, Description = "a day at most")]
    [Category("REG-010")]
    public void Retry_After_is_waited_for_within_bounds(string retryAfter, double seconds)
    {
        RegistrationRun run = new RegistrationRun(chance: 0).Give(Begin, Refusal(503, ("Retry-After", retryAfter)));
        Assert.That(run.Timers[RegistrationTimer.Retry].TotalSeconds, Is.EqualTo(seconds));
    }

    [TestCase(301)]
    [TestCase(400)]
    [TestCase(401)]
    [TestCase(403)]
    [TestCase(404)]
    [TestCase(407)]
    [TestCase(423)]
    [TestCase(501)]
    [TestCase(604)]
    [Category("REG-011")]
    public void What_the_next_attempt_would_not_change_ends_the_first_and_is_tried_seldom_later(int status)
    {
        RegistrationRun first = new RegistrationRun().Give(Begin, Refusal(status));
        RegistrationRun later = new RegistrationRun(chance: 0).Give(Begin, Granted(3600), Begin, Refusal(status));
        Assert.Multiple(() =>
        {
            Assert.That((first.Status, first.Timers.Count, first.State.Problem!.SipStatus), Is.EqualTo((SipRegistrationStatus.Refused, 0, status)));
            Assert.That(later.Timers[RegistrationTimer.Retry].TotalSeconds, Is.EqualTo(900));
        });
    }

    [Test]
    [Category("REG-005")]
    public void A_longer_expiry_is_asked_for_when_the_registrar_insists()
    {
        RegistrationRun run = new RegistrationRun(new SipRegistrationOptions { Expiry = TimeSpan.FromMinutes(1) })
            .Give(Begin, Refusal(423, ("Min-Expires", "300")), Granted(300), Begin);
        Assert.Multiple(() =>
        {
            Assert.That(run.Sent.Select(s => s.Expiry), Is.EqualTo(new double[] { 60, 300, 300 }), "and from then on");
            Assert.That(run.Status, Is.EqualTo(Registered));
        });
    }

    [TestCase("60", 1, Description = "what was asked for already")]
    [TestCase("4294967295", 1, Description = "136 years")]
    [TestCase("soon", 1)]
    [TestCase("", 1, Description = "it does not say")]
    [TestCase("61 62 63 64", 3, Description = "ever more")]
    [Category("REG-005")]
    [Category("REG-018")]
    public void A_registrar_that_is_never_content_is_given_up(string least, int sent)
    {
        RegistrationRun run = new RegistrationRun(new SipRegistrationOptions { Expiry = TimeSpan.FromMinutes(1) }).Give(Begin);
        foreach (string value in least.Split(' '))
        {
            run.Give(value.Length == 0 ? Refusal(423) : Refusal(423, ("Min-Expires", value)));
        }

        Assert.That((run.Status, run.Sent.Length), Is.EqualTo((SipRegistrationStatus.Refused, sent)));
    }

    [Test]
    [Category("REG-013")]
    public void Outbound_is_given_up_when_the_first_hop_cannot_do_it_once()
    {
        RegistrationRun run = new RegistrationRun().Give(Begin, Refusal(439));
        Assert.That((run.Status, run.Sent.Length, run.State.UsesOutbound), Is.EqualTo((Registering, 2, false)));
        run.Give(Refusal(439));
        Assert.That((run.Status, run.Sent.Length), Is.EqualTo((Lost, 2)));
    }

    [Test]
    [Category("REG-014")]
    public void A_lost_connection_is_replaced_at_once_and_one_that_never_lasts_ever_later()
    {
        RegistrationRun run = new RegistrationRun(chance: 1).Give(Begin, Granted(3600, outbound: true)).RunTo(500).Give(FlowLost, Granted(3600, outbound: true));
        Assert.That(run.Sent.Select(s => s.At), Is.EqualTo(new double[] { 0, 500 }), "at once");
        run.RunTo(510).Give(FlowLost).RunTo(570).Give(Granted(3600, outbound: true)).RunTo(580).Give(FlowLost).RunTo(700);
        Assert.That(run.Sent.Select(s => s.At), Is.EqualTo(new double[] { 0, 500, 570, 700 }), "after 60 s and after 120 s");
        run.Give(Granted(3600, outbound: true)).RunTo(900).Give(FlowLost);
        Assert.Multiple(() =>
        {
            Assert.That(run.Sent[^1].At, Is.EqualTo(900), "one that lasted two minutes counts as steady");
            Assert.That(run.CountOf(RegistrationEffectKind.ReportLoss), Is.EqualTo(4));
        });
    }

    [Test]
    [Category("REG-016")]
    public void Behind_a_NAT_a_registration_over_UDP_is_refreshed_often()
    {
        RegistrarAnswer answer = Answer([("Contact", $"{Contact};expires=3600"), ("Via", "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;received=198.51.100.1;rport=40000")], transport: "UDP");
        Assert.Multiple(() =>
        {
            Assert.That(new RegistrationRun(chance: 1).Give(Begin, new Accepted(answer)).Timers[RegistrationTimer.Refresh].TotalSeconds, Is.EqualTo(28));
            Assert.That(new RegistrationRun(chance: 0).Give(Begin, new Accepted(answer)).Timers[RegistrationTimer.Refresh].TotalSeconds, Is.EqualTo(22.4).Within(.001));
            Assert.That(
                new RegistrationRun(new SipRegistrationOptions { NatRefreshInterval = null }).Give(Begin, new Accepted(answer)).Timers[RegistrationTimer.Refresh].TotalSeconds,
                Is.EqualTo(3000));
        });
    }
}
