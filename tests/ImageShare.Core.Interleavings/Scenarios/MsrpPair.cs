using ImageShare.Core.Interleavings.Orders;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Interleavings.Scenarios;

/// <summary>Two MSRP endpoints on one network.</summary>
internal sealed class MsrpPair : IAsyncDisposable
{
    private static readonly MediaType Png = new("image", "png");

    public MsrpPair()
    {
        var network = new StepNetwork();
        Alice = MsrpEndpoint.Start(network, Options);
        Bob = MsrpEndpoint.Start(network, Options);
    }

    public MsrpEndpoint Alice { get; }

    public MsrpEndpoint Bob { get; }

    private static MsrpEndpointOptions Options => new() { TimeProvider = Order.Current.Time };

    /// <summary>A session of each, which know each other's path.</summary>
    public (MsrpSession From, MsrpSession To) CreateSessions(Received? receiver)
    {
        MsrpSession from = Alice.CreateSession(new());
        MsrpSession to = Bob.CreateSession(new() { Receiver = receiver });
        from.SetPeerPath(to.AdvertisedPath);
        to.SetPeerPath(from.AdvertisedPath);
        return (from, to);
    }

    /// <summary>Sends one message in a session of its own: it arrives.</summary>
    public async Task SendOneAsync()
    {
        var receiver = new Received();
        (MsrpSession from, MsrpSession to) = CreateSessions(receiver);
        await Task.WhenAll(from.ConnectAsync(active: true, CancellationToken.None), to.ConnectAsync(active: false, CancellationToken.None));
        MsrpSendResult result = await from.SendAsync(Message(5000), null, CancellationToken.None);
        Check.That(result.Outcome == MsrpSendOutcome.Completed, $"A message in an open session was {result.Outcome} {result.Status}.");
        await receiver.Whole;
        await Task.WhenAll(from.CloseAsync().AsTask(), to.CloseAsync().AsTask());
    }

    public static MsrpOutgoingContent Message(int length) => MsrpOutgoingContent.FromMemory(Png, new byte[length]);

    public async ValueTask DisposeAsync()
    {
        await Alice.DisposeAsync();
        await Bob.DisposeAsync();
    }
}
