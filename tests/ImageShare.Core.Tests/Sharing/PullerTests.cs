using System.Globalization;
using System.Security.Cryptography;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Msrp;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing;

/// <summary>A phone played by the test that fetches from a client, by the rules and against them.</summary>
[TestFixture]
public sealed class PullerTests
{
    private const string Call = "call";

    private static readonly byte[] Cat = TestImage.Png(1000);
    private static readonly byte[] Dog = TestImage.Png(500, seed: 4);

    private ManualTimeProvider _time = null!;
    private InMemoryNetwork _network = null!;
    private Folder _folder = null!;
    private ImageShareClient _bob = null!;
    private RawPhone _phone = null!;
    private string _response = null!;
    private int _number = 1;

    [SetUp]
    public async Task Start()
    {
        _time = new ManualTimeProvider();
        _network = new InMemoryNetwork();
        _phone = new RawPhone(_network);
        _folder = new Folder();
        _folder.File("cat.png", Cat);
        _folder.File("dog.png", Dog);
        _number = 1;
        _bob = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = Core.Sip.SipUri.Parse("sip:bob@ims.example"),
            Network = _network,
            TimeProvider = _time,
            Catalogue = ImageCatalogue.FromDirectory(_folder.Path),
        });
    }

    [TearDown]
    public async Task Stop()
    {
        await _time.DriveAsync(_bob.DisposeAsync().AsTask());
        await _phone.DisposeAsync();
        _folder.Dispose();
        Assert.That(() => _time.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    // The range, the octets that come, or null for a refusal.
    [TestCase(null, 0, 1000)]
    [TestCase("1-*", 0, 1000)]
    [TestCase("501-*", 500, 1000)]
    [TestCase("501-1000", 500, 1000)]
    [TestCase("101-200", 100, 200)]
    [TestCase("1000-1000", 999, 1000)]
    [Category("FT-037")]
    [Category("FT-035")]
    [Category("FT-040")]
    public async Task The_octets_that_are_asked_for_come_and_are_counted_from_1(string? range, int from, int to)
    {
        ImageShareSession session = await PullAsync(Offer("name:\"cat.png\"") + (range is null ? null : $"a=file-range:{range}\r\n"));
        Assert.That(_response, range is null ? Does.Not.Contain("file-range") : Does.Contain($"a=file-range:{range}\r\n"));
        (RawMsrpPeer peer, MsrpUri uri) = await DialAsync();
        await using RawMsrpPeer closing = peer;
        RawMsrpPeer.Message send = (await peer.ReadAsync())!;
        int length = to - from;
        Assert.That(send.ToString(), Is.EqualTo($"SEND 1-{length}/{length} {length}$"));
        Assert.That(send.Body, Is.EqualTo(Cat[from..to]));
        await peer.AnswerAsync(send, 200, send.To.First);
        await AnswerByeAsync();
        ImageShareResult result = await _time.DriveAsync(session.Completion);
        Assert.That(result.IsCompleted && result.BytesTransferred == to, Is.True, result.Message);
    }

    [TestCase("a=file-range:1001-*\r\n")]
    [TestCase("a=file-range:1-1001\r\n")]
    [TestCase("a=max-size:999\r\n")]
    [TestCase("a=accept-types:text/plain\r\n")]
    [Category("FT-035")]
    [Category("FT-021")]
    public async Task What_the_puller_cannot_get_is_refused(string attribute)
    {
        string offer = attribute.StartsWith("a=accept", StringComparison.Ordinal)
            ? Offer("name:\"cat.png\"").Replace("a=accept-types:*\r\n", attribute, StringComparison.Ordinal)
            : Offer("name:\"cat.png\"") + attribute;
        Assert.That(await _phone.InviteAsync(_bob.Address, Call, offer), Does.StartWith("SIP/2.0 488"));
    }

    [Test]
    public async Task Part_of_the_image_is_enough_for_a_small_max_size()
    {
        ImageShareSession session = await PullAsync(Offer("name:\"cat.png\"") + "a=file-range:901-*\r\na=max-size:100\r\n");
        await EndAsync(session);
    }

    [TestCase("a=file-selector\r\n")]
    [TestCase("a=file-selector:\r\n")]
    [TestCase("a=file-selector:colour:blue\r\n")]
    [TestCase("a=file-selector:hash:md5:00:11\r\n")]
    [TestCase("a=file-selector:hash:sha-1:00:11\r\n")]
    [TestCase("a=file-selector:name:\"\"\r\n")]
    [TestCase("a=file-selector:size:-1\r\n")]
    [TestCase("")]
    [TestCase("a=file-selector:name:\"..%2Fcat.png\"\r\n")]
    [TestCase("a=file-selector:name:\"../inbox/cat.png\"\r\n")]
    [TestCase("a=file-selector:name:\"./cat.png\"\r\n")]
    [TestCase("a=file-selector:name:\"cat.png%00\"\r\n")]
    [TestCase("a=file-selector:name:\"cat.png/\"\r\n")]
    [TestCase("a=file-selector:name:\"C:\\cat.png\"\r\n")]
    [TestCase("a=file-selector:name:\"*\"\r\n")]
    [TestCase("a=file-selector:name:\"c?t.png\"\r\n")]
    [TestCase("a=file-selector:name:\"%2Fetc%2Fpasswd\"\r\n")]
    [Category("FT-038")]
    [Category("SEC-001")]
    public async Task A_selector_that_says_nothing_or_plays_tricks_gets_nothing(string selector)
    {
        string offer = _phone.Sdp($"a=recvonly\r\na=accept-types:*\r\na=path:{_phone.Path}\r\n{selector}a=file-transfer-id:one\r\n");
        Assert.That(await _phone.InviteAsync(_bob.Address, Call, offer), Does.StartWith("SIP/2.0 488"));
    }

    [TestCase("x:1 ")]
    [TestCase("size:1 ")]
    [TestCase("name:\"a\" ")]
    [Category("SEC-001")]
    public async Task Ten_thousand_selectors_are_refused_and_the_next_request_is_served(string selector)
    {
        int count = Math.Min(10_000, 60_000 / selector.Length);
        string response = await _phone.InviteAsync(_bob.Address, "many", Offer(string.Concat(Enumerable.Repeat(selector, count))));
        Assert.That(response, Does.Match("^SIP/2.0 (400|413|488)"));
        await EndAsync(await PullAsync(Offer("name:\"cat.png\"")));
    }

    [TestCase("never connects", ImageShareError.MediaNotConnected)]
    [TestCase("connects and does not bind", ImageShareError.MediaNotConnected)]
    [TestCase("binds and answers nothing", ImageShareError.TransferStalled)]
    [Category("FT-030")]
    [Category("SEC-002")]
    public async Task A_puller_that_hangs_is_given_up_in_time(string how, ImageShareError error)
    {
        ImageShareSession session = await PullAsync(Offer("name:\"cat.png\""));
        RawMsrpPeer? peer = null;
        if (how == "connects and does not bind")
        {
            (peer, _) = await _phone.DialAsync(_response);
        }
        else if (how != "never connects")
        {
            (peer, _) = await DialAsync();
        }

        ImageShareResult result = await _time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.EqualTo(error), result.Message);
        await (peer?.DisposeAsync() ?? default);
    }

    [TestCase("active", "passive")]
    [TestCase("actpass", "passive")]
    [TestCase("passive", "active")]
    public async Task Who_connects_is_agreed_as_for_a_push(string offered, string answered)
    {
        ImageShareSession session = await PullAsync(Offer("name:\"cat.png\"", setup: offered));
        Assert.That(RawPhone.Line(_response, "a=setup:"), Is.EqualTo(answered));
        RawMsrpPeer peer;
        if (answered == "active")
        {
            peer = await _phone.AcceptAsync();
            RawMsrpPeer.Message bind = (await peer.ReadAsync())!;
            Assert.That(bind.HasBody, Is.False);
            await peer.AnswerAsync(bind, 200, bind.To.First);
        }
        else
        {
            (peer, _) = await DialAsync();
        }

        await using RawMsrpPeer closing = peer;
        Assert.That((await peer.ReadAsync())!.Body, Is.EqualTo(Cat));
        await EndAsync(session);
    }

    [Test]
    public async Task Another_stream_beside_the_image_is_refused_in_its_place()
    {
        string offer = _phone.Sdp(
            $"a=recvonly\r\na=accept-types:*\r\na=path:{_phone.Path}\r\na=file-selector:name:\"cat.png\"\r\na=file-transfer-id:one\r\n",
            $"m=audio 4000 RTP/AVP 0\r\nm=message {_phone.MsrpPort} TCP/MSRP *\r\n");
        ImageShareSession session = await PullAsync(offer);
        string[] media = [.. _response.Split("\r\n").Where(l => l.StartsWith("m=", StringComparison.Ordinal))];
        Assert.That(media[0], Is.EqualTo("m=audio 0 RTP/AVP 0"));
        Assert.That(media[1], Does.Match("^m=message [1-9][0-9]* TCP/MSRP"));
        await EndAsync(session);
    }

    [TestCase("INVITE")]
    [TestCase("UPDATE")]
    [Category("FT-013")]
    [Category("FT-032")]
    public async Task The_same_transfer_asked_for_again_gets_the_same_answer_and_changes_nothing(string method)
    {
        ImageShareSession session = await PullAsync(Offer("name:\"cat.png\""));
        (RawMsrpPeer peer, _) = await DialAsync();
        await using RawMsrpPeer closing = peer;
        string again = await OfferAsync(method, Offer("name:\"cat.png\"").Replace("o=- 1 1", "o=- 1 2", StringComparison.Ordinal));
        string more = await OfferAsync(method, Offer($"name:\"cat.png\" size:1000 {HashOf(Cat)}"));
        RawMsrpPeer.Message send = (await peer.ReadAsync())!;
        Assert.Multiple(() =>
        {
            Assert.That(again, Does.StartWith("SIP/2.0 200"));
            Assert.That(SdpOf(again), Is.EqualTo(SdpOf(_response)), "the same description, hash and all");
            Assert.That(SdpOf(more), Is.EqualTo(SdpOf(_response)));
            Assert.That(send.Body, Is.EqualTo(Cat), "sent once");
            Assert.That(session.State, Is.EqualTo(ImageShareState.Transferring));
        });
        await peer.AnswerAsync(send, 200, send.To.First);
        await AnswerByeAsync();
        Assert.That((await _time.DriveAsync(session.Completion)).IsCompleted, Is.True);
    }

    [TestCase("name:\"dog.png\"")]
    [TestCase("name:\"cat.png\" size:999")]
    [TestCase("hash:sha-1:FF:11:22:33:44:55:66:77:88:99:00:11:22:33:44:55:66:77:88:99")]
    [Category("FT-014")]
    [Category("FT-032")]
    public async Task Another_file_under_the_same_id_is_refused_and_ends_the_transfer(string other)
    {
        ImageShareSession session = await PullAsync(Offer("name:\"cat.png\""));
        string answer = await OfferAsync("INVITE", Offer(other));
        Assert.That(answer, Does.StartWith("SIP/2.0 200").And.Contain($"a=file-selector:{other}\r\n").And.Contain("a=file-transfer-id:one\r\n"));
        Assert.That(RawPhone.Line(answer, "m="), Is.EqualTo("message 0 TCP/MSRP *"));
        await AnswerByeAsync();
        Assert.That((await _time.DriveAsync(session.Completion)).Error, Is.EqualTo(ImageShareError.UnacceptableOffer));
    }

    [Test]
    [Category("FT-015")]
    public async Task A_new_id_is_another_image_in_the_place_of_the_first()
    {
        ImageShareSession first = await PullAsync(Offer("name:\"cat.png\""));
        (RawMsrpPeer peer, _) = await DialAsync();
        await using RawMsrpPeer closing = peer;
        string answer = await OfferAsync("INVITE", Offer("name:\"dog.png\"", id: "two"));
        Assert.That((await _time.DriveAsync(first.Completion)).State, Is.EqualTo(ImageShareState.Cancelled));
        ImageShareSession second = await ServedAsync();
        Assert.That(answer, Does.StartWith("SIP/2.0 200").And.Contain("a=file-transfer-id:two\r\n").And.Contain(HashOf(Dog)));
        _response = answer;
        (RawMsrpPeer again, _) = await DialAsync();
        await using RawMsrpPeer closingAgain = again;
        RawMsrpPeer.Message send = (await again.ReadAsync())!;
        Assert.That(send.Body, Is.EqualTo(Dog));
        await again.AnswerAsync(send, 200, send.To.First);
        await AnswerByeAsync();
        Assert.That((await _time.DriveAsync(second.Completion)).IsCompleted, Is.True);
    }

    [Test]
    [Category("FT-037")]
    [Category("FT-012")]
    public async Task A_new_id_for_an_image_that_is_not_there_is_answered_with_port_0()
    {
        ImageShareSession first = await PullAsync(Offer("name:\"cat.png\""));
        string answer = await OfferAsync("INVITE", Offer("name:\"cow.png\"", id: "two"));
        Assert.That(answer, Does.StartWith("SIP/2.0 200").And.Contain("a=file-selector:name:\"cow.png\"\r\n").And.Contain("a=file-transfer-id:two\r\n"));
        Assert.That(RawPhone.Line(answer, "m="), Is.EqualTo("message 0 TCP/MSRP *"));
        await AnswerByeAsync();
        await _time.DriveAsync(first.Completion);
    }

    [Test]
    [Category("FT-025")]
    [Category("SDP-009")]
    public async Task Port_0_for_the_image_ends_its_chunk_with_a_hash_and_the_share()
    {
        // More than what lies between the two without being read.
        _folder.File("big.png", TestImage.Png(8_000_000));
        ImageShareSession session = await PullAsync(Offer("name:\"big.png\""));
        (RawMsrpPeer peer, _) = await DialAsync();
        await using RawMsrpPeer closing = peer;
        RawMsrpPeer.Message send = (await peer.ReadAsync())!;
        Assert.That(send.Continuation, Is.EqualTo('+'));
        string answer = await OfferAsync("INVITE", Offer("name:\"big.png\"").Replace($"message {_phone.MsrpPort} ", "message 0 ", StringComparison.Ordinal));
        Assert.That(RawPhone.Line(answer, "m="), Is.EqualTo("message 0 TCP/MSRP *"));
        while (send.Continuation != '#')
        {
            Assert.That(send.Continuation, Is.EqualTo('+'));
            await peer.AnswerAsync(send, 200, send.To.First);
            send = (await peer.ReadAsync())!;
        }

        await AnswerByeAsync();
        Assert.That((await _time.DriveAsync(session.Completion)).State, Is.EqualTo(ImageShareState.Cancelled));
    }

    [Test]
    public async Task Over_TLS_too_a_new_id_is_another_image()
    {
        await using ImageShareClient carol = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = Core.Sip.SipUri.Parse("sip:carol@ims.example"),
            Network = _network,
            TimeProvider = _time,
            MediaSecurity = MediaSecurity.Required,
            Catalogue = ImageCatalogue.FromDirectory(_folder.Path),
        });
        string fingerprint = $"a=fingerprint:sha-256 {string.Join(':', Enumerable.Repeat("AB", 32))}\r\n";
        string Secure(string selector, string id) => (Offer(selector, id) + fingerprint).Replace("TCP/MSRP", "TCP/TLS/MSRP", StringComparison.Ordinal).Replace("msrp:", "msrps:", StringComparison.Ordinal);
        _response = await _phone.InviteAsync(carol.Address, Call, Secure("name:\"cat.png\"", "one"));
        Assert.That(_response, Does.StartWith("SIP/2.0 200").And.Contain("TCP/TLS/MSRP *\r\n").And.Contain("a=fingerprint:"));
        await _phone.SendAsync(carol.Address, _phone.Request("INVITE", carol.Address, Call, RawPhone.TagOf(_response), ++_number, Secure("name:\"dog.png\"", "two")));
        string answer = await FinalAsync();
        await _phone.SendAsync(carol.Address, _phone.Request("ACK", carol.Address, Call, RawPhone.TagOf(_response), _number));
        Assert.That(answer, Does.StartWith("SIP/2.0 200").And.Contain("a=file-transfer-id:two\r\n").And.Contain(HashOf(Dog)));
        Assert.That(RawPhone.Line(answer, "m="), Does.Match("^message [1-9][0-9]* TCP/TLS/MSRP"));
        await _phone.SendAsync(carol.Address, _phone.Request("BYE", carol.Address, Call, RawPhone.TagOf(_response), ++_number));
        await _time.DriveAsync(carol.DisposeAsync().AsTask());
    }

    [Test]
    public async Task A_session_may_turn_round_with_a_new_id()
    {
        ImageShareSession first = await PullAsync(Offer("name:\"cat.png\""));
        string branch = Guid.NewGuid().ToString("N");
        string push = Offer("name:\"new.png\" type:image/png size:10", id: "two").Replace("recvonly", "sendonly", StringComparison.Ordinal);
        await _phone.SendAsync(_bob.Address, _phone.Request("INVITE", _bob.Address, Call, RawPhone.TagOf(_response), ++_number, push, branch: branch));
        await _time.DriveAsync(first.Completion);
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await using IAsyncEnumerator<ImageShareInvitation> invitations = _bob.Invitations.GetAsyncEnumerator(patience.Token);
        Assert.That(await invitations.MoveNextAsync(), Is.True);
        Assert.That(invitations.Current.Image.Name, Is.EqualTo("new.png"));
        ImageShareSession second = await invitations.Current.AcceptAsync(ImageStore.InMemory());
        string answer = await FinalAsync();
        await AcknowledgeAsync();
        Assert.That(answer, Does.Contain("a=recvonly\r\n").And.Contain("a=file-transfer-id:two\r\n"));
        await _phone.SendAsync(_bob.Address, _phone.Request("BYE", _bob.Address, Call, RawPhone.TagOf(_response), ++_number));
        Assert.That((await _time.DriveAsync(second.Completion)).State, Is.EqualTo(ImageShareState.Cancelled));
    }

    [Test]
    [Category("FT-008")]
    public async Task A_file_that_changes_while_it_is_sent_is_not_sent_to_its_end()
    {
        byte[] big = TestImage.Png(3_000_000);
        string path = _folder.File("big.png", big);
        ImageShareSession session = await PullAsync(Offer("name:\"big.png\""));
        (RawMsrpPeer peer, _) = await DialAsync();
        await using RawMsrpPeer closing = peer;
        RawMsrpPeer.Message send = (await peer.ReadAsync())!;
        big[^1] ^= 1;
        File.WriteAllBytes(path, big);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(10));
        char last = '+';
        while (send is not null && last == '+')
        {
            last = send.Continuation;
            await peer.AnswerAsync(send, 200, send.To.First);
            send = last == '+' ? (await peer.ReadAsync())! : send;
        }

        Assert.That(last, Is.EqualTo('#'), "what is sent is not what was promised");
        string bye = await _phone.ReceiveAsync("BYE", Call);
        Assert.That(bye, Does.Contain("Reason: SIP;cause=500"));
        await _phone.RespondAsync(bye, "200 OK");
        Assert.That((await _time.DriveAsync(session.Completion)).Error, Is.EqualTo(ImageShareError.SourceUnreadable));
    }

    private string Offer(string selector, string id = "one", string setup = "actpass") => _phone.Sdp(
        $"a=recvonly\r\na=accept-types:*\r\na=path:{_phone.Path}\r\na=setup:{setup}\r\na=file-selector:{selector}\r\na=file-transfer-id:{id}\r\n");

    private static string HashOf(byte[] image) => "hash:sha-1:" + string.Join(':', SHA1.HashData(image).Select(b => b.ToString("X2", CultureInfo.InvariantCulture)));

    private async Task<ImageShareSession> PullAsync(string offer)
    {
        _response = await _phone.InviteAsync(_bob.Address, Call, offer);
        Assert.That(_response, Does.StartWith("SIP/2.0 200").And.Contain("a=sendonly\r\n"));
        return await ServedAsync();
    }

    private async Task<ImageShareSession> ServedAsync()
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await using IAsyncEnumerator<ImageShareSession> served = _bob.Serving.GetAsyncEnumerator(patience.Token);
        Assert.That(await served.MoveNextAsync(), Is.True);
        return served.Current;
    }

    /// <summary>Connects, and says with an empty SEND for which session.</summary>
    private async Task<(RawMsrpPeer Peer, MsrpUri To)> DialAsync()
    {
        (RawMsrpPeer peer, MsrpUri to) = await _phone.DialAsync(_response);
        await peer.SendAsync(to, "bind", string.Empty, null, '$');
        Assert.That((await peer.ReadResponseAsync()).ToString(), Is.EqualTo("bind 200"));
        return (peer, to);
    }

    private async Task<string> OfferAsync(string method, string offer)
    {
        string branch = Guid.NewGuid().ToString("N");
        await _phone.SendAsync(_bob.Address, _phone.Request(method, _bob.Address, Call, RawPhone.TagOf(_response), ++_number, offer, branch: branch));
        string response = await FinalAsync();
        if (method == "INVITE")
        {
            await AcknowledgeAsync();
        }

        return response;
    }

    private Task AcknowledgeAsync() => _phone.SendAsync(_bob.Address, _phone.Request("ACK", _bob.Address, Call, RawPhone.TagOf(_response), _number));

    private async Task<string> FinalAsync()
    {
        string response;
        do
        {
            response = await _phone.ReceiveAsync("SIP/2.0 ", Call);
        }
        while (response.StartsWith("SIP/2.0 1", StringComparison.Ordinal) || !RawPhone.Header(response, "CSeq").StartsWith($"{_number} ", StringComparison.Ordinal));
        return response;
    }

    private async Task AnswerByeAsync() => await _phone.RespondAsync(await _phone.ReceiveAsync("BYE", Call), "200 OK");

    private async Task EndAsync(ImageShareSession session)
    {
        await _phone.SendAsync(_bob.Address, _phone.Request("BYE", _bob.Address, Call, RawPhone.TagOf(_response), ++_number));
        await _time.DriveAsync(session.Completion);
    }

    private static string SdpOf(string message) => message[message.IndexOf("\r\n\r\n", StringComparison.Ordinal)..];
}
