using System.Security.Cryptography;
using System.Text;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Msrp;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Hostile;

/// <summary>A client fetches from a phone that breaks every rule: each fetch ends, with its own reason, and nothing stays behind.</summary>
[TestFixture]
public sealed class HostileServerTests : PhoneCalleeTest
{
    private static readonly byte[] Image = TestImage.Png(1000);

    private Folder _folder = null!;

    private protected override ImageShareOptions Configure(ImageShareOptions options) => options with { Limits = options.Limits with { MaxImageSize = 4096 } };

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void NothingStaysBehind()
    {
        Assert.That(_folder.Names, Has.None.StartsWith("."));
        _folder.Dispose();
    }

    [TestCase("a=recvonly\r\n", ImageShareError.UnacceptableOffer)]
    [TestCase("a=inactive\r\n", ImageShareError.UnacceptableOffer)]
    [TestCase("", ImageShareError.UnacceptableOffer)]
    [TestCase("a=sendonly\r\na=file-range:5-*\r\n", ImageShareError.UnacceptableOffer)]
    [TestCase("a=sendonly\r\na=file-selector:hash:sha-1:00:11:22:33:44:55:66:77:88:99:00:11:22:33:44:55:66:77:88:99\r\n", ImageShareError.HashMismatch)]
    [TestCase("a=sendonly\r\na=file-selector:size:999\r\n", ImageShareError.HashMismatch)]
    [TestCase("port 0", ImageShareError.ImageNotFound)]
    [Category("SEC-001")]
    public async Task An_answer_that_is_no_answer_to_the_request_is_ended_with_BYE(string attributes, ImageShareError error)
    {
        ImageShareSession session = await FetchAsync(ImageSelector.FromHash(TestImage.Sha1(Image)) with { Size = Image.Length });
        string answer = attributes == "port 0" ? Phone.Sdp("a=sendonly\r\n", "m=message 0 TCP/MSRP *\r\n") : Answer(attributes);
        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", answer);
        await Phone.RespondAsync(await Phone.ReceiveAsync("BYE"), "200 OK");
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.Error, Is.EqualTo(error), result.Message);
    }

    [TestCase("other octets than were asked for", ImageShareError.HashMismatch)]
    [TestCase("other octets than were answered", ImageShareError.HashMismatch)]
    [TestCase("more than was asked for", ImageShareError.SizeMismatch)]
    [TestCase("less than was asked for", ImageShareError.SizeMismatch)]
    [TestCase("more than it said", ImageShareError.SizeMismatch)]
    [TestCase("more than this side takes", ImageShareError.TooLarge)]
    [TestCase("more than this side takes, of unknown length", ImageShareError.TooLarge)]
    [Category("FT-022")]
    [Category("FT-028")]
    [Category("SEC-001")]
    public async Task Octets_that_were_not_asked_for_are_refused(string what, ImageShareError error)
    {
        ImageSelector wanted = what switch
        {
            "other octets than were asked for" => ImageSelector.FromHash(TestImage.Sha1(Image)),
            "other octets than were answered" => new() { Name = "cat.png" },
            "more than was asked for" or "less than was asked for" => new() { Name = "cat.png", Size = Image.Length },
            _ => new() { Name = "cat.png" },
        };
        ImageShareSession session = await FetchAsync(wanted);
        string hash = string.Join(':', SHA1.HashData(Image).Select(b => b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture)));
        string attributes = what == "other octets than were answered" ? $"a=sendonly\r\na=file-selector:hash:sha-1:{hash}\r\n" : "a=sendonly\r\n";
        (RawMsrpPeer peer, MsrpUri to) = await ConnectAsync(attributes);
        await using RawMsrpPeer closing = peer;
        byte[] octets = what switch
        {
            "more than was asked for" or "more than it said" => TestImage.Png(1001),
            "less than was asked for" => TestImage.Png(999),
            "more than this side takes" or "more than this side takes, of unknown length" => TestImage.Png(5000),
            _ => TestImage.Png(1000, seed: 3),
        };
        string total = what switch { "more than it said" => "1000", "more than this side takes, of unknown length" => "*", _ => octets.Length.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        await peer.SendAsync(to, "bad1", $"Byte-Range: 1-*/{total}\r\n", Encoding.Latin1.GetString(octets), '$');
        ImageShareResult result = await EndAsync(session);
        Assert.That(result.Error, Is.EqualTo(error), result.Message);
        Assert.That(_folder.Names, Is.Empty);
    }

    [Test]
    public async Task What_comes_without_any_hash_is_not_called_verified()
    {
        ImageShareSession session = await FetchAsync(new ImageSelector { Name = "../cat.png" });
        (RawMsrpPeer peer, MsrpUri to) = await ConnectAsync("a=sendonly\r\n");
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "good", "Byte-Range: 1-1000/1000\r\n", Encoding.Latin1.GetString(Image), '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("good 200"));
        ImageShareResult result = await EndAsync(session);
        Assert.Multiple(() =>
        {
            Assert.That(result.IsCompleted, Is.True, result.Message);
            Assert.That(result.IsVerified, Is.False);
            Assert.That(result.Sha1, Is.EqualTo(TestImage.Sha1(Image)));
            Assert.That(Path.GetDirectoryName(result.Stored!.Path), Is.EqualTo(_folder.Path), "a name is no path");
        });
    }

    [TestCase("accepts and is not there")]
    [TestCase("accepts and sends nothing")]
    [TestCase("sends a part and no more")]
    [Category("FT-030")]
    [Category("SEC-001")]
    public async Task A_server_that_hangs_is_given_up_in_time(string what)
    {
        ImageShareSession session = await FetchAsync(new ImageSelector { Name = "cat.png" });
        RawMsrpPeer? peer = null;
        if (what == "accepts and is not there")
        {
            await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", Answer("a=sendonly\r\n", "active"));
        }
        else
        {
            (peer, MsrpUri to) = await ConnectAsync("a=sendonly\r\n");
            if (what == "sends a part and no more")
            {
                await peer.SendAsync(to, "part", "Byte-Range: 1-500/1000\r\n", Encoding.Latin1.GetString(Image, 0, 500), '+');
            }
        }

        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.EqualTo(peer is null ? ImageShareError.MediaNotConnected : ImageShareError.TransferStalled), result.Message);
        await (peer?.DisposeAsync() ?? default);
    }

    [TestCase("SIP;cause=500;text=\"Transfer Failed\"", ImageShareState.Failed, ImageShareError.TransferRefused)]
    [TestCase(null, ImageShareState.Cancelled, ImageShareError.Cancelled)]
    [TestCase("Q.850;cause=16", ImageShareState.Cancelled, ImageShareError.Cancelled)]
    public async Task A_server_that_breaks_off_says_why_in_its_BYE(string? reason, ImageShareState state, ImageShareError error)
    {
        ImageShareSession session = await FetchAsync(new ImageSelector { Name = "cat.png" });
        string invite = await Phone.ReceiveAsync("INVITE");
        await Phone.RespondAsync(invite, "200 OK", Answer("a=sendonly\r\n"));
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        RawMsrpPeer.Message first = (await peer.ReadAsync())!;
        await peer.AnswerAsync(first, 200, first.To.First);
        await peer.SendAsync(first.From.First, "part", "Byte-Range: 1-*/1000\r\n", Encoding.Latin1.GetString(Image, 0, 500), '#');
        Assert.That(await peer.ReadLineAsync(), Does.StartWith("part "));
        var alice = Core.Sip.SipUri.Parse(RawPhone.Header(invite, "Contact").Split('<', '>')[1]);
        await Phone.SendAsync(alice, $"BYE {alice} SIP/2.0\r\nVia: SIP/2.0/UDP {Phone.Address.Host}:{Phone.Address.Port};branch=z9hG4bKbye\r\nMax-Forwards: 70\r\nFrom: {RawPhone.Header(invite, "To")};tag=mallory\r\n"
            + $"To: {RawPhone.Header(invite, "From")}\r\nCall-ID: {RawPhone.Header(invite, "Call-ID")}\r\nCSeq: 1 BYE\r\n{(reason is null ? null : $"Reason: {reason}\r\n")}Content-Length: 0\r\n\r\n");
        await Phone.ReceiveAsync("SIP/2.0 200");
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That((result.State, result.Error), Is.EqualTo((state, error)), result.Message);
        Assert.That(_folder.Names, Is.Empty);
    }

    [Test]
    public async Task Octets_that_come_before_the_answer_wait_for_it()
    {
        ImageShareSession session = await FetchAsync(new ImageSelector { Name = "cat.png" });
        string invite = await Phone.ReceiveAsync("INVITE");
        (RawMsrpPeer peer, MsrpUri to) = await Phone.DialAsync(invite);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "soon", "Byte-Range: 1-1000/1000\r\n", Encoding.Latin1.GetString(Image), '$');
        await Phone.RespondAsync(invite, "200 OK", Answer("a=sendonly\r\n", "active"));
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("soon 200"));
        Assert.That((await EndAsync(session)).IsCompleted, Is.True);
    }

    [Test]
    public async Task A_second_message_is_refused_and_the_first_one_counts()
    {
        ImageShareSession session = await FetchAsync(new ImageSelector { Name = "cat.png" });
        (RawMsrpPeer peer, MsrpUri to) = await ConnectAsync("a=sendonly\r\n");
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "one1", "Byte-Range: 1-1000/1000\r\n", Encoding.Latin1.GetString(Image), '$', "first");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("one1 200"));
        await peer.SendAsync(to, "two2", "Byte-Range: 1-3/3\r\n", "abc", '$', "second");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("two2 403"));
        Assert.That((await EndAsync(session)).Sha1, Is.EqualTo(TestImage.Sha1(Image)));
    }

    [TestCase("the same transfer", "SIP/2.0 200")]
    [TestCase("another transfer", "SIP/2.0 488")]
    [TestCase("turned round", "SIP/2.0 488")]
    [TestCase("another hash", "SIP/2.0 200")]
    [TestCase("port 0", "SIP/2.0 200")]
    [Category("SDP-010")]
    public async Task Whatever_a_server_offers_meanwhile_only_its_image_is_taken(string offer, string status)
    {
        ImageShareSession session = await FetchAsync(ImageSelector.FromHash(TestImage.Sha1(Image)));
        string invite = await Phone.ReceiveAsync("INVITE");
        string begin = Answer("a=sendonly\r\n");
        await Phone.RespondAsync(invite, "200 OK", begin);
        await Phone.ReceiveAsync("ACK");
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        RawMsrpPeer.Message first = (await peer.ReadAsync())!;
        await peer.AnswerAsync(first, 200, first.To.First);
        await peer.SendAsync(first.From.First, "part", "Byte-Range: 1-500/1000\r\n", Encoding.Latin1.GetString(Image, 0, 500), '+');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("part 200"));
        string id = offer == "another transfer" ? "other" : RawPhone.Line(invite, "a=file-transfer-id:");
        string again = begin + $"a=file-transfer-id:{id}\r\n" + (offer == "another hash" ? $"a=file-selector:hash:sha-1:{string.Join(':', Enumerable.Repeat("AB", 20))}\r\n" : null);
        again = offer == "turned round" ? again.Replace("sendonly", "recvonly", StringComparison.Ordinal) : again;
        again = offer == "port 0" ? again.Replace($"message {Phone.MsrpPort} ", "message 0 ", StringComparison.Ordinal) : again;
        string response = await OfferAsync(invite, "INVITE", 1, again);
        Assert.That(response, Does.StartWith(status));
        if (offer is "another hash" or "port 0")
        {
            Assert.That(RawPhone.Line(response, "m="), Is.EqualTo("message 0 TCP/MSRP *"));
            Assert.That((await EndAsync(session)).Error, Is.EqualTo(offer == "port 0" ? ImageShareError.Cancelled : ImageShareError.UnacceptableOffer));
            Assert.That(_folder.Names, Is.Empty);
            return;
        }

        if (offer == "the same transfer")
        {
            Assert.That(response, Does.Contain("a=recvonly\r\n").And.Contain("a=file-transfer-id:" + id + "\r\n"));
        }

        await peer.SendAsync(first.From.First, "rest", "Byte-Range: 501-1000/1000\r\n", Encoding.Latin1.GetString(Image, 500, 500), '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("rest 200"));
        Assert.That((await EndAsync(session)).IsVerified, Is.True);
    }

    [TestCase(403, ImageShareError.AuthenticationFailed)]
    [TestCase(404, ImageShareError.PeerUnreachable)]
    [TestCase(486, ImageShareError.Busy)]
    [TestCase(488, ImageShareError.ImageNotFound)]
    [TestCase(500, ImageShareError.Rejected)]
    [TestCase(603, ImageShareError.Declined)]
    public async Task A_refusal_says_what_it_is(int status, ImageShareError error)
    {
        ImageShareSession session = await FetchAsync(new ImageSelector { Name = "cat.png" });
        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), $"{status} No");
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That((result.Error, result.SipStatus), Is.EqualTo((error, (int?)status)), result.Message);
    }

    [TestCase("recvonly", ImageShareError.NotCapable)]
    [TestCase("sendrecv", ImageShareError.None)]
    [TestCase("", ImageShareError.None)]
    public async Task A_peer_that_says_it_serves_nothing_is_not_asked(string direction, ImageShareError error)
    {
        ImageShareSession session = await FetchAsync(new ImageSelector { Name = "cat.png" }, queryFirst: true);
        string sdp = Phone.Sdp("a=accept-types:image/png\r\na=file-selector\r\n" + (direction.Length > 0 ? $"a={direction}\r\n" : null), "m=message 0 TCP/MSRP *\r\n");
        await Phone.RespondAsync(await Phone.ReceiveAsync("OPTIONS"), "200 OK", sdp);
        if (error is ImageShareError.None)
        {
            await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "603 Decline");
            error = ImageShareError.Declined;
        }

        Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).Error, Is.EqualTo(error));
    }

    private Task<ImageShareSession> FetchAsync(ImageSelector wanted, bool queryFirst = false) =>
        Alice.FetchAsync(Phone.Address, wanted, ImageStore.InDirectory(_folder.Path), new FetchSettings { QueryFirst = queryFirst });

    private string Answer(string attributes, string setup = "passive") => Phone.Sdp($"{attributes}a=accept-types:*\r\na=path:{Phone.Path}\r\na=setup:{setup}\r\n");

    // The client connects and shows itself with an empty SEND.
    private async Task<(RawMsrpPeer Peer, MsrpUri To)> ConnectAsync(string attributes)
    {
        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", Answer(attributes));
        RawMsrpPeer peer = await Phone.AcceptAsync();
        RawMsrpPeer.Message first = (await peer.ReadAsync())!;
        Assert.That(first.HasBody, Is.False);
        await peer.AnswerAsync(first, 200, first.To.First);
        return (peer, first.From.First);
    }

    private async Task<ImageShareResult> EndAsync(ImageShareSession session)
    {
        Task<string> bye = Phone.ReceiveAsync("BYE");
        await Time.DriveAsync(bye);
        await Phone.RespondAsync(await bye, "200 OK");
        return await Time.DriveAsync(session.Completion);
    }
}
