using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Tests.Sip.UserAgents;

namespace ImageShare.Core.Tests.Interop.Providers;

/// <summary>What the providers of kamailio say to a REGISTER, by an agent that knows nothing of registrations.</summary>
[TestFixture]
[Category("Interop")]
public sealed class ProviderAgentTests
{
    private const string Instance = ";+sip.instance=\"<urn:uuid:9f1c3c34-6a38-4a64-9b9c-0b0f8f1a4c11>\";reg-id=1";

    [TestCase("udp", false, false)]
    [TestCase("tcp", false, true)]
    [TestCase("tls", true, false)]
    [Category("AUTH-001")]
    public async Task A_registrar_registers_and_says_so(string transport, bool sha256, bool nat)
    {
        await using Provider provider = await Provider.StartAsync(new ProviderSettings { UsesSha256 = sha256, HelpsNat = nat, ListensForTls = transport == "tls" });
        SipResponse answer = await RegisterAsync(provider, transport);
        Assert.That(answer.StatusCode, Is.EqualTo(200), provider.Log);
        await provider.UntilLoggedAsync("SAVED alice at");
        Assert.Multiple(() =>
        {
            Assert.That(answer.Headers.Contacts, Has.Count.EqualTo(1), provider.Log);
            Assert.That(answer.Headers.Require.Contains("outbound"), Is.EqualTo(transport != "udp"), provider.Log);
            Assert.That(provider.Log, Does.Contain("CHALLENGE REGISTER").And.Contain("SAVED alice at"));
        });
    }

    [TestCase("udp", false, true)]
    [TestCase("udp", false, false)]
    [TestCase("tcp", false, true)]
    [TestCase("tls", true, true)]
    [Category("AUTH-001")]
    public async Task An_IMS_network_registers_with_a_path_and_gives_a_service_route(string transport, bool sha256, bool outbound)
    {
        await using Provider provider = await Provider.StartAsync(
            new ProviderSettings { IsIms = true, UsesSha256 = sha256, UsesOutbound = outbound, ListensForTls = transport == "tls" });
        SipResponse answer = await RegisterAsync(provider, transport);
        Assert.That(answer.StatusCode, Is.EqualTo(200), provider.Log);
        await provider.UntilLoggedAsync("S SAVED alice at");
        Assert.Multiple(() =>
        {
            Assert.That(answer.Headers.ServiceRoutes?.Single().Uri.User, Is.EqualTo("orig"), provider.Log);
            Assert.That(answer.Headers.GetStrings(SipHeaderNames.PAssociatedUri), Does.Contain("<sip:alice@ims.example>"), provider.Log);
            Assert.That(answer.Headers.Require.Contains("outbound"), Is.EqualTo(transport != "udp" && outbound), provider.Log);
            Assert.That(provider.Log, Does.Contain("S CHALLENGE REGISTER").And.Match("S SAVED alice at .* path <sip:"));
        });
    }

    [Test]
    [Category("REG-013")]
    public async Task A_first_hop_without_outbound_makes_the_registrar_refuse_it()
    {
        await using Provider provider = await Provider.StartAsync(new ProviderSettings { IsIms = true, UsesOutbound = false });
        SipResponse answer = await RegisterAsync(provider, "tcp");
        Assert.That(answer.StatusCode, Is.EqualTo(439), provider.Log);
    }

    private static async Task<SipResponse> RegisterAsync(Provider provider, string transport)
    {
        await using SipTransport network = SipTransport.Create(
            SystemNetwork.Instance, new SipTransportOptions { Tls = new TlsOptions { TrustedRoots = [TestCertificates.Authority] } });
        await using SipUserAgent agent = SipUserAgent.Start(
            network,
            new SipUserAgentOptions
            {
                Identity = new NameAddress(Provider.AddressOf("alice")),
                Route = [provider.Edge(transport)],
                Credentials = new SipCredentials("alice", Provider.Password),
            },
            new RecordingHandler());
        var register = new SipRequest(SipMethod.Register, SipUri.Parse("sip:ims.example"));
        register.Headers.Add("To", "<sip:alice@ims.example>");
        register.Headers.Add("Expires", "600");
        register.Headers.Add("Supported", transport == "udp" ? "path" : "path, outbound");
        string contact = "<sip:alice@ims.example>" + (transport == "udp" ? string.Empty : Instance);
        Assert.That(NameAddress.TryParse(System.Text.Encoding.ASCII.GetBytes(contact), out NameAddress? address), Is.True);
        return await agent.SendAsync(register, address!.Parameters).WaitAsync(ChildProcess.Patience);
    }
}
