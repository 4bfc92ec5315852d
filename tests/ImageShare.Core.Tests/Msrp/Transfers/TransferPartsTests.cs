using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Transfers;

/// <summary>The small parts of a transfer: how it ends, what reports cover, what it may use, which way it goes.</summary>
[TestFixture]
public sealed class TransferPartsTests
{
    private static readonly MsrpPath Peer = MsrpPath.Parse("msrp://b:2/y;tcp");

    private static IEnumerable<TestCaseData> Ends()
    {
        yield return Row(TransferStop.None, MsrpSendOutcome.Completed, MsrpSendOutcome.Completed);
        yield return Row(TransferStop.Cancelled, MsrpSendOutcome.Aborted, MsrpSendOutcome.Aborted);
        yield return Row(TransferStop.SourceFailed, MsrpSendOutcome.Aborted, MsrpSendOutcome.Aborted);
        yield return Row(TransferStop.Refused, MsrpSendOutcome.Refused, MsrpSendOutcome.Refused);
        yield return Row(TransferStop.TimedOut, MsrpSendOutcome.TimedOut, MsrpSendOutcome.TimedOut);
        yield return Row(TransferStop.SessionClosed, MsrpSendOutcome.Aborted, MsrpSendOutcome.Unknown);
        yield return Row(TransferStop.ConnectionLost, MsrpSendOutcome.ConnectionLost, MsrpSendOutcome.Unknown);

        static TestCaseData Row(TransferStop reason, MsrpSendOutcome outcome, MsrpSendOutcome whenOnlyTheReportLacks) =>
            new TestCaseData(reason, outcome, whenOnlyTheReportLacks).SetArgDisplayNames($"{reason}");
    }

    [TestCaseSource(nameof(Ends))]
    public void A_reason_has_an_outcome(object reason, object outcome, object whenOnlyTheReportLacks)
    {
        var end = new TransferEnd();
        end.TrySetReason((TransferStop)reason, 0);
        Assert.That((end.GetOutcome(false), end.GetOutcome(true)), Is.EqualTo(((MsrpSendOutcome)outcome, (MsrpSendOutcome)whenOnlyTheReportLacks)));
        Assert.That(end.Reason, Is.EqualTo(reason));
    }

    [Test]
    public async Task The_first_reason_counts_and_none_after_the_result()
    {
        var end = new TransferEnd();
        Assert.That(end.TrySetReason(TransferStop.Refused, 413), Is.True);
        Assert.That(end.TrySetReason(TransferStop.Cancelled, 415), Is.False);
        Assert.That((end.Reason, end.Status, end.Stopped.IsCompleted), Is.EqualTo((TransferStop.Refused, (int?)413, false)));
        end.SetStopped();
        end.SetStopped();
        Assert.That((end.Stopped.IsCompleted, end.Result.IsCompleted), Is.EqualTo((true, false)));
        var first = new MsrpSendResult(MsrpSendOutcome.Refused, "m123", 1);
        end.SetResult(first);
        end.SetResult(first with { AcknowledgedBytes = 2 });
        Assert.That(await end.Result, Is.SameAs(first));

        var complete = new TransferEnd();
        complete.SetResult(first);
        Assert.That(complete.TrySetReason(TransferStop.Cancelled, 0), Is.False);
        Assert.That((complete.Reason, complete.Status), Is.EqualTo((TransferStop.None, (int?)null)));
    }

    // Reports as "start-end" of a message of 100 bytes; a dash alone is a report without a range.
    [TestCase(true, "1-100", 100, true)]
    [TestCase(true, "-", 100, true)]
    [TestCase(true, "1-*", 100, true)]
    [TestCase(true, "1-200", 100, true)]
    [TestCase(true, "1-99", 99, false)]
    [TestCase(true, "2-100", 99, false)]
    [TestCase(true, "51-100 1-50", 100, true)]
    [TestCase(true, "1-50 1-50", 50, false)]
    [TestCase(true, "100-100", 1, false)]
    [TestCase(true, "101-*", 0, false)]
    [TestCase(true, "101-200", 0, false)]
    [TestCase(true, "1-0", 0, false)]
    [TestCase(true, "50-40", 0, false)]
    [TestCase(false, "1-100", 0, false)]
    public void Reports_cover_what_was_sent(bool areWanted, string ranges, long covered, bool isComplete)
    {
        var reports = new SuccessReports(100, areWanted, areAwaited: true);
        Assert.That((reports.Total, reports.AreAwaited, reports.IsComplete), Is.EqualTo((100L, true, false)));
        foreach (string range in ranges.Split(' '))
        {
            Assert.That(ByteRange.TryParse(System.Text.Encoding.ASCII.GetBytes($"{range}/*"), out ByteRange parsed), Is.EqualTo(range != "-"));
            reports.Add(range == "-" ? null : parsed);
        }

        Assert.That((reports.Covered, reports.IsComplete), Is.EqualTo((covered, isComplete)));
    }

    [Test]
    public void Reports_that_nobody_waits_for_lack_nothing()
    {
        var reports = new SuccessReports(100, areWanted: true, areAwaited: false);
        Assert.That((reports.AreAwaited, reports.IsComplete), Is.EqualTo((false, true)));
        Assert.That(new SuccessReports(0, areWanted: true, areAwaited: true).IsComplete, Is.True, "a message without bytes");
    }

