using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing;

/// <summary>A phone that breaks every rule invites a client: each invitation ends, with its own reason, and nothing stays behind.</summary>
[TestFixture]
public sealed class HostileCallerTests
{
    private const string Png = "type:image/png size:10";

    private ManualTimeProvider _time = null!;
    private InMemoryNetwork _network = null!;
    private DirectoryInfo _inbox = null!;
    private ImageShareClient _bob = null!;
    private RawPhone _phone = null!;

    [SetUp]
    public async Task Start()
    {
        _time = new ManualTimeProvider();
        _network = new InMemoryNetwork();
        _phone = new RawPhone(_network);
        _inbox = Directory.CreateTempSubdirectory("imageshare-test-");
        _bob = await StartAsync(o => o with { Limits = o.Limits with { MaxImageSize = 4096, MaxImagesPerInvitation = 1 } });
    }

    [TearDown]
    public async Task Stop()
    {
        await _time.DriveAsync(_bob.DisposeAsync().AsTask());
        await _phone.DisposeAsync();
        Assert.That(_inbox.GetFiles(".*"), Is.Empty, "A temporary file stayed.");
        _inbox.Delete(recursive: true);
        Assert.That(() => _time.ArmedTimers, Is.Zero.After(30_000, 1));
    }

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
        string response = await _phone.InviteAsync(_bob.Address, "refused", offer, extra);
        Assert.That(response, Does.StartWith("SIP/2.0 " + status));

