using System.Collections.Concurrent;

namespace ImageShare.Core.Tests.Faults;

/// <summary>SIP over a network that loses, repeats and reorders datagrams.</summary>
[TestFixture]
[Platform("Linux", Reason = "/proc and the addresses of 127/8")]
[Category("Processes")]
public sealed class DatagramFaultTests
{
    private const int Size = 40_000;

    /// <summary>The time of a share in which every datagram is lost several times.</summary>
    private const int Timeout = 15;

    [Test]
    public async Task Every_message_is_lost_once_and_the_image_arrives_once()
    {
        var seen = new ConcurrentDictionary<string, bool>();
        await using FaultRun run = await StartAsync(datagram => seen.TryAdd(datagram.Kind, true) ? [] : [TimeSpan.Zero]);
        await run.AssertEndsAsync("completed", "completed");
        Assert.That(seen, Has.Count.GreaterThanOrEqualTo(7), "query, invitation, acknowledgement and BYE with their responses");
    }

    [Test]
    public async Task Every_message_comes_three_times_and_the_image_arrives_once()
    {
        await using FaultRun run = await StartAsync(static _ => [TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMilliseconds(200)]);
        await run.AssertEndsAsync("completed", "completed");
    }

    [Test]
    public async Task Every_second_message_is_overtaken_and_the_image_arrives_once()
    {
        int count = 0;
        await using FaultRun run = await StartAsync(_ => [TimeSpan.FromMilliseconds(Interlocked.Increment(ref count) % 2 == 0 ? 0 : 300)]);
        await run.AssertEndsAsync("completed", "completed");
    }

    [Test]
    public async Task Thirty_percent_lost_repeated_and_reordered_ends_clearly_whatever_the_seed()
    {
        // Together: they wait for retransmissions and not for the processor.
        Ending[] sent = await Task.WhenAll(Enumerable.Range(1, 5).Select(RunAsync));
        TestContext.Out.WriteLine(string.Join('\n', sent.Select(static (ending, i) => $"seed {i + 1}: {ending}")));
    }

    private static async Task<Ending> RunAsync(int seed)
    {
        var random = new Random(seed);
        bool Happens() => random.Next(100) < 30;
        TimeSpan Delay() => Happens() ? TimeSpan.FromMilliseconds(random.Next(300)) : TimeSpan.Zero;
        IReadOnlyList<TimeSpan> Fate(Datagram _)
        {
            lock (random)
            {
                return Happens() ? [] : Happens() ? [Delay(), Delay()] : [Delay()];
            }
        }

        await using FaultRun run = await StartAsync(Fate);
        Ending sender = await run.SenderEndAsync();
        sender.AssertIs("completed or NoAnswer or MediaNotConnected or Cancelled");
        Assert.That(sender.Status, Is.EqualTo(sender.IsCompleted ? 0 : 1));

        // The last messages may be on their way when the sender has ended, so the receiver is asked at its end.
        Ending[] received = await run.AssertReceiverGoesOnAsync();
        Assert.That(received, Has.Length.LessThanOrEqualTo(1));
        Ending? receiver = received.SingleOrDefault();
        receiver?.AssertIs("completed or NoAnswer or MediaNotConnected or Cancelled");
        run.AssertInbox(sender, receiver);
        return sender;
    }

    private static async Task<FaultRun> StartAsync(Func<Datagram, IReadOnlyList<TimeSpan>> fate)
    {
        FaultRun run = await FaultRun.StartAsync(Size, ["--transport", "udp", "--accept", "auto"], timeoutSeconds: Timeout);
        run.Link.Sip.Fate = fate;
        run.Send("--transport", "udp");
        return run;
    }
}
