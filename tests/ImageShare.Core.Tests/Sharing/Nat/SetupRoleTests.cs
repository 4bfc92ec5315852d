using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Offers;

namespace ImageShare.Core.Tests.Sharing.Nat;

/// <summary>Which side opens the MSRP connection, for every combination of sides that can be reached and cannot (RFC 6135 §4.2).</summary>
[TestFixture]
public sealed class SetupRoleTests
{
    private const string Public = "203.0.113.10";
    private const string OtherPublic = "203.0.113.20";

    [TestCase(SetupForm.ActPass, false, true, SetupRole.ActPass)]
    [TestCase(SetupForm.ActPass, false, false, SetupRole.Active)]
    [TestCase(SetupForm.ActPass, true, true, SetupRole.ActPass)]
    [TestCase(SetupForm.ActPass, true, false, SetupRole.Active)]
    [TestCase(SetupForm.Active, false, true, SetupRole.Active)]
    [TestCase(SetupForm.Active, false, false, SetupRole.Active)]
    [TestCase(SetupForm.None, false, true, null)]
    [TestCase(SetupForm.None, false, false, null)]
    [TestCase(SetupForm.None, true, true, SetupRole.ActPass)]
    [TestCase(SetupForm.None, true, false, SetupRole.Active)]
    [Category("REG-103")]
    public void An_offer_leaves_the_choice_only_when_this_side_can_be_reached(SetupForm form, bool hasCema, bool isReachable, SetupRole? expected) =>
        Assert.That(SetupChoice.ToOffer(form, hasCema, isReachable), Is.EqualTo(expected));

    // The addresses of both; what the offer and the answer say; whether the caller connects.
    [TestCase(Public, OtherPublic, "Rcs2", "actpass", "passive", true, TestName = "Both_public")]
    [TestCase("10.1.0.2", Public, "Rcs2", "active", "passive", true, TestName = "Only_the_caller_behind_a_NAT")]
    [TestCase(Public, "10.2.0.2", "Rcs2", "actpass", "active", false, TestName = "Only_the_callee_behind_a_NAT")]
    [TestCase("10.1.0.2", "10.1.0.3", "Rcs2", "actpass", "passive", true, TestName = "Both_in_one_private_network")]
    [TestCase("127.0.0.1", "127.0.0.1", "Rcs2", "actpass", "passive", true, TestName = "Both_on_one_machine")]
    [TestCase("fd00::2", "2001:db8::20", "Rcs2", "active", "passive", true, TestName = "Only_the_caller_behind_a_firewall_of_IPv6")]
    [TestCase("2001:db8::10", "fd00::2", "Rcs2", "actpass", "active", false, TestName = "Only_the_callee_with_a_local_address_of_IPv6")]
    [TestCase("100.64.0.2", Public, "Rcs2", "active", "passive", true, TestName = "The_caller_behind_the_NAT_of_its_provider")]
    [TestCase(Public, "10.2.0.2", "RcsE", "active", "passive", true, TestName = "A_profile_that_always_connects")]
    [TestCase("10.1.0.2", Public, "Mercuro", null, null, true, TestName = "A_profile_without_the_attribute_behind_a_NAT")]
    [TestCase(Public, "10.2.0.2", "Mercuro", null, null, true, TestName = "An_offer_without_the_attribute_leaves_no_choice")]
    [Category("REG-103")]
    public async Task The_side_that_cannot_be_reached_connects(string caller, string callee, string profile, string? offered, string? answered, bool callerConnects)
    {
        var network = new PortMappedNetwork(new InMemoryNetwork());
        await using SharePair pair = await SharePair.StartAsync(
            network,
            alice: o => o with { LocalEndPoint = new IPEndPoint(IPAddress.Parse(caller), 5070), MsrpPort = 2870, Transport = SipTransportChoice.Udp, Profile = ImageShareProfile.Find(profile)! },
            bob: o => o with { LocalEndPoint = new IPEndPoint(IPAddress.Parse(callee), 5080), MsrpPort = 2880, Transport = SipTransportChoice.Udp });
        (ImageShareResult sent, ImageShareResult received) = await pair.ShareAsync(TestImage.Png(5_000));
        Assert.That((sent.IsCompleted, received.IsVerified), Is.EqualTo((true, true)), $"{sent.Message} {received.Message}");
        (MediaDescription offer, MediaDescription answer) = Descriptions(pair);
        Assert.Multiple(() =>
        {
            Assert.That(offer.Find("setup")?.Value, Is.EqualTo(offered));
            Assert.That(offer.Port, Is.EqualTo(offered == "active" ? 9 : 2870), "RFC 6135 §4.2.2");
            Assert.That(answer.Find("setup")?.Value, Is.EqualTo(answered));
            Assert.That(network.Dialled.Select(static remote => remote.Port), Is.EqualTo(new[] { callerConnects ? 2880 : 2870 }));
        });
    }

    // What is advertised can be reached, unless only ports for SIP are.
    [TestCase(null, null, "active")]
    [TestCase(42855, null, "actpass")]
    [TestCase(42855, 40060, "actpass")]
    [TestCase(null, 40060, "active")]
    [Category("REG-103")]
    public async Task A_caller_that_advertises_what_is_forwarded_leaves_the_choice(int? msrpPort, int? sipPort, string offered)
    {
        bool isAdvertised = msrpPort is not null || sipPort is not null;
        await using SharePair pair = await SharePair.StartAsync(
            new PortMappedNetwork(new InMemoryNetwork()),
            alice: o => o with
            {
                LocalEndPoint = IPEndPoint.Parse("10.1.0.2:5070"),
                Transport = SipTransportChoice.Udp,
                Advertised = isAdvertised ? new AdvertisedAddress("203.0.113.5") { SipPort = sipPort, MsrpPort = msrpPort } : null,
            },
            bob: static o => o with { LocalEndPoint = IPEndPoint.Parse("203.0.113.20:5080"), Transport = SipTransportChoice.Udp });
        (ImageShareResult sent, _) = await pair.ShareAsync(TestImage.Png(5_000));
        Assert.That(sent.IsCompleted, Is.True, sent.Message);
        Assert.That(Descriptions(pair).Offer.Find("setup")?.Value, Is.EqualTo(offered));
    }

    private static (MediaDescription Offer, MediaDescription Answer) Descriptions(SharePair pair)
    {
        lock (pair.Sent)
        {
            SessionDescription[] descriptions =
            [
                .. pair.Sent.Where(static m => m.StartLine.StartsWith("INVITE", StringComparison.Ordinal) || m.StartLine.StartsWith("SIP/2.0 200", StringComparison.Ordinal))
                    .Select(static m => Core.Sdp.SessionDescription.TryParse(BodyOf(m.Bytes.Span), SdpLimits.Default, out SessionDescription? description, out _) ? description : null)
                    .OfType<SessionDescription>().Where(static description => description.Media[0].Port != 0),
            ];
            return (descriptions[0].Media[0], descriptions[^1].Media[0]);
        }
    }

    private static ReadOnlySpan<byte> BodyOf(ReadOnlySpan<byte> message) => message[(message.IndexOf("\r\n\r\n"u8) + 4)..];
}
