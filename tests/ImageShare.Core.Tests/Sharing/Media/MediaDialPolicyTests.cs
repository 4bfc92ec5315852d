using System.Net;
using ImageShare.Core.Sharing.Media;

namespace ImageShare.Core.Tests.Sharing.Media;

[TestFixture]
public sealed class MediaDialPolicyTests
{
    [TestCase("10.0.0.1", "10.0.0.2", true)]
    [TestCase("10.0.0.1", "192.0.2.7", true)]
    [TestCase("127.0.0.1", "127.0.0.1", true)]
    [TestCase("::1", "::1", true)]
    [TestCase("127.0.0.1", "10.0.0.2", true)]
    [TestCase("10.0.0.1", "127.0.0.1", false)]
    [TestCase("10.0.0.1", "127.8.8.8", false)]
    [TestCase("10.0.0.1", "::1", false)]
    [TestCase("10.0.0.1", "::ffff:127.0.0.1", false)]
    [TestCase("10.0.0.1", "169.254.169.254", false)]
    [TestCase("169.254.1.1", "169.254.1.2", true)]
    [TestCase("2001:db8::1", "fe80::1", false)]
    [TestCase("fe80::2", "fe80::1", true)]
    [TestCase("127.0.0.1", "0.0.0.0", false)]
    [TestCase("127.0.0.1", "::", false)]
    [TestCase("127.0.0.1", "224.0.0.1", false)]
    [TestCase("127.0.0.1", "ff02::1", false)]
    [TestCase("127.0.0.1", "255.255.255.255", false)]
    [TestCase("127.0.0.1", "240.0.0.1", false)]
    [Category("SEC-005")]
    public void A_peer_can_name_only_addresses_of_the_kind_it_is_spoken_to_at(string signalling, string remote, bool allowed) =>
        Assert.That(MediaDialPolicy.Allows(IPAddress.Parse(signalling), new IPEndPoint(IPAddress.Parse(remote), 2855)), Is.EqualTo(allowed));
}
