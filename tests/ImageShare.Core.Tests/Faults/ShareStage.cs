namespace ImageShare.Core.Tests.Faults;

/// <summary>A point in a share at which it is held until something has happened to one of the programs.</summary>
/// <param name="Name">What has not come yet, or goes on.</param>
internal sealed record ShareStage(string Name)
{
    // At this rate, the transfer lasts longer than any signal takes; at most two seconds of it are waited for.
    private const string Rate = "1000000";
    private const int SlowSize = 4_000_000;
    private const int Size = 40_000;

    private Func<Datagram, bool>? Holds { get; init; }

    private Func<FaultRun, Task> Reach { get; init; } = static run => run.Link.Sip.Hold!.FirstAsync();

    /// <summary>Whether the user of the receiver is asked, and has not answered.</summary>
    public bool Asks { get; init; }

    private bool IsSlow { get; init; }

    private bool HoldsSend { get; init; }

    private bool HoldsMsrpResponses { get; init; }

    public static ShareStage[] All { get; } =
    [
        new("the answer to the query") { Holds = static d => d.Answers("OPTIONS") },
        new("the first response to the invitation") { Holds = static d => d.Answers("INVITE"), Asks = true, Reach = InviteAsync },
        new("the user's answer") { Asks = true, Reach = RingAsync },
        new("the 200 to the invitation") { Holds = static d => d.Answers("INVITE") && d.Starts("SIP/2.0 200") },
        new("the first SEND") { HoldsSend = true, HoldsMsrpResponses = true, Reach = static run => run.SenderStateAsync("Transferring") },
        new("the rest of the image") { IsSlow = true, Reach = static run => run.ReceivedAsync(500_000) },
        new("the responses to SEND") { HoldsMsrpResponses = true, Reach = static run => run.StoredAsync() },
        new("the BYE") { Holds = static d => d.Starts("BYE "), Reach = static async run => { await run.Link.Sip.Hold!.FirstAsync(); await run.StoredAsync(); } },
    ];

    public static ShareStage Of(string name) => All.Single(stage => stage.Name == name);

    /// <summary>Starts a share and brings it here.</summary>
    /// <param name="timeoutSeconds">The --timeout of both programs.</param>
    public Task<FaultRun> EnterAsync(int timeoutSeconds) => FaultRun.EnterAsync(() => StartAsync(timeoutSeconds), Send, Reach);

    private async Task<FaultRun> StartAsync(int timeoutSeconds)
    {
        FaultRun run = await FaultRun.StartAsync(IsSlow ? SlowSize : Size, ["--transport", "udp", "--accept", Asks ? "ask" : "auto"], timeoutSeconds: timeoutSeconds);
        run.Link.Sip.Hold = Holds is null ? null : new DatagramHold(Holds);
        if (HoldsMsrpResponses)
        {
            run.Link.Msrp.Down.Close();
        }

        if (HoldsSend)
        {
            run.Link.Msrp.Up.Close();
        }

        return run;
    }

    private void Send(FaultRun run) => run.Send(["--transport", "udp", .. IsSlow ? (string[])["--max-rate", Rate] : []]);

    // The 100 may leave before the program knows of the invitation.
    private static async Task InviteAsync(FaultRun run)
    {
        await run.Link.Sip.Hold!.FirstAsync();
        await run.Receiver.EventAsync("invitation");
    }

    private static async Task RingAsync(FaultRun run)
    {
        await run.Receiver.EventAsync("invitation");
        await run.SenderStateAsync("Ringing");
    }
}
