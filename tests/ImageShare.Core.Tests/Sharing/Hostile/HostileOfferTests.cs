using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Hostile;

/// <summary>A phone whose invitations and offers break every rule: each ends with its own reason, and nothing stays behind.</summary>
[TestFixture]
public sealed class HostileOfferTests : PhoneCallerTest
{
    private const string Png = "type:image/png size:10";

    private static IEnumerable<TestCaseData> Offers()
    {
        const string Origin = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n";
        const string Media = "m=message 7 TCP/MSRP *\r\na=sendonly\r\na=accept-types:*\r\n";
        const string Path = "a=path:msrp://127.0.0.1:7/aaaabbbbccccdddd;tcp\r\n";
        TestCaseData Case(string name, string? offer, string status, string extra = "") => new TestCaseData(offer, extra, status).SetArgDisplayNames(name, status);
        yield return Case("no offer", null, "488");
        yield return Case("garbage", "\0\u00ff\r\n\r\n", "400");
        yield return Case("half an offer", Origin + "m=mess", "400");
        yield return Case("no media", Origin, "488");
        yield return Case("text", "hello", "415", "Content-Type: text/plain\r\n");
        yield return Case("deflated", Origin, "415", "Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n");
        yield return Case("multipart without its boundary", "--x", "400", "Content-Type: multipart/mixed\r\n");
        yield return Case("multipart of nothing", "--x--\r\n", "400", "Content-Type: multipart/mixed;boundary=x\r\n");
        yield return Case("an extension nobody knows", Origin + Media + Path + "a=file-selector:" + Png + "\r\n", "420", "Require: precondition\r\n");
        yield return Case("size 2^63-1", Origin + Media + Path + "a=file-selector:type:image/png size:9223372036854775807\r\n", "488");
        yield return Case("size 2^63", Origin + Media + Path + "a=file-selector:type:image/png size:9223372036854775808\r\n", "488");
        yield return Case("a video", Origin + Media + Path + "a=file-selector:type:video/mp4 size:10\r\n", "488");
        yield return Case("no path", Origin + Media + "a=file-selector:" + Png + "\r\n", "488");
        yield return Case("a path that is none", Origin + Media + "a=path:gopher://x\r\na=file-selector:" + Png + "\r\n", "488");
        yield return Case("TLS", Origin + Media.Replace("TCP/", "TCP/TLS/", StringComparison.Ordinal) + Path + "a=file-selector:" + Png + "\r\n", "488");
        yield return Case("a pull", Origin + Media.Replace("sendonly", "recvonly", StringComparison.Ordinal) + Path + "a=file-selector:" + Png + "\r\n", "488");
        yield return Case("nothing selected", Origin + Media + Path, "488");
        yield return Case("port 0", Origin + Media.Replace(" 7 ", " 0 ", StringComparison.Ordinal) + Path + "a=file-selector:" + Png + "\r\n", "488");
        yield return Case("no address", (Origin + Media + Path + "a=file-selector:" + Png + "\r\n").Replace("c=IN IP4 127.0.0.1\r\n", string.Empty, StringComparison.Ordinal), "400");
        yield return Case("100 audio sections", Origin + string.Concat(Enumerable.Repeat("m=audio 9 RTP/AVP 0\r\n", 100)), "413");
        yield return Case("100 formats", Origin + "m=audio 9 RTP/AVP" + string.Concat(Enumerable.Repeat(" 0", 100)) + "\r\n", "413");
        yield return Case("300 attributes", Origin + Media + Path + string.Concat(Enumerable.Repeat("a=x\r\n", 300)), "413");
        yield return Case("a line of 5000 octets", Origin + Media + Path + "a=file-selector:" + Png + "\r\na=x:" + new string('y', 5000) + "\r\n", "413");
        yield return Case("100 parts", string.Concat(Enumerable.Repeat("--x\r\n\r\ny\r\n", 100)) + "--x--\r\n", "413", "Content-Type: multipart/mixed;boundary=x\r\n");
        yield return Case("a part with a header of 10000 octets", "--x\r\nX: " + new string('y', 10_000) + "\r\n\r\ny\r\n--x--\r\n", "413", "Content-Type: multipart/mixed;boundary=x\r\n");
    }

