namespace ImageShare.Core.Interleavings.Scenarios;

/// <summary>What several do at the same time. Each run is one order of events; it throws if that order leads to something wrong.</summary>
/// <param name="Name">What it is called on the command line and in docs/testing.md.</param>
/// <param name="RunAsync">Runs it once.</param>
internal sealed record Scenario(string Name, Func<Task> RunAsync)
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("shared-connection", SharedConnection.SeveralAsync),
        new("next-session", SharedConnection.NextAsync),
        new("shared-dial", SharedConnection.DialAsync),
        new("window-and-disposal", WindowAndDisposal.RunAsync),
        new("three-shares", WholeShares.ThreeAsync),
        new("sender-cancels", WholeShares.CancelledBySenderAsync),
        new("both-cancel", WholeShares.CancelledByBothAsync),
        new("declined-or-cancelled", WholeShares.DeclinedAsync),
        new("lossy", WholeShares.LossyAsync),
        new("lossy-cancelled", WholeShares.LossyCancelledAsync),
        new("sender-closes", WholeShares.SenderClosesAsync),
        new("receiver-closes", WholeShares.ReceiverClosesAsync),
        new("both-directions", OtherShares.BothDirectionsAsync),
        new("one-after-another", OtherShares.OneAfterAnotherAsync),
        new("together", OtherShares.TogetherAsync),
        new("fetched", OtherShares.FetchedAsync),
        new("one-partial", OnePartial.RunAsync),
    ];
}
