using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Support;

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

    /// <summary>The phone offers something inside the session that the client began.</summary>
    private protected async Task<string> OfferAsync(string invite, string method, int number, string offer)
    {
        var alice = Core.Sip.SipUri.Parse(RawPhone.Header(invite, "Contact").Split('<', '>')[1]);
        string Request(string name, string body) =>
            $"{name} {alice} SIP/2.0\r\nVia: SIP/2.0/UDP {Phone.Address.Host}:{Phone.Address.Port};branch=z9hG4bK{Guid.NewGuid():N}\r\nMax-Forwards: 70\r\n"
            + $"From: {RawPhone.Header(invite, "To")};tag=mallory\r\nTo: {RawPhone.Header(invite, "From")}\r\nCall-ID: {RawPhone.Header(invite, "Call-ID")}\r\nCSeq: {number} {name}\r\n"
            + $"Contact: <{Phone.Address}>\r\nContent-Type: application/sdp\r\nContent-Length: {body.Length}\r\n\r\n{body}";
        await Phone.SendAsync(alice, Request(method, offer));
        string response;
        do
        {
            response = await Phone.ReceiveAsync("SIP/2.0 ");
        }
        while (response.StartsWith("SIP/2.0 1", StringComparison.Ordinal) || !RawPhone.Header(response, "CSeq").StartsWith($"{number} ", StringComparison.Ordinal));
        if (method == "INVITE" && response.StartsWith("SIP/2.0 2", StringComparison.Ordinal))
        {
            await Phone.SendAsync(alice, Request("ACK", string.Empty));
        }

        return response;
    }
}