    [TestCaseSource(nameof(Offers))]
    [Category("SEC-001")]
    public async Task An_offer_that_cannot_be_taken_is_refused_and_nobody_is_asked(string? offer, string extra, string status)
    {
        string response = await Phone.InviteAsync(Bob.Address, "refused", offer, extra);
        Assert.That(response, Does.StartWith("SIP/2.0 " + status));

        // Whoever is asked next is asked about a good one.
        Task<string> calling = Phone.InviteAsync(Bob.Address, "good", Phone.Offer(Png));
        ImageShareInvitation invitation = await NextAsync();
        Assert.That(invitation.Id, Is.EqualTo("good"));
        await invitation.DeclineAsync();
        Assert.That(await calling, Does.StartWith("SIP/2.0 603"));
    }

    [Test]
    [Category("FT-012")]
    public async Task Where_one_image_is_taken_in_a_session_it_is_the_first_and_the_others_are_refused_with_their_selectors()
    {
        string second = $"m=message {Phone.MsrpPort} TCP/MSRP *\r\na=sendonly\r\na=path:{Phone.Path}\r\na=file-selector:name:\"two.png\" type:image/png size:20\r\na=file-transfer-id:second\r\n";
        string offer = Phone.Offer("name:\"one.png\" " + Png) + "m=audio 9 RTP/AVP 0\r\n" + second;
        Task<string> calling = Phone.InviteAsync(Bob.Address, "several", offer);
        ImageShareInvitation invitation = await NextAsync();
        ImageShareSession session = await invitation.AcceptAsync(Store);
        string response = await calling;
        string[] media = [.. response.Split("\r\n").Where(l => l.StartsWith("m=", StringComparison.Ordinal))];
        Assert.Multiple(() =>
        {
            Assert.That(invitation.Image.Name, Is.EqualTo("one.png"));
            Assert.That(media, Has.Length.EqualTo(3));
            Assert.That(media[0], Does.Match("^m=message [1-9][0-9]* TCP/MSRP \\*$"));
            Assert.That(media[1], Is.EqualTo("m=audio 0 RTP/AVP 0"));
            Assert.That(media[2], Is.EqualTo("m=message 0 TCP/MSRP *"));
            Assert.That(response, Does.Contain("a=file-selector:name:\"two.png\" type:image/png size:20\r\na=file-transfer-id:second\r\n"));
        });
        await Phone.ByeAsync(Bob.Address, "several", response);
        await session.Completion.WaitAsync(SharePair.Patience);
    }

