using System.Collections.Concurrent;
using System.Net;
using System.Text;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Tests.Sharing.Nat;

/// <summary>What a client does with the address that a registrar saw.</summary>
[TestFixture]
public sealed class LearntAddressTests
{
    private static readonly Via Answered = new(
        "UDP", "198.51.100.7", 5070, new ImageShare.Core.Text.ParameterList(new("branch", "z9hG4bKx"), new("received", "203.0.113.5"), new("rport", "61000")));

    // The address of the client is no private one: only the registrar knows that it is translated.
    [TestCase(true, "203.0.113.5:61000")]
    [TestCase(false, "198.51.100.7:5070")]
    [Category("REG-102")]
    [Category("REG-103")]
    public async Task It_stands_in_Contact_when_asked_for_and_the_client_opens_the_media_connection(bool uses, string contact)
    {
        var network = new InMemoryNetwork();
        var invites = new ConcurrentQueue<string>();
        await using SipTransport transport = SipTransport.Create(network, new SipTransportOptions
        {
            LocalEndPoint = IPEndPoint.Parse("198.51.100.7:5070"),
            UseLearntAddress = uses,
            FixedProtocol = SipProtocol.Udp,
            Trace = Note,
        });
        await using SharePair pair = await SharePair.StartAsync(
            network,
            alice: o => o with { LocalEndPoint = IPEndPoint.Parse("198.51.100.7:0"), CustomSipTransport = transport },
            bob: static o => o with { LocalEndPoint = IPEndPoint.Parse("203.0.113.20:5080"), Transport = SipTransportChoice.Udp });
        Assert.That(await OfferAsync(pair, invites), Does.Contain("Contact: <sip:alice@198.51.100.7:5070>").And.Contain("a=setup:actpass\r\n"));
        transport.LearnAddress(Answered);
        Assert.That(pair.Alice.Address, Is.EqualTo(SipUri.Parse($"sip:alice@{contact}")));
        Assert.That(
            await OfferAsync(pair, invites),
            Does.Contain($"Contact: <sip:alice@{contact}>").And.Contain("Via: SIP/2.0/UDP 198.51.100.7:5070;").And.Contain("c=IN IP4 198.51.100.7\r\n").And.Contain("a=setup:active\r\n"));
        transport.LearnAddress(null);
        Assert.That(await OfferAsync(pair, invites), Does.Contain("Contact: <sip:alice@198.51.100.7:5070>").And.Contain("a=setup:actpass\r\n"));

        void Note(SipTraceEvent traced)
        {
            if (traced.IsOutgoing && traced.Message is SipRequest { Method: var method } && method == SipMethod.Invite)
            {
                invites.Enqueue(Encoding.UTF8.GetString(traced.Bytes.Span));
            }
        }
    }

    private static async Task<string> OfferAsync(SharePair pair, ConcurrentQueue<string> invites)
    {
        (ImageShareResult sent, _) = await pair.ShareAsync(TestImage.Png(5_000), new ShareSettings { QueryFirst = false });
        Assert.That(sent.IsCompleted, Is.True, sent.Message);
        return invites.TryDequeue(out string? invite) ? invite : throw new InvalidOperationException("no INVITE was sent");
    }
}
