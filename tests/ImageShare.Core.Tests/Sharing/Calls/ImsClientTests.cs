using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>A client as the phone of an IMS network: what it says in its requests, and what it believes of others'.</summary>
[TestFixture]
public sealed class ImsClientTests
{
    private const string Offered = "name:\"a.png\" type:image/png size:1000";

    [Test]
    public async Task Queries_and_invitations_say_what_the_network_wants_to_know()
    {
        await using SharePair pair = await SharePair.StartAsync(alice: o => o with
        {
            Ims = new ImsSettings
            {
                PreferredIdentity = new NameAddress("Alice", SipUri.Parse("sip:alice@ims.example")),
                PreferredService = ServiceIdentifier.MultimediaTelephony,
                AccessNetworkInfo = new AccessNetworkInfo("IEEE-802.11"),
                Privacy = Privacy.Id,
            },
            Headers = ExtraHeaders.None.With("X-Trace", "all"),
        });
        (ImageShareResult sent, _) = await pair.ShareAsync(TestImage.Png(1000), new ShareSettings { Headers = ExtraHeaders.None.With("Subject", "Look") });
        Assert.That(sent.IsCompleted, Is.True, sent.Message);
        foreach (string method in new[] { "OPTIONS", "INVITE" })
        {
            SipHeaders headers = Sent(pair, method).Headers;
            Assert.Multiple(() =>
            {
                Assert.That(headers.GetString("P-Preferred-Identity"), Is.EqualTo("\"Alice\" <sip:alice@ims.example>"));
                Assert.That(headers.GetString("P-Preferred-Service"), Is.EqualTo("urn:urn-7:3gpp-service.ims.icsi.mmtel"));
                Assert.That(headers.GetString("P-Access-Network-Info"), Is.EqualTo("IEEE-802.11"));
                Assert.That(headers.GetString("Privacy"), Is.EqualTo("id"));
                Assert.That(headers.GetString("X-Trace"), Is.EqualTo("all"));
                Assert.That(headers.GetString("Subject"), Is.EqualTo("Look"));
                Assert.That(headers.CountOf("X-Trace"), Is.EqualTo(1));
            });
        }
    }

