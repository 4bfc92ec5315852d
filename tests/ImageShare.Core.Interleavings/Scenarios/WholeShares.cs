using ImageShare.Core.Images.Stores;
using ImageShare.Core.Interleavings.Orders;
using ImageShare.Core.Interleavings.Rewriting;
using ImageShare.Core.Sharing;

namespace ImageShare.Core.Interleavings.Scenarios;

/// <summary>Whole shares between two clients. Every share ends at both of them, and what its sender calls complete has arrived.</summary>
internal static class WholeShares
{
    // About as many as one share takes.
    private const int Steps = 250;

    /// <summary>Three images at the same time: all arrive.</summary>
    public static Task ThreeAsync() => RunAsync(3, static (_, _) => Task.CompletedTask, allArrive: true);

    /// <summary>Two images over a network that loses, repeats and reorders datagrams.</summary>
    public static Task LossyAsync() => RunAsync(2, static (_, _) => Task.CompletedTask, isLossy: true);

    /// <summary>The same, and the sender gives up.</summary>
    public static Task LossyCancelledAsync() => RunAsync(1, static (_, session) => session.CancelAsync(), isLossy: true);

    /// <summary>The receiver declines while the sender gives up.</summary>
    public static Task DeclinedAsync() => RunAsync(
        1,
        static (_, session) => session.CancelAsync(),
        static async invitation =>
        {
            await AtAnyMomentAsync(() => invitation.DeclineAsync());
            return null;
        });

    /// <summary>The sender gives up while the receiver accepts.</summary>
    public static Task CancelledBySenderAsync() => RunAsync(1, static (_, session) => session.CancelAsync());

    /// <summary>The sender's client closes while a share begins.</summary>
    public static Task SenderClosesAsync() => RunAsync(2, static async (pair, _) => await pair.Alice.DisposeAsync());

    /// <summary>The receiver's client closes while a share begins.</summary>
    public static Task ReceiverClosesAsync() => RunAsync(2, static async (pair, _) => await pair.Bob.DisposeAsync());

    /// <summary>Both ends cancel.</summary>
    public static Task CancelledByBothAsync() => RunAsync(
        1,
        static (_, session) => session.CancelAsync(),
        static async invitation =>
        {
            try
            {
                ImageShareSession session = await invitation.AcceptAsync(ImageStore.InMemory());
                await AtAnyMomentAsync(() => session.CancelAsync());
                return await session.Completion;
            }
            catch (ImageShareException)
            {
                // Withdrawn before it was accepted.
                return null;
            }
        });

    private static async Task RunAsync(
        int images, Func<ClientPair, ImageShareSession, Task> meanwhile, Func<ImageShareInvitation, Task<ImageShareResult?>>? answer = null, bool allArrive = false, bool isLossy = false)
    {
        ClientPair pair = await ClientPair.StartAsync(isLossy);
        var received = new List<ImageShareResult?>();
        Task answering = ClientPair.AnswerAsync(pair.Bob, async invitation =>
        {
            if (await (answer ?? ClientPair.AcceptAsync)(invitation) is { } result)
            {
                received.Add(result);
            }
        });
        ImageShareResult[] sent = await Task.WhenAll(Enumerable.Range(0, images).Select(_ => Seams.Run(() => ShareAsync(pair, meanwhile))));
        await pair.DisposeAsync();
        await answering;
        Check.That(!allArrive || sent.All(static r => r.IsCompleted), $"All images arrive, but: {string.Join("; ", sent.Select(static r => r.ToString()))}");
        Outcomes.CheckThatTheyAgree(sent, received);
    }

    private static async Task AtAnyMomentAsync(Func<Task> act)
    {
        await Order.Current.MomentAsync(Steps);
        await act();
    }

    private static async Task<ImageShareResult> ShareAsync(ClientPair pair, Func<ClientPair, ImageShareSession, Task> meanwhile)
    {
        try
        {
            ImageShareSession session = await pair.ShareAsync(ClientPair.NewImage);
            await Task.WhenAll(Seams.Run(() => AtAnyMomentAsync(() => meanwhile(pair, session))), session.Completion);
            return await session.Completion;
        }
        catch (Exception e) when (e is ImageShareException or ObjectDisposedException)
        {
            // The client was closed before the share began.
            return new ImageShareResult { State = ImageShareState.Failed, Message = e.Message };
        }
    }
}
