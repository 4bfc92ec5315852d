namespace ImageShare.Core.Tests.Faults;

/// <summary>What may happen to the TCP connections of a share, with MSRP and with SIP.</summary>
[TestFixture]
[Platform("Linux", Reason = "/proc and the addresses of 127/8")]
[Category("Processes")]
public sealed class StreamFaultTests
{
    private const int Size = 4_000_000;
    private const string Lost = "ConnectionLost";
    private const string Stalled = "TransferStalled";

    private static readonly Dictionary<string, Func<Task<string>>> Cases = new()
    {
        ["MSRP connection reset while the image is sent"] = Sending(static run => run.Link.Msrp.Pairs[0].Reset(), Lost, Lost),

        // The sender aborts its message with '#', for it gets no more responses; whose BYE is the first decides.
        ["MSRP connection half-closed by the receiver while the image is sent"] =
            Sending(static run => run.Link.Msrp.Pairs[0].EndTowardsDialler(), Lost, "ConnectionLost or Cancelled"),
        ["MSRP connection half-closed by the sender while the image is sent"] = Sending(static run => run.Link.Msrp.Pairs[0].EndTowardsTarget(), Lost, Lost),
        ["Zero window of the receiver while the image is sent"] = Sending(static run => run.Link.Msrp.Up.Close(), Stalled, Stalled),

        // The sender goes on for as long as responses may take, so all bytes may have arrived.
        ["No responses to SEND arrive while the image is sent"] = Sending(static run => run.Link.Msrp.Down.Close(), Stalled, "completed or TransferStalled"),
        ["Link cut for longer than the deadline while the image is sent"] =
            Sending(static run => run.Link.Cut(), "TransferStalled or ConnectionLost", "TransferStalled or ConnectionLost"),
        ["Link cut for a second while the image is sent"] = CutAndRestoreAsync,
        ["SIP connection reset while the receiver is asked"] = static () => LoseSipWhileRingingAsync(static connection => connection.Reset()),
        ["SIP connection half-closed while the receiver is asked"] = static () => LoseSipWhileRingingAsync(static connection =>
        {
            connection.EndTowardsTarget();
            connection.EndTowardsDialler();
        }),
        ["SIP connection reset while the image is sent"] = LoseSipWhileSendingAsync,
    };

    private readonly FaultGroup _group = new(Cases);

    private static IEnumerable<TestCaseData> Names => Cases.Keys.Select(static name => new TestCaseData(name).SetName(name));

    [OneTimeTearDown]
    public Task EndAllAsync() => _group.EndAsync();

    [TestCaseSource(nameof(Names))]
    public Task Both_sides_end_and_the_next_share_works(string name) => _group.RunAsync(name);

    private static Func<Task<string>> Sending(Action<FaultRun> fault, string sender, string receiver) => async () =>
    {
        await using FaultRun run = await SendingAsync();
        fault(run);
        return await run.AssertEndsAsync(sender, receiver);
    };

    private static async Task<string> CutAndRestoreAsync()
    {
        await using FaultRun run = await SendingAsync(timeoutSeconds: 20);
        run.Link.Cut();
        await Task.Delay(TimeSpan.FromSeconds(1));
        run.Link.Restore();
        return await run.AssertEndsAsync("completed", "completed");
    }

    // The INVITE has an icon and so is too large for UDP (RFC 3261 §18.1.1); its responses find another connection (RFC 3261 §18.2.2).
    private static async Task<string> LoseSipWhileRingingAsync(Action<StreamPair> fault)
    {
        await using FaultRun run = await FaultRun.StartAsync(40_000, ["--accept", "ask"], timeoutSeconds: 20);
        run.Send("--icon", run.Icon());
        await run.Receiver.EventAsync("invitation");
        await run.SenderStateAsync("Ringing");
        Assert.That(run.Link.SipStreams.Pairs, Has.Count.EqualTo(1), "the INVITE came over TCP");
        fault(run.Link.SipStreams.Pairs[0]);
        await run.Receiver.AnswerAsync("y");
        return await run.AssertEndsAsync("completed", "completed");
    }

    private static async Task<string> LoseSipWhileSendingAsync()
    {
        await using FaultRun run = await FaultRun.StartAsync(Size, ["--accept", "auto"], timeoutSeconds: 20);
        run.Send("--icon", run.Icon(), "--max-rate", "1000000");
        await run.ReceivedAsync(500_000);
        run.Link.SipStreams.Pairs[0].Reset();
        return await run.AssertEndsAsync("completed", "completed");
    }

    private static Task<FaultRun> SendingAsync(int timeoutSeconds = 4) => FaultRun.EnterAsync(
        () => FaultRun.StartAsync(Size, ["--accept", "auto", "--transport", "udp"], timeoutSeconds: timeoutSeconds),
        static run => run.Send("--transport", "udp", "--max-rate", "1000000"),
        static run => run.ReceivedAsync(500_000));
}
