using ImageShare.Core.Tests.Cli;

namespace ImageShare.Core.Tests.Faults;

/// <summary>A signal that comes to one of two programs while their share waits for something, and what must come of it.</summary>
/// <param name="Stage">What the share waits for.</param>
/// <param name="Signal">KILL; TERM; STOP, which is continued when the other side has its result; or PAUSE, which is continued at once.</param>
/// <param name="OfSender">Whether it comes to the sender.</param>
internal sealed record SignalFault(string Stage, string Signal, bool OfSender)
{
    /// <summary>The result of the sender, or several if events that cross decide; null if it was killed.</summary>
    public string? Sender { get; init; }

    /// <summary>The result of the receiver; null if it has none, because the share did not come so far or it was killed.</summary>
    public string? Receiver { get; init; }

    // Of the deadlines only those are waited for that something ends by.
    private const int ShortTimeout = 4;
    private const int LongTimeout = 20;

    private bool Waits => Signal is "KILL" or "STOP" || Sender == "NoAnswer";

    public string Name => $"{Signal switch { "KILL" => "Kill -9", "TERM" => "SIGTERM", "STOP" => "SIGSTOP for longer than the deadline", _ => "SIGSTOP and SIGCONT" }} of the {(OfSender ? "sender" : "receiver")} before {Stage}";

    /// <summary>Brings a share to the stage, sends the signal, and checks both sides to their end.</summary>
    /// <returns>The results.</returns>
    public async Task<string> RunAsync()
    {
        await using FaultRun run = await ShareStage.Of(Stage).EnterAsync(Waits ? ShortTimeout : LongTimeout);
        CliProcess struck = OfSender ? run.Sender : run.Receiver;
        Ending? sender = null;
        Ending? receiver = null;
        switch (Signal)
        {
            case "KILL":
                await struck.KillAsync();
                Loose(run, drops: true);
                break;
            case "STOP":
                struck.Signal("STOP");
                Loose(run, drops: true);
                if (OfSender && Receiver is null)
                {
                    // Nobody else has a share that could end.
                    await Task.Delay(TimeSpan.FromSeconds(ShortTimeout + 1));
                }
                else if (OfSender)
                {
                    receiver = await run.ReceiverEndAsync();
                }
                else
                {
                    sender = await run.SenderEndAsync();
                }

                struck.Signal("CONT");
                break;
            case "PAUSE":
                struck.Signal("STOP");
                Loose(run, drops: false);

                // Longer than T1 (RFC 3261 §17.1.1.1), so that the other side retransmits.
                await Task.Delay(TimeSpan.FromMilliseconds(700));
                struck.Signal("CONT");
                if (ShareStage.Of(Stage).Asks)
                {
                    await run.Receiver.AnswerAsync("y");
                }

                break;
            default:
                struck.Signal(Signal);
                Loose(run, drops: false);
                break;
        }

        sender ??= Sender is null ? null : await run.SenderEndAsync();
        receiver ??= Receiver is null ? null : await run.ReceiverEndAsync();
        sender?.AssertIs(Sender!);
        receiver?.AssertIs(Receiver!);
        if (sender is not null)
        {
            // 143: the signal came while the program was leaving with its result, as any program is ended by it.
            bool isAsked = Signal == "TERM" && OfSender;
            Assert.That(sender.Status, sender.IsCompleted ? Is.Zero.Or.EqualTo(isAsked ? 143 : 0) : Is.EqualTo(isAsked ? 130 : 1));
        }

        if (OfSender || Signal is "STOP" or "PAUSE")
        {
            run.AssertInbox(sender, receiver);
            await run.AssertReceiverGoesOnAsync();
        }
        else if (Signal == "KILL")
        {
            run.AssertInboxOfKilled(sender);
            await run.AssertNextReceiverWorksAsync();
        }
        else
        {
            run.AssertInbox(sender, receiver);
            CliResult ended = await run.Receiver.EndAsync();
            Assert.That(ended.Status, Is.EqualTo(130));
            ended.AssertNoStackTrace();
            await run.AssertNextReceiverWorksAsync();
        }

        return $"sender: {sender}\nreceiver: {receiver}";
    }

    // What was held arrives, or was never sent.
    private static void Loose(FaultRun run, bool drops)
    {
        if (drops)
        {
            run.Link.Sip.Hold?.Drop();
        }
        else
        {
            run.Link.Sip.Hold?.Release();
        }

        run.Link.Restore();
    }
}
