using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Sharing.Nat;

/// <summary>Whole shares with a client behind a NAT that forwards its ports, under other numbers and a host name.</summary>
[TestFixture]
public sealed partial class AdvertisedShareTests
{
    private const string Name = "share.example.net";

    private static readonly AdvertisedAddress Advertised = new(Name) { SipPort = 40060, SipTlsPort = 40061, MsrpPort = 42855, MsrpTlsPort = 42856 };

    [TestCase(SipTransportChoice.Udp, false, true)]
    [TestCase(SipTransportChoice.Udp, false, false)]
    [TestCase(SipTransportChoice.Tcp, false, true)]
    [TestCase(SipTransportChoice.Tcp, false, false)]
    [TestCase(SipTransportChoice.Tls, true, true)]
    [TestCase(SipTransportChoice.Tls, true, false)]
    [Category("REG-100")]
    public async Task The_name_and_the_ports_stand_in_every_message_and_lead_to_the_client(SipTransportChoice transport, bool secure, bool isCallee)
    {
        var memory = new InMemoryNetwork();
        memory.Names[Name] = [IPAddress.Parse("203.0.113.5")];
        var network = new PortMappedNetwork(
            memory,
            ("203.0.113.5:40060", "10.0.0.2:5070"),
            ("203.0.113.5:40061", "10.0.0.2:5071"),
            ("203.0.113.5:42855", "10.0.0.2:2855"),
            ("203.0.113.5:42856", "10.0.0.2:2856"));
        ImageShareOptions Common(ImageShareOptions options) => options with
        {
            Transport = transport,
            MsrpSecurity = secure ? MsrpSecurity.Required : MsrpSecurity.None,
        };
        ImageShareOptions Inside(ImageShareOptions options) => Common(options) with
        {
            LocalEndPoint = IPEndPoint.Parse("10.0.0.2:5070"),
            SipTlsPort = 5071,
            MsrpPort = 2855,
            MsrpTlsPort = 2856,
            Advertised = Advertised,
            SipTls = new TlsOptions { Certificate = TestCertificates.Make(Name), TrustedRoots = [TestCertificates.Authority] },
        };
        ImageShareOptions Outside(ImageShareOptions options) => Common(options) with
        {
            LocalEndPoint = IPEndPoint.Parse("203.0.113.10:0"),
            SipTls = new TlsOptions { Certificate = TestCertificates.Make("203.0.113.10"), TrustedRoots = [TestCertificates.Authority] },
        };
        await using SharePair pair = await SharePair.StartAsync(network, alice: isCallee ? Outside : Inside, bob: isCallee ? Inside : Outside);
        ImageShareClient inside = isCallee ? pair.Bob : pair.Alice;
        Assert.That(inside.Address, Is.EqualTo(SipUri.Parse(
            $"sip:{(isCallee ? "bob" : "alice")}@{Name}:{(secure ? 40061 : 40060)}{(transport == SipTransportChoice.Tls ? ";transport=tls" : null)}")));
        (ImageShareResult sent, ImageShareResult received) = await pair.ShareAsync(TestImage.Png(50_000));
        Assert.That((sent.IsCompleted, received.IsVerified), Is.EqualTo((true, true)), $"{sent.Message} {received.Message}");
        string[] lines = [.. pair.Sent.SelectMany(m => AddressLines().Matches(Encoding.Latin1.GetString(m.Bytes.Span)).Select(static line => line.Value))];
        Assert.Multiple(() =>
        {
            // In memory, connections seem to come from the address they were opened to: that is what the peer then writes.
            Assert.That(lines.Select(static line => line.Replace(";received=10.0.0.2", null, StringComparison.Ordinal)), Has.None.Contains("10.0.0.2"), "nothing of the inside is told");
            Assert.That(lines, Has.Some.Match($"^Contact: <sip:.*@{Name}:{(secure ? 40061 : 40060)}[;>]"));
            Assert.That(lines, Has.Some.EqualTo($"c=IN IP4 {Name}\r"));
            Assert.That(lines, Has.Some.Match($"^o=.* IN IP4 {Name}\r"));
            Assert.That(lines, Has.Some.Match(secure ? $"^a=path:msrps://{Name}:42856/" : $"^a=path:msrp://{Name}:42855/"));
            if (!isCallee)
            {
                Assert.That(lines, Has.Some.Match($"^Via: SIP/2.0/\\w+ {Name}:{(secure ? 40061 : 40060)};"), "whose response was recognized as its own");
            }
            else
            {
                Assert.That(network.Dialled, Has.Some.EqualTo(IPEndPoint.Parse(secure ? "203.0.113.5:42856" : "203.0.113.5:42855")), "the caller connects to the forwarded port");
            }
        });
    }

    [Test]
    [Category("REG-100")]
    public async Task A_name_of_a_client_on_IPv6_is_written_as_such()
    {
        var memory = new InMemoryNetwork();
        memory.Names[Name] = [IPAddress.Parse("2001:db8::5")];
        var network = new PortMappedNetwork(memory, ("[2001:db8::5]:40060", "[fd00::2]:5070"), ("[2001:db8::5]:42855", "[fd00::2]:2855"));
        await using SharePair pair = await SharePair.StartAsync(
            network,
            alice: static o => o with { LocalEndPoint = IPEndPoint.Parse("[2001:db8::10]:0"), Transport = SipTransportChoice.Udp },
            bob: static o => o with { LocalEndPoint = IPEndPoint.Parse("[fd00::2]:5070"), MsrpPort = 2855, Transport = SipTransportChoice.Udp, Advertised = Advertised });
        (ImageShareResult sent, ImageShareResult received) = await pair.ShareAsync(TestImage.Png(5_000));
        Assert.That((sent.IsCompleted, received.IsVerified), Is.EqualTo((true, true)), $"{sent.Message} {received.Message}");
        string[] lines = [.. pair.Sent.SelectMany(m => AddressLines().Matches(Encoding.Latin1.GetString(m.Bytes.Span)).Select(static line => line.Value))];
        Assert.That(lines, Has.Some.EqualTo($"c=IN IP6 {Name}\r").And.Some.Match($"^o=.* IN IP6 {Name}\r"));
    }

    // Via, Contact, origin, connection, MSRP path.
    [GeneratedRegex("^(Via: SIP/2.0/\\w+ |Contact: |o=|c=|a=path:).*\r$", RegexOptions.Multiline)]
    private static partial Regex AddressLines();
}
