using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp;

/// <summary>An endpoint whose peers are played by the test: they dial it and send what they like.</summary>
public abstract class ReceivingTest
{
    private protected InMemoryNetwork Network { get; private set; } = null!;

    private protected ManualTimeProvider Time { get; private set; } = null!;

    private protected MsrpEndpoint Endpoint { get; private set; } = null!;

    [SetUp]
    public void SetUp()
    {
        Network = new InMemoryNetwork();
        Time = new ManualTimeProvider();
        Start(MsrpLimits.Default);
    }

    [TearDown]
    public async Task TearDown()
    {
        await Time.DriveAsync(Endpoint.DisposeAsync().AsTask());
        await Endpoint.DisposeAsync();
    }

    private protected static async Task AssertCutOffAsync(RawMsrpPeer peer)
    {
        try
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("end"));
        }
        catch (IOException)
        {
            // A reset says the same.
        }
    }

    private protected void Start(MsrpLimits limits) => Endpoint = MsrpEndpoint.Start(Network, new MsrpEndpointOptions { TimeProvider = Time, Limits = limits });

    private protected async Task RestartAsync(MsrpLimits limits)
    {
        await Endpoint.DisposeAsync();
        Start(limits);
    }

    /// <summary>A session and the peer that has bound it.</summary>
    private protected async Task<(MsrpSession Session, CollectingReceiver Receiver, RawMsrpPeer Peer)> BoundAsync(
        CollectingReceiver? receiver = null,
        long maxSize = long.MaxValue,
        MsrpSuccessReportScope reports = MsrpSuccessReportScope.WholeMessage,
        bool expects = false)
    {
        receiver ??= new CollectingReceiver();
        MsrpSession session = Endpoint.CreateSession(new() { Receiver = receiver, MaxMessageSize = maxSize, SuccessReports = reports, ExpectsMessage = expects });
        RawMsrpPeer peer = await RawMsrpPeer.DialAsync(Network, Endpoint.LocalEndPoint);
        await peer.SendAsync(session.LocalUri, "hello", "Byte-Range: 1-0/0\r\n", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("hello 200"));
        return (session, receiver, peer);
    }
}
