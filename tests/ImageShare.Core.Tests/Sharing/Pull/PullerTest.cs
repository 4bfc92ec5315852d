using System.Globalization;
using System.Security.Cryptography;
using ImageShare.Core.Msrp;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Pull;

/// <summary>A client that serves two images, and a phone played by the test that asks for them; nothing of it may stay behind.</summary>
public abstract class PullerTest
{
    private protected const string Call = "call";

    private protected static readonly byte[] Cat = TestImage.Png(1000);
    private protected static readonly byte[] Dog = TestImage.Png(500, seed: 4);

    private protected ManualTimeProvider Time { get; set; } = null!;
    private protected InMemoryNetwork Network { get; set; } = null!;
    private protected Folder Folder { get; set; } = null!;
    private protected ImageShareClient Bob { get; set; } = null!;
    private protected RawPhone Phone { get; set; } = null!;
    private protected string Response { get; set; } = null!;
    private protected int Number { get; set; } = 1;

    [SetUp]
    public async Task Start()
    {
        Time = new ManualTimeProvider();
        Network = new InMemoryNetwork();
        Phone = new RawPhone(Network);
        Folder = new Folder();
        Folder.File("cat.png", Cat);
        Folder.File("dog.png", Dog);
        Number = 1;
        Bob = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = Core.Sip.SipUri.Parse("sip:bob@ims.example"),
            Network = Network,
            TimeProvider = Time,
            Catalogue = ImageCatalogue.FromDirectory(Folder.Path),
        });
    }

    [TearDown]
    public async Task Stop()
    {
        await Time.DriveAsync(Bob.DisposeAsync().AsTask());
        await Phone.DisposeAsync();
        Folder.Dispose();
        Assert.That(() => Time.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    private protected string Offer(string selector, string id = "one", string setup = "actpass") => Phone.Sdp(
        $"a=recvonly\r\na=accept-types:*\r\na=path:{Phone.Path}\r\na=setup:{setup}\r\na=file-selector:{selector}\r\na=file-transfer-id:{id}\r\n");

    private protected static string HashOf(byte[] image) => "hash:sha-1:" + string.Join(':', SHA1.HashData(image).Select(b => b.ToString("X2", CultureInfo.InvariantCulture)));

    private protected async Task<ImageShareSession> PullAsync(string offer)
    {
        Response = await Phone.InviteAsync(Bob.Address, Call, offer);
        Assert.That(Response, Does.StartWith("SIP/2.0 200").And.Contain("a=sendonly\r\n"));
        return await ServedAsync();
    }

    private protected async Task<ImageShareSession> ServedAsync()
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await using IAsyncEnumerator<ImageShareSession> served = Bob.Serving.GetAsyncEnumerator(patience.Token);
        Assert.That(await served.MoveNextAsync(), Is.True);
        return served.Current;
    }

    /// <summary>Connects, and says with an empty SEND for which session.</summary>
    private protected async Task<(RawMsrpPeer Peer, MsrpUri To)> DialAsync()
    {
        (RawMsrpPeer peer, MsrpUri to) = await Phone.DialAsync(Response);
        await peer.SendAsync(to, "bind", string.Empty, null, '$');
        Assert.That((await peer.ReadResponseAsync()).ToString(), Is.EqualTo("bind 200"));
        return (peer, to);
    }

    private protected async Task<string> OfferAsync(string method, string offer)
    {
        string branch = Guid.NewGuid().ToString("N");
        await Phone.SendAsync(Bob.Address, Phone.Request(method, Bob.Address, Call, RawPhone.TagOf(Response), ++Number, offer, branch: branch));
        string response = await FinalAsync();
        if (method == "INVITE")
        {
            await AcknowledgeAsync();
        }

        return response;
    }

    private protected Task AcknowledgeAsync() => Phone.SendAsync(Bob.Address, Phone.Request("ACK", Bob.Address, Call, RawPhone.TagOf(Response), Number));

    private protected async Task<string> FinalAsync()
    {
        string response;
        do
        {
            response = await Phone.ReceiveAsync("SIP/2.0 ", Call);
        }
        while (response.StartsWith("SIP/2.0 1", StringComparison.Ordinal) || !RawPhone.Header(response, "CSeq").StartsWith($"{Number} ", StringComparison.Ordinal));
        return response;
    }

    private protected async Task AnswerByeAsync() => await Phone.RespondAsync(await Phone.ReceiveAsync("BYE", Call), "200 OK");

    private protected async Task EndAsync(ImageShareSession session)
    {
        await Phone.SendAsync(Bob.Address, Phone.Request("BYE", Bob.Address, Call, RawPhone.TagOf(Response), ++Number));
        await Time.DriveAsync(session.Completion);
    }

    private protected static string SdpOf(string message) => message[message.IndexOf("\r\n\r\n", StringComparison.Ordinal)..];
}
