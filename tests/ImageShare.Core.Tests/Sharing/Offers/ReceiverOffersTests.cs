using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Offers;

/// <summary>A caller whose image is being received offers something else inside the session.</summary>
[TestFixture]
public sealed class ReceiverOffersTests : PhoneCallerTest
{
    private const string Selector = "name:\"x.png\" type:image/png size:10";
    private const string Call = "call";

    private string _response = null!;
    private bool _offersInMultipart;
    private int _number = 1;

    [SetUp]
    public void Reset()
    {
        _number = 1;
        _offersInMultipart = false;
    }

    private protected override ImageShareOptions Configure(ImageShareOptions options) => options with { Limits = options.Limits with { MaxImageSize = 4096 } };

    [TestCase("INVITE", false)]
    [TestCase("UPDATE", false)]
    [TestCase("INVITE", true)]
    [TestCase("UPDATE", true)]
    [Category("FT-013")]
    [Category("FT-011")]
    [Category("FT-032")]
    [Category("SDP-010")]
    public async Task The_same_transfer_offered_again_gets_the_same_answer_and_changes_nothing(string method, bool inMultipart)
    {
        _offersInMultipart = inMultipart;
        ImageShareSession session = await AcceptAsync(Offer(Selector, "one"));
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(_response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "half", "Byte-Range: 1-5/10\r\n", "01234", '+');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("half 200"));

        // Other octets, the same transfer: a version, an order, a selector more.
        string again = await OfferAsync(method, Offer(Selector, "one").Replace("o=- 1 1", "o=- 1 2", StringComparison.Ordinal));
        string more = await OfferAsync(method, Offer(Selector + " hash:sha-1:" + string.Join(':', Enumerable.Repeat("AB", 20)), "one"));
        Assert.Multiple(() =>
        {
            Assert.That(again, Does.StartWith("SIP/2.0 200"));
            Assert.That(SdpOf(again), Is.EqualTo(SdpOf(_response)), "the same description, o= and all");
            Assert.That(again, Does.Contain("a=file-transfer-id:one\r\n"));
            Assert.That(SdpOf(more), Does.Contain(":AB\r\n").And.Contain("a=file-transfer-id:one\r\n"));
            Assert.That(RawPhone.Line(more, "m="), Is.EqualTo(RawPhone.Line(_response, "m=")));
            Assert.That(RawPhone.Line(more, "o=").Split(' ')[1], Is.EqualTo(RawPhone.Line(_response, "o=").Split(' ')[1]));
            Assert.That(Version(more), Is.EqualTo(Version(_response) + 1), "what is said is not what was said");
            Assert.That(session.State, Is.EqualTo(ImageShareState.Transferring));
        });

        // The transfer never noticed.
        await peer.SendAsync(to, "rest", "Byte-Range: 6-10/10\r\n", "56789", '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("rest 200"));

        // And after it: no second transfer, nobody asked.
        Assert.That(SdpOf(await OfferAsync(method, Offer(Selector, "one").Replace("o=- 1 1", "o=- 1 3", StringComparison.Ordinal))), Does.Contain("a=file-transfer-id:one\r\n"));
        await Phone.ByeAsync(Bob.Address, Call, _response);
        Assert.That((await Time.DriveAsync(session.Completion)).IsCompleted, Is.True);
        Assert.That(Inbox.GetFiles().Select(f => f.Name), Is.EqualTo((string[])["x.png"]));
        await AssertNobodyIsAskedAsync();
    }

    [Test]
    [Category("SDP-010")]
    public async Task An_INVITE_without_an_offer_gets_ours_as_it_was()
    {
        ImageShareSession session = await AcceptAsync(Offer(Selector, "one"));
        await Phone.SendAsync(Bob.Address, Phone.Request("INVITE", Bob.Address, Call, RawPhone.TagOf(_response), ++_number));
        string offer = await FinalAsync();
        await Phone.SendAsync(Bob.Address, Phone.Request("ACK", Bob.Address, Call, RawPhone.TagOf(_response), _number, Offer(Selector, "one")));
        Assert.That(SdpOf(offer), Is.EqualTo(SdpOf(_response)));
        Assert.That(session.State, Is.EqualTo(ImageShareState.Connecting));
        await Phone.ByeAsync(Bob.Address, Call, _response);
        await Time.DriveAsync(session.Completion);
    }