    [Test]
    public async Task Nothing_of_it_is_said_unless_it_is_set()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await pair.Alice.QueryCapabilitiesAsync(pair.Bob.Address).WaitAsync(SharePair.Patience);
        Assert.That(Sent(pair, "OPTIONS").Headers.Select(h => h.Name), Has.None.StartsWith("P-").And.None.EqualTo("Privacy").And.None.EqualTo("Route"));
    }

    [Test]
    public async Task The_service_route_of_the_registration_follows_the_outbound_proxy()
    {
        var network = new InMemoryNetwork();
        await using var proxy = new RawPhone(network);
        var registered = new SipResponse(200);
        registered.Headers.Add("Service-Route", "<sip:orig@scscf.home.example;lr>, <sip:as.home.example;lr>");
        await using ImageShareClient alice = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@home.example"),
            Network = network,
            Route = [SipUri.Parse($"sip:127.0.0.1:{proxy.Address.Port};lr")],
            Ims = ImsSettings.None.WithRegistration(registered),
        });
        Task<ImageShareCapabilities> asking = alice.QueryCapabilitiesAsync(SipUri.Parse("sip:bob@home.example"));
        string query = await proxy.ReceiveAsync("OPTIONS sip:bob@home.example ");
        await proxy.RespondAsync(query, "200 OK");
        await asking.WaitAsync(SharePair.Patience);
        Assert.That(
            query.Split("\r\n").Where(l => l.StartsWith("Route: ", StringComparison.Ordinal)),
            Is.EqualTo(new[] { $"Route: <sip:127.0.0.1:{proxy.Address.Port};lr>", "Route: <sip:orig@scscf.home.example;lr>", "Route: <sip:as.home.example;lr>" }));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task The_asserted_identities_come_with_the_invitation_of_a_trusted_proxy(bool isOutbound)
    {
        var network = new InMemoryNetwork();
        network.Names["pcscf.example"] = [IPAddress.Loopback];
        await using SharePair pair = await SharePair.StartAsync(network, bob: o => isOutbound
            ? o with { Route = [SipUri.Parse("sip:pcscf.example;lr")] }
            : o with { Ims = new ImsSettings { TrustedProxies = [IPAddress.Parse("::ffff:127.0.0.1")] } });
        await using var phone = new RawPhone(network);
        Task<string> inviting = phone.InviteAsync(
            pair.Bob.Address, "call", phone.Offer(Offered), "P-Asserted-Identity: \"Mal\" <sip:mal@home.example>, <tel:+4930123456>\r\n");
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        Assert.Multiple(() =>
        {
            Assert.That(invitation.AssertedIdentities.Select(i => i.ToString()), Is.EqualTo(new[] { "sip:mal@home.example", "tel:+4930123456" }));
            Assert.That(invitation.Caller.ToString(), Is.EqualTo("sip:mal@home.example"));
            Assert.That(invitation.CallerDisplayName, Is.EqualTo("Mal"));
            Assert.That(invitation.IsCallerAsserted, Is.True);
        });
        await invitation.DeclineAsync().WaitAsync(SharePair.Patience);
        Assert.That(await inviting, Does.StartWith("SIP/2.0 603 "));
    }

    [TestCase(null)]
    [TestCase("192.0.2.7")]
    public async Task What_a_stranger_asserts_of_itself_is_its_own_word(string? trusted)
    {
        var network = new InMemoryNetwork();
        IReadOnlyList<NameAddress>? asked = null;
        await using SharePair pair = await SharePair.StartAsync(network, bob: o => o with
        {
            Ims = new ImsSettings { TrustedProxies = trusted is null ? [] : [IPAddress.Parse(trusted)] },
            VoiceCall = identities =>
            {
                asked = identities;
                return CancellationToken.None;
            },
        });
        await using var phone = new RawPhone(network);
        Task<string> inviting = phone.InviteAsync(
            pair.Bob.Address, "call", phone.Offer(Offered), "P-Asserted-Identity: \"Bank\" <sip:bank@home.example>, <tel:+4930123456>\r\n");
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        Assert.Multiple(() =>
        {
            Assert.That(invitation.AssertedIdentities, Is.Empty);
            Assert.That(invitation.IsCallerAsserted, Is.False);
            Assert.That(invitation.Caller.Host, Is.Not.EqualTo("home.example"));
            Assert.That(invitation.CallerDisplayName, Is.Not.EqualTo("Bank"));
            Assert.That(asked, Is.Empty);
            Assert.That(pair.Bob.Capabilities.TryGet(SipUri.Parse("sip:bank@home.example"), out _), Is.False);
        });
        await invitation.DeclineAsync().WaitAsync(SharePair.Patience);
        Assert.That(await inviting, Does.StartWith("SIP/2.0 603 "));
    }

    [Test]
    [Category("IS-031")]
    public async Task A_share_needs_a_call_with_its_caller_where_that_is_wished_and_ends_with_the_call()
    {
        var network = new InMemoryNetwork();
        using var call = new CancellationTokenSource();
        List<string> asked = [];
        await using SharePair pair = await SharePair.StartAsync(network, bob: o => o with
        {
            Ims = new ImsSettings { TrustedProxies = [IPAddress.Loopback] },
            VoiceCall = identities =>
            {
                asked.AddRange(identities.Select(i => i.Uri.ToString()));
                return identities.Any(i => i.Uri.TelephoneNumber == "+4930123456") ? call.Token : null;
            },
        });
        await using var phone = new RawPhone(network);

        // No identity, and the identity of somebody else: no call with them.
        Assert.That(await phone.InviteAsync(pair.Bob.Address, "nobody", phone.Offer(Offered)), Does.StartWith("SIP/2.0 606 "));
        Assert.That(
            await phone.InviteAsync(pair.Bob.Address, "other", phone.Offer(Offered), "P-Asserted-Identity: <tel:+4930999999>\r\n"), Does.StartWith("SIP/2.0 606 "));

        Task<string> inviting = phone.InviteAsync(pair.Bob.Address, "call", phone.Offer(Offered), "P-Asserted-Identity: <tel:+4930123456>\r\n");
        await using ImageShareSession session = await (await pair.NextInvitationAsync()).AcceptAsync(pair.Store);
        Assert.That(await inviting, Does.StartWith("SIP/2.0 200 "));
        Assert.That(session.Completion.IsCompleted, Is.False);

        await call.CancelAsync();
        await phone.RespondAsync(await phone.ReceiveAsync("BYE", "call"), "200 OK");
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.State, Is.EqualTo(ImageShareState.Cancelled));
        Assert.That(asked, Is.EqualTo(new[] { "tel:+4930999999", "tel:+4930123456" }));

        // The call is over: so are its shares.
        Assert.That(
            await phone.InviteAsync(pair.Bob.Address, "late", phone.Offer(Offered), "P-Asserted-Identity: <tel:+4930123456>\r\n"), Does.StartWith("SIP/2.0 606 "));
    }

    [Test]
    [Category("IS-031")]
    public async Task Without_that_wish_nobody_needs_a_call()
    {
        await using SharePair pair = await SharePair.StartAsync();
        (ImageShareResult sent, _) = await pair.ShareAsync(TestImage.Png(1000));
        Assert.That(sent.IsCompleted, Is.True, sent.Message);
    }

    [TestCase("*;+g.oma.sip-im;require;explicit", "480")]
    [TestCase("*;+g.oma.sip-im;explicit", "200")]
    [TestCase("*;+g.3gpp.app%5fref=\"urn%3Aurnxxx%3A3gpp-application.ims.iari.gsmais\";require;explicit", "200")]
    [Category("IS-020")]
    public async Task What_a_caller_requires_and_this_side_is_not_gets_480(string wanted, string status)
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        string extra = $"Accept-Contact: {wanted}\r\n";
        await phone.SendAsync(pair.Bob.Address, phone.Request("OPTIONS", pair.Bob.Address, "query", extra: extra));
        Assert.That(await phone.ReceiveAsync("SIP/2.0 ", "query"), Does.StartWith($"SIP/2.0 {status} "));

        Task<string> inviting = phone.InviteAsync(pair.Bob.Address, "call", phone.Offer(Offered), extra);
        if (status == "480")
        {
            Assert.That(await inviting, Does.StartWith("SIP/2.0 480 "));
        }
        else
        {
            // It rings; the user decides.
            await (await pair.NextInvitationAsync()).DeclineAsync().WaitAsync(SharePair.Patience);
            Assert.That(await inviting, Does.StartWith("SIP/2.0 603 "));
        }
    }

    [TestCase("*;+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"", "480")]
    [TestCase("*;+g.oma.sip-im", "603")]
    [Category("IS-020")]
    public async Task What_a_caller_does_not_want_and_this_side_is_gets_480(string unwanted, string status)
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        Task<string> inviting = phone.InviteAsync(pair.Bob.Address, "call", phone.Offer(Offered), $"Reject-Contact: {unwanted}\r\n");
        if (status == "603")
        {
            await (await pair.NextInvitationAsync()).DeclineAsync().WaitAsync(SharePair.Patience);
        }

        Assert.That(await inviting, Does.StartWith($"SIP/2.0 {status} "));
    }

    private static SipMessage Sent(SharePair pair, string startsWith)
    {
        Assert.That(SipReader.TryReadDatagram(pair.FirstSent(startsWith).Bytes, null, out SipMessage? message, out _), Is.True);
        return message!;
    }
}
