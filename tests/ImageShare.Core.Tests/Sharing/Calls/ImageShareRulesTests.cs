using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>What IR.79 asks of both ends beyond single messages.</summary>
[TestFixture]
public sealed class ImageShareRulesTests
{
    [Test]
    [Category("IS-016")]
    public async Task Every_attribute_of_RFC_5547_is_understood_whatever_is_written_oneself()
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network, bob: o => o with { Profile = ImageShareProfile.Ir79 });
        await using var phone = new RawPhone(network);
        string hash = string.Join(':', Enumerable.Range(1, 20).Select(i => i.ToString("X2", null)));
        string offer = phone.Sdp(
            $"a=sendonly\r\na=accept-types:message/cpim image/png\r\na=accept-wrapped-types:*\r\na=path:{phone.Path}\r\na=setup:actpass\r\n"
            + $"a=file-selector:name:\"a.png\" type:image/png size:1000 hash:sha-1:{hash}\r\na=file-transfer-id:vBnG916bdberum2fFEABR1FR3ExZMUrd\r\n"
            + "a=file-disposition:attachment\r\na=file-range:1-1000\r\na=file-icon:cid:icon@phone.example\r\n"
            + "a=file-date:creation:\"Mon, 15 May 2006 15:01:31 +0300\" modification:\"Mon, 15 May 2006 16:04:53 +0300\" read:\"Mon, 15 May 2006 17:00:00 +0300\"\r\n");
        string body = $"--b1\r\nContent-Type: application/sdp\r\n\r\n{offer}\r\n--b1\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
            + $"Content-ID: <icon@phone.example>\r\nContent-Disposition: icon\r\n\r\n{Convert.ToBase64String(TestImage.Png(100))}\r\n--b1--\r\n";
        Task<string> inviting = phone.InviteAsync(
            pair.Bob.Address, "call", body, "Content-Type: multipart/related;type=\"application/sdp\";boundary=b1\r\n");
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession session = await invitation.AcceptAsync(pair.Store);
        string accepted = await inviting;
        Assert.Multiple(() =>
        {
            Assert.That(invitation.Image.Name, Is.EqualTo("a.png"));
            Assert.That(invitation.Image.Type, Is.EqualTo(new MediaType("image", "png")));
            Assert.That(invitation.Image.Size, Is.EqualTo(1000));
            Assert.That(invitation.Image.Sha1, Is.EqualTo(hash.Replace(":", string.Empty, StringComparison.Ordinal)));
            Assert.That(invitation.Image.Created, Is.EqualTo(new DateTimeOffset(2006, 5, 15, 15, 1, 31, TimeSpan.FromHours(3))));
            Assert.That(invitation.Image.Modified, Is.EqualTo(new DateTimeOffset(2006, 5, 15, 16, 4, 53, TimeSpan.FromHours(3))));
            Assert.That(invitation.Image.ShowAtOnce, Is.False);
            Assert.That(invitation.Icon!.Content.ToArray(), Is.EqualTo(TestImage.Png(100)));
            Assert.That(accepted, Does.StartWith("SIP/2.0 200 "));
            Assert.That(accepted, Does.Contain("a=file-transfer-id:vBnG916bdberum2fFEABR1FR3ExZMUrd\r\n"));
        });
        Task<ImageShareResult> cancelling = session.CancelAsync();
        await phone.RespondAsync(await phone.ReceiveAsync("BYE", "call"), "200 OK");
        await cancelling.WaitAsync(SharePair.Patience);
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("IS-017")]
    public async Task The_200s_for_the_whole_image_decide_whether_it_got_there(bool lastIsAnswered)
    {
        var network = new InMemoryNetwork();
        var time = new ManualTimeProvider();
        await using ImageShareClient alice = await StartAliceAsync(network, ImageShareProfile.Rcs2, time);
        await using var phone = new RawPhone(network);
        await using ImageShareSession session = await alice.ShareAsync(
            phone.Address, SharePair.Image(TestImage.Png(5000)), new ShareSettings { QueryFirst = false });
        await phone.RespondAsync(await phone.ReceiveAsync("INVITE"), "200 OK", phone.Answer());
        await using RawMsrpPeer peer = await phone.AcceptAsync();
        List<string> heads = await TakeImageAsync(peer, 5000, lastIsAnswered);
        Assert.That(heads, Has.Count.GreaterThanOrEqualTo(3));
        Assert.That(heads.Where(h => h.Contains("Success-Report", StringComparison.OrdinalIgnoreCase) && !h.Contains("Success-Report: no", StringComparison.Ordinal)), Is.Empty);
        if (lastIsAnswered)
        {
            await phone.RespondAsync(await phone.ReceiveAsync("BYE"), "200 OK");
            ImageShareResult done = await session.Completion.WaitAsync(SharePair.Patience);
            Assert.That(done.IsCompleted, Is.True, done.Message);
            Assert.That(time.Elapsed, Is.EqualTo(TimeSpan.Zero));
        }
        else
        {
            ImageShareResult stalled = await time.DriveAsync(session.Completion);
            Assert.Multiple(() =>
            {
                Assert.That(stalled.Error, Is.EqualTo(ImageShareError.TransferStalled), stalled.Message);
                Assert.That(time.Elapsed, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(30)));
            });
        }
    }

    [Test]
    [Category("IS-023")]
    public async Task Without_an_icon_of_the_application_the_offer_is_the_only_body_and_nothing_is_wrapped(
        [ValueSource(typeof(ImageShareProfile), nameof(ImageShareProfile.All))] ImageShareProfile profile)
    {
        var network = new InMemoryNetwork();
        await using ImageShareClient alice = await StartAliceAsync(network, profile, TimeProvider.System);
        await using var phone = new RawPhone(network);
        await using ImageShareSession session = await alice.ShareAsync(
            phone.Address, SharePair.Image(TestImage.Png(1000)), new ShareSettings { QueryFirst = false });
        string invite = await phone.ReceiveAsync("INVITE");
        Assert.That(RawPhone.Header(invite, "Content-Type"), Is.EqualTo("application/sdp"));
        Assert.That(invite, Does.Not.Contain("a=file-icon"));
        await phone.RespondAsync(invite, "200 OK", phone.Answer());
        await using RawMsrpPeer peer = await phone.AcceptAsync();
        List<string> heads = await TakeImageAsync(peer, 1000, answersLast: true);
        Assert.That(heads[^1], Does.Contain("\r\nContent-Type: image/png"));
        Assert.That(heads.Where(h => h.Contains("cpim", StringComparison.OrdinalIgnoreCase)), Is.Empty);
        await phone.RespondAsync(await phone.ReceiveAsync("BYE"), "200 OK");
        Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
    }

    [TestCase("Ir79", "application/sdp")]
    [TestCase("Rcs2", "multipart/related")]
    [TestCase("RcsE", "multipart/mixed")]
    [TestCase("Mercuro", "multipart/related")]
    [TestCase("Rfc5547", "multipart/related")]
    [Category("IS-023")]
    public async Task An_icon_goes_along_when_the_application_gives_one_and_the_profile_has_icons(string profile, string type)
    {
        await using SharePair pair = await SharePair.StartAsync(alice: o => o with { Profile = ImageShareProfile.Find(profile)! });
        await pair.ShareAsync(TestImage.Png(1000), new ShareSettings { Icon = new ImageIcon(new MediaType("image", "png"), TestImage.Png(100)) });
        Assert.That(Encoding.UTF8.GetString(pair.FirstSent("INVITE").Bytes.Span), Does.Contain($"\r\nContent-Type: {type}"));
    }

    [TestCase(";+g.oma.sip-im;+g.3gpp.cs-voice;video;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\";+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-vs,urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is,urn%3Aurn-7%3A3gpp-application.ims.iari.rcse.ft\"")]
    [TestCase("")]
    [Category("IS-029")]
    public async Task Other_services_beside_this_one_are_ignored_and_none_is_required(string tags)
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        string extra = tags.Length == 0
            ? string.Empty
            : "P-Asserted-Service: urn:urn-7:3gpp-service.ims.icsi.mmtel\r\nAccept-Contact: *;+g.oma.sip-im\r\n"
                + "Accept-Contact: *;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session\";explicit\r\n";
        string invite = phone.Request("INVITE", pair.Bob.Address, "call", body: phone.Offer("name:\"a.png\" type:image/png size:1000"), extra: extra)
            .Replace($"Contact: <{phone.Address}>", $"Contact: <{phone.Address}>{tags}", StringComparison.Ordinal);
        await phone.SendAsync(pair.Bob.Address, invite);
        await using ImageShareSession session = await (await pair.NextInvitationAsync()).AcceptAsync(pair.Store);
        string accepted = await phone.FinishInviteAsync(pair.Bob.Address, "call");
        Assert.That(accepted, Does.StartWith("SIP/2.0 200 "));

        // The other way round: what a peer says of itself in its 200.
        Task<ImageShareCapabilities> asking = pair.Bob.QueryCapabilitiesAsync(phone.Address);
        string query = await phone.ReceiveAsync("OPTIONS");
        string answer = tags.Length == 0 ? phone.Sdp("a=accept-types:*\r\na=file-selector\r\n", "m=message 0 TCP/MSRP *\r\n") : string.Empty;
        await phone.SendAsync(
            pair.Bob.Address,
            $"SIP/2.0 200 OK\r\nVia: {RawPhone.Header(query, "Via")}\r\nFrom: {RawPhone.Header(query, "From")}\r\nTo: {RawPhone.Header(query, "To")};tag=m\r\n"
            + $"Call-ID: {RawPhone.Header(query, "Call-ID")}\r\nCSeq: {RawPhone.Header(query, "CSeq")}\r\nContact: <{phone.Address}>{tags}\r\n"
            + $"Content-Type: application/sdp\r\nContent-Length: {answer.Length}\r\n\r\n{answer}");
        ImageShareCapabilities capabilities = await asking.WaitAsync(SharePair.Patience);
        Assert.That(capabilities.Evidence, Is.EqualTo(tags.Length == 0 ? CapabilityEvidence.Sdp : CapabilityEvidence.Iari));
        Task<ImageShareResult> cancelling = session.CancelAsync();
        await phone.RespondAsync(await phone.ReceiveAsync("BYE", "call"), "200 OK");
        await cancelling.WaitAsync(SharePair.Patience);
    }

    [Test]
    [Category("IS-030")]
    public async Task No_preconditions_are_asked_for_and_none_are_agreed_to()
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        (ImageShareResult sent, _) = await pair.ShareAsync(TestImage.Png(1000));
        Assert.That(sent.IsCompleted, Is.True, sent.Message);
        string invite = Encoding.UTF8.GetString(pair.FirstSent("INVITE").Bytes.Span);
        Assert.That(invite, Does.Not.Contain("\r\nRequire:").And.Not.Contain("precondition").And.Not.Contain("a=curr:").And.Not.Contain("a=des:"));

        string refused = await phone.InviteAsync(
            pair.Bob.Address, "call", phone.Offer("name:\"a.png\" type:image/png size:10"), "Require: precondition\r\n");
        Assert.That(refused, Does.StartWith("SIP/2.0 420 "));
        Assert.That(RawPhone.Header(refused, "Unsupported"), Is.EqualTo("precondition"));
    }

    private static Task<ImageShareClient> StartAliceAsync(InMemoryNetwork network, ImageShareProfile profile, TimeProvider time) =>
        ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@ims.example"),
            Network = network,
            TimeProvider = time,
            Transport = SipTransportChoice.Udp,
            Profile = profile,
        });

    // Reads until so many octets are here and answers each SEND with 200, the last one if wished; the heads as they were on the wire.
    private static async Task<List<string>> TakeImageAsync(RawMsrpPeer peer, int size, bool answersLast)
    {
        List<string> heads = [];
        for (int octets = 0; octets < size;)
        {
            heads.Add(await PeekHeadAsync(peer));
            RawMsrpPeer.Message send = (await peer.ReadAsync())!;
            octets += send.Body.Length;
            if (octets < size || answersLast)
            {
                await peer.AnswerAsync(send, 200, send.To.First);
            }
        }

        return heads;
    }

    private static async Task<string> PeekHeadAsync(RawMsrpPeer peer)
    {
        while (true)
        {
            ReadResult read = await peer.Stream.Input.ReadAsync().AsTask().WaitAsync(SharePair.Patience);
            string text = Encoding.Latin1.GetString(read.Buffer.ToArray());
            int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            end = end < 0 ? text.IndexOf("\r\n-------", StringComparison.Ordinal) : end;
            if (end >= 0 || read.IsCompleted)
            {
                peer.Stream.Input.AdvanceTo(read.Buffer.Start);
                return end < 0 ? text : text[..end];
            }

            peer.Stream.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
