using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Nat;

/// <summary>Two sides behind different NATs, and when the result says so.</summary>
[TestFixture]
public sealed class PrivateEndsTests
{
    [TestCase("10.1.0.2", "10.2.0.2", "203.0.113.1", false, true, TestName = "Two_networks_and_a_public_server")]
    [TestCase("10.1.0.2", "10.2.0.2", "203.0.113.1", true, true, TestName = "A_router_may_refuse_for_another_network")]
    [TestCase("192.168.1.2", "192.168.1.7", "203.0.113.1", false, true, TestName = "Two_homes_with_the_same_numbers")]
    [TestCase("192.168.1.2", "192.168.1.7", "203.0.113.1", true, false, TestName = "A_machine_in_the_same_network_refuses")]
    [TestCase("10.1.0.2", "10.1.0.3", "10.1.0.3", false, false, TestName = "One_network_without_a_server")]
    [TestCase("10.1.0.2", "10.2.0.2", "10.2.0.2", false, false, TestName = "Networks_that_reach_each_other_by_SIP")]
    [TestCase("10.1.0.2", "10.1.0.3", "10.1.0.1", false, false, TestName = "One_network_and_its_proxy")]
    [TestCase("10.1.0.2", "10.9.0.2", "10.1.0.1", false, false, TestName = "The_network_of_an_operator")]
    [TestCase("10.1.0.2", "192.168.1.2", "10.1.0.1", false, true, TestName = "Different_kinds_of_networks_and_a_private_proxy")]
    [TestCase("100.64.0.2", "192.168.1.2", "203.0.113.1", false, true, TestName = "A_provider_with_a_NAT")]
    [TestCase("203.0.113.10", "10.2.0.2", "203.0.113.1", false, false, TestName = "This_side_is_public")]
    [TestCase("10.1.0.2", "203.0.113.10", "203.0.113.1", false, false, TestName = "The_peer_is_public")]
    [TestCase("fd00:1:2:3::4", "fd00:5:6:7::8", "2001:db8::1", false, true, TestName = "Local_addresses_of_IPv6")]
    [TestCase("fd00:1:2:3::4", "fd00:1:2:3::8", "fd00:1:2:3::1", false, false, TestName = "One_site_of_IPv6")]
    [TestCase("127.0.0.1", "127.0.0.1", "127.0.0.1", false, false, TestName = "One_machine")]
    [Category("REG-104")]
    public void The_addresses_tell_whether_the_ends_are_apart(string own, string peer, string signalling, bool wasRefused, bool apart) =>
        Assert.That(PrivateEnds.AreApart(IPAddress.Parse(own), IPAddress.Parse(peer), IPAddress.Parse(signalling), wasRefused), Is.EqualTo(apart));

    // SIP reaches bob at a public address; MSRP reaches neither.
    [TestCase("10.1.0.2", "10.2.0.2", true)]
    [TestCase("203.0.113.10", "10.2.0.2", false)]
    [Category("REG-104")]
    public async Task The_results_of_both_sides_say_what_to_do_when_neither_can_be_reached(string caller, string callee, bool advises)
    {
        var memory = new InMemoryNetwork { ConnectFilter = static remote => remote.Port is not (2870 or 2880) };
        var network = new PortMappedNetwork(memory, ("203.0.113.30:5080", $"{callee}:5080"), ("203.0.113.20:5070", $"{caller}:5070"));
        var time = new ManualTimeProvider();
        await using SharePair pair = await SharePair.StartAsync(
            network,
            alice: o => o with { LocalEndPoint = IPEndPoint.Parse($"{caller}:5070"), MsrpPort = 2870, Transport = SipTransportChoice.Udp, TimeProvider = time },
            bob: o => o with { LocalEndPoint = IPEndPoint.Parse($"{callee}:5080"), MsrpPort = 2880, Transport = SipTransportChoice.Udp, TimeProvider = time });

        // What bob calls himself is private; alice knows the public address.
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(Core.Sip.SipUri.Parse("sip:bob@203.0.113.30:5080"), SharePair.Image(TestImage.Png(5_000)));
        ImageShareInvitation invitation = await time.DriveAsync(pair.NextInvitationAsync());
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        ImageShareResult sent = await time.DriveAsync(outgoing.Completion);
        ImageShareResult received = await time.DriveAsync(incoming.Completion);
        Assert.Multiple(() =>
        {
            Assert.That(sent.Error, Is.EqualTo(ImageShareError.MediaNotConnected));
            Assert.That(received.Error, Is.EqualTo(ImageShareError.MediaNotConnected));
            Assert.That(sent.Message, advises ? Does.Contain($"both ends offer private addresses ({caller} here, {callee} at the peer)").And.Contain("use an MSRP relay (MsrpRelays)") : Does.Not.Contain("relay"));
            Assert.That(received.Message, advises ? Does.Contain($"both ends offer private addresses ({callee} here, {caller} at the peer)").And.Contain("use an MSRP relay (MsrpRelays)") : Does.Not.Contain("relay"));
        });
    }
}
