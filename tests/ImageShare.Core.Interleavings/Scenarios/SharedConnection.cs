using ImageShare.Core.Interleavings.Orders;
using ImageShare.Core.Interleavings.Rewriting;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Interleavings.Scenarios;

/// <summary>Sessions of two hosts that share one connection (RFC 4975 §5.4).</summary>
internal static class SharedConnection
{
    /// <summary>Three sessions open, join, use and leave the connection at the same time: every message arrives.</summary>
    public static async Task SeveralAsync()
    {
        await using var pair = new MsrpPair();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Seams.Run(pair.SendOneAsync)));
    }

    /// <summary>One session ends while the first request of the next one is on its way.</summary>
    public static async Task NextAsync()
    {
        await using var pair = new MsrpPair();
        (MsrpSession keeper, MsrpSession kept) = pair.CreateSessions(new Received());
        await Task.WhenAll(keeper.ConnectAsync(active: true, CancellationToken.None), kept.ConnectAsync(active: false, CancellationToken.None));
        await Task.WhenAll(
            Seams.Run(async () =>
            {
                await kept.CloseAsync();
                await keeper.CloseAsync();
            }),
            Seams.Run(pair.SendOneAsync));
    }

    /// <summary>Two sessions of one host dial the other at the same time, and one of them is done before the other one has joined. The other host leaves none.</summary>
    public static async Task DialAsync()
    {
        await using var pair = new MsrpPair();
        await Task.WhenAll(Enumerable.Range(0, 2).Select(n => Seams.Run(async () =>
        {
            (MsrpSession from, MsrpSession _) = pair.CreateSessions(new Received());
            await from.ConnectAsync(active: true, CancellationToken.None);
            MsrpSendResult result = await from.SendAsync(MsrpPair.Message(5000), null, CancellationToken.None);
            Check.That(result.Outcome == MsrpSendOutcome.Completed, $"A message in an open session was {result.Outcome} {result.Status}.");
            await from.CloseAsync();
        })));
    }
}
