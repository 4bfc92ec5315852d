using System.Text;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Interop.Providers;

/// <summary>Two registered clients share images through a provider of kamailio, each by the other's identity.</summary>
[TestFixture]
[Category("Interop")]
public sealed class ProviderShareTests
{
    private static readonly ProviderSettings Registrar = new();
    private static readonly ProviderSettings Ims = new() { IsIms = true };

    private static IEnumerable<TestCaseData> Ways()
    {
        yield return new TestCaseData(Registrar, "udp", "udp");
        yield return new TestCaseData(Registrar with { UsesSha256 = true }, "tcp", "tcp");
        yield return new TestCaseData(Registrar, "tls", "udp");
        yield return new TestCaseData(Registrar with { HelpsNat = true }, "tcp", "tls");
        yield return new TestCaseData(Ims, "udp", "udp");
        yield return new TestCaseData(Ims, "tcp", "tcp");
        yield return new TestCaseData(Ims with { UsesSha256 = true }, "tls", "udp");
        yield return new TestCaseData(Ims, "tls", "tls");
        yield return new TestCaseData(Ims with { UsesOutbound = false }, "udp", "tcp");
    }

    [TestCaseSource(nameof(Ways))]
    [Category("REG-001")]
    [Category("REG-013")]
    public async Task Two_registered_clients_query_share_and_fetch_in_both_directions(object settings, string alice, string bob)
    {
        var of = (ProviderSettings)settings;
        await using RegisteredPair pair = await RegisteredPair.StartAsync(of, alice, bob);
        bool hasOutbound = !of.IsIms || of.UsesOutbound;
        Assert.That((pair.Alice.Registration.UsesOutbound, pair.Bob.Registration.UsesOutbound), Is.EqualTo((hasOutbound && alice != "udp", hasOutbound && bob != "udp")), pair.Provider.Log);
        foreach ((ImageShareClient from, string peer) in ((ImageShareClient, string)[])[(pair.Alice, "bob"), (pair.Bob, "alice")])
        {
            ImageShareCapabilities capabilities = await from.QueryCapabilitiesAsync(Provider.AddressOf(peer)).WaitAsync(ChildProcess.Patience);
            Assert.That(capabilities.CanShareImages, Is.True, () => $"{capabilities.SipStatus}\n{pair.Provider.Log}");
            await pair.ShareAsync(from);
            await pair.FetchAsync(from);
        }

        AssertWentThroughTheProvider(pair);
        if (of.IsIms)
        {
            AssertIms(pair);
        }

        if (alice != "udp" && bob != "udp" && (of.IsIms || of.HelpsNat))
        {
            Assert.That(pair.Provider.Log, Does.Not.Contain("tcpconn_1st_send"), "everything came on the connections of the registrations");
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("REG-001")]
    [Category("TLS-016")]
    public async Task An_MSRP_relay_takes_the_images_of_both(bool ims)
    {
        await using KamailioMsrpRelay relay = await KamailioMsrpRelay.StartAsync();
        await using RegisteredPair pair = await RegisteredPair.StartAsync(
            ims ? Ims : Registrar,
            "udp",
            "tcp",
            with: o => o with
            {
                MsrpTls = new TlsOptions { TrustedRoots = [TestCertificates.Authority] },
                MsrpRelays = [relay.As(o.Identity.User!)],
            });
        await pair.ShareAsync(pair.Alice, 200_000);
        await pair.FetchAsync(pair.Alice);
        await pair.ShareAsync(pair.Bob, 200_000);
        Assert.That(relay.Count("GRANTED alice") + relay.Count("GRANTED bob"), Is.EqualTo(6), relay.Log);
        AssertWentThroughTheProvider(pair);
    }

    [Test]
    [Category("REG-001")]
    public async Task A_peer_that_is_not_registered_not_known_or_not_willing_is_told_apart()
    {
        await using RegisteredPair pair = await RegisteredPair.StartAsync(Registrar, with: o => o with { Limits = o.Limits with { QueryRetryDelays = [] } });
        await pair.Bob.UnregisterAsync().WaitAsync(ChildProcess.Patience);
        foreach ((string user, int status) in ((string, int)[])[("bob", 480), ("nobody", 404), ("carol", 603), ("dave", 403)])
        {
            ImageShareCapabilities capabilities = await pair.Alice.QueryCapabilitiesAsync(Provider.AddressOf(user)).WaitAsync(ChildProcess.Patience);
            Assert.That((capabilities.SipStatus, capabilities.CanShareImages), Is.EqualTo((status, false)), () => $"{user}\n{pair.Provider.Log}");
        }

        await pair.Bob.RegisterAsync().WaitAsync(ChildProcess.Patience);
        Assert.That((await pair.Alice.QueryCapabilitiesAsync(Provider.AddressOf("bob")).WaitAsync(ChildProcess.Patience)).CanShareImages, Is.True, pair.Provider.Log);
    }

    // Every request of either side went to the provider. What kamailio opens itself has a port of its own.
    private static void AssertWentThroughTheProvider(RegisteredPair pair)
    {
        ImageShareTraceEvent[] sip =
        [
            .. pair.Passed.Where(m => m.IsOutgoing && m.Protocol.StartsWith("SIP", StringComparison.Ordinal) && !m.StartLine.StartsWith("SIP/2.0", StringComparison.Ordinal)),
        ];
        Assert.That(sip.Select(m => m.Remote.Port).Distinct(), Is.Not.Empty.And.SubsetOf((int[])[pair.Provider.Port, pair.Provider.TlsPort]), pair.Provider.Log);
        Assert.That(pair.Provider.Log, Does.Not.Contain("OFF THE ROUTE").And.Not.Contain("NOT LOOSE").And.Not.Contain("STRANGER").And.Not.Contain("NO SERVICE ROUTE"));
    }

    private static void AssertIms(RegisteredPair pair)
    {
        SipRegistrationState state = pair.Alice.Registration;
        Assert.Multiple(() =>
        {
            Assert.That(state.ServiceRoute.Single().User, Is.EqualTo("orig"));
            Assert.That(state.AssociatedUris.Select(u => u.ToString()), Is.EqualTo(["sip:alice@ims.example", "tel:+4930900100"]));
            Assert.That(pair.Provider.Log, Does.Contain("S FROM <sip:alice@ims.example>").And.Contain("S FROM <sip:bob@ims.example>"));
            Assert.That(pair.Passed.Where(m => !m.IsOutgoing && m.StartLine.StartsWith("INVITE", StringComparison.Ordinal)).Select(m => Encoding.UTF8.GetString(m.Bytes.Span)),
                Is.Not.Empty.And.All.Contain("P-Asserted-Identity: <sip:"));
        });
    }
}
