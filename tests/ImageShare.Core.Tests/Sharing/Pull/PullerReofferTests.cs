using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Pull;

/// <summary>A phone that fetches an image and then offers something else in the same session.</summary>
[TestFixture]
public sealed class PullerReofferTests : PullerTest
{
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
            Assert.That(SdpOf(again), Is.EqualTo(SdpOf(Response)), "the same description, hash and all");
            Assert.That(SdpOf(more), Is.EqualTo(SdpOf(Response)));
            Assert.That(send.Body, Is.EqualTo(Cat), "sent once");
            Assert.That(session.State, Is.EqualTo(ImageShareState.Transferring));
        });
        await peer.AnswerAsync(send, 200, send.To.First);
        await AnswerByeAsync();
        Assert.That((await Time.DriveAsync(session.Completion)).IsCompleted, Is.True);
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
        Assert.That((await Time.DriveAsync(session.Completion)).Error, Is.EqualTo(ImageShareError.UnacceptableOffer));
    }

    [Test]
    [Category("FT-015")]
    public async Task A_new_id_is_another_image_in_the_place_of_the_first()
    {
        ImageShareSession first = await PullAsync(Offer("name:\"cat.png\""));
        (RawMsrpPeer peer, _) = await DialAsync();
        await using RawMsrpPeer closing = peer;
        string answer = await OfferAsync("INVITE", Offer("name:\"dog.png\"", id: "two"));
        Assert.That((await Time.DriveAsync(first.Completion)).State, Is.EqualTo(ImageShareState.Cancelled));
        ImageShareSession second = await ServedAsync();
        Assert.That(answer, Does.StartWith("SIP/2.0 200").And.Contain("a=file-transfer-id:two\r\n").And.Contain(HashOf(Dog)));
        Response = answer;
        (RawMsrpPeer again, _) = await DialAsync();
        await using RawMsrpPeer closingAgain = again;
        RawMsrpPeer.Message send = (await again.ReadAsync())!;
        Assert.That(send.Body, Is.EqualTo(Dog));
        await again.AnswerAsync(send, 200, send.To.First);
        await AnswerByeAsync();
        Assert.That((await Time.DriveAsync(second.Completion)).IsCompleted, Is.True);
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
        await Time.DriveAsync(first.Completion);
    }

    [Test]
    [Category("FT-025")]
    [Category("SDP-009")]
    public async Task Port_0_for_the_image_ends_its_chunk_with_a_hash_and_the_share()
    {
        // More than what lies between the two without being read.
        Folder.File("big.png", TestImage.Png(8_000_000));
        ImageShareSession session = await PullAsync(Offer("name:\"big.png\""));
        (RawMsrpPeer peer, _) = await DialAsync();
        await using RawMsrpPeer closing = peer;
        RawMsrpPeer.Message send = (await peer.ReadAsync())!;
        Assert.That(send.Continuation, Is.EqualTo('+'));
        string answer = await OfferAsync("INVITE", Offer("name:\"big.png\"").Replace($"message {Phone.MsrpPort} ", "message 0 ", StringComparison.Ordinal));
        Assert.That(RawPhone.Line(answer, "m="), Is.EqualTo("message 0 TCP/MSRP *"));
        while (send.Continuation != '#')
        {
            Assert.That(send.Continuation, Is.EqualTo('+'));
            await peer.AnswerAsync(send, 200, send.To.First);
            send = (await peer.ReadAsync())!;
        }

        await AnswerByeAsync();
        Assert.That((await Time.DriveAsync(session.Completion)).State, Is.EqualTo(ImageShareState.Cancelled));
    }

    [Test]
    public async Task Over_TLS_too_a_new_id_is_another_image()
    {
        await using ImageShareClient carol = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = Core.Sip.SipUri.Parse("sip:carol@ims.example"),
            Network = Network,
            TimeProvider = Time,
            MsrpSecurity = MsrpSecurity.Required,
            Catalogue = ImageCatalogue.FromDirectory(Folder.Path),
        });
        string fingerprint = $"a=fingerprint:sha-256 {string.Join(':', Enumerable.Repeat("AB", 32))}\r\n";
        string Secure(string selector, string id) => (Offer(selector, id) + fingerprint).Replace("TCP/MSRP", "TCP/TLS/MSRP", StringComparison.Ordinal).Replace("msrp:", "msrps:", StringComparison.Ordinal);
        Response = await Phone.InviteAsync(carol.Address, Call, Secure("name:\"cat.png\"", "one"));
        Assert.That(Response, Does.StartWith("SIP/2.0 200").And.Contain("TCP/TLS/MSRP *\r\n").And.Contain("a=fingerprint:"));
        await Phone.SendAsync(carol.Address, Phone.Request("INVITE", carol.Address, Call, RawPhone.TagOf(Response), ++Number, Secure("name:\"dog.png\"", "two")));
        string answer = await FinalAsync();
        await Phone.SendAsync(carol.Address, Phone.Request("ACK", carol.Address, Call, RawPhone.TagOf(Response), Number));
        Assert.That(answer, Does.StartWith("SIP/2.0 200").And.Contain("a=file-transfer-id:two\r\n").And.Contain(HashOf(Dog)));
        Assert.That(RawPhone.Line(answer, "m="), Does.Match("^message [1-9][0-9]* TCP/TLS/MSRP"));
        await Phone.SendAsync(carol.Address, Phone.Request("BYE", carol.Address, Call, RawPhone.TagOf(Response), ++Number));
        await Time.DriveAsync(carol.DisposeAsync().AsTask());
    }

    [Test]
    public async Task A_session_may_turn_round_with_a_new_id()
    {
        ImageShareSession first = await PullAsync(Offer("name:\"cat.png\""));
        string branch = Guid.NewGuid().ToString("N");
        string push = Offer("name:\"new.png\" type:image/png size:10", id: "two").Replace("recvonly", "sendonly", StringComparison.Ordinal);
        await Phone.SendAsync(Bob.Address, Phone.Request("INVITE", Bob.Address, Call, RawPhone.TagOf(Response), ++Number, push, branch: branch));
        await Time.DriveAsync(first.Completion);
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await using IAsyncEnumerator<ImageShareInvitation> invitations = Bob.Invitations.GetAsyncEnumerator(patience.Token);
        Assert.That(await invitations.MoveNextAsync(), Is.True);
        Assert.That(invitations.Current.Image.Name, Is.EqualTo("new.png"));
        ImageShareSession second = await invitations.Current.AcceptAsync(ImageStore.InMemory());
        string answer = await FinalAsync();
        await AcknowledgeAsync();
        Assert.That(answer, Does.Contain("a=recvonly\r\n").And.Contain("a=file-transfer-id:two\r\n"));
        await Phone.SendAsync(Bob.Address, Phone.Request("BYE", Bob.Address, Call, RawPhone.TagOf(Response), ++Number));
        Assert.That((await Time.DriveAsync(second.Completion)).State, Is.EqualTo(ImageShareState.Cancelled));
    }

    [Test]
    [Category("FT-008")]
    public async Task A_file_that_changes_while_it_is_sent_is_not_sent_to_its_end()
    {
        byte[] big = TestImage.Png(3_000_000);
        string path = Folder.File("big.png", big);
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
        string bye = await Phone.ReceiveAsync("BYE", Call);
        Assert.That(bye, Does.Contain("Reason: SIP;cause=500"));
        await Phone.RespondAsync(bye, "200 OK");
        Assert.That((await Time.DriveAsync(session.Completion)).Error, Is.EqualTo(ImageShareError.SourceUnreadable));
    }
}
