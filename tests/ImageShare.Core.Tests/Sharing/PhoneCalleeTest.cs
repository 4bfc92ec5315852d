using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing;

/// <summary>A client, and a phone played by the test that it shares with; nothing of it may stay behind.</summary>
public abstract class PhoneCalleeTest
{
    private protected ManualTimeProvider Time { get; private set; } = null!;

    private protected InMemoryNetwork Network { get; private set; } = null!;

    private protected ImageShareClient Alice { get; private set; } = null!;

    private protected RawPhone Phone { get; private set; } = null!;

    [SetUp]
    public async Task Start()
    {
        Time = new ManualTimeProvider();
        Network = new InMemoryNetwork();
        Phone = new RawPhone(Network);
        Alice = await ImageShareClient.StartAsync(Configure(new ImageShareOptions
        {
            Identity = Core.Sip.SipUri.Parse("sip:alice@ims.example"),
            Network = Network,
            TimeProvider = Time,
            Transport = SipTransportChoice.Udp,
        }));
    }

    private protected virtual ImageShareOptions Configure(ImageShareOptions options) => options;

    [TearDown]
    public async Task Stop()
    {
        await Time.DriveAsync(Alice.DisposeAsync().AsTask());
        await Phone.DisposeAsync();
        Assert.That(() => Time.ArmedTimers, Is.Zero.After(30_000, 1));
    }
}
