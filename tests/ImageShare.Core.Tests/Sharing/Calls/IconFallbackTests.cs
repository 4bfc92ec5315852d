using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>A peer that takes no multipart body still gets the image, without its icon.</summary>
[TestFixture]
public sealed class IconFallbackTests
{
    private static readonly ShareSettings WithIcon = new() { QueryFirst = false, Icon = new ImageIcon(new MediaType("image", "png"), TestImage.Png(200)) };

    [TestCase("415 Unsupported Media Type", "")]
    [TestCase("415 Unsupported Media Type", "Accept: application/sdp\r\n")]
    [TestCase("488 Not Acceptable Here", "Accept: application/sdp\r\n")]
    [TestCase("400 Bad Request", "Accept: application/sdp, text/plain\r\n")]
    [Category("MIME-015")]
    public async Task A_refused_icon_is_left_out_once_and_for_all(string refusal, string extra)
    {
        var network = new InMemoryNetwork();
        await using ImageShareClient alice = await StartAsync(network);
        await using var phone = new RawPhone(network);
        await using (ImageShareSession session = await alice.ShareAsync(phone.Address, SharePair.Image(TestImage.Png(1000)), WithIcon))
        {
            string first = await phone.ReceiveAsync("INVITE");
            Assert.That(RawPhone.Header(first, "Content-Type"), Does.StartWith("multipart/related"));
            string second = await RefuseAsync(phone, first, refusal, extra);
            Assert.Multiple(() =>
            {
                Assert.That(RawPhone.Header(second, "Content-Type"), Is.EqualTo("application/sdp"));
                Assert.That(second, Does.Not.Contain("a=file-icon").And.Contain("a=file-selector:"));
                Assert.That(RawPhone.Header(second, "Call-ID"), Is.EqualTo(RawPhone.Header(first, "Call-ID")).And.EqualTo(session.Id));
                Assert.That(RawPhone.Header(second, "From"), Is.EqualTo(RawPhone.Header(first, "From")));
                Assert.That(RawPhone.Header(first, "CSeq"), Is.EqualTo("1 INVITE"));
                Assert.That(RawPhone.Header(second, "CSeq"), Is.EqualTo("2 INVITE"));
                Assert.That(RawPhone.Header(second, "Via"), Is.Not.EqualTo(RawPhone.Header(first, "Via")));
                Assert.That(second.Split("\r\n").Single(l => l.StartsWith("To: ", StringComparison.Ordinal)), Does.Not.Contain("tag="));
            });

            // Once only: a second refusal is final.
            await phone.RespondAsync(second, refusal, extra: extra);
            ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
            Assert.That($"{result.SipStatus}", Is.EqualTo(refusal[..3]));
        }

        await using ImageShareSession next = await alice.ShareAsync(phone.Address, SharePair.Image(TestImage.Png(1000)), WithIcon);
        string third = await phone.ReceiveAsync("INVITE", next.Id);
        Assert.That(RawPhone.Header(third, "Content-Type"), Is.EqualTo("application/sdp"));
        await phone.RespondAsync(third, "603 Decline");
        Assert.That((await next.Completion.WaitAsync(SharePair.Patience)).State, Is.EqualTo(ImageShareState.Declined));
    }

