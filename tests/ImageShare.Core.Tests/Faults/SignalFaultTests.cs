namespace ImageShare.Core.Tests.Faults;

/// <summary>At each stage from query to teardown, one of two programs is killed, stopped, or asked to end.</summary>
[TestFixture]
[Platform("Linux", Reason = "signals, /proc and the addresses of 127/8")]
[Category("Processes")]
public sealed class SignalFaultTests
{
    private const string Stalled = "TransferStalled";
    private const string Lost = "ConnectionLost";
    private const string Done = "completed";

    // A program that was stopped finds on its return what came meanwhile, and its own timers: whichever it sees first decides.
    private const string AfterStop = "TransferStalled or MediaNotConnected or ConnectionLost or Cancelled or NoAnswer";

    // The columns: the signal, whom it comes to, the result of the sender, the result of the receiver.
    private static readonly (string Stage, (string Signal, bool OfSender, string? Sender, string? Receiver)[] Faults)[] Table =
    [
        ("the answer to the query",
        [
            ("KILL", true, null, null), ("KILL", false, "NoAnswer", null),
            ("TERM", true, "Cancelled", null), ("TERM", false, "NoAnswer", null),
            ("STOP", true, "NoAnswer", null), ("STOP", false, "NoAnswer", null),
            ("PAUSE", true, Done, Done), ("PAUSE", false, Done, Done),
        ]),
        ("the first response to the invitation",
        [
            ("KILL", true, null, "NoAnswer"), ("KILL", false, "NoAnswer", null),
            ("TERM", true, "Cancelled", "Cancelled"), ("TERM", false, "Declined", "Cancelled"),
            ("STOP", true, "NoAnswer", "NoAnswer"), ("STOP", false, "NoAnswer", "NoAnswer or Cancelled"),
            ("PAUSE", true, Done, Done), ("PAUSE", false, Done, Done),
        ]),
        ("the user's answer",
        [
            ("KILL", true, null, "NoAnswer"), ("KILL", false, "NoAnswer", null),
            ("TERM", true, "Cancelled", "Cancelled"), ("TERM", false, "Declined", "Cancelled"),
            ("STOP", true, "NoAnswer", "NoAnswer"), ("STOP", false, "NoAnswer", "NoAnswer or Cancelled"),
            ("PAUSE", true, Done, Done), ("PAUSE", false, Done, Done),
        ]),
        ("the 200 to the invitation",
        [
            ("KILL", true, null, "MediaNotConnected"), ("KILL", false, "NoAnswer", null),
            ("TERM", true, "Cancelled", "Cancelled"), ("TERM", false, "Cancelled", "Cancelled"),
            ("STOP", true, AfterStop, "MediaNotConnected"), ("STOP", false, "NoAnswer", AfterStop),
            ("PAUSE", true, Done, Done), ("PAUSE", false, Done, Done),
        ]),
        ("the first SEND",
        [
            ("KILL", true, null, "ConnectionLost or MediaNotConnected"), ("KILL", false, Lost, null),
            ("TERM", true, "Cancelled", "Cancelled"), ("TERM", false, "Cancelled", "Cancelled"),
            ("STOP", true, AfterStop, "TransferStalled or MediaNotConnected"), ("STOP", false, Stalled, AfterStop),
            ("PAUSE", true, Done, Done), ("PAUSE", false, Done, Done),
        ]),
        ("the rest of the image",
        [
            ("KILL", true, null, Lost), ("KILL", false, Lost, null),
            ("TERM", true, "Cancelled", "Cancelled"), ("TERM", false, "Cancelled", "Cancelled"),
            ("STOP", true, AfterStop, Stalled), ("STOP", false, Stalled, AfterStop),
            ("PAUSE", true, Done, Done), ("PAUSE", false, Done, Done),
        ]),
        ("the responses to SEND",
        [
            ("KILL", true, null, Done), ("KILL", false, "ConnectionLost or completed", null),
            ("TERM", true, "Cancelled or completed", Done), ("TERM", false, Done, Done),
            ("STOP", true, "TransferStalled or completed", Done), ("STOP", false, "TransferStalled or completed", Done),
            ("PAUSE", true, Done, Done), ("PAUSE", false, Done, Done),
        ]),
        ("the BYE",
        [
            ("KILL", true, null, Done), ("KILL", false, Done, null),
            ("TERM", true, Done, Done), ("TERM", false, Done, Done),
            ("STOP", true, Done, Done), ("STOP", false, Done, Done),
            ("PAUSE", true, Done, Done), ("PAUSE", false, Done, Done),
        ]),
    ];

    internal static readonly SignalFault[] Faults =
        [.. Table.SelectMany(static stage => stage.Faults, static (stage, fault) => new SignalFault(stage.Stage, fault.Signal, fault.OfSender) { Sender = fault.Sender, Receiver = fault.Receiver })];

    // Two stages at a time.
    private readonly Dictionary<int, FaultGroup> _groups = Faults.GroupBy(GroupOf).ToDictionary(
        static group => group.Key, static group => new FaultGroup(group.ToDictionary(static fault => fault.Name, static fault => (Func<Task<string>>)fault.RunAsync)));

    private static IEnumerable<TestCaseData> Cases => Faults.Select(static fault => new TestCaseData(GroupOf(fault), fault.Name).SetName(fault.Name));

    [OneTimeTearDown]
    public Task EndAllAsync() => Task.WhenAll(_groups.Values.Select(static group => group.EndAsync()));

    [TestCaseSource(nameof(Cases))]
    public Task Both_sides_end_and_the_next_share_works(int group, string name) => _groups[group].RunAsync(name);

    private static int GroupOf(SignalFault fault) => Array.FindIndex(ShareStage.All, stage => stage.Name == fault.Stage) / 2;
}
