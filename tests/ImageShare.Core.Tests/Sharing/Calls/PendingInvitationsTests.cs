using ImageShare.Core.Sharing;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>Invitations that come at once, before the application has read one.</summary>
[TestFixture]
public sealed class PendingInvitationsTests
{
    [Test]
    public async Task As_many_may_wait_to_be_read_as_may_run()
    {
        const int Count = 40;
        await using SharePair pair = await SharePair.StartAsync();
        ImageShareSession[] sessions = await Task.WhenAll(Enumerable.Range(0, Count).Select(i =>
            pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(1000, i)), new ShareSettings { QueryFirst = false })));
        foreach (ImageShareSession session in sessions)
        {
            await RingsOrEndsAsync(session);
        }

        Assert.That(sessions.Select(static s => s.State), Is.All.EqualTo(ImageShareState.Ringing));
        for (int i = 0; i < Count; i++)
        {
            await (await pair.NextInvitationAsync()).AcceptAsync(Core.Images.Stores.ImageStore.InMemory());
        }

        ImageShareResult[] results = await Task.WhenAll(sessions.Select(static s => s.Completion)).WaitAsync(SharePair.Patience);
        Assert.That(results.Select(static r => r.State), Is.All.EqualTo(ImageShareState.Completed));
    }

    private static async Task RingsOrEndsAsync(ImageShareSession session)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.StateChanged += (_, state) =>
        {
            if (state >= ImageShareState.Ringing)
            {
                reached.TrySetResult();
            }
        };
        if (session.State < ImageShareState.Ringing)
        {
            await reached.Task.WaitAsync(SharePair.Patience);
        }
    }
}
