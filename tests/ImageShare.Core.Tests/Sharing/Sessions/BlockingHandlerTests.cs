using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;

namespace ImageShare.Core.Tests.Sharing.Sessions;

/// <summary>An application's handler must not block. One that does all the same holds up its own share and no other.</summary>
[TestFixture]
public sealed class BlockingHandlerTests
{
    [Test]
    public async Task A_handler_that_blocks_holds_up_no_other_share(
        [Values(ImageShareState.Ringing, ImageShareState.Connecting, ImageShareState.Transferring, ImageShareState.Terminating, ImageShareState.Completed)] ImageShareState state,
        [Values] bool onSockets)
    {
        using var gate = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using SharePair pair = await SharePair.StartAsync(onSockets ? SystemNetwork.Instance : null);
        try
        {
            ImageShareSession blocked = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(50_000)), new ShareSettings { QueryFirst = false });
            blocked.StateChanged += (_, now) =>
            {
                if (now == state)
                {
                    entered.TrySetResult();
                    gate.Wait(SharePair.Patience);
                }
            };
            ImageShareInvitation invitation = await pair.NextInvitationAsync();
            ImageShareSession receiving = await invitation.AcceptAsync(ImageStore.InMemory());
            if (await Task.WhenAny(entered.Task, blocked.Completion).WaitAsync(SharePair.Patience) != entered.Task)
            {
                Assert.Ignore($"The share was {state} before the handler was set.");
            }

            (ImageShareResult sent, ImageShareResult received) = await pair.ShareAsync(TestImage.Png(50_000));
            Assert.That((sent.IsCompleted, received.IsCompleted), Is.EqualTo((true, true)), $"{sent} {received}");
            Assert.That(gate.IsSet, Is.False);
            gate.Set();
            Assert.That((await blocked.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
            Assert.That((await receiving.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        }
        finally
        {
            gate.Set();
        }
    }

    [Test]
    public async Task A_handler_that_blocks_holds_up_no_other_image_of_its_session(
        [Values(ImageShareState.Connecting, ImageShareState.Transferring, ImageShareState.Completed)] ImageShareState state, [Values] bool onSockets)
    {
        using var gate = new ManualResetEventSlim();
        await using SharePair pair = await SharePair.StartAsync(onSockets ? SystemNetwork.Instance : null);
        try
        {
            IReadOnlyList<ImageShareSession> sending = await pair.Alice.ShareTogetherAsync(
                pair.Bob.Address,
                [new SharedImage(SharePair.Image(TestImage.Png(50_000))), new SharedImage(SharePair.Image(TestImage.Png(60_000), "dog.png"))],
                new ShareSettings { QueryFirst = false });
            sending[0].StateChanged += (_, now) =>
            {
                if (now == state)
                {
                    gate.Wait(SharePair.Patience);
                }
            };
            ImageShareInvitation invitation = await pair.NextInvitationAsync();
            ImageShareSession[] receiving = await Task.WhenAll(invitation.SameSession.Select(static image => image.AcceptAsync(ImageStore.InMemory())));
            ImageShareResult second = await receiving[1].Completion.WaitAsync(SharePair.Patience / 2);
            Assert.That(second.IsCompleted, Is.True, $"{second}");
            Assert.That(gate.IsSet, Is.False);
            gate.Set();
            Assert.That((await sending[0].Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        }
        finally
        {
            gate.Set();
        }
    }
}