    [Test]
    public async Task The_icon_shown_is_that_of_the_image_that_is_taken()
    {
        string offer = Phone.Sdp($"a=sendonly\r\na=path:{Phone.Path}\r\na=file-selector:name:\"secret.png\" {Png}\r\na=file-icon:cid:other@x\r\n", media: $"m=message {Phone.MsrpPort} TCP/TLS/MSRP *\r\n")
            + $"m=message {Phone.MsrpPort} TCP/MSRP *\r\na=sendonly\r\na=path:{Phone.Path}\r\na=file-selector:name:\"taken.png\" {Png}\r\na=file-icon:cid:own@x\r\n";
        string body = $"--b\r\nContent-Type: application/sdp\r\n\r\n{offer}\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <other@x>\r\n\r\nOTHER\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <own@x>\r\n\r\nOWN\r\n--b--\r\n";
        Task<string> calling = Phone.InviteAsync(Bob.Address, "icon", body, "Content-Type: multipart/related;boundary=b\r\n");
        ImageShareInvitation invitation = await NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(invitation.Image.Name, Is.EqualTo("taken.png"));
            Assert.That(invitation.Icon?.Content.ToArray(), Is.EqualTo("OWN"u8.ToArray()));
        });
        await invitation.DeclineAsync();
        await calling;
    }

    [TestCase("nowhere@x", "image/png", 5, "IconNotFound")]
    [TestCase("icon@x", "text/html", 5, "IconIsNoImage")]
    [TestCase("icon@x", "image/png", 8193, "IconTooLarge")]
    [TestCase("icon@x", "image/png", 0, "IconEmpty")]
    [Category("FT-020")]
    public async Task A_faulty_icon_costs_the_icon_and_nothing_else(string id, string type, int length, string warning)
    {
        string body = $"--b\r\nContent-Type: application/sdp\r\n\r\n{Phone.Offer(Png)}a=file-icon:cid:{id}\r\n\r\n--b\r\nContent-Type: {type}\r\nContent-ID: <icon@x>\r\n\r\n{new string('i', length)}\r\n--b--\r\n";
        Task<string> calling = Phone.InviteAsync(Bob.Address, "icon", body, "Content-Type: multipart/mixed;boundary=b\r\n");
        ImageShareInvitation invitation = await NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(invitation.Icon, Is.Null);
            Assert.That(invitation.Warnings, Has.Member(warning));
        });
        await invitation.DeclineAsync();
        await calling;
    }

    [TestCase("nested")]
    [TestCase("icon damaged")]
    [TestCase("no Content-Type")]
    [TestCase("15 sections before it")]
    [Category("SEC-001")]
    public async Task Odd_invitations_that_can_be_understood_are_taken(string oddity)
    {
        string offer = Phone.Offer("name:\"x.png\" " + Png);
        string parts = $"Content-Type: application/sdp\r\n\r\n{offer}a=file-icon:cid:icon@x\r\n\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <icon@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n";
        (string body, string extra) = oddity switch
        {
            "nested" => ($"--a\r\nContent-Type: text/plain\r\n\r\nhello\r\n--a\r\nContent-Type: multipart/related;boundary=b\r\n\r\n--b\r\n{parts}aWNvbg==\r\n--b--\r\n\r\n--a--\r\n", "Content-Type: multipart/mixed;boundary=a\r\n"),
            "icon damaged" => ($"--b\r\n{parts}!!! not base64 !!!\r\n--b--\r\n", "Content-Type: multipart/related;boundary=b\r\n"),
            "15 sections before it" => (
                Phone.Sdp(string.Empty, media: string.Concat(Enumerable.Repeat("m=audio 9 RTP/AVP 0\r\n", 15)) + offer[offer.IndexOf("m=", StringComparison.Ordinal)..]), string.Empty),
            _ => (offer, "X-Content-Type: the phone adds none beside this\r\n"),
        };
        Task<string> calling = Phone.InviteAsync(Bob.Address, "odd", body, extra);
        ImageShareInvitation invitation = await NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(invitation.Image.Name, Is.EqualTo("x.png"));
            Assert.That(invitation.Icon?.Content.Length, Is.EqualTo(oddity == "nested" ? 4 : null));
        });
        ImageShareSession session = await invitation.AcceptAsync(Store);
        string response = await calling;
        Assert.That(response, Does.StartWith("SIP/2.0 200"));
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "whole", "Byte-Range: 1-10/10\r\n", "0123456789", '$');
        await peer.ReadLineAsync();
        await Phone.ByeAsync(Bob.Address, "odd", response);
        Assert.That((await Time.DriveAsync(session.Completion)).IsCompleted, Is.True);
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("MSRP-040")]
    public async Task An_image_of_no_octets_comes_as_an_empty_message_and_not_as_no_message(bool hasBody)
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, "empty", Phone.Offer("name:\"x.png\" type:image/png size:0"));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        string response = await calling;
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "empty", "Byte-Range: 1-0/0\r\n", hasBody ? string.Empty : null, '$');
        await peer.ReadLineAsync();
        await Phone.ByeAsync(Bob.Address, "empty", response);
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.IsCompleted, Is.EqualTo(hasBody), result.Message);
    }

    [Test]
    [Category("SEC-003")]
    public async Task A_temporary_file_that_is_deleted_meanwhile_fails_the_share()
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, "deleted", Phone.Offer("name:\"x.png\" " + Png));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        string response = await calling;
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "half", "Byte-Range: 1-5/10\r\n", "01234", '+');
        await peer.ReadLineAsync();
        Inbox.GetFiles(".*").Single().Delete();
        await peer.SendAsync(to, "rest", "Byte-Range: 6-10/10\r\n", "56789", '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("rest 413"));
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.EqualTo(ImageShareError.StoreNotWritable), result.Message);
        Assert.That(Inbox.GetFileSystemInfos(), Is.Empty);
    }
}
