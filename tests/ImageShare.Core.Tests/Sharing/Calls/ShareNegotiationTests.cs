using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>Offers and answers of a share in every place SIP allows for them, with a phone that is played here.</summary>
[TestFixture]
public sealed class ShareNegotiationTests : PhoneCalleeTest
{
    [Test]
    [Category("DLG-012")]
    public async Task The_answer_of_the_first_reliable_response_counts_and_nothing_said_before_or_after_does()
    {
        const string Declined = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=message 0 TCP/MSRP *\r\n";
        ImageShareSession session = await ShareAsync();
        string invite = await Phone.ReceiveAsync("INVITE");
        Assert.That(invite, Does.Contain("a=file-selector:"), "the offer is in the INVITE");

        // Without reliability it is a hint at most.
        await Phone.RespondAsync(invite, "183 Session Progress", Declined);
        await Phone.RespondAsync(invite, "183 Session Progress", Phone.Answer(), "Require: 100rel\r\nRSeq: 77\r\n");
        await Phone.RespondAsync(await Phone.ReceiveAsync("PRACK"), "200 OK");
        await Phone.RespondAsync(invite, "183 Session Progress", Declined, "Require: 100rel\r\nRSeq: 78\r\n");
        await Phone.RespondAsync(await Phone.ReceiveAsync("PRACK"), "200 OK");
        await Phone.RespondAsync(invite, "200 OK", Declined);
        await Phone.ReceiveAsync("ACK");
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        await CancelAsync(session);
    }

    [TestCase(null)]
    [TestCase("v=0\r\nnonsense")]
    [Category("DLG-012")]
    public async Task The_same_answer_may_stand_in_unreliable_responses_and_counts_in_the_2xx(string? second)
    {
        ImageShareSession session = await ShareAsync();
        string invite = await Phone.ReceiveAsync("INVITE");
        await Phone.RespondAsync(invite, "183 Session Progress", second ?? Phone.Answer());
        await Phone.RespondAsync(invite, "200 OK", Phone.Answer());
        await Phone.ReceiveAsync("ACK");
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        await CancelAsync(session);
    }

    [TestCase("INVITE")]
    [TestCase("UPDATE")]
    [Category("DLG-031")]
    public async Task A_refresh_towards_a_sender_that_sent_an_icon_is_answered_and_the_transfer_goes_on(string method)
    {
        ImageShareSession session = await ShareAsync(new ShareSettings
        {
            QueryFirst = false,
            Icon = new ImageIcon(new MediaType("image", "png"), TestImage.Png(100)),
        });
        string invite = await Phone.ReceiveAsync("INVITE");
        Assert.That(RawPhone.Header(invite, "Content-Type"), Does.StartWith("multipart/"));
        string answer = Phone.Answer();
        await Phone.RespondAsync(invite, "200 OK", answer);
        await Phone.ReceiveAsync("ACK");
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        await peer.ReadAsync();
        var alice = Core.Sip.SipUri.Parse(RawPhone.Header(invite, "Contact").Split('<', '>')[1]);
        string Request(string name, int number) =>
            $"{name} {alice} SIP/2.0\r\nVia: SIP/2.0/UDP {Phone.Address.Host}:{Phone.Address.Port};branch=z9hG4bK{name}{number}\r\nMax-Forwards: 70\r\n"
            + $"From: {RawPhone.Header(invite, "To")};tag=mallory\r\nTo: {RawPhone.Header(invite, "From")}\r\nCall-ID: {RawPhone.Header(invite, "Call-ID")}\r\nCSeq: {number} {name}\r\n"
            + $"Contact: <{Phone.Address}>\r\nSession-Expires: 90;refresher=uac\r\nSupported: timer\r\nContent-Type: application/sdp\r\nContent-Length: {(name == "ACK" ? 0 : answer.Length)}\r\n\r\n{(name == "ACK" ? "" : answer)}";
        for (int i = 1; i <= 2; i++)
        {
            await Phone.SendAsync(alice, Request(method, i));
            string response;
            do
            {
                response = await Phone.ReceiveAsync("SIP/2.0 ");
            }
            while (!RawPhone.Header(response, "CSeq").StartsWith($"{i} ", StringComparison.Ordinal) || response.StartsWith("SIP/2.0 1", StringComparison.Ordinal));
            Assert.Multiple(() =>
            {
                Assert.That(response, Does.StartWith("SIP/2.0 200"));
                Assert.That(RawPhone.Header(response, "Content-Type"), Is.EqualTo("application/sdp"));
                Assert.That(response, Does.Contain("a=setup:active\r\n").And.Contain("a=file-transfer-id:" + RawPhone.Line(invite, "a=file-transfer-id:")));
                Assert.That(session.State, Is.EqualTo(ImageShareState.Transferring));
            });
            if (method == "INVITE")
            {
                await Phone.SendAsync(alice, Request("ACK", i));
            }
        }

        await CancelAsync(session);
    }

