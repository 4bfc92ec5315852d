using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Media;

/// <summary>Shares past a middlebox that puts its own address into c= and m= (RFC 6714), played by a phone that names two.</summary>
[TestFixture]
[Parallelizable]
public sealed class CemaShareTests
{
    // Nobody listens there: the phone's real address stands in m=, this one in its path.
    private const string Elsewhere = "msrp://127.0.0.1:7777/aaaabbbbccccddddeeee;tcp";
    private const string Cema = "a=msrp-cema\r\n";

    private readonly InMemoryNetwork _network = new();
    private readonly List<ImageShareClient> _clients = [];
    private RawPhone _phone = null!;

    [SetUp]
    public void SetUp() => _phone = new RawPhone(_network);

    [TearDown]
    public async Task TearDown()
    {
        foreach (ImageShareClient client in _clients)
        {
            await client.DisposeAsync();
        }

        _clients.Clear();
        await _phone.DisposeAsync();
    }

    [Test]
    [Category("TLS-012")]
    public async Task An_offer_has_the_attribute_and_says_who_connects([ValueSource(nameof(Profiles))] ImageShareProfile profile, [Values] bool useCema)
    {
        ImageShareClient client = await StartAsync(useCema, profile);
        await using ImageShareSession outgoing = await client.ShareAsync(_phone.Address, SharePair.Image(TestImage.Png(500)), new ShareSettings { QueryFirst = false });
        string invite = await _phone.ReceiveAsync("INVITE");
        await _phone.RespondAsync(invite, "603 Decline");
        await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That(invite, useCema ? Does.Contain("\r\na=msrp-cema\r\n").And.Match("\r\na=setup:act(pass|ive)\r\n") : Does.Not.Contain("msrp-cema"));
    }

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [Category("TLS-012")]
    public async Task With_the_attribute_in_the_answer_the_media_line_is_connected_to(bool useCema, bool answered)
    {
        ImageShareClient client = await StartAsync(useCema);
        await using ImageShareSession outgoing = await client.ShareAsync(_phone.Address, SharePair.Image(TestImage.Png(500)), new ShareSettings { QueryFirst = false });
        string invite = await _phone.ReceiveAsync("INVITE");
        await _phone.RespondAsync(invite, "200 OK", Answer("passive", answered));
        await _phone.ReceiveAsync("ACK");
        if (!useCema)
        {
            // Nobody is there; the address in m= is not looked at (RFC 4975 §8.1).
            await _phone.RespondAsync(await _phone.ReceiveAsync("BYE"), "200 OK");
            Assert.That((await outgoing.Completion.WaitAsync(SharePair.Patience)).Error, Is.EqualTo(ImageShareError.MediaNotConnected));
            return;
        }

        await using RawMsrpPeer peer = await _phone.AcceptAsync();
        RawMsrpPeer.Message first = (await peer.ReadAsync())!;
        Assert.That((first.Method, first.To.ToString()), Is.EqualTo(("SEND", Elsewhere)), "the path stays in the messages");
        await EndAsync(outgoing);
    }

    [Test]
    [Category("TLS-013")]
    public async Task Where_a_middlebox_would_be_in_the_way_the_offer_is_made_again_without_it()
    {
        ImageShareClient client = await StartAsync(useCema: true);
        await using ImageShareSession outgoing = await client.ShareAsync(_phone.Address, SharePair.Image(TestImage.Png(500)), new ShareSettings { QueryFirst = false });
        string invite = await _phone.ReceiveAsync("INVITE");
        await _phone.RespondAsync(invite, "200 OK", Answer("active", withCema: false));
        await _phone.ReceiveAsync("ACK");
        string again = await _phone.ReceiveAsync("INVITE");
        Assert.Multiple(() =>
        {
            Assert.That(RawPhone.Header(again, "Call-ID"), Is.EqualTo(RawPhone.Header(invite, "Call-ID")));
            Assert.That(RawPhone.Header(again, "To"), Does.Contain("tag=mallory"), "in the same session");
            Assert.That(again, Does.Not.Contain("msrp-cema"));
            Assert.That(RawPhone.Line(again, "a=path:"), Is.EqualTo(RawPhone.Line(invite, "a=path:")));
            Assert.That(RawPhone.Line(again, "a=file-transfer-id:"), Is.EqualTo(RawPhone.Line(invite, "a=file-transfer-id:")), "the same transfer");
            Assert.That(VersionOf(again), Is.EqualTo(VersionOf(invite) + 1));
        });
        await _phone.RespondAsync(again, "200 OK", _phone.Answer("active"));
        await _phone.ReceiveAsync("ACK");
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await _phone.DialAsync(again);
        await using RawMsrpPeer connection = peer;
        await connection.SendAsync(to, "abcd1234", string.Empty, null, '$');
        Assert.That((await connection.ReadAsync())!.Status, Is.EqualTo(200));
        Assert.That((await connection.ReadAsync())!.Method, Is.EqualTo("SEND"), "the image begins");
        await EndAsync(outgoing);
    }

