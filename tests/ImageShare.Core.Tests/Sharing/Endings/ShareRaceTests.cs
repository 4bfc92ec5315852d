using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Endings;

/// <summary>Two clients, and everything their users and networks may do, at any moment: whatever happens, both shares end and nothing stays.</summary>
[TestFixture]
[Category("Load")]
public sealed class ShareRaceTests
{
    private static readonly byte[] Image = TestImage.Png(60_000);

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [Category("SEC-002")]
    [Category("SEC-003")]
    [Category("IS-018")]
    public async Task Whatever_is_done_whenever_both_sides_end_and_nothing_stays_behind(int seed)
    {
        using var unobserved = new UnobservedExceptions();
        for (int run = 0; run < 40; run++)
        {
            var random = new Random((seed * 1000) + run);
            string story = string.Empty;
            try
            {
                await RunAsync(random, s => story += s + " ");
            }
            catch (Exception e)
            {
                Assert.Fail($"Run {run}: {story}: {e}");
            }
        }

        Assert.That(unobserved.Seen, Is.Empty);
    }

    private static async Task RunAsync(Random random, Action<string> tell)
    {
        var time = new ManualTimeProvider();
        var network = new BreakableNetwork();
        SipTransportChoice transport = (SipTransportChoice)random.Next(3);
        ImageShareOptions Change(ImageShareOptions options) => options with { TimeProvider = time, Transport = transport };
        SharePair pair = await SharePair.StartAsync(network, Change, Change);
        ImageShareSession outgoing = await pair.Alice.ShareAsync(
            pair.Bob.Address,
            SharePair.Image(Image),
            new ShareSettings { QueryFirst = random.Next(2) == 0, MaxBytesPerSecond = random.Next(3) == 0 ? 20_000 : null });
        ImageShareSession? incoming = null;
        var acts = new List<Task>();
        string alice = Choose("nothing", "nothing", "cancel", "cancel twice", "dispose", "dispose client");
        string bob = Choose("accept", "accept", "accept", "accept then cancel", "decline", "accept and decline", "accept twice", "nothing", "dispose client");
        bool breaks = random.Next(6) == 0;
        tell($"{transport} {alice} / {bob} {(breaks ? "breaks" : string.Empty)}");
        acts.Add(ActAsync(alice, outgoing, pair.Alice, Delay()));
        acts.Add(AnswerAsync(Delay(), Delay()));
        if (breaks)
        {
            int delay = Delay();
            acts.Add(Task.Run(async () =>
            {
                await PassAsync(delay);
                network.BreakAll();
            }));
        }

        await time.DriveAsync(outgoing.Completion);
        ImageShareResult sent = await outgoing.Completion;
        await time.DriveAsync(pair.Alice.DisposeAsync().AsTask());
        await time.DriveAsync(pair.Bob.DisposeAsync().AsTask());
        await time.DriveAsync(Task.WhenAll(acts));
        ImageShareResult? received = null;
        if (incoming is not null)
        {
            Assert.That(incoming.Completion.IsCompleted, Is.True, "the incoming share is over with its client");
            received = await incoming.Completion;
        }

        tell($"-> {sent.State} {sent.Error} / {received?.State} {received?.Error}");
        FileInfo[] files = pair.Inbox.GetFiles();
        Assert.Multiple(() =>
        {
            Assert.That(files, Has.Length.EqualTo(received?.IsCompleted == true ? 1 : 0), "files");
            Assert.That(files.All(f => File.ReadAllBytes(f.FullName).SequenceEqual(Image)), Is.True);
            Assert.That(sent.IsCompleted && received?.IsCompleted != true, Is.False, "the sender knows no more than the receiver");
            Assert.That(outgoing.State, Is.EqualTo(sent.State));
            Assert.That(sent.IsCompleted, Is.EqualTo(sent.Error == ImageShareError.None));
            Assert.That(() => time.ArmedTimers, Is.Zero.After(30_000, 1), "timers");
        });
        if (alice == "nothing" && bob == "accept" && !breaks)
        {
            Assert.That(sent.IsCompleted, Is.True, sent.Message);
        }

        pair.Inbox.Delete(recursive: true);

        string Choose(params string[] all) => all[random.Next(all.Length)];

        // Short ones are likely, long ones happen.
        int Delay() => random.Next(1 << random.Next(1, 13));

        async Task AnswerAsync(int delay, int later)
        {
            await foreach (ImageShareInvitation invitation in pair.Bob.Invitations)
            {
                await PassAsync(delay);
                switch (bob)
                {
                    case "accept":
                        incoming = await AcceptAsync(invitation);
                        break;
                    case "accept then cancel":
                        incoming = await AcceptAsync(invitation);
                        await PassAsync(later);
                        await (incoming?.CancelAsync() ?? Task.CompletedTask);
                        break;
                    case "decline":
                        await Task.WhenAll(Task.Run(() => invitation.DeclineAsync()), Task.Run(() => invitation.DeclineAsync()));
                        break;
                    case "accept and decline":
                        Task<ImageShareSession?> accepting = Task.Run(() => AcceptAsync(invitation));
                        Task declining = Task.Run(() => invitation.DeclineAsync());
                        incoming = await accepting;
                        await declining;
                        break;
                    case "accept twice":
                        ImageShareSession?[] both = await Task.WhenAll(Task.Run(() => AcceptAsync(invitation)), Task.Run(() => AcceptAsync(invitation)));
                        Assert.That(both.Count(s => s is not null), Is.LessThanOrEqualTo(1));
                        incoming = both[0] ?? both[1];
                        break;
                    case "dispose client":
                        await pair.Bob.DisposeAsync();
                        break;
                }
            }
        }

        async Task<ImageShareSession?> AcceptAsync(ImageShareInvitation invitation)
        {
            try
            {
                return await invitation.AcceptAsync(ImageStore.InDirectory(pair.Inbox.FullName));
            }
            catch (ImageShareException e) when (e.Error == ImageShareError.InvalidState)
            {
                return null;
            }
        }
    }

    private static async Task ActAsync(string act, ImageShareSession session, ImageShareClient client, int delay)
    {
        await PassAsync(delay);
        switch (act)
        {
            case "cancel":
                await session.CancelAsync();
                break;
            case "cancel twice":
                await Task.WhenAll(Task.Run(() => session.CancelAsync()), Task.Run(() => session.CancelAsync()));
                break;
            case "dispose":
                await session.DisposeAsync();
                await session.DisposeAsync();
                break;
            case "dispose client":
                await Task.WhenAll(Task.Run(() => client.DisposeAsync().AsTask()), Task.Run(() => client.DisposeAsync().AsTask()));
                break;
        }
    }

    private static async Task PassAsync(int turns)
    {
        for (int i = 0; i < turns; i++)
        {
            await Task.Yield();
        }
    }
}
