using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Names;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.Names;

/// <summary>From a URI to its destinations, over a transport with a resolver in memory.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SipNamesTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryNetwork _network = new();

    // A domain with everything, one that has SRV records only, one that has addresses only, and one that offers nothing.
    private readonly InMemorySipResolver _dns = new InMemorySipResolver()
        .SetNaptr("ims.test", new(30, 1, "s", "SIP+D2U", "", "_sip._udp.ims.test."), new(20, 1, "s", "SIP+D2T", "", "_sip._tcp.far.test."), new(10, 1, "s", "SIPS+D2T", "", "_sips._tcp.ims.test."))
        .SetSrv("_sips._tcp.ims.test", new SrvRecord(1, 0, 5061, "a.ims.test."))
        .SetSrv("_sip._tcp.far.test", new SrvRecord(1, 0, 5062, "b.ims.test."), new SrvRecord(2, 0, 5063, "a.ims.test."))
        .SetSrv("_sip._udp.ims.test", new SrvRecord(1, 0, 5064, "b.ims.test."))
        .SetSrv("_sip._tcp.ims.test", new SrvRecord(1, 0, 5065, "a.ims.test."))
        .SetSrv("_sip._udp.srv.test", new SrvRecord(1, 0, 5070, "a.ims.test."), new SrvRecord(1, 0, 5070, "nowhere.test."))
        .SetSrv("_sip._tcp.srv.test", new SrvRecord(1, 0, 5071, "a.ims.test."))
        .SetSrv("_sip._udp.none.test", new SrvRecord(0, 0, 0, "."))
        .SetSrv("_sip._tcp.none.test", new SrvRecord(0, 0, 0, "."))
        .SetAddresses("a.ims.test", IPAddress.Parse("2001:db8::1"), IPAddress.Parse("192.0.2.1"))
        .SetAddresses("b.ims.test", IPAddress.Parse("192.0.2.2"), IPAddress.Parse("192.0.2.3"))
        .SetAddresses("plain.test", IPAddress.Parse("192.0.2.9"));

    [TestCase("sip:ims.test", 0, "TLS 192.0.2.1:5061, TCP 192.0.2.2:5062, TCP 192.0.2.3:5062, TCP 192.0.2.1:5063, UDP 192.0.2.2:5064, UDP 192.0.2.3:5064", Category = "DNS-002")]
    [TestCase("sip:ims.test", 2000, "TLS 192.0.2.1:5061, TCP 192.0.2.2:5062, TCP 192.0.2.3:5062, TCP 192.0.2.1:5063", Category = "DNS-007")]
    [TestCase("sips:ims.test", 0, "TLS 192.0.2.1:5061", Category = "DNS-003")]
    [TestCase("sips:ims.test;transport=tcp", 0, "TLS 192.0.2.1:5061", Category = "DNS-003")]
    [TestCase("sips:plain.test", 0, "TLS 192.0.2.9:5061", Category = "DNS-003")]
    [TestCase("sip:ims.test;transport=tls", 0, "TLS 192.0.2.1:5061", Category = "DNS-006")]
    [TestCase("sip:ims.test;transport=tcp", 0, "TCP 192.0.2.1:5065", Category = "DNS-006")]
    [TestCase("sip:ims.test;transport=udp", 0, "UDP 192.0.2.2:5064, UDP 192.0.2.3:5064", Category = "DNS-006")]
    [TestCase("sip:ims.test;transport=udp", 2000, "TCP 192.0.2.2:5064, TCP 192.0.2.3:5064", Category = "DNS-007")]
    [TestCase("sip:srv.test", 0, "UDP 192.0.2.1:5070, TCP 192.0.2.1:5071", Category = "DNS-005")]
    [TestCase("sip:srv.test", 2000, "TCP 192.0.2.1:5071", Category = "DNS-007")]
    [TestCase("sip:plain.test", 0, "UDP 192.0.2.9:5060", Category = "DNS-005")]
    [TestCase("sip:plain.test", 2000, "TCP 192.0.2.9:5060", Category = "DNS-005")]
    [TestCase("sip:plain.test;transport=tls", 0, "TLS 192.0.2.9:5061", Category = "DNS-005")]
    [TestCase("sip:b.ims.test:5080", 0, "UDP 192.0.2.2:5080, UDP 192.0.2.3:5080", Category = "DNS-001")]
    [TestCase("sip:x.test;maddr=srv.test", 0, "UDP 192.0.2.1:5070, TCP 192.0.2.1:5071", Category = "DNS-005")]
    [TestCase("sip:192.0.2.7", 0, "UDP 192.0.2.7:5060", Category = "DNS-001")]
    public async Task A_URI_leads_to_its_destinations(string uri, int length, string destinations)
    {
        await using SipTransport transport = Transport();
        Assert.That(await AllAsync(transport, uri, length), Is.EqualTo(destinations));
    }

    [TestCase("sip:192.0.2.7")]
    [TestCase("sip:[::ffff:192.0.2.7]:5070")]
    [TestCase("sip:x.test;maddr=192.0.2.7")]
    [Category("DNS-001")]
    public async Task An_address_asks_nobody(string uri)
    {
        await using SipTransport transport = Transport();
        try
        {
            await transport.ResolveAsync(SipUri.Parse(uri), 0, CancellationToken.None);
        }
        catch (ImageShareException)
        {
            // An address of the other kind, which nothing could change.
        }

        Assert.That(_dns.Asked, Is.Empty);
    }

    [Test]
    [Category("DNS-001")]
    public async Task A_name_with_a_port_asks_for_addresses_only()
    {
        await using SipTransport transport = Transport();
        await transport.ResolveAsync(SipUri.Parse("sip:a.ims.test:5080"), 0, CancellationToken.None);
        Assert.That(_dns.Asked, Is.EqualTo(["A a.ims.test"]));
    }

    [Test]
    [Category("DNS-006")]
    public async Task A_protocol_that_is_fixed_asks_for_its_SRV_records_only()
    {
        await using SipTransport transport = Transport(SipProtocol.Tcp);
        Assert.That(await AllAsync(transport, "sip:ims.test", 0), Is.EqualTo("TCP 192.0.2.1:5065"));
        Assert.That(await AllAsync(transport, "sips:ims.test", 0), Is.EqualTo("TLS 192.0.2.1:5061"));
        Assert.That(_dns.Asked[0], Is.EqualTo("SRV _sip._tcp.ims.test"));
    }

    [Test]
    [Category("DNS-015")]
    public async Task The_certificate_must_be_for_the_name_of_the_URI_wherever_it_leads()
    {
        await using SipTransport transport = Transport();
        IReadOnlyList<SipDestination> all = await transport.ResolveAllAsync(SipUri.Parse("sips:ims.test"), 0, CancellationToken.None);
        Assert.That(all.Select(static d => d.ServerName), Is.All.EqualTo("ims.test"));
    }

    [Test]
    [Category("DNS-013")]
    public async Task A_second_look_asks_nobody_before_the_time_to_live_is_over()
    {
        await using SipTransport transport = Transport();
        await AllAsync(transport, "sip:srv.test", 0);
        int asked = _dns.Asked.Count;
        await AllAsync(transport, "sip:srv.test", 2000);
        Assert.That(_dns.Asked, Has.Count.EqualTo(asked));
        _clock.Advance(TimeSpan.FromMinutes(1));
        await AllAsync(transport, "sip:srv.test", 0);
        Assert.That(_dns.Asked, Has.Count.EqualTo(2 * asked));
    }

    [Test]
    [Category("DNS-005")]
    public async Task Without_a_resolver_a_network_of_the_tests_own_is_asked_for_addresses_only()
    {
        _network.Names["ims.test"] = [IPAddress.Parse("192.0.2.77")];
        await using SipTransport transport = SipTransport.Create(_network);
        Assert.That(await AllAsync(transport, "sip:ims.test", 0), Is.EqualTo("UDP 192.0.2.77:5060"));
    }

    [TestCase("sip:none.test", "the domain does not offer this service")]
    [TestCase("sip:unknown.test", "NAPTR of unknown.test: none; SRV of _sip._udp.unknown.test: none; SRV of _sip._tcp.unknown.test: none; addresses of unknown.test: none")]
    [TestCase("sips:unknown.test", "SRV of _sips._tcp.unknown.test: none; addresses of unknown.test: none")]
    [TestCase("sip:dead.test", "NAPTR of dead.test: it burns")]
    [TestCase("sip:liar.test", "none of its 3 addresses is of the same kind")]
    [TestCase("sip:zero.test", "no record with a host and a port")]
    [Category("DNS-014")]
    public async Task What_was_asked_and_what_came_is_said(string uri, string words)
    {
        _dns.Fail("dead.test", "it burns")
            .SetSrv("_sip._udp.liar.test", new SrvRecord(1, 1, 5060, "liar.test."))
            .SetAddresses("liar.test", IPAddress.Any, IPAddress.Parse("224.0.0.1"), IPAddress.Broadcast)
            .SetSrv("_sip._udp.zero.test", new SrvRecord(1, 1, 0, "a.ims.test."));
        await using SipTransport transport = Transport();
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => AllAsync(transport, uri, 0));
        Assert.That(error!.Error, Is.EqualTo(ImageShareError.PeerUnreachable));
        Assert.That(error.Message, Does.Contain(words));
    }

    [Test]
    [Category("DNS-014")]
    public async Task Thousands_of_records_lead_to_a_few_targets_and_questions()
    {
        _dns.SetNaptr("big.test", [.. Enumerable.Range(0, 3000).Select(static i => new NaptrRecord(i, i, "s", "SIP+D2U", "", $"_sip._udp.{i}.big.test."))])
            .SetSrv("_sip._udp.0.big.test", [.. Enumerable.Range(0, 3000).Select(static i => new SrvRecord(1, 1, 5060, $"{i}.hosts.test."))]);
        for (int i = 0; i < 3000; i++)
        {
            _dns.SetAddresses($"{i}.hosts.test", [.. Enumerable.Range(1, 200).Select(static n => IPAddress.Parse($"192.0.2.{n}"))]);
        }

        await using SipTransport transport = Transport();
        IReadOnlyList<SipDestination> all = await transport.ResolveAllAsync(SipUri.Parse("sip:big.test"), 0, CancellationToken.None);
        Assert.That(all, Has.Count.EqualTo(TargetRules.MostTargets));
        Assert.That(_dns.Asked, Has.Count.LessThanOrEqualTo(1 + TargetRules.MostHosts + TargetRules.MostHosts));
    }

    [Test]
    [Category("DNS-014")]
    public async Task Name_servers_that_never_answer_leave_the_name_unresolved_in_time()
    {
        var silent = new SilentResolver();
        await using SipTransport transport = SipTransport.Create(_network, new SipTransportOptions { Resolver = silent, TimeProvider = _clock });
        Task<SipDestination> asked = transport.ResolveAsync(SipUri.Parse("sip:ims.test"), 0, CancellationToken.None).AsTask();
        await silent.AskedAsync(1);
        _clock.Advance(TimeSpan.FromSeconds(3.4));
        await silent.AskedAsync(2);
        _clock.Advance(TimeSpan.FromSeconds(3.4));
        await silent.AskedAsync(1);
        _clock.Advance(TimeSpan.FromSeconds(3.4));
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => asked);
        Assert.That(error!.Message, Does.Contain("NAPTR of ims.test: no answer within 3.3 s").And.Contain("SRV of _sip._udp.ims.test: no answer within 3.3 s"));
    }

    private SipTransport Transport(SipProtocol? isFixed = null) => SipTransport.Create(
        _network, new SipTransportOptions { Resolver = _dns, TimeProvider = _clock, FixedProtocol = isFixed, LocalEndPoint = new IPEndPoint(IPAddress.Parse("192.0.2.200"), 0) });

    private static async Task<string> AllAsync(SipTransport transport, string uri, int length)
    {
        IReadOnlyList<SipDestination> all = await transport.ResolveAllAsync(SipUri.Parse(uri), length, CancellationToken.None);
        Assert.That(await transport.ResolveAsync(SipUri.Parse(uri), length, CancellationToken.None), Is.EqualTo(all[0]));
        return string.Join(", ", all.Select(static d => $"{d.Protocol.ToString().ToUpperInvariant()} {d.EndPoint}"));
    }
}