    [Test]
    [Category("TLS-013")]
    public async Task A_second_offer_that_is_refused_ends_the_share_with_the_reason()
    {
        ImageShareClient client = await StartAsync(useCema: true);
        await using ImageShareSession outgoing = await client.ShareAsync(_phone.Address, SharePair.Image(TestImage.Png(500)), new ShareSettings { QueryFirst = false });
        await _phone.RespondAsync(await _phone.ReceiveAsync("INVITE"), "200 OK", Answer("active", withCema: false));
        await _phone.ReceiveAsync("ACK");
        await _phone.RespondAsync(await _phone.ReceiveAsync("INVITE"), "488 Not Acceptable Here");
        await _phone.RespondAsync(await _phone.ReceiveAsync("BYE"), "200 OK");
        ImageShareResult result = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.Error, Is.EqualTo(ImageShareError.UnacceptableOffer), result.Message);
        Assert.That(result.Message, Does.Contain("488"));
    }

    [TestCase(true, false, false, "488 Media Address Not In MSRP Path")]
    [TestCase(true, true, false, "200")]
    [TestCase(true, false, true, "200")]
    [TestCase(false, false, false, "200")]
    [Category("TLS-014")]
    public async Task An_offer_whose_address_somebody_changed_is_refused_when_it_does_not_reckon_with_that(bool useCema, bool offered, bool matches, string expected)
    {
        ImageShareClient client = await StartAsync(useCema);
        _ = AcceptAsync(client);
        string response = await _phone.InviteAsync(client.Address, "call1", Offer("actpass", matches ? _phone.Path : Elsewhere, offered));
        Assert.That(response, Does.StartWith("SIP/2.0 " + expected));
        if (expected == "200")
        {
            Assert.That(response, useCema ? Does.Contain("a=msrp-cema\r\n").And.Contain("a=setup:passive\r\n") : Does.Not.Contain("msrp-cema"));
        }
    }

    [TestCase("localhost", "200")]
    [TestCase("nowhere.example", "488 Media Address Not In MSRP Path")]
    [Category("TLS-014")]
    public async Task Names_are_looked_up_before_they_are_compared(string host, string expected)
    {
        ImageShareClient client = await StartAsync(useCema: true);
        _ = AcceptAsync(client);
        string path = _phone.Path.Replace("127.0.0.1", host, StringComparison.Ordinal);
        string response = await _phone.InviteAsync(client.Address, "call1", Offer("actpass", path, withCema: false));
        Assert.That(response, Does.StartWith("SIP/2.0 " + expected));
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("TLS-012")]
    [Category("TLS-014")]
    public async Task An_answerer_that_connects_takes_the_media_line_too(bool useCema)
    {
        ImageShareClient client = await StartAsync(useCema);
        Task<ImageShareSession> accepting = AcceptAsync(client);
        string response = await _phone.InviteAsync(client.Address, "call1", Offer("passive", Elsewhere, withCema: true));
        Assert.That(response, Does.StartWith("SIP/2.0 200").And.Contain("a=setup:active\r\n"));
        ImageShareSession incoming = await accepting;
        if (useCema)
        {
            await using RawMsrpPeer peer = await _phone.AcceptAsync();
            Assert.That((await peer.ReadAsync())!.To.ToString(), Is.EqualTo(Elsewhere));
            await EndAsync(incoming);
            return;
        }

        await _phone.RespondAsync(await _phone.ReceiveAsync("BYE"), "200 OK");
        Assert.That((await incoming.Completion.WaitAsync(SharePair.Patience)).Error, Is.EqualTo(ImageShareError.MediaNotConnected));
    }

    private static IEnumerable<ImageShareProfile> Profiles => ImageShareProfile.All;

    private static long VersionOf(string message) => long.Parse(RawPhone.Line(message, "o=").Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<ImageShareSession> AcceptAsync(ImageShareClient client)
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await foreach (ImageShareInvitation invitation in client.Invitations.WithCancellation(patience.Token))
        {
            return await invitation.AcceptAsync(ImageStore.InMemory());
        }

        throw new InvalidOperationException("The client was closed.");
    }

    private async Task EndAsync(ImageShareSession session)
    {
        Task<ImageShareResult> cancelling = session.CancelAsync();
        await _phone.RespondAsync(await _phone.ReceiveAsync("BYE"), "200 OK");
        await cancelling.WaitAsync(SharePair.Patience);
    }

    private async Task<ImageShareClient> StartAsync(bool useCema, ImageShareProfile? profile = null)
    {
        ImageShareClient client = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = Core.Sip.SipUri.Parse("sip:alice@ims.example"),
            Network = _network,
            Transport = SipTransportChoice.Udp,
            UseCema = useCema,
            Profile = profile ?? ImageShareProfile.Rcs2,
        });
        _clients.Add(client);
        return client;
    }

    private string Answer(string setup, bool withCema) =>
        _phone.Sdp($"a=recvonly\r\na=accept-types:*\r\na=path:{Elsewhere}\r\na=setup:{setup}\r\n" + (withCema ? Cema : null));

    private string Offer(string setup, string path, bool withCema) => _phone.Sdp(
        $"a=sendonly\r\na=accept-types:*\r\na=path:{path}\r\na=setup:{setup}\r\na=file-selector:name:\"a.png\" type:image/png size:5\r\na=file-transfer-id:abc\r\n"
        + (withCema ? Cema : null));
}
