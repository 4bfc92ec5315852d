using ImageShare.Core.Msrp;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Pull;

/// <summary>A phone played by the test that fetches from a client, by the rules and against them.</summary>
[TestFixture]
public sealed class PullerTests : PullerTest
{
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
        Assert.That(Response, range is null ? Does.Not.Contain("file-range") : Does.Contain($"a=file-range:{range}\r\n"));
        (RawMsrpPeer peer, MsrpUri uri) = await DialAsync();
        await using RawMsrpPeer closing = peer;
        RawMsrpPeer.Message send = (await peer.ReadAsync())!;
        int length = to - from;
        Assert.That(send.ToString(), Is.EqualTo($"SEND 1-{length}/{length} {length}$"));
        Assert.That(send.Body, Is.EqualTo(Cat[from..to]));
        await peer.AnswerAsync(send, 200, send.To.First);
        await AnswerByeAsync();
        ImageShareResult result = await Time.DriveAsync(session.Completion);
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
        Assert.That(await Phone.InviteAsync(Bob.Address, Call, offer), Does.StartWith("SIP/2.0 488"));
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
        string offer = Phone.Sdp($"a=recvonly\r\na=accept-types:*\r\na=path:{Phone.Path}\r\n{selector}a=file-transfer-id:one\r\n");
        Assert.That(await Phone.InviteAsync(Bob.Address, Call, offer), Does.StartWith("SIP/2.0 488"));
    }

    [TestCase("x:1 ")]
    [TestCase("size:1 ")]
    [TestCase("name:\"a\" ")]
    [Category("SEC-001")]
    public async Task Ten_thousand_selectors_are_refused_and_the_next_request_is_served(string selector)
    {
        int count = Math.Min(10_000, 60_000 / selector.Length);
        string response = await Phone.InviteAsync(Bob.Address, "many", Offer(string.Concat(Enumerable.Repeat(selector, count))));
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
            (peer, _) = await Phone.DialAsync(Response);
        }
        else if (how != "never connects")
        {
            (peer, _) = await DialAsync();
        }

        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.EqualTo(error), result.Message);
        await (peer?.DisposeAsync() ?? default);
    }

    [TestCase("active", "passive")]
    [TestCase("actpass", "passive")]
    [TestCase("passive", "active")]
    public async Task Who_connects_is_agreed_as_for_a_push(string offered, string answered)
    {
        ImageShareSession session = await PullAsync(Offer("name:\"cat.png\"", setup: offered));
        Assert.That(RawPhone.Line(Response, "a=setup:"), Is.EqualTo(answered));
        RawMsrpPeer peer;
        if (answered == "active")
        {
            peer = await Phone.AcceptAsync();
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
        string offer = Phone.Sdp(
            $"a=recvonly\r\na=accept-types:*\r\na=path:{Phone.Path}\r\na=file-selector:name:\"cat.png\"\r\na=file-transfer-id:one\r\n",
            $"m=audio 4000 RTP/AVP 0\r\nm=message {Phone.MsrpPort} TCP/MSRP *\r\n");
        ImageShareSession session = await PullAsync(offer);
        string[] media = [.. Response.Split("\r\n").Where(l => l.StartsWith("m=", StringComparison.Ordinal))];
        Assert.That(media[0], Is.EqualTo("m=audio 0 RTP/AVP 0"));
        Assert.That(media[1], Does.Match("^m=message [1-9][0-9]* TCP/MSRP"));
        await EndAsync(session);
    }
}
