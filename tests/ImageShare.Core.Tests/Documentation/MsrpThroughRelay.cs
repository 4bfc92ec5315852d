using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Relays;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>A message through a relay of this side's own (RFC 4976).</summary>
internal static class MsrpThroughRelay
{
    public static async Task<MsrpSendResult> RunAsync(
        INetwork network, MsrpRelay relay, TlsOptions trust, Func<MsrpPath, Task<MsrpPath>> tellPeer, byte[] image, CancellationToken cancellationToken)
    {
        // new MsrpRelay(MsrpUri.Parse("msrps://relay.example:2855;tcp"), "alice", password)
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions { Tls = trust });
        await using MsrpSession session = await endpoint.CreateSessionAsync(new MsrpSessionOptions(), [relay], cancellationToken: cancellationToken);

        // What goes into a=path: the relays, outermost first, then this side. A renewal may grant another path.
        session.SetPeerPath(await tellPeer(session.AdvertisedPath));
        session.AdvertisedPathChanged += (_, _) => _ = tellPeer(session.AdvertisedPath);
        await session.ConnectAsync(active: true, cancellationToken);

        // A 200 only says that the relay has the chunk. Only the peer's report says that the peer has everything.
        MsrpOutgoingContent content = MsrpOutgoingContent.FromMemory(new MediaType("image", "png"), image) with
        {
            Disposition = "attachment; filename=\"cat.png\"",
            SuccessReport = true,
            AwaitSuccessReport = true,
        };
        return await session.SendAsync(content, acknowledged: null, cancellationToken);
    }
}