    // Doubango says 488 to every body that is not SDP alone, without Accept, and the reason in a header of its own.
    [TestCase("488 Not Acceptable", "Reason: SIP; cause=488; text=\"Bad content\"\r\n")]
    [TestCase("606 Not Acceptable", "")]
    [Category("MIME-015")]
    public async Task A_refusal_that_leaves_open_what_of_is_tried_once_without_the_icon(string refusal, string extra)
    {
        var network = new InMemoryNetwork();
        await using ImageShareClient alice = await StartAsync(network);
        await using var phone = new RawPhone(network);

        // The image itself is refused too: nothing is known of icons, and the next invitation has one.
        await using (ImageShareSession session = await alice.ShareAsync(phone.Address, SharePair.Image(TestImage.Png(1000)), WithIcon))
        {
            string plain = await RefuseAsync(phone, await phone.ReceiveAsync("INVITE"), refusal, extra);
            Assert.That(RawPhone.Header(plain, "Content-Type"), Is.EqualTo("application/sdp"));
            await phone.RespondAsync(plain, refusal, extra: extra);
            Assert.That($"{(await session.Completion.WaitAsync(SharePair.Patience)).SipStatus}", Is.EqualTo(refusal[..3]));
        }

        // This time it is not: that peer gets no icon any more.
        await using (ImageShareSession session = await alice.ShareAsync(phone.Address, SharePair.Image(TestImage.Png(1000)), WithIcon))
        {
            string first = await phone.ReceiveAsync("INVITE", session.Id);
            Assert.That(RawPhone.Header(first, "Content-Type"), Does.StartWith("multipart/related"));
            await phone.RespondAsync(await RefuseAsync(phone, first, refusal, extra), "603 Decline");
            Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).State, Is.EqualTo(ImageShareState.Declined));
        }

        await using ImageShareSession last = await alice.ShareAsync(phone.Address, SharePair.Image(TestImage.Png(1000)), WithIcon);
        string third = await phone.ReceiveAsync("INVITE", last.Id);
        Assert.That(RawPhone.Header(third, "Content-Type"), Is.EqualTo("application/sdp"));
        await phone.RespondAsync(third, "603 Decline");
        await last.Completion.WaitAsync(SharePair.Patience);
    }

    [TestCase("400 Bad Request", "")]
    [TestCase("606 Not Acceptable", "Accept: application/sdp, multipart/related\r\n")]
    [TestCase("488 Not Acceptable Here", "Accept: application/sdp, multipart/related\r\n")]
    [TestCase("603 Decline", "Accept: application/sdp\r\n")]
    [TestCase("486 Busy Here", "")]
    [Category("MIME-015")]
    public async Task Any_other_refusal_is_final(string refusal, string extra)
    {
        var network = new InMemoryNetwork();
        await using ImageShareClient alice = await StartAsync(network);
        await using var phone = new RawPhone(network);
        await using ImageShareSession session = await alice.ShareAsync(phone.Address, SharePair.Image(TestImage.Png(1000)), WithIcon);
        await phone.RespondAsync(await phone.ReceiveAsync("INVITE"), refusal, extra: extra);
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That($"{result.SipStatus}", Is.EqualTo(refusal[..3]));
    }

    [Test]
    [Category("MIME-015")]
    public async Task Without_an_icon_415_is_final()
    {
        var network = new InMemoryNetwork();
        await using ImageShareClient alice = await StartAsync(network);
        await using var phone = new RawPhone(network);
        await using ImageShareSession session = await alice.ShareAsync(phone.Address, SharePair.Image(TestImage.Png(1000)), WithIcon with { Icon = null });
        await phone.RespondAsync(await phone.ReceiveAsync("INVITE"), "415 Unsupported Media Type");
        Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).SipStatus, Is.EqualTo(415));
    }

    [Test]
    public async Task Cancelling_while_the_refusal_is_on_its_way_sends_no_second_invitation()
    {
        var network = new InMemoryNetwork();
        await using ImageShareClient alice = await StartAsync(network);
        await using var phone = new RawPhone(network);
        await using ImageShareSession session = await alice.ShareAsync(phone.Address, SharePair.Image(TestImage.Png(1000)), WithIcon);
        string invite = await phone.ReceiveAsync("INVITE");
        await phone.RespondAsync(invite, "180 Ringing");
        Task<ImageShareResult> cancelling = session.CancelAsync();
        string cancel = await phone.ReceiveAsync("CANCEL");
        await phone.RespondAsync(cancel, "200 OK");
        await phone.RespondAsync(invite, "415 Unsupported Media Type");
        Assert.That((await cancelling.WaitAsync(SharePair.Patience)).State, Is.EqualTo(ImageShareState.Cancelled));
    }

    // The ACK of the refusal, then the next INVITE; copies of the first, sent before the refusal was there, are passed over.
    private static async Task<string> RefuseAsync(RawPhone phone, string invite, string status, string extra)
    {
        await phone.RespondAsync(invite, status, extra: extra);
        await phone.ReceiveAsync("ACK");
        string next;
        do
        {
            next = await phone.ReceiveAsync("INVITE");
        }
        while (RawPhone.Header(next, "CSeq") == RawPhone.Header(invite, "CSeq"));
        return next;
    }

    private static Task<ImageShareClient> StartAsync(InMemoryNetwork network) => ImageShareClient.StartAsync(new ImageShareOptions
    {
        Identity = SipUri.Parse("sip:alice@ims.example"),
        Network = network,
        Transport = SipTransportChoice.Udp,
    });
}