        // Whoever is asked next is asked about a good one.
        Task<string> calling = _phone.InviteAsync(_bob.Address, "good", _phone.Offer(Png));
        ImageShareInvitation invitation = await NextAsync();
        Assert.That(invitation.Id, Is.EqualTo("good"));
        await invitation.DeclineAsync();
        Assert.That(await calling, Does.StartWith("SIP/2.0 603"));
    }

    [Test]
    [Category("FT-012")]
    public async Task Where_one_image_is_taken_in_a_session_it_is_the_first_and_the_others_are_refused_with_their_selectors()
    {
        string second = $"m=message {_phone.MsrpPort} TCP/MSRP *\r\na=sendonly\r\na=path:{_phone.Path}\r\na=file-selector:name:\"two.png\" type:image/png size:20\r\na=file-transfer-id:second\r\n";
        string offer = _phone.Offer("name:\"one.png\" " + Png) + "m=audio 9 RTP/AVP 0\r\n" + second;
        Task<string> calling = _phone.InviteAsync(_bob.Address, "several", offer);
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
        await _phone.ByeAsync(_bob.Address, "several", response);
        await session.Completion.WaitAsync(SharePair.Patience);
    }

    [Test]
    public async Task The_icon_shown_is_that_of_the_image_that_is_taken()
    {
        string offer = _phone.Sdp($"a=sendonly\r\na=path:{_phone.Path}\r\na=file-selector:name:\"secret.png\" {Png}\r\na=file-icon:cid:other@x\r\n", media: $"m=message {_phone.MsrpPort} TCP/TLS/MSRP *\r\n")
            + $"m=message {_phone.MsrpPort} TCP/MSRP *\r\na=sendonly\r\na=path:{_phone.Path}\r\na=file-selector:name:\"taken.png\" {Png}\r\na=file-icon:cid:own@x\r\n";
        string body = $"--b\r\nContent-Type: application/sdp\r\n\r\n{offer}\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <other@x>\r\n\r\nOTHER\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <own@x>\r\n\r\nOWN\r\n--b--\r\n";
        Task<string> calling = _phone.InviteAsync(_bob.Address, "icon", body, "Content-Type: multipart/related;boundary=b\r\n");
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
        string body = $"--b\r\nContent-Type: application/sdp\r\n\r\n{_phone.Offer(Png)}a=file-icon:cid:{id}\r\n\r\n--b\r\nContent-Type: {type}\r\nContent-ID: <icon@x>\r\n\r\n{new string('i', length)}\r\n--b--\r\n";
        Task<string> calling = _phone.InviteAsync(_bob.Address, "icon", body, "Content-Type: multipart/mixed;boundary=b\r\n");
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
        string offer = _phone.Offer("name:\"x.png\" " + Png);
        string parts = $"Content-Type: application/sdp\r\n\r\n{offer}a=file-icon:cid:icon@x\r\n\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <icon@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n";
        (string body, string extra) = oddity switch
        {
            "nested" => ($"--a\r\nContent-Type: text/plain\r\n\r\nhello\r\n--a\r\nContent-Type: multipart/related;boundary=b\r\n\r\n--b\r\n{parts}aWNvbg==\r\n--b--\r\n\r\n--a--\r\n", "Content-Type: multipart/mixed;boundary=a\r\n"),
            "icon damaged" => ($"--b\r\n{parts}!!! not base64 !!!\r\n--b--\r\n", "Content-Type: multipart/related;boundary=b\r\n"),
            "15 sections before it" => (
                _phone.Sdp(string.Empty, media: string.Concat(Enumerable.Repeat("m=audio 9 RTP/AVP 0\r\n", 15)) + offer[offer.IndexOf("m=", StringComparison.Ordinal)..]), string.Empty),
            _ => (offer, "X-Content-Type: the phone adds none beside this\r\n"),
        };
        Task<string> calling = _phone.InviteAsync(_bob.Address, "odd", body, extra);
        ImageShareInvitation invitation = await NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(invitation.Image.Name, Is.EqualTo("x.png"));
            Assert.That(invitation.Icon?.Content.Length, Is.EqualTo(oddity == "nested" ? 4 : null));
        });
        ImageShareSession session = await invitation.AcceptAsync(Store);
        string response = await calling;
        Assert.That(response, Does.StartWith("SIP/2.0 200"));
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await _phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "whole", "Byte-Range: 1-10/10\r\n", "0123456789", '$');
        await peer.ReadLineAsync();
        await _phone.ByeAsync(_bob.Address, "odd", response);
        Assert.That((await _time.DriveAsync(session.Completion)).IsCompleted, Is.True);
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("MSRP-040")]
    public async Task An_image_of_no_octets_comes_as_an_empty_message_and_not_as_no_message(bool hasBody)
    {
        Task<string> calling = _phone.InviteAsync(_bob.Address, "empty", _phone.Offer("name:\"x.png\" type:image/png size:0"));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        string response = await calling;
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await _phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "empty", "Byte-Range: 1-0/0\r\n", hasBody ? string.Empty : null, '$');
        await peer.ReadLineAsync();
        await _phone.ByeAsync(_bob.Address, "empty", response);
        ImageShareResult result = await _time.DriveAsync(session.Completion);
        Assert.That(result.IsCompleted, Is.EqualTo(hasBody), result.Message);
    }

    [Test]
    [Category("SEC-003")]
    public async Task A_temporary_file_that_is_deleted_meanwhile_fails_the_share()
    {
        Task<string> calling = _phone.InviteAsync(_bob.Address, "deleted", _phone.Offer("name:\"x.png\" " + Png));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        string response = await calling;
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await _phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "half", "Byte-Range: 1-5/10\r\n", "01234", '+');
        await peer.ReadLineAsync();
        _inbox.GetFiles(".*").Single().Delete();
        await peer.SendAsync(to, "rest", "Byte-Range: 6-10/10\r\n", "56789", '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("rest 413"));
        ImageShareResult result = await _time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.EqualTo(ImageShareError.StoreNotWritable), result.Message);
        Assert.That(_inbox.GetFileSystemInfos(), Is.Empty);
    }

    [Test]
    [Category("SEC-001")]
    public async Task A_flood_of_queries_is_answered_and_nothing_of_it_is_held()
    {
        int timers = _time.ArmedTimers;
        for (int i = 0; i < 3000; i++)
        {
            await _phone.SendAsync(_bob.Address, _phone.Request("OPTIONS", _bob.Address, "flood" + i));
        }

        for (int i = 0; i < 3000; i++)
        {
            Assert.That(await _phone.ReceiveAsync("SIP/2.0 "), Does.StartWith("SIP/2.0 200"));
        }

        // The clock stands still: a transaction for one of them would be there still.
        Assert.That(_time.ArmedTimers, Is.EqualTo(timers));
        Assert.That(_time.Elapsed, Is.EqualTo(TimeSpan.Zero));
    }

    private static IEnumerable<TestCaseData> Transfers()
    {
        byte[] image = Encoding.ASCII.GetBytes("0123456789");
        string hash = string.Join(':', SHA1.HashData(image).Select(b => b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture)));
        string wrong = string.Join(':', new byte[20].Select(b => "00"));
        TestCaseData Case(string name, string selector, ImageShareError error, params string[] chunks) => new TestCaseData(selector, chunks, error).SetArgDisplayNames(name);
        yield return Case("whole", Png + " hash:sha-1:" + hash, ImageShareError.None, "1-10/10|0123456789|$");
        yield return Case("whole, no hash", Png, ImageShareError.None, "1-10/10|0123456789|$");
        yield return Case("whole, hash nobody knows", Png + " hash:sha-99:00:11", ImageShareError.None, "1-10/10|0123456789|$");
        yield return Case("whole, size not said", "type:image/png", ImageShareError.None, "1-*/*|0123456789|$");
        yield return Case("out of order, twice, overlapping", Png + " hash:sha-1:" + hash, ImageShareError.None, "6-10/10|56789|$", "1-3/10|012|+", "2-6/10|12345|+");
        yield return Case("ranges that lie about their ends", Png + " hash:sha-1:" + hash, ImageShareError.None, "1-9999/10|01234|+", "6-6/10|56789|$");
        yield return Case("a heartbeat before", Png, ImageShareError.None, "", "1-10/10|0123456789|$");
        yield return Case("another message behind", Png, ImageShareError.None, "1-10/10|0123456789|$", "!1-3/3|abc|$");
        yield return Case("wrong hash", Png + " hash:sha-1:" + wrong, ImageShareError.HashMismatch, "1-10/10|0123456789|$");
        yield return Case("too many octets", Png, ImageShareError.SizeMismatch, "1-*/*|0123456789ABC|$");
        yield return Case("too many, and said so", Png, ImageShareError.SizeMismatch, "1-13/13|0123456789ABC|$");
        yield return Case("too few, then the end", Png, ImageShareError.SizeMismatch, "1-5/5|01234|$");
        yield return Case("given up", Png, ImageShareError.Cancelled, "1-5/10|01234|#");
        yield return Case("two ends", Png, ImageShareError.MalformedMessage, "6-10/10|56789|$", "1-3/10|012|$");
        yield return Case("a total that changes", Png, ImageShareError.MalformedMessage, "1-5/10|01234|+", "6-9/9|5678|$");
        yield return Case("more than is taken, size not said", "type:image/png", ImageShareError.TooLarge, "1-5000/5000|0123456789|$");
        yield return Case("far away", Png, ImageShareError.SizeMismatch, "1-2/10|01|+", "4611686018427387904-*/*|x|+");
        yield return Case("nothing at all", Png, ImageShareError.Cancelled);
    }

    [TestCaseSource(nameof(Transfers))]
    [Category("SEC-003")]
    [Category("FT-031")]
    public async Task Whatever_is_sent_the_image_is_whole_or_there_is_none(string selector, string[] chunks, ImageShareError error)
    {
        Task<string> calling = _phone.InviteAsync(_bob.Address, "transfer", _phone.Offer("name:\"x.png\" " + selector));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        string response = await calling;
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await _phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        int number = 0;
        foreach (string chunk in chunks)
        {
            string id = "chunk" + number++;
            string[] parts = chunk.Split('|');
            await (chunk.Length == 0
                ? peer.SendAsync(to, id, string.Empty, null, '$', null)
                : peer.SendAsync(to, id, $"Byte-Range: {parts[0].TrimStart('!')}\r\n", parts[1], parts[2][0], chunk[0] == '!' ? "other" : "image"));
            await peer.ReadLineAsync();
        }

        await _phone.ByeAsync(_bob.Address, "transfer", response);
        ImageShareResult result = await _time.DriveAsync(session.Completion);
        Assert.Multiple(() =>
        {
            Assert.That(result.Error, Is.EqualTo(error), result.Message);
            Assert.That(result.IsVerified, Is.EqualTo(selector.Contains("sha-1", StringComparison.Ordinal) && error == ImageShareError.None));
            Assert.That(
                _inbox.GetFiles().Select(f => File.ReadAllText(f.FullName)),
                Is.EqualTo(error == ImageShareError.None ? new[] { "0123456789" } : []));
        });
    }

    [TestCase("never dials", ImageShareError.MediaNotConnected)]
    [TestCase("dials and names no session", ImageShareError.MediaNotConnected)]
    [TestCase("binds and sends nothing", ImageShareError.TransferStalled)]
    [TestCase("stops in the middle", ImageShareError.TransferStalled)]
    [TestCase("speaks HTTP", ImageShareError.MediaNotConnected)]
    [TestCase("speaks HTTP in the middle", ImageShareError.MalformedMessage)]
    [TestCase("hangs up in the middle", ImageShareError.ConnectionLost)]
    [TestCase("sends no BYE", ImageShareError.None)]
    [Category("FT-030")]
    [Category("SEC-002")]
    public async Task A_caller_that_does_not_go_on_is_given_up_in_time(string manner, ImageShareError error)
    {
        Task<string> calling = _phone.InviteAsync(_bob.Address, "transfer", _phone.Offer("name:\"x.png\" " + Png));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        string response = await calling;
        RawMsrpPeer? peer = null;
        if (manner != "never dials")
        {
            (peer, Core.Msrp.MsrpUri to) = await _phone.DialAsync(response);
            switch (manner)
            {
                case "binds and sends nothing":
                    await peer.SendAsync(to, "bind0", string.Empty, null, '$', null);
                    break;
                case "speaks HTTP":
                    await peer.SendAsync("GET / HTTP/1.1\r\n\r\n");
                    break;
                case "sends no BYE":
                    await peer.SendAsync(to, "whole", "Byte-Range: 1-10/10\r\n", "0123456789", '$');
                    break;
                case "dials and names no session":
                    break;
                default:
                    await peer.SendAsync(to, "half", "Byte-Range: 1-5/10\r\n", "01234", '+');
                    await peer.ReadLineAsync();
                    await (manner.StartsWith("speaks", StringComparison.Ordinal) ? peer.SendAsync("GET / HTTP/1.1\r\n\r\n")
                        : manner.StartsWith("hangs", StringComparison.Ordinal) ? peer.DisposeAsync().AsTask() : Task.CompletedTask);
                    break;
            }
        }

        ImageShareResult result = await _time.DriveAsync(session.Completion);
        await _phone.ReceiveAsync("BYE");
        Assert.That(result.Error, Is.EqualTo(error), result.Message);
        await (peer?.DisposeAsync() ?? default);
    }

    [TestCase("")]
    [TestCase("MSRP beat SEND\r\nTo-Path: {to}\r\nFrom-Path: {from}\r\nKeep-Alive: yes\r\n-------beat$\r\n")]
    [Category("FT-030")]
    [Category("SEC-002")]
    public async Task A_caller_that_gives_signs_of_life_and_no_image_is_given_up_in_time(string beat)
    {
        Task<string> calling = _phone.InviteAsync(_bob.Address, "alive", _phone.Offer("name:\"x.png\" " + Png));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await _phone.DialAsync(await calling);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "bind0", string.Empty, null, '$', null);
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("bind0 200"));
        beat = beat.Replace("{to}", to.ToString(), StringComparison.Ordinal).Replace("{from}", peer.Uri.ToString(), StringComparison.Ordinal);
        Task<string> ending = _phone.ReceiveAsync("BYE");
        while (!ending.IsCompleted)
        {
            Assert.That(_time.Elapsed, Is.LessThan(TimeSpan.FromSeconds(1000)), "it has an end; on a busy machine time runs ahead");
            await BeatAsync();
            await _time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(20), _time), stepSeconds: 10);
        }

        await _phone.RespondAsync(await ending, "200 OK");
        ImageShareResult result = await _time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.EqualTo(ImageShareError.TransferStalled), result.Message);

        async Task BeatAsync()
        {
            try
            {
                await peer.SendAsync(beat + "\r\n");
                if (beat.Length > 0)
                {
                    await peer.ReadLineAsync();
                }
            }
            catch (IOException)
            {
                // The connection has gone; the BYE comes.
            }
        }
    }

    [Test]
    public async Task A_BYE_instead_of_the_ACK_ends_the_share()
    {
        string branch = "byenoack";
        await _phone.SendAsync(_bob.Address, _phone.Request("INVITE", _bob.Address, "bye", body: _phone.Offer(Png), branch: branch));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        string response = await _phone.ReceiveAsync("SIP/2.0 200");
        await _phone.ByeAsync(_bob.Address, "bye", response);
        Assert.That((await _time.DriveAsync(session.Completion)).State, Is.EqualTo(ImageShareState.Cancelled));
    }

    [Test]
    public async Task A_200_nobody_acknowledges_ends_in_time_with_BYE()
    {
        await _phone.SendAsync(_bob.Address, _phone.Request("INVITE", _bob.Address, "noack", body: _phone.Offer(Png)));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        ImageShareResult result = await _time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.AnyOf(ImageShareError.NoAnswer, ImageShareError.MediaNotConnected));
        await _time.DriveAsync(_phone.ReceiveAsync("BYE"));
    }

    [Test]
    public async Task A_re_INVITE_that_cannot_be_taken_is_refused_and_the_share_goes_on()
    {
        Task<string> calling = _phone.InviteAsync(_bob.Address, "again", _phone.Offer("name:\"x.png\" " + Png));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        string response = await calling;
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await _phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "half", "Byte-Range: 1-5/10\r\n", "01234", '+');
        await peer.ReadLineAsync();
        string branch = Guid.NewGuid().ToString("N");
        await _phone.SendAsync(_bob.Address, _phone.Request("INVITE", _bob.Address, "again", RawPhone.TagOf(response), number: 2, body: _phone.Offer("type:image/png size:5000"), branch: branch));
        Assert.That(await _phone.ReceiveAsync("SIP/2.0 4", "again"), Does.StartWith("SIP/2.0 488"));
        await _phone.SendAsync(_bob.Address, _phone.Request("ACK", _bob.Address, "again", RawPhone.TagOf(response), number: 2, branch: branch));
        await _phone.SendAsync(_bob.Address, _phone.Request("OPTIONS", _bob.Address, "again", RawPhone.TagOf(response), number: 3));
        Assert.That(await _phone.ReceiveAsync("SIP/2.0 2", "again"), Does.Contain("CSeq: 3 OPTIONS"));
        await peer.SendAsync(to, "rest", "Byte-Range: 6-10/10\r\n", "56789", '$');
        await peer.ReadLineAsync();
        await _phone.ByeAsync(_bob.Address, "again", response);
        Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
    }

    [Test]
    [Category("SEC-001")]
    [Category("IS-015")]
    public async Task A_flood_of_invitations_meets_the_limits()
    {
        for (int i = 0; i < 300; i++)
        {
            await _phone.SendAsync(_bob.Address, _phone.Request("INVITE", _bob.Address, "flood" + i, body: _phone.Offer(Png)));
        }

        // All of one caller: the bounds for one are met before those for all.
        int taken = Math.Min(ImageShareLimits.Default.MaxPendingInvitationsPerPeer, ImageShareLimits.Default.MaxConcurrentSharesPerPeer);
        HashSet<string> refused = [];
        while (refused.Count < 300 - taken)
        {
            string response = await _phone.ReceiveAsync("SIP/2.0 4");
            Assert.That(response, Does.StartWith("SIP/2.0 486"));
            refused.Add(RawPhone.Header(response, "Call-ID"));
        }

        // What was not refused rings.
        Assert.That((await NextAsync()).Id, Does.StartWith("flood"));
        Assert.That(refused, Has.Count.EqualTo(300 - taken));
    }

    [Test]
    public async Task Invitations_that_were_taken_back_make_room_for_new_ones()
    {
        for (int i = 0; i < 20; i++)
        {
            string callId = "gone" + i, branch = "gone" + i;
            await _phone.SendAsync(_bob.Address, _phone.Request("INVITE", _bob.Address, callId, body: _phone.Offer(Png), branch: branch));
            await _phone.ReceiveAsync("SIP/2.0 180", callId);
            await _phone.SendAsync(_bob.Address, _phone.Request("CANCEL", _bob.Address, callId, branch: branch));
            Assert.That(await _phone.FinishInviteAsync(_bob.Address, callId, branch), Does.StartWith("SIP/2.0 487"));
        }

        Task<string> calling = _phone.InviteAsync(_bob.Address, "good", _phone.Offer(Png));
        ImageShareInvitation invitation;
        do
        {
            invitation = await NextAsync();
        }
        while (invitation.Id != "good");
        await invitation.DeclineAsync();
        Assert.That(await calling, Does.StartWith("SIP/2.0 603"));
    }

    [Test]
    public async Task The_answer_crosses_the_CANCEL_and_the_share_was_taken_back()
    {
        for (int i = 0; i < 40; i++)
        {
            string callId = "cross" + i;
            await _phone.SendAsync(_bob.Address, _phone.Request("INVITE", _bob.Address, callId, body: _phone.Offer(Png), branch: callId));
            ImageShareInvitation invitation = await NextAsync();
            Task<ImageShareSession?> accepting = Task.Run(() => TryAcceptAsync(invitation));
            await _phone.SendAsync(_bob.Address, _phone.Request("CANCEL", _bob.Address, callId, branch: callId));
            string response = await _phone.FinishInviteAsync(_bob.Address, callId, callId);
            if (response.StartsWith("SIP/2.0 2", StringComparison.Ordinal))
            {
                await _phone.ByeAsync(_bob.Address, callId, response);
            }

            if (await accepting.WaitAsync(SharePair.Patience) is { } session)
            {
                ImageShareResult result = await _time.DriveAsync(session.Completion);
                Assert.That(result.State, Is.EqualTo(ImageShareState.Cancelled), result.Message);
            }

            Assert.That(_inbox.GetFileSystemInfos(), Is.Empty);
        }
    }

    [TestCase("hangs in writing")]
    [TestCase("hangs in completing")]
    [TestCase("throws in writing")]
    [TestCase("throws in completing")]
    [TestCase("throws in disposing")]
    [Category("SEC-002")]
    public async Task A_store_that_misbehaves_costs_its_image_only(string manner)
    {
        Task<string> calling = _phone.InviteAsync(_bob.Address, "store", _phone.Offer(Png));
        var store = new BadStore(manner);
        ImageShareSession session = await (await NextAsync()).AcceptAsync(store);
        string response = await calling;
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await _phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "whole", "Byte-Range: 1-10/10\r\n", "0123456789", '$');
        if (manner.StartsWith("hangs", StringComparison.Ordinal))
        {
            await store.Hanging.Task.WaitAsync(SharePair.Patience);
            await _phone.ByeAsync(_bob.Address, "store", response);
        }

        ImageShareResult result = await _time.DriveAsync(session.Completion);
        Assert.Multiple(() =>
        {
            Assert.That(result.Error, Is.EqualTo(
                manner.StartsWith("hangs", StringComparison.Ordinal) ? ImageShareError.Cancelled
                : manner == "throws in disposing" ? ImageShareError.None : ImageShareError.StoreNotWritable), result.Message);
            Assert.That(store.Overlapped, Is.False);
            Assert.That(store.Disposed, Is.EqualTo(!manner.StartsWith("hangs", StringComparison.Ordinal)), "not while it is at work");
        });
        store.Release.TrySetResult();
        await store.Disposing.Task.WaitAsync(SharePair.Patience);
    }

    private async Task<ImageShareSession?> TryAcceptAsync(ImageShareInvitation invitation)
    {
        try
        {
            return await invitation.AcceptAsync(Store);
        }
        catch (ImageShareException e) when (e.Error == ImageShareError.InvalidState)
        {
            return null;
        }
    }

    private IImageStore Store => ImageStore.InDirectory(_inbox.FullName);

    private Task<ImageShareClient> StartAsync(Func<ImageShareOptions, ImageShareOptions> change) => ImageShareClient.StartAsync(change(
        new ImageShareOptions { Identity = Core.Sip.SipUri.Parse("sip:bob@ims.example"), Network = _network, TimeProvider = _time }));

    private async Task<ImageShareInvitation> NextAsync()
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await foreach (ImageShareInvitation invitation in _bob.Invitations.WithCancellation(patience.Token))
        {
            return invitation;
        }

        throw new InvalidOperationException("The client was closed.");
    }

    private sealed class BadStore(string manner) : IImageStore, IImageSink
    {
        private int _inside;

        public TaskCompletionSource Hanging { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Disposing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Overlapped { get; private set; }

        public bool Disposed => Disposing.Task.IsCompleted;

        public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken) => ValueTask.FromResult<IImageSink>(this);

        public async ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken) => await BehaveAsync("writing");

        public async ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken)
        {
            await BehaveAsync("completing");
            return new StoredImage { Name = "x.png", Size = 10, Sha1 = new string('0', 40) };
        }

        public async ValueTask AbandonAsync() => await DisposeAsync();

        public ValueTask DisposeAsync()
        {
            Overlapped |= Volatile.Read(ref _inside) != 0;
            Disposing.TrySetResult();
            return manner == "throws in disposing" ? throw new InvalidOperationException(manner) : default;
        }

        private async Task BehaveAsync(string what)
        {
            Interlocked.Increment(ref _inside);
            try
            {
                if (manner == "hangs in " + what)
                {
                    Hanging.TrySetResult();
                    await Release.Task;
                }
                else if (manner == "throws in " + what)
                {
                    throw new NotSupportedException(manner);
                }
            }
            finally
            {
                Interlocked.Decrement(ref _inside);
            }
        }
    }
}
