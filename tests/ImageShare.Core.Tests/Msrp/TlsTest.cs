using System.Security.Cryptography.X509Certificates;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp;

/// <summary>Two endpoints that speak TLS, and a peer played by the test that may be neither.</summary>
public abstract class TlsTest(bool isTcp)
{
    private protected static readonly TimeSpan Patience = RawMsrpPeer.Patience;
    private protected static readonly MediaType Png = new("image", "png");

    /// <summary>Whether over sockets of the system, or in memory.</summary>
    private protected bool IsTcp => isTcp;

    private protected INetwork Network { get; private set; } = null!;

    private protected MsrpEndpoint Alice { get; private set; } = null!;

    private protected MsrpEndpoint Bob { get; private set; } = null!;

    [SetUp]
    public void SetUp()
    {
        Network = IsTcp ? SystemNetwork.Instance : new InMemoryNetwork();
        Alice = MsrpEndpoint.Start(Network, new MsrpEndpointOptions { Tls = TlsOptions.Default });
        Bob = MsrpEndpoint.Start(Network, new MsrpEndpointOptions { Tls = TlsOptions.Default });
    }

    [TearDown]
    public async Task TearDown()
    {
        await Alice.DisposeAsync();
        await Bob.DisposeAsync();
    }

    private protected async Task<RawMsrpPeer> DialTlsAsync(X509Certificate2? certificate, MsrpEndpoint? to = null)
    {
        IStreamConnection stream = await Network.ConnectAsync((to ?? Bob).TlsLocalEndPoint!, default).AsTask().WaitAsync(Patience);
        var client = new TlsEndpoint(new TlsOptions { Certificate = certificate });
        return new RawMsrpPeer(await client.ConnectAsync(stream, "127.0.0.1", static (_, _, _, _) => null, default).AsTask().WaitAsync(Patience));
    }

    private protected async Task AssertTakesAsync(MsrpSession taker, CollectingReceiver receiver)
    {
        await using RawMsrpPeer right = await DialTlsAsync(TestCertificates.Loopback);
        await right.SendAsync(taker.LocalUri, "right123", "Byte-Range: 1-5/5\r\n", "hello", '$');
        Assert.That((await right.ReadAsync())!.Status, Is.EqualTo(200));
        Assert.That(receiver.Completed.IsCompleted, Is.True);
    }

    private protected static async Task<ImageShareException> ThrowsAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (ImageShareException e)
        {
            return e;
        }

        throw new AssertionException("It should have failed.");
    }

    // Sockets and TLS tell a reset in their own ways.
    private protected static async Task<RawMsrpPeer.Message?> EndOrResetAsync(RawMsrpPeer peer)
    {
        try
        {
            return await peer.ReadAsync();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
