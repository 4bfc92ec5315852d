using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Offers;

/// <summary>What a receiver insists on before and while it takes an image (RFC 5547 §8.4, §10).</summary>
[TestFixture]
public sealed class ReceiverRulesTests : PhoneCallerTest
{
    private const string Call = "call";

    private protected override ImageShareOptions Configure(ImageShareOptions options) => options with
    {
        Limits = options.Limits with { MaxImageSize = 4096, MaxConcurrentShares = 2 },
        Ims = new ImsSettings { TrustedProxies = [System.Net.IPAddress.Loopback] },
    };

    // What was announced, the Byte-Range, how many octets really come.
    [TestCase("type:image/png size:10", "1-13/13", 13, ImageShareError.SizeMismatch)]
    [TestCase("type:image/png size:10", "1-*/*", 13, ImageShareError.SizeMismatch)]
    [TestCase("type:image/png", "1-4097/4097", 4097, ImageShareError.TooLarge)]
    [TestCase("type:image/png", "1-*/*", 4097, ImageShareError.TooLarge)]
    [Category("FT-022")]
    public async Task More_than_was_announced_or_is_taken_is_stopped_with_413(string selector, string range, int length, ImageShareError error)
    {
        (ImageShareSession session, string response) = await AcceptAsync("name:\"x.png\" " + selector);
        Assert.That(RawPhone.Line(response, "a=max-size:"), Is.EqualTo("4096"));
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "much", $"Byte-Range: {range}\r\n", new string('x', length), '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("much 413"));
        await Phone.RespondAsync(await Phone.ReceiveAsync("BYE", Call), "200 OK");
        Assert.That((await Time.DriveAsync(session.Completion)).Error, Is.EqualTo(error));
        Assert.That(Inbox.GetFiles(), Is.Empty);
    }

    [TestCase("")]
    [TestCase("Failure-Report: yes\r\n")]
    [TestCase("Failure-Report: no\r\n")]
    [Category("FT-024")]
    public async Task A_receiver_that_gives_up_says_413_where_it_may_and_then_BYE(string report)
    {
        (ImageShareSession session, string response) = await AcceptAsync("name:\"x.png\" type:image/png size:10");
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "first", "Byte-Range: 1-2/10\r\n", "01", '+');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("first 200"));
        Task<ImageShareResult> cancelling = session.CancelAsync();
        string bye = await Phone.ReceiveAsync("BYE", Call);

        // The connection stays until the BYE is answered: the sender's chunk gets its answer, when it wants one.
        await peer.SendAsync(to, "second", report + "Byte-Range: 3-4/10\r\n", "23", '+');
        if (!report.Contains("no", StringComparison.Ordinal))
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("second 413"));
        }

        await Phone.RespondAsync(bye, "200 OK");
        Assert.That(await Time.DriveAsync(peer.ReadLineAsync()), Is.EqualTo("end"), "nothing more is said");
        Assert.That((await Time.DriveAsync(cancelling)).State, Is.EqualTo(ImageShareState.Cancelled));
        Assert.That(Inbox.GetFiles(), Is.Empty);
    }

    [TestCase("")]
    [TestCase("P-Asserted-Identity: <sip:alice@ims.example>\r\n")]
    [Category("FT-026")]
    public async Task Nothing_is_accepted_by_itself_and_who_asks_is_shown_first(string identity)
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, Call, Offer("type:image/png size:10"), identity);
        ImageShareInvitation invitation = await NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(invitation.IsCallerAsserted, Is.EqualTo(identity.Length > 0));
            Assert.That(invitation.Caller.ToString(), Is.EqualTo(identity.Length > 0 ? "sip:alice@ims.example" : "sip:mallory@example.com"));
            Assert.That(invitation.AssertedIdentities, Has.Count.EqualTo(identity.Length > 0 ? 1 : 0));
        });

        // However long nobody says anything, there is no answer but the refusal at the end.
        Assert.That(await Time.DriveAsync(calling), Does.StartWith("SIP/2.0 480"));
        Assert.That(invitation.Withdrawn.IsCancellationRequested, Is.True);
        Assert.That(async () => await invitation.AcceptAsync(ImageStore.InDirectory(Inbox.FullName)), Throws.TypeOf<ImageShareException>());
        Assert.That(Inbox.GetFileSystemInfos(), Is.Empty);
    }

    [Test]
    [Category("FT-027")]
    public async Task More_transfers_than_may_run_are_busy_before_anybody_is_asked()
    {
        (ImageShareSession first, string one) = await AcceptAsync("type:image/png size:10", "one");
        (ImageShareSession second, string two) = await AcceptAsync("type:image/png size:10", "two");
        Assert.That(await Phone.InviteAsync(Bob.Address, "three", Offer("type:image/png size:10")), Does.StartWith("SIP/2.0 486"));
        await Phone.ByeAsync(Bob.Address, "one", one);
        await Time.DriveAsync(first.Completion);
        Task<string> calling = Phone.InviteAsync(Bob.Address, "four", Offer("type:image/png size:10"));
        Assert.That((await NextAsync()).Id, Is.EqualTo("four"));
        await Phone.ByeAsync(Bob.Address, "two", two);
        await Time.DriveAsync(second.Completion);
        await Time.DriveAsync(calling);
    }

    // The icon is found by its reference, whatever it says it is for; what nothing refers to is for what it says.
    [TestCase("attachment", "icon@x", null, 180)]
    [TestCase("x-unheard-of", "icon@x", null, 180)]
    [TestCase("x-unheard-of;handling=required", "icon@x", null, 180)]
    [TestCase("x-unheard-of;handling=required", "other@x", "other@x", 415)]
    [TestCase("x-unheard-of", "other@x", "other@x", 415)]
    [TestCase("x-unheard-of;handling=optional", "other@x", "other@x", 180)]
    [TestCase("attachment", "other@x", "other@x", 180)]
    [Category("MIME-017")]
    [Category("MIME-012")]
    public async Task A_part_that_is_referred_to_is_what_the_reference_says(string disposition, string id, string? stranger, int status)
    {
        string body = $"--b\r\nContent-Type: application/sdp\r\n\r\n{Offer("type:image/png size:10")}{(stranger is null ? "a=file-icon:cid:icon@x\r\n" : null)}\r\n"
            + $"--b\r\nContent-Type: image/png\r\nContent-ID: <{id}>\r\nContent-Disposition: {disposition}\r\n\r\nICON\r\n--b--\r\n";
        Task<string> calling = Phone.InviteAsync(Bob.Address, Call, body, "Content-Type: multipart/mixed;boundary=b\r\n");
        if (status == 180)
        {
            ImageShareInvitation invitation = await NextAsync();
            Assert.That(invitation.Icon is null ? null : System.Text.Encoding.ASCII.GetString(invitation.Icon.Content.Span), Is.EqualTo(stranger is null ? "ICON" : null));
            await invitation.DeclineAsync();
        }

        Assert.That(await calling, Does.StartWith(status == 180 ? "SIP/2.0 603" : "SIP/2.0 415"));
    }

    private string Offer(string selector) => Phone.Offer(selector);

    private async Task<(ImageShareSession Session, string Response)> AcceptAsync(string selector, string call = Call)
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, call, Offer(selector));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(ImageStore.InDirectory(Inbox.FullName));
        return (session, await calling);
    }
}