    // What is asked, the status, and the header that says what is taken instead.
    [TestCase("hello", "Content-Type: text/plain\r\n", 415, "Accept: application/sdp")]
    [TestCase(null, "Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n", 415, "Accept-Encoding: identity")]
    [TestCase(null, "Content-Type: application/sdp\r\nContent-Encoding: identity, deflate\r\n", 415, "Accept-Encoding: identity")]
    [TestCase(null, "Content-Type: application/sdp\r\ne: gzip\r\n", 415, "Accept-Encoding: identity")]
    [TestCase(null, "Content-Type: application/sdp\r\nContent-Language: fr\r\n", 415, "Accept-Language: en")]
    [TestCase("hello", "Content-Type: text/plain\r\nContent-Disposition: render;handling=optional\r\n", 488, null)]
    [TestCase("hello", "Content-Type: text/plain\r\nContent-Disposition: render;handling=required\r\n", 415, "Accept: application/sdp")]
    [TestCase("hello", "Content-Type: text/plain\r\nContent-Disposition: render ; Handling = OPTIONAL\r\n", 488, null)]
    [TestCase("hello", "Content-Type: text/plain\r\nContent-Disposition: render;filename=\"a;handling=optional;b\"\r\n", 415, "Accept: application/sdp")]
    [TestCase(null, "Content-Type: application/sdp\r\nContent-Encoding: identity\r\n", 180, null)]
    [TestCase(null, "Content-Type: application/sdp\r\nContent-Language: fr, en-GB\r\n", 180, null)]
    [Category("DLG-019")]
    public async Task A_body_that_is_not_understood_gets_415_and_what_would_be(string? body, string headers, int status, string? says)
    {
        Core.Sip.SipUri to = Alice.Address;
        await Phone.SendAsync(to, Phone.Request("INVITE", to, "call", body: body ?? Phone.Offer("type:image/png size:10"), extra: headers, branch: "one"));
        string response;
        do
        {
            response = await Phone.ReceiveAsync("SIP/2.0 ", "call");
        }
        while (response.StartsWith("SIP/2.0 100", StringComparison.Ordinal));
        Assert.That(response, Does.StartWith($"SIP/2.0 {status} "));
        if (says is not null)
        {
            Assert.That(response, Does.Contain($"\r\n{says}"));
        }

        await (status == 180
            ? Phone.SendAsync(to, Phone.Request("CANCEL", to, "call", branch: "one"))
            : Phone.SendAsync(to, Phone.Request("ACK", to, "call", RawPhone.TagOf(response), branch: "one")));
    }

    [Test]
    [Category("DLG-025")]
    public async Task An_invitation_without_an_offer_offers_no_image_and_gets_488()
    {
        string response = await Phone.InviteAsync(Alice.Address, "call", null);
        Assert.That(response, Does.StartWith("SIP/2.0 488 Offer Required"));
    }

    private Task<ImageShareSession> ShareAsync(ShareSettings? settings = null) =>
        Alice.ShareAsync(Phone.Address, SharePair.Image(TestImage.Png(500_000)), (settings ?? new ShareSettings { QueryFirst = false }) with { MaxBytesPerSecond = 50_000 });

    private async Task CancelAsync(ImageShareSession session)
    {
        Task<ImageShareResult> cancelling = session.CancelAsync();
        await Phone.RespondAsync(await Time.DriveAsync(Phone.ReceiveAsync("BYE")), "200 OK");
        Assert.That((await Time.DriveAsync(cancelling)).State, Is.EqualTo(ImageShareState.Cancelled));
    }
}