    [TestCase("name:\"y.png\" type:image/png size:10", false)]
    [TestCase("name:\"y.png\" type:image/png size:10", true)]
    [TestCase("name:\"x.png\" type:image/png size:11", false)]
    [TestCase("name:\"x.png\" type:image/png size:11", true)]
    [TestCase("name:\"x.png\" type:image/jpeg size:10", false)]
    [TestCase("name:\"x.png\" type:image/jpeg size:10", true)]
    [TestCase("name:\"x.png\" type:image/png size:10 hash:sha-1:00:11:22:33:44:55:66:77:88:99:00:11:22:33:44:55:66:77:88:99", false)]
    [TestCase("name:\"x.png\" type:image/png size:10 hash:sha-1:00:11:22:33:44:55:66:77:88:99:00:11:22:33:44:55:66:77:88:99", true)]
    [Category("FT-014")]
    [Category("FT-011")]
    [Category("FT-032")]
    public async Task Another_file_under_the_same_id_is_refused_and_ends_the_transfer(string other, bool inMultipart)
    {
        _offersInMultipart = inMultipart;
        ImageShareSession session = await AcceptAsync(Offer(Selector + " hash:sha-1:FF:11:22:33:44:55:66:77:88:99:00:11:22:33:44:55:66:77:88:99", "one"));
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(_response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "half", "Byte-Range: 1-5/10\r\n", "01234", '+');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("half 200"));
        string answer = await OfferAsync("INVITE", Offer(other, "one"));
        Assert.Multiple(() =>
        {
            Assert.That(answer, Does.StartWith("SIP/2.0 200"));
            Assert.That(RawPhone.Line(answer, "m="), Is.EqualTo("message 0 TCP/MSRP *"));
            Assert.That(answer, Does.Contain($"a=file-selector:{other}\r\n").And.Contain("a=file-transfer-id:one\r\n"));
            Assert.That(Version(answer), Is.EqualTo(Version(_response) + 1));
        });
        await AnswerByeAsync();
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.EqualTo(ImageShareError.UnacceptableOffer), result.Message);
        Assert.That(Inbox.GetFiles(), Is.Empty);
        await AssertNobodyIsAskedAsync();
    }

    [TestCase("INVITE")]
    [TestCase("UPDATE")]
    [Category("SDP-009")]
    [Category("FT-011")]
    public async Task A_section_offered_with_port_0_is_answered_with_port_0_and_the_transfer_is_over(string method)
    {
        ImageShareSession session = await AcceptAsync(Offer(Selector, "one"));
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(_response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "half", "Byte-Range: 1-5/10\r\n", "01234", '+');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("half 200"));
        string answer = await OfferAsync(method, Offer(Selector, "one").Replace($"message {Phone.MsrpPort} ", "message 0 ", StringComparison.Ordinal));
        Assert.Multiple(() =>
        {
            Assert.That(answer, Does.StartWith("SIP/2.0 200"));
            Assert.That(RawPhone.Line(answer, "m="), Is.EqualTo("message 0 TCP/MSRP *"));
            Assert.That(answer, Does.Contain($"a=file-selector:{Selector}\r\n").And.Contain("a=file-transfer-id:one\r\n"));
        });
        await AnswerByeAsync();
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.State, Is.EqualTo(ImageShareState.Cancelled), result.Message);
        Assert.That(Inbox.GetFiles(), Is.Empty);
    }

    [Test]
    [Category("FT-015")]
    [Category("FT-011")]
    public async Task A_new_id_is_a_new_transfer_of_the_same_file_and_the_running_one_is_given_up_first()
    {
        ImageShareSession first = await AcceptAsync(Offer(Selector, "one"));
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(_response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "half", "Byte-Range: 1-5/10\r\n", "01234", '+');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("half 200"));

        await Phone.SendAsync(Bob.Address, Phone.Request("INVITE", Bob.Address, Call, RawPhone.TagOf(_response), ++_number, Offer(Selector, "two")));
        ImageShareInvitation invitation = await NextAsync();
        Assert.That((await Time.DriveAsync(first.Completion)).State, Is.EqualTo(ImageShareState.Cancelled));
        Assert.That(await Time.DriveAsync(peer.ReadLineAsync()), Is.EqualTo("end"), "its connection is closed");
        ImageShareSession second = await invitation.AcceptAsync(ImageStore.InDirectory(Inbox.FullName));
        string answer = await FinalAsync();
        await AcknowledgeAsync();
        Assert.Multiple(() =>
        {
            Assert.That(answer, Does.StartWith("SIP/2.0 200"));
            Assert.That(answer, Does.Contain("a=file-transfer-id:two\r\n"));
            Assert.That(RawPhone.Line(answer, "a=path:"), Is.Not.EqualTo(RawPhone.Line(_response, "a=path:")));
            Assert.That(RawPhone.Line(answer, "o=").Split(' ')[1], Is.EqualTo(RawPhone.Line(_response, "o=").Split(' ')[1]));
            Assert.That(Version(answer), Is.EqualTo(Version(_response) + 1));
        });
        (RawMsrpPeer again, Core.Msrp.MsrpUri there) = await Phone.DialAsync(answer);
        await using RawMsrpPeer closingAgain = again;
        await again.SendAsync(there, "whole", "Byte-Range: 1-10/10\r\n", "0123456789", '$');
        Assert.That(await again.ReadLineAsync(), Is.EqualTo("whole 200"));
        await Phone.SendAsync(Bob.Address, Phone.Request("BYE", Bob.Address, Call, RawPhone.TagOf(_response), ++_number));
        Assert.That((await Time.DriveAsync(second.Completion)).IsCompleted, Is.True);
        Assert.That(Inbox.GetFiles().Select(f => File.ReadAllText(f.FullName)), Is.EqualTo((string[])["0123456789"]));
    }

    [TestCase("declined")]
    [TestCase("taken back")]
    [Category("FT-015")]
    [Category("FT-011")]
    public async Task A_new_transfer_that_does_not_come_about_ends_the_session(string how)
    {
        ImageShareSession first = await AcceptAsync(Offer(Selector, "one"));
        await Phone.SendAsync(Bob.Address, Phone.Request("INVITE", Bob.Address, Call, RawPhone.TagOf(_response), ++_number, Offer(Selector, "two"), branch: "again"));
        ImageShareInvitation invitation = await NextAsync();
        await Time.DriveAsync(first.Completion);
        if (how == "declined")
        {
            Task declining = invitation.DeclineAsync();
            string answer = await FinalAsync();
            await AcknowledgeAsync();
            Assert.That(RawPhone.Line(answer, "m="), Is.EqualTo("message 0 TCP/MSRP *"));
            Assert.That(answer, Does.StartWith("SIP/2.0 200").And.Contain("a=file-transfer-id:two\r\n"));
            await AnswerByeAsync();
            await Time.DriveAsync(declining);
        }
        else
        {
            await Phone.SendAsync(Bob.Address, Phone.Request("CANCEL", Bob.Address, Call, RawPhone.TagOf(_response), _number, branch: "again"));
            Assert.That(await FinalAsync(), Does.StartWith("SIP/2.0 487"));
            await Phone.SendAsync(Bob.Address, Phone.Request("ACK", Bob.Address, Call, RawPhone.TagOf(_response), _number, branch: "again"));
            await AnswerByeAsync();
            await Task.Delay(Timeout.Infinite, invitation.Withdrawn).ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(SharePair.Patience);
        }
    }

    [TestCase("no such thing", 400)]
    [TestCase("fewer sections", 488)]
    [TestCase("turned round", 488)]
    [TestCase("another protocol", 488)]
    [TestCase("a new file that is too large", 488)]
    public async Task An_offer_that_cannot_be_taken_leaves_the_transfer_as_it_is(string offer, int status)
    {
        ImageShareSession session = await AcceptAsync(Offer(Selector, "one"));
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(_response);
        await using RawMsrpPeer closing = peer;
        string response = await OfferAsync("INVITE", offer switch
        {
            "no such thing" => "v=0\r\nnonsense",
            "fewer sections" => Phone.Sdp(string.Empty, media: string.Empty),
            "turned round" => Offer(Selector, "one").Replace("sendonly", "recvonly", StringComparison.Ordinal),
            "another protocol" => Offer(Selector, "one").Replace("TCP/MSRP", "TCP/TLS/MSRP", StringComparison.Ordinal),
            _ => Offer("type:image/png size:5000", "two"),
        });
        Assert.That(response, Does.StartWith($"SIP/2.0 {status}"));
        await peer.SendAsync(to, "whole", "Byte-Range: 1-10/10\r\n", "0123456789", '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("whole 200"));
        await Phone.SendAsync(Bob.Address, Phone.Request("BYE", Bob.Address, Call, RawPhone.TagOf(_response), ++_number));
        Assert.That((await Time.DriveAsync(session.Completion)).IsCompleted, Is.True);
    }

    [Test]
    [Category("SDP-009")]
    public async Task A_second_file_in_a_section_of_its_own_is_refused_there_and_the_first_goes_on()
    {
        ImageShareSession session = await AcceptAsync(Offer(Selector, "one"));
        string answer = await OfferAsync("INVITE", Offer(Selector, "one") + $"m=message {Phone.MsrpPort} TCP/MSRP *\r\na=sendonly\r\na=path:{Phone.Path}\r\na=file-selector:type:image/png size:3\r\na=file-transfer-id:three\r\n");
        string[] media = [.. answer.Split("\r\n").Where(l => l.StartsWith("m=", StringComparison.Ordinal))];
        Assert.That(media[0], Is.EqualTo("m=" + RawPhone.Line(_response, "m=")));
        Assert.That(media[1], Is.EqualTo("m=message 0 TCP/MSRP *"));
        Assert.That(answer, Does.Contain("a=file-transfer-id:three\r\n"));
        Assert.That(session.State, Is.EqualTo(ImageShareState.Connecting));
        await Phone.SendAsync(Bob.Address, Phone.Request("BYE", Bob.Address, Call, RawPhone.TagOf(_response), ++_number));
        await Time.DriveAsync(session.Completion);
    }

    private string Offer(string selector, string id) => Phone.Sdp(
        $"a=sendonly\r\na=accept-types:*\r\na=path:{Phone.Path}\r\na=setup:actpass\r\na=file-selector:{selector}\r\na=file-transfer-id:{id}\r\n");

    private async Task<ImageShareSession> AcceptAsync(string offer)
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, Call, offer);
        ImageShareSession session = await (await NextAsync()).AcceptAsync(ImageStore.InDirectory(Inbox.FullName));
        _response = await calling;
        return session;
    }

    private string BodyType => _offersInMultipart ? "Content-Type: multipart/mixed;boundary=b\r\n" : string.Empty;

    private string Body(string offer) => _offersInMultipart
        ? $"--b\r\nContent-Type: text/plain\r\nContent-Disposition: render;handling=optional\r\n\r\nmore\r\n--b\r\nContent-Type: application/sdp\r\n\r\n{offer}\r\n--b--\r\n"
        : offer;

    /// <summary>Offers inside the session, and acknowledges a 2xx.</summary>
    private async Task<string> OfferAsync(string method, string offer)
    {
        string branch = Guid.NewGuid().ToString("N");
        await Phone.SendAsync(Bob.Address, Phone.Request(method, Bob.Address, Call, RawPhone.TagOf(_response), ++_number, Body(offer), BodyType, branch));
        string response = await FinalAsync();
        if (method == "INVITE")
        {
            bool accepted = response.StartsWith("SIP/2.0 2", StringComparison.Ordinal);
            await Phone.SendAsync(Bob.Address, Phone.Request("ACK", Bob.Address, Call, RawPhone.TagOf(_response), _number, branch: accepted ? null : branch));
        }

        return response;
    }

    private Task AcknowledgeAsync() => Phone.SendAsync(Bob.Address, Phone.Request("ACK", Bob.Address, Call, RawPhone.TagOf(_response), _number));

    /// <summary>The final response to the request sent last.</summary>
    private async Task<string> FinalAsync()
    {
        string response;
        do
        {
            response = await Phone.ReceiveAsync("SIP/2.0 ", Call);
        }
        while (response.StartsWith("SIP/2.0 1", StringComparison.Ordinal) || !RawPhone.Header(response, "CSeq").StartsWith($"{_number} ", StringComparison.Ordinal)
            || RawPhone.Header(response, "CSeq").EndsWith("CANCEL", StringComparison.Ordinal));
        return response;
    }

    private async Task AnswerByeAsync() => await Phone.RespondAsync(await Phone.ReceiveAsync("BYE", Call), "200 OK");

    private static string SdpOf(string message) => message[message.IndexOf("\r\n\r\n", StringComparison.Ordinal)..];

    private static long Version(string message) => long.Parse(RawPhone.Line(message, "o=").Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);

    // Whoever is asked next is asked about another call.
    private async Task AssertNobodyIsAskedAsync()
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, "other", Offer(Selector, "other"));
        ImageShareInvitation invitation = await NextAsync();
        Assert.That(invitation.Id, Is.EqualTo("other"));
        await Time.DriveAsync(invitation.DeclineAsync());
        Assert.That(await calling, Does.StartWith("SIP/2.0 603"));
    }
}
