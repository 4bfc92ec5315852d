namespace ImageShare.Core.Tests.Faults;

/// <summary>The cable between two machines is pulled, and plugged in again.</summary>
[TestFixture]
[Platform("Linux", Reason = "network namespaces")]
[Category("Processes")]
public sealed class CableFaultTests
{
    private const string StalledOrLost = "TransferStalled or ConnectionLost";

    private static readonly Dictionary<string, Func<Task<string>>> Cases = new()
    {
        ["Interface of the sender down for a second while the image is sent"] = static () => CutForASecondAsync(atSender: true),
        ["Cable pulled for a second while the image is sent"] = static () => CutForASecondAsync(atSender: false),
        ["Interface of the sender down for longer while the image is sent"] = static () => CutForLongerAsync(atSender: true),
        ["Cable pulled for longer while the image is sent"] = static () => CutForLongerAsync(atSender: false),
        ["Interface of the sender down before the query"] = static () => CutBeforeAsync(atSender: true, "PeerUnreachable"),
        ["Cable pulled before the query"] = static () => CutBeforeAsync(atSender: false, "NoAnswer"),
        ["Interface of the sender down for a second when the receiver accepts"] = static () => CutWhenAcceptedAsync(atSender: true),
        ["Interface of the receiver down for a second when the receiver accepts"] = static () => CutWhenAcceptedAsync(atSender: false),
        ["Power of the sender lost while the image is sent"] = LosePowerAsync,
    };

    private readonly FaultGroup _group = new(Cases);

    private static IEnumerable<TestCaseData> Names => Cases.Keys.Select(static name => new TestCaseData(name).SetName(name));

    [OneTimeTearDown]
    public Task EndAllAsync() => _group.EndAsync();

    [TestCaseSource(nameof(Names))]
    public Task Both_sides_end_and_the_next_share_works(string name) => _group.RunAsync(name);

    private static async Task<string> CutForASecondAsync(bool atSender)
    {
        await using CableRun run = await SendingAsync(timeoutSeconds: 20);
        run.Machines.Cut(atSender);
        await Task.Delay(TimeSpan.FromSeconds(1));
        run.Machines.Restore();
        string results = await run.AssertSenderEndsAsync("completed") + await run.AssertReceiverEndsAsync("completed");
        await run.AssertReceiverGoesOnAsync();
        return results;
    }

    private static async Task<string> CutForLongerAsync(bool atSender)
    {
        await using CableRun run = await SendingAsync();
        run.Machines.Cut(atSender);
        string results = await run.AssertSenderEndsAsync(StalledOrLost) + await run.AssertReceiverEndsAsync(StalledOrLost);
        await run.AssertReceiverGoesOnAsync();
        return results;
    }

    private static async Task<string> CutBeforeAsync(bool atSender, string expected)
    {
        await using CableRun run = await CableRun.StartAsync(timeoutSeconds: 4);
        run.Machines.Cut(atSender);
        run.Send();
        string result = await run.AssertSenderEndsAsync(expected);
        await run.AssertReceiverGoesOnAsync();
        return result;
    }

    // A copy of the 180 that the receiver cannot send, for an INVITE that came just before, ends the invitation with 500 (RFC 3261 §17.2.4).
    private static async Task<string> CutWhenAcceptedAsync(bool atSender)
    {
        await using CableRun run = await CableRun.StartAsync(timeoutSeconds: 20, accept: "ask");
        run.Send();
        await run.RingingAsync();
        run.Machines.Cut(atSender);
        await run.AcceptAsync();
        await Task.Delay(TimeSpan.FromSeconds(1));
        run.Machines.Restore();
        string sender = await run.AssertSenderEndsAsync(atSender ? "completed" : "completed or Rejected");
        bool isCompleted = sender.Contains("Error = completed", StringComparison.Ordinal);
        string results = sender + await run.AssertReceiverEndsAsync(isCompleted ? "completed" : "Cancelled");
        await run.AssertReceiverGoesOnAsync();
        return results;
    }

    private static async Task<string> LosePowerAsync()
    {
        await using CableRun run = await SendingAsync();
        run.Machines.Cut(atSender: false);
        await run.KillSenderAsync();
        string result = await run.AssertReceiverEndsAsync("TransferStalled");
        await run.AssertReceiverGoesOnAsync();
        return result;
    }

    // Again if the share ended before: on a machine that is very busy, the short timeout of the programs may be too short.
    private static async Task<CableRun> SendingAsync(int timeoutSeconds = 4)
    {
        for (int attempt = 1; ; attempt++)
        {
            CableRun run = await CableRun.StartAsync(timeoutSeconds);
            try
            {
                if (await run.SendAsync() || attempt == 3)
                {
                    return run;
                }
            }
            catch
            {
                await run.DisposeAsync();
                throw;
            }

            await run.DisposeAsync();
        }
    }
}
