using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Names;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Tests.Sip.UserAgents;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.Names;

/// <summary>Whole shares to a name whose first target fails, between two clients on a network in memory.</summary>
[TestFixture]
public sealed class ShareByNameTests
{
    private static readonly SipUri Bob = SipUri.Parse("sip:bob@ims.test");

    [TestCase(SipTransportChoice.BySize)]
    [TestCase(SipTransportChoice.Udp)]
    [TestCase(SipTransportChoice.Tcp)]
    [Category("DNS-008")]
    public async Task A_share_goes_to_the_second_target_when_the_first_says_503(SipTransportChoice choice)
    {
        var network = new InMemoryNetwork();
        await using SipTransport busyTransport = SipTransport.Create(network);
        var busy = new RecordingHandler { RequestReceived = static request => request.Respond(503), InviteReceived = static invite => invite.Reject(503) };
        await using SipUserAgent busyAgent = SipUserAgent.Start(busyTransport, new SipUserAgentOptions { Identity = new NameAddress(Bob) }, busy);
        (ImageShareResult sent, ImageShareResult received) = await ShareAsync(network, busyTransport.LocalEndPoint.Port, choice);
        Assert.Multiple(() =>
        {
            Assert.That(sent.IsCompleted, Is.True, sent.Message);
            Assert.That(received.IsVerified, Is.True, received.Message);
            Assert.That(busy.Requests, Has.Count.EqualTo(1), "the query; the invitation started at the other one");
            Assert.That(busy.Invites, Is.Empty);
        });
    }

    [TestCase(SipTransportChoice.Tcp)]
    [TestCase(SipTransportChoice.BySize)]
    [Category("DNS-008")]
    public async Task A_share_goes_to_the_second_target_when_the_first_refuses(SipTransportChoice choice)
    {
        var network = new InMemoryNetwork();
        (ImageShareResult sent, ImageShareResult received) = await ShareAsync(network, 9, choice, choice is SipTransportChoice.BySize ? SmallQuery : null);
        Assert.That((sent.IsCompleted, received.IsVerified), Is.EqualTo((true, true)), sent.Message);
    }

    // Nothing listens there for datagrams either: an invitation above 1300 bytes must not wait for them.
    private static ShareSettings SmallQuery => new() { QueryFirst = false, Icon = new ImageIcon(new Core.Text.MediaType("image", "png"), TestImage.Png(2000, seed: 1)) };

    [Test]
    [Category("DNS-008")]
    public async Task A_share_goes_to_the_second_target_when_the_first_never_answers()
    {
        var network = new InMemoryNetwork();
        var clock = new ManualTimeProvider();
        Task<(ImageShareResult Sent, ImageShareResult Received)> share = ShareAsync(network, 9, SipTransportChoice.Udp, new ShareSettings { QueryFirst = false }, clock);
        await clock.DriveAsync((Task)share);
        (ImageShareResult sent, ImageShareResult received) = await share;
        Assert.That((sent.IsCompleted, received.IsVerified), Is.EqualTo((true, true)), sent.Message);
    }

    [Test]
    [Category("DNS-014")]
    public async Task A_share_to_a_name_without_a_target_says_what_was_asked()
    {
        await using SharePair pair = await SharePair.StartAsync(null, o => o with { Resolver = new InMemorySipResolver() });
        await using ImageShareSession session = await pair.Alice.ShareAsync(Bob, SharePair.Image(TestImage.Png(100)));
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.Error, Is.EqualTo(ImageShareError.PeerUnreachable));
        Assert.That(result.Message, Does.Contain("NAPTR of ims.test: none").And.Contain("SRV of _sip._udp.ims.test: none"));
    }

    private static async Task<(ImageShareResult Sent, ImageShareResult Received)> ShareAsync(
        InMemoryNetwork network, int firstPort, SipTransportChoice choice, ShareSettings? settings = null, TimeProvider? clock = null)
    {
        var dns = new InMemorySipResolver();
        ImageShareOptions With(ImageShareOptions options) => options with { Resolver = dns, Transport = choice, TimeProvider = clock ?? TimeProvider.System };
        await using SharePair pair = await SharePair.StartAsync(network, With, With);
        foreach (string name in (string[])["_sip._udp.ims.test", "_sip._tcp.ims.test"])
        {
            dns.SetSrv(name, new SrvRecord(1, 0, firstPort, "a.ims.test."), new SrvRecord(2, 0, pair.Bob.Address.Port!.Value, "a.ims.test."));
        }

        dns.SetAddresses("a.ims.test", IPAddress.Loopback);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(Bob, SharePair.Image(TestImage.Png(20_000)), settings);
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        return (await outgoing.Completion.WaitAsync(SharePair.Patience), await incoming.Completion.WaitAsync(SharePair.Patience));
    }
}
