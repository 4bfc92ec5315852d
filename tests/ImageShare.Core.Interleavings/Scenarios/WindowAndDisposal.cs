using ImageShare.Core.Interleavings.Rewriting;
using ImageShare.Core.Msrp.Sessions;

namespace ImageShare.Core.Interleavings.Scenarios;

/// <summary>A message is in flight, its 200s come, its sender gives it up, its session closes and the peer is disposed of: every call ends.</summary>
internal static class WindowAndDisposal
{
    public static async Task RunAsync()
    {
        await using var pair = new MsrpPair();
        (MsrpSession from, MsrpSession to) = pair.CreateSessions(new Received());
        await Task.WhenAll(from.ConnectAsync(active: true, CancellationToken.None), to.ConnectAsync(active: false, CancellationToken.None));
        using var giveUp = new CancellationTokenSource();
        await Task.WhenAll(
            Seams.Run(async () =>
            {
                try
                {
                    await from.SendAsync(MsrpPair.Message(60_000) with { ChunkSize = 2048, MaxUnanswered = 4 }, null, giveUp.Token);
                }
                catch (Exception e) when (e is OperationCanceledException or ImageShareException)
                {
                    // Given up, or over.
                }
            }),
            Seams.Run(giveUp.Cancel),
            Seams.Run(async () => await from.CloseAsync()),
            Seams.Run(async () => await pair.Bob.DisposeAsync()));
        await pair.Alice.DisposeAsync();
        await Task.WhenAll(from.Ended, to.Ended);
    }
}
