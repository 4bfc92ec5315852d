using System.Net;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Net;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Sip.Transport;

/// <summary>What a transport writes into Via and Contact when peers reach it at another address and other ports than it is bound to.</summary>
[TestFixture]
public sealed class AdvertisedAddressTests
{
    private static readonly SipDestination Peer = new(IPEndPoint.Parse("198.51.100.9:5060"), SipProtocol.Udp);

    private static SipTransport Create(SipTransportOptions options) => SipTransport.Create(new InMemoryNetwork(), options with
    {
        LocalEndPoint = IPEndPoint.Parse("10.0.0.5:5070"),
        Tls = new TlsOptions { Certificate = TestCertificates.Loopback },
        TlsPort = 5071,
    });

    [TestCase("203.0.113.5", null, null, "203.0.113.5:5070", "203.0.113.5:5071")]
    [TestCase("share.example.net", 40060, 40061, "share.example.net:40060", "share.example.net:40061")]
    [TestCase("2001:db8::5", 40060, null, "2001:db8::5:40060", "2001:db8::5:5071")]
    [TestCase("[2001:db8::5]", null, 40061, "2001:db8::5:5070", "2001:db8::5:40061")]
    [TestCase(null, 40060, 40061, "10.0.0.5:40060", "10.0.0.5:40061")]
    [Category("REG-100")]
    public async Task The_advertised_host_and_ports_stand_in_Via_and_Contact(string? host, int? port, int? tlsPort, string plain, string secure)
    {
        await using SipTransport transport = Create(new SipTransportOptions { AdvertisedHost = host, AdvertisedPort = port, AdvertisedTlsPort = tlsPort });
        Assert.Multiple(() =>
        {
            foreach (SipProtocol protocol in Enum.GetValues<SipProtocol>())
            {
                SipDestination destination = Peer with { Protocol = protocol };
                string expected = protocol == SipProtocol.Tls ? secure : plain;
                Assert.That(Text(transport.GetSentBy(destination)), Is.EqualTo(expected));
                Assert.That(Text(transport.GetContact(destination)), Is.EqualTo(expected));
            }
        });
    }

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("0.0.0.0")]
    [TestCase("::")]
    [TestCase("224.0.0.1")]
    [TestCase("255.255.255.255")]
    [TestCase("1")]
    [TestCase("10.1")]
    [TestCase("1.2.3.4.5")]
    [TestCase("-a.example")]
    [TestCase("a..example")]
    [TestCase("a_b.example")]
    [TestCase("a.example:5060")]
    [TestCase("203.0.113.5:5060")]
    [TestCase("[2001:db8::5]:5060")]
    [TestCase("a.example\r\nX: y")]
    [TestCase("straße.example")]
    [Category("REG-101")]
    public void What_is_no_host_a_peer_can_use_is_refused_by_the_name_of_its_option(string host) => Assert.Multiple(() =>
    {
        Assert.That(() => new AdvertisedAddress(host), Throws.ArgumentException.With.Property("ParamName").EqualTo("Host").And.Message.StartsWith("Host is"));
        Assert.That(() => new SipTransportOptions { AdvertisedHost = host }, Throws.ArgumentException.With.Message.StartsWith("AdvertisedHost is"));
        Assert.That(() => new MsrpEndpointOptions { AdvertisedHost = host }, Throws.ArgumentException.With.Message.StartsWith("AdvertisedHost is"));
        Assert.That(() => new MsrpSessionOptions { AdvertisedHost = host }, Throws.ArgumentException.With.Message.StartsWith("AdvertisedHost is"));
    });

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(65536)]
    [Category("REG-101")]
    public void A_port_nobody_can_use_is_refused_by_the_name_of_its_option(int port) => Assert.Multiple(() =>
    {
        Assert.That(() => new AdvertisedAddress { SipPort = port }, Refused("SipPort"));
        Assert.That(() => new AdvertisedAddress { SipTlsPort = port }, Refused("SipTlsPort"));
        Assert.That(() => new AdvertisedAddress { MsrpPort = port }, Refused("MsrpPort"));
        Assert.That(() => new AdvertisedAddress { MsrpTlsPort = port }, Refused("MsrpTlsPort"));
        Assert.That(() => new SipTransportOptions { AdvertisedPort = port }, Refused("AdvertisedPort"));
        Assert.That(() => new SipTransportOptions { AdvertisedTlsPort = port }, Refused("AdvertisedTlsPort"));
        Assert.That(() => new MsrpEndpointOptions { AdvertisedPort = port }, Refused("AdvertisedPort"));
        Assert.That(() => new MsrpEndpointOptions { AdvertisedTlsPort = port }, Refused("AdvertisedTlsPort"));
    });

    [TestCase("SIP/2.0/UDP 10.0.0.5:5070;received=203.0.113.5;rport=61000", "203.0.113.5:61000")]
    [TestCase("SIP/2.0/UDP 10.0.0.5:5070;received=203.0.113.5", "203.0.113.5:5070", TestName = "Without_rport_the_port_is_assumed_to_be_the_same")]
    [TestCase("SIP/2.0/UDP 10.0.0.5:5070;received=10.0.0.5;rport=61000", "10.0.0.5:61000", TestName = "Another_port_is_a_translation_too")]
    [TestCase("SIP/2.0/UDP 10.0.0.5:5070;received=[2001:db8::5];rport=61000", "2001:db8::5:61000")]
    [TestCase("SIP/2.0/UDP 10.0.0.5:5070;received=10.0.0.5;rport=5070", null, TestName = "No_translation")]
    [TestCase("SIP/2.0/UDP 10.0.0.5:5070;rport", null, TestName = "A_server_that_does_not_tell")]
    [TestCase("SIP/2.0/UDP 10.0.0.5:5070;received=0.0.0.0;rport=61000", null, TestName = "A_server_that_lies")]
    [TestCase("SIP/2.0/UDP 10.0.0.5:5070;received=224.0.0.1;rport=61000", null, TestName = "A_server_that_names_a_group")]
    [TestCase("SIP/2.0/SCTP 10.0.0.5:5070;received=203.0.113.5;rport=61000", null, TestName = "A_protocol_that_was_not_used")]
    [Category("REG-102")]
    public async Task What_the_server_saw_stands_in_Contact_when_asked_for_and_never_in_Via(string answered, string? seen)
    {
        foreach (bool uses in (bool[])[true, false])
        {
            await using SipTransport transport = Create(new SipTransportOptions { UseLearntAddress = uses });
            SipSentBy? learnt = transport.LearnAddress(Parse(answered));
            Assert.Multiple(() =>
            {
                Assert.That(learnt is null ? null : Text(learnt), Is.EqualTo(seen));
                Assert.That(transport.LearntAddress, Is.EqualTo(learnt));
                Assert.That(Text(transport.GetContact(Peer)), Is.EqualTo((uses ? seen : null) ?? "10.0.0.5:5070"));
                Assert.That(Text(transport.GetContact(Peer with { Protocol = SipProtocol.Tcp })), Is.EqualTo("10.0.0.5:5070"), "another protocol has another binding");
                Assert.That(Text(transport.GetSentBy(Peer)), Is.EqualTo("10.0.0.5:5070"));
            });
        }
    }

    // The port in rport is that of the connection, which is never the listening one.
    [TestCase("SIP/2.0/TCP 10.0.0.5:5070;received=10.0.0.5;rport=33333", null)]
    [TestCase("SIP/2.0/TLS 10.0.0.5:5071;received=10.0.0.5;rport=33333", null)]
    [TestCase("SIP/2.0/TCP 10.0.0.5:5070;received=203.0.113.5;rport=61000", "203.0.113.5:61000")]
    [Category("REG-102")]
    public async Task On_a_connection_only_the_address_tells_of_a_NAT(string answered, string? seen)
    {
        await using SipTransport transport = Create(new SipTransportOptions { UseLearntAddress = true });
        Assert.That(transport.LearnAddress(Parse(answered)) is { } learnt ? Text(learnt) : null, Is.EqualTo(seen));
    }

    [Test]
    [Category("REG-102")]
    public async Task What_was_learnt_is_replaced_and_forgotten()
    {
        await using SipTransport transport = Create(new SipTransportOptions { UseLearntAddress = true });
        transport.LearnAddress(Parse("SIP/2.0/UDP 10.0.0.5:5070;received=203.0.113.5;rport=61000"));
        transport.LearnAddress(Parse("SIP/2.0/UDP 10.0.0.5:5070;received=203.0.113.5;rport=61001"));
        Assert.That(Text(transport.GetContact(Peer)), Is.EqualTo("203.0.113.5:61001"));
        transport.LearnAddress(Parse("SIP/2.0/UDP 10.0.0.5:5070;received=10.0.0.5;rport=5070"));
        Assert.That(transport.LearntAddress, Is.Null, "the NAT is gone");
        transport.LearnAddress(Parse("SIP/2.0/UDP 10.0.0.5:5070;received=203.0.113.5;rport=61002"));
        transport.LearnAddress(null);
        Assert.Multiple(() =>
        {
            Assert.That(transport.LearntAddress, Is.Null);
            Assert.That(Text(transport.GetContact(Peer)), Is.EqualTo("10.0.0.5:5070"));
        });
    }

    [Test]
    [Category("REG-102")]
    public async Task What_the_application_advertises_counts_more_than_what_was_learnt()
    {
        Via answered = Parse("SIP/2.0/UDP 203.0.113.5:40060;received=203.0.113.5;rport=61000");
        await using SipTransport named = Create(new SipTransportOptions { UseLearntAddress = true, AdvertisedHost = "203.0.113.5", AdvertisedPort = 40060 });
        await using SipTransport mapped = Create(new SipTransportOptions { UseLearntAddress = true, AdvertisedPort = 40060 });
        named.LearnAddress(answered);
        mapped.LearnAddress(Parse("SIP/2.0/UDP 10.0.0.5:40060;received=203.0.113.5;rport=61000"));
        Assert.Multiple(() =>
        {
            Assert.That(Text(named.GetContact(Peer)), Is.EqualTo("203.0.113.5:40060"));
            Assert.That(Text(mapped.GetContact(Peer)), Is.EqualTo("203.0.113.5:40060"), "the address is learnt, the forwarded port is known");
        });
    }

    private static Via Parse(string text) => Via.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out Via? via) ? via : throw new ArgumentException(text);

    private static string Text(SipSentBy sentBy) => $"{sentBy.Host}:{sentBy.Port}";

    private static NUnit.Framework.Constraints.IResolveConstraint Refused(string option) =>
        Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo(option).And.Message.StartsWith($"{option} must be between 1 and 65535");
}
