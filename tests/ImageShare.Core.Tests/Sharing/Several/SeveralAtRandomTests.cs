using ImageShare.Core.Sharing;

namespace ImageShare.Core.Tests.Sharing.Several;

/// <summary>Several images together, and each accepted, declined or cancelled by either side, whenever chance has it.</summary>
[TestFixture]
[Category("Load")]
public sealed class SeveralAtRandomTests
{
    private enum Fate
    {
        Wanted,
        Declined,
        CancelledBySender,
        CancelledByReceiver,
    }

    [Test]
    [Category("FT-043")]
    [Category("SEC-002")]
    public async Task Whatever_is_done_to_some_the_others_arrive([Range(1, 12)] int seed)
    {
        var random = new Random(seed);
        await using SharePair pair = await SharePair.StartAsync();
        Fate[] fates = [.. Enumerable.Range(0, random.Next(2, 6)).Select(_ => (Fate)random.Next(4))];
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(
            pair.Bob.Address,
            [.. fates.Select((_, i) => new SharedImage(SharePair.Image(TestImage.Png(random.Next(1, 60_000), i), $"{i}.png")))],
            new ShareSettings { QueryFirst = random.Next(2) == 0 });
        var invitations = new ImageShareInvitation[fates.Length];
        for (int i = 0; i < fates.Length; i++)
        {
            invitations[i] = await pair.NextInvitationAsync();
        }

        int[] pauses = [.. fates.Select(_ => random.Next(400))];
        int[] order = [.. Enumerable.Range(0, fates.Length).OrderBy(_ => random.Next())];
        var incoming = new ImageShareSession?[fates.Length];
        Task[] cancelling = [.. fates.Select((fate, i) => fate is Fate.CancelledBySender ? CancelAsync(outgoing[i], pauses[i]) : Task.CompletedTask)];
        List<Task> more = [];
        foreach (int i in order)
        {
            if (fates[i] is Fate.Declined)
            {
                await invitations[i].DeclineAsync().WaitAsync(SharePair.Patience);
                continue;
            }

            try
            {
                incoming[i] = await invitations[i].AcceptAsync(pair.Store);
            }
            catch (ImageShareException e) when (e.Error == ImageShareError.InvalidState)
            {
                // Every image was taken back before it was accepted.
                Assert.That(fates, Is.All.EqualTo(Fate.CancelledBySender).Or.EqualTo(Fate.Declined));
            }

            if (fates[i] is Fate.CancelledByReceiver && incoming[i] is { } session)
            {
                more.Add(CancelAsync(session, pauses[i]));
            }
        }

        await Task.WhenAll([.. cancelling, .. more]).WaitAsync(SharePair.Patience);
        ImageShareResult[] sent = await Task.WhenAll(outgoing.Select(session => session.Completion)).WaitAsync(SharePair.Patience);
        ImageShareResult?[] received = await Task.WhenAll(incoming.Select(async session => session is null ? null : await session.Completion)).WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            for (int i = 0; i < fates.Length; i++)
            {
                string what = $"image {i} of {string.Join(' ', fates)}: {sent[i].State} {sent[i].Message}; {received[i]?.State} {received[i]?.Message}";
                switch (fates[i])
                {
                    case Fate.Wanted:
                        Assert.That(sent[i].IsCompleted && received[i]?.IsCompleted == true, Is.True, what);
                        break;
                    case Fate.Declined:
                        Assert.That(sent[i].State, Is.AnyOf(ImageShareState.Declined, ImageShareState.Cancelled), what);
                        break;
                    default:
                        // The last octet may have been faster.
                        Assert.That(sent[i].State, Is.AnyOf(ImageShareState.Cancelled, ImageShareState.Completed, ImageShareState.Declined), what);
                        Assert.That(received[i]?.State ?? ImageShareState.Cancelled, Is.AnyOf(ImageShareState.Cancelled, ImageShareState.Completed), what);
                        break;
                }
            }

            Assert.That(pair.Inbox.GetFileSystemInfos(), Has.Length.EqualTo(received.Count(r => r?.IsCompleted == true)), "a file for each that is complete, and nothing else");
        });
    }

    private static async Task CancelAsync(ImageShareSession session, int pause)
    {
        for (int i = 0; i < pause; i++)
        {
            await Task.Yield();
        }

        await session.CancelAsync();
    }
}
