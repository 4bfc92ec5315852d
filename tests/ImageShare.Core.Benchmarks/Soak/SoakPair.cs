using System.Collections.Concurrent;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Benchmarks.Soak;

/// <summary>Two clients on loopback that take each other's images.</summary>
internal sealed class SoakPair : IAsyncDisposable
{
    private readonly ImageShareClient _alice;
    private readonly ImageShareClient _bob;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<ImageShareResult>> _received = new();

    private SoakPair(ImageShareClient alice, ImageShareClient bob)
    {
        (_alice, _bob) = (alice, bob);
        _ = ReceiveAsync(alice);
        _ = ReceiveAsync(bob);
    }

    /// <param name="atATime">How many shares run at the same time, in both directions together.</param>
    public static async Task<SoakPair> StartAsync(int atATime)
    {
        // A little above: the receiver may be a moment behind the sender, who has begun the next one by then.
        int room = (2 * atATime) + 64;
        ImageShareLimits limits = ImageShareLimits.Default with { MaxConcurrentShares = room, MaxPendingInvitations = room };
        ImageShareClient alice = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:alice@ims.example"), Limits = limits }).ConfigureAwait(false);
        ImageShareClient bob = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:bob@ims.example"), Limits = limits }).ConfigureAwait(false);
        return new SoakPair(alice, bob);
    }

    /// <summary>Shares the image once.</summary>
    /// <returns>What failed; null when it completed on both sides.</returns>
    public async Task<string?> ShareAsync(ImageSource image, bool toBob, TimeSpan patience)
    {
        (ImageShareClient from, ImageShareClient to) = toBob ? (_alice, _bob) : (_bob, _alice);
        await using ImageShareSession session = await from.ShareAsync(to.Address, image, new ShareSettings { QueryFirst = false }).ConfigureAwait(false);
        Task<ImageShareResult> receiving = Received(session.Id).Task;
        ImageShareResult sent = await session.Completion.WaitAsync(patience).ConfigureAwait(false);
        if (!sent.IsCompleted)
        {
            _received.TryRemove(session.Id, out _);
            return $"sender {sent.State} {sent.Error} SIP {sent.SipStatus} MSRP {sent.MsrpStatus}: {sent.Message}";
        }

        ImageShareResult received = await receiving.WaitAsync(patience).ConfigureAwait(false);
        _received.TryRemove(session.Id, out _);
        return received.IsCompleted ? null : $"receiver {received.State} {received.Error}: {received.Message}";
    }

    public async ValueTask DisposeAsync()
    {
        await _alice.DisposeAsync().ConfigureAwait(false);
        await _bob.DisposeAsync().ConfigureAwait(false);
    }

    private TaskCompletionSource<ImageShareResult> Received(string id) =>
        _received.GetOrAdd(id, static _ => new TaskCompletionSource<ImageShareResult>(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task ReceiveAsync(ImageShareClient client)
    {
        await foreach (ImageShareInvitation invitation in client.Invitations.ConfigureAwait(false))
        {
            _ = Task.Run(() => AcceptAsync(invitation));
        }
    }

    private async Task AcceptAsync(ImageShareInvitation invitation)
    {
        TaskCompletionSource<ImageShareResult> received = Received(invitation.Id);
        try
        {
            await using ImageShareSession session = await invitation.AcceptAsync(ImageStore.InMemory()).ConfigureAwait(false);
            received.TrySetResult(await session.Completion.ConfigureAwait(false));
        }
        catch (Exception e)
        {
            // It was withdrawn in this moment, or could not be taken: the sender is told what, and the run shows it.
            received.TrySetException(e);
        }
    }
}