    [Test]
    [Category("SEC-001")]
    public void Scattered_reports_are_kept_up_to_a_bound()
    {
        var reports = new SuccessReports(1_000_000, areWanted: true, areAwaited: true);
        for (int i = 0; i < 2000; i++)
        {
            reports.Add(new ByteRange((i * 2) + 1, (i * 2) + 1, null));
        }

        Assert.That(reports.Covered, Is.EqualTo(1024));
    }

    [Test]
    public void Reports_are_overdue_when_no_new_one_has_come_for_so_long()
    {
        var time = new ManualTimeProvider();
        var reports = new SuccessReports(100, areWanted: true, areAwaited: true);
        Assert.That(IsOverdue(10), Is.False, "it counts from the first look");
        Assert.That(IsOverdue(9), Is.False);
        reports.Add(new ByteRange(1, 5, null));
        Assert.That(IsOverdue(1), Is.False, "a new one");
        reports.Add(new ByteRange(1, 5, null));
        Assert.That(IsOverdue(9), Is.False);
        Assert.That(IsOverdue(1), Is.True, "the same again is no news");

        bool IsOverdue(int after)
        {
            time.Advance(TimeSpan.FromSeconds(after));
            return reports.IsOverdue(time, time.GetTimestamp(), TimeSpan.FromSeconds(10));
        }
    }

    [Test]
    public void The_more_transfers_there_are_the_less_each_may_use()
    {
        var budget = new TransferBudget();
        MsrpPath relayed = MsrpPath.Parse("msrp://r:1;tcp msrp://b:2/y;tcp");
        Assert.That(budget.Enter(Peer), Is.EqualTo(new TransferBudget.Allowance(8191, 2 * 1024 * 1024)));
        Assert.That(budget.Enter(relayed), Is.EqualTo(new TransferBudget.Allowance(2047, 1024 * 1024)));
        budget.Enter(Peer);
        budget.Enter(Peer);
        Assert.That(budget.Enter(Peer), Is.EqualTo(new TransferBudget.Allowance(6553, 2 * 1024 * 1024 / 5)));
        budget.Leave();
        Assert.That(budget.Enter(Peer).Window, Is.EqualTo(6553), "one has gone");
        for (int i = 6; i < 1000; i++)
        {
            budget.Enter(Peer);
        }

        Assert.That(budget.Enter(Peer), Is.EqualTo(new TransferBudget.Allowance(127, 2 * 1024 * 1024 / 1000)));
    }

    [Test]
    [Category("MSRP-026")]
    public void The_route_is_the_relays_and_then_the_path_the_peer_named()
    {
        var route = new PeerRoute();
        MsrpPath use = MsrpPath.Parse("msrp://r1:1/a;tcp msrp://r2:1/b;tcp");
        Assert.That((route.Current, route.UsePath), Is.EqualTo(((MsrpPath?)null, (MsrpPath?)null)));
        Assert.That(route.TryRenewPeer(Peer), Is.False, "none was known");
        Assert.That(route.TrySetUsePath(use), Is.True);
        Assert.That((route.Current, route.UsePath), Is.EqualTo(((MsrpPath?)null, use)));
        route.SetPeer(Peer);
        Assert.That(route.Current!.ToString(), Is.EqualTo("msrp://r1:1/a;tcp msrp://r2:1/b;tcp msrp://b:2/y;tcp"));
        Assert.That(route.TrySetUsePath(MsrpPath.Parse(use.ToString())), Is.False, "the same again");
        Assert.That(route.TrySetUsePath(MsrpPath.Parse("msrp://r3:1/a;tcp")), Is.True);
        Assert.That(route.Current!.ToString(), Is.EqualTo("msrp://r3:1/a;tcp msrp://b:2/y;tcp"));
        Assert.That(route.UsePath!.ToString(), Is.EqualTo("msrp://r3:1/a;tcp"));

        var direct = new PeerRoute();
        direct.SetPeer(Peer);
        Assert.That(direct.Current, Is.SameAs(Peer));
    }

    [TestCase("msrp://b:2/y;tcp", true, null)]
    [TestCase("msrp://r:9/x;tcp msrp://b:2/y;tcp", true, "msrp://r:9/x;tcp msrp://b:2/y;tcp")]
    [TestCase("msrp://b:2/y;tcp;x=1", true, "msrp://b:2/y;tcp;x=1")]
    [TestCase("msrp://b:2/z;tcp", false, null)]
    public void The_peer_may_name_another_way_to_itself_and_nobody_else(string path, bool isTaken, string? current)
    {
        var route = new PeerRoute();
        route.SetPeer(Peer);
        Assert.That(route.TryRenewPeer(MsrpPath.Parse(path)), Is.EqualTo(isTaken));
        Assert.That(route.Current!.ToString(), Is.EqualTo(current ?? Peer.ToString()));
        Assert.That(ReferenceEquals(route.Current, Peer), Is.EqualTo(current is null), "a new object only for a new path");
        Assert.That(route.TryRenewPeer(Peer), Is.True, "what it is compared with is the path named last");
        Assert.That(route.Current!.ToString(), Is.EqualTo(Peer.ToString()));
    }

    [TestCase(399)]
    [TestCase(700)]
    [TestCase(200)]
    public void A_refusal_has_a_status_of_refusal(int status)
    {
        Assert.That(() => MsrpAcceptance.Refuse(status), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That((MsrpAcceptance.Refuse(400).Status, MsrpAcceptance.Refuse(699).Status, MsrpAcceptance.Accept.Status), Is.EqualTo((400, 699, 200)));
    }
}
