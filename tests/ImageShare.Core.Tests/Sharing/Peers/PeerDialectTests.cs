using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sharing.Peers;

/// <summary>Peers and proxies whose SIP was seen on the wire, with what is odd about it.</summary>
[TestFixture]
public sealed class PeerDialectTests
{
    private const string Offered = "name:\"a.png\" type:image/png size:1000";

    [Test]
    public async Task Doubango_says_nothing_of_itself_in_the_200_to_OPTIONS()
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        Task<ImageShareCapabilities> asking = pair.Alice.QueryCapabilitiesAsync(phone.Address);
        await phone.RespondAsync(await phone.ReceiveAsync("OPTIONS"), "200 OK");
        ImageShareCapabilities capabilities = await asking.WaitAsync(SharePair.Patience);
        Assert.That((capabilities.SipStatus, capabilities.Evidence, capabilities.CanShareImages), Is.EqualTo((200, CapabilityEvidence.None, false)));
        Assert.That(capabilities.Support, Is.EqualTo(ImageShareSupport.Unknown));
    }

    [Test]
    public async Task Doubango_ends_a_session_with_a_BYE_that_has_Accept_Contact_and_no_Contact()
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        Task<string> inviting = phone.InviteAsync(
            pair.Bob.Address, "call", phone.Offer(Offered), "Supported: 100rel\r\nAccept-Contact: *;+g.3gpp.app_ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"\r\n");
        await using ImageShareSession session = await (await pair.NextInvitationAsync()).AcceptAsync(pair.Store);
        string accepted = await inviting;
        string bye = phone.Request(
                "BYE", pair.Bob.Address, "call", RawPhone.TagOf(accepted), number: 2, extra: "Accept-Contact: *;+g.3gpp.app_ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"\r\n")
            .Replace($"Contact: <{phone.Address}>\r\n", string.Empty, StringComparison.Ordinal);
        Assert.That(bye, Does.Not.Contain("\r\nContact:"));
        await phone.SendAsync(pair.Bob.Address, bye);
        string ended = await phone.ReceiveAsync("SIP/2.0 ", "call");
        Assert.That((ended[..11], RawPhone.Header(ended, "CSeq")), Is.EqualTo(("SIP/2.0 200", "2 BYE")));
        Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).State, Is.EqualTo(ImageShareState.Cancelled));
    }

    [Test]
    public async Task Two_Record_Routes_of_one_kamailio_lead_back_in_their_order_as_they_were()
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        string host = $"{phone.Address.Host}:{phone.Address.Port}";
        Task<string> inviting = phone.InviteAsync(
            pair.Bob.Address, "call", phone.Offer(Offered), $"Record-Route: <sip:{host};r2=on;lr=on;ftag=mcall>\r\nRecord-Route: <sip:{host};transport=tcp;r2=on;lr=on;ftag=mcall>\r\n");
        await using ImageShareSession session = await (await pair.NextInvitationAsync()).AcceptAsync(pair.Store);
        string accepted = await inviting;
        Assert.That(accepted, Does.Contain($"Record-Route: <sip:{host};r2=on;lr=on;ftag=mcall>").And.Contain($"<sip:{host};transport=tcp;r2=on;lr=on;ftag=mcall>"));
        Task<ImageShareResult> cancelling = session.CancelAsync();
        string bye = await phone.ReceiveAsync("BYE", "call");
        SipUri[] route = [.. Read(bye).Headers.Routes.Select(static r => r.Uri)];
        Assert.That(route.Select(static r => r.ToString()), Is.EqualTo(new[] { $"sip:{host};r2=on;lr=on;ftag=mcall", $"sip:{host};transport=tcp;r2=on;lr=on;ftag=mcall" }));
        Assert.That(bye, Does.StartWith($"BYE {phone.Address} "), "both are loose routers: the target stays in the Request-URI");
        await phone.RespondAsync(bye, "200 OK");
        await cancelling.WaitAsync(SharePair.Patience);
    }

    [Test]
    [Category("SIPG-029")]
    public async Task A_telephone_number_is_asked_by_way_of_the_proxy_and_stays_as_it_is()
    {
        const string Number = "tel:+49-30-123456;phone-context=example.com;x=%41";
        var network = new InMemoryNetwork();
        await using var phone = new RawPhone(network);
        await using SharePair pair = await SharePair.StartAsync(network, alice: o => o with { Route = [SipUri.Parse($"{phone.Address};lr")] });
        Task<ImageShareCapabilities> asking = pair.Alice.QueryCapabilitiesAsync(SipUri.Parse(Number));
        string query = await phone.ReceiveAsync("OPTIONS");
        Assert.That(query, Does.StartWith($"OPTIONS {Number} SIP/2.0\r\n"));
        Assert.That(RawPhone.Header(query, "To"), Is.EqualTo($"<{Number}>"));
        await phone.RespondAsync(query, "200 OK");
        Assert.That((await asking.WaitAsync(SharePair.Patience)).SipStatus, Is.EqualTo(200));
    }

    [Test]
    [Category("SIPG-029")]
    public async Task A_caller_with_a_tel_URI_is_taken_and_named()
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        string invite = phone.Request("INVITE", pair.Bob.Address, "call", body: phone.Offer(Offered))
            .Replace("From: <sip:mallory@example.com>", "From: <tel:+4930123456;phone-context=example.com>", StringComparison.Ordinal);
        await phone.SendAsync(pair.Bob.Address, invite);
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        Assert.That((invitation.Caller.ToString(), invitation.Caller.TelephoneNumber), Is.EqualTo(("tel:+4930123456;phone-context=example.com", "+4930123456")));
        await invitation.DeclineAsync().WaitAsync(SharePair.Patience);
        Assert.That(await phone.FinishInviteAsync(pair.Bob.Address, "call"), Does.StartWith("SIP/2.0 603 "));
    }

    private static SipMessage Read(string text)
    {
        Assert.That(SipReader.TryReadDatagram(System.Text.Encoding.UTF8.GetBytes(text), null, out SipMessage? message, out SipReadError? error), Is.True, error?.ToString());
        return message!;
    }
}
