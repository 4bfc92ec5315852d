using System.Text.Json;
using ImageShare.Core.Tests.Cli;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Interop;
using ImageShare.Core.Tests.Interop.Providers;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Nat;

/// <summary>Programs behind real NATs that no port of leads to, registered at a kamailio on the public machine.</summary>
[TestFixture]
[Platform("Linux", Reason = "network namespaces")]
[Category("Namespaces")]
[Category("Interop")]
[Category("REG-016")]
public sealed class NatRegistrationTests
{
    private NatNetworks _networks = null!;
    private Folder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        Tool.Kamailio.Require();
        _networks = new NatNetworks();
        _folder = new Folder();
    }

    [TearDown]
    public void TearDown()
    {
        _networks?.Dispose();
        _folder?.Dispose();
    }

    [TestCase(false, "udp")]
    [TestCase(false, "tcp")]
    [TestCase(true, "udp")]
    [TestCase(true, "tcp")]
    public async Task A_registered_client_behind_a_NAT_is_called_by_a_public_one_and_connects(bool ims, string transport)
    {
        await using Provider provider = await StartAsync(ims);
        await using CliProcess alice = Listen(provider, "alice", NatNetworks.AliceAddress, transport);
        JsonElement registered = await alice.EventAsync("registration");
        Assert.Multiple(() =>
        {
            Assert.That(registered.GetProperty("behindNat").GetBoolean(), Is.True, provider.Log);
            Assert.That(registered.GetProperty("seenAs").GetString(), Does.StartWith(NatNetworks.AliceRouter + ":"));
            Assert.That(registered.GetProperty("outbound").GetBoolean(), Is.EqualTo(transport == "tcp"));
        });
        CliResult sent = await SendAsync(provider, "public", NatNetworks.PublicAddress, transport);
        Assert.That(sent.Status, Is.Zero, () => sent.Errors + string.Join('\n', sent.Lines) + provider.Log);
        Assert.That((await alice.EventAsync("completed")).GetProperty("verified").GetBoolean(), Is.True);
    }

    [TestCase("udp")]
    [TestCase("tcp")]
    [Category("REG-104")]
    public async Task Two_registered_clients_behind_two_NATs_find_each_other_and_are_told_to_use_a_relay(string transport)
    {
        await using Provider provider = await StartAsync(ims: false);
        await using CliProcess alice = Listen(provider, "alice", NatNetworks.AliceAddress, transport, "--timeout", "10");
        await alice.EventAsync("registration");
        CliResult sent = await SendAsync(provider, "bob", NatNetworks.BobAddress, transport, "--timeout", "10");
        sent.AssertFailed("MediaNotConnected");
        Assert.That(sent.Last.GetProperty("message").GetString(), Does.Contain("use an MSRP relay"), provider.Log);
    }

    [TestCase(false, "udp")]
    [TestCase(true, "tcp")]
    [Category("TLS-016")]
    public async Task Two_registered_clients_behind_two_NATs_share_through_the_relay(bool ims, string transport)
    {
        Tool.RequireKamailioTls();
        await using Provider provider = await StartAsync(ims);
        await using KamailioMsrpRelay relay = await KamailioMsrpRelay.StartAsync(host: NatNetworks.PublicAddress, under: _networks.At("public"));
        string trust = Path.Combine(_folder.Outer, "trust.pem");
        await File.WriteAllTextAsync(trust, TestCertificates.Authority.ExportCertificatePem());
        string[] through = ["--msrp-relay", relay.Uri.ToString(), "--msrp-relay-realm", KamailioMsrpRelay.Realm, "--tls-trust", trust];
        await using CliProcess alice = Listen(provider, "alice", NatNetworks.AliceAddress, transport, through);
        await alice.EventAsync("registration");
        CliResult sent = await SendAsync(provider, "bob", NatNetworks.BobAddress, transport, through);
        Assert.That(sent.Status, Is.Zero, () => sent.Errors + string.Join('\n', sent.Lines) + provider.Log + relay.Log);
        Assert.That((await alice.EventAsync("completed")).GetProperty("verified").GetBoolean(), Is.True);
        Assert.That((relay.Count("GRANTED alice"), relay.Count("GRANTED bob")), Is.EqualTo((1, 1)), relay.Log);
    }

    private Task<Provider> StartAsync(bool ims) => Provider.StartAsync(
        new ProviderSettings { IsIms = ims, HelpsNat = true, Host = NatNetworks.PublicAddress, Under = _networks.At("public") });

    private CliProcess Listen(Provider provider, string user, string address, string transport, params string[] options) => CliProcess.StartUnder(
        _networks.At(user),
        ["listen", .. As(provider, user, address, transport), "--inbox", Path.Combine(_folder.Outer, "received"), "--accept", "auto", .. options]);

    private async Task<CliResult> SendAsync(Provider provider, string machine, string address, string transport, params string[] options)
    {
        string picture = _folder.File("picture.png", TestImage.Png(300_000));
        await using CliProcess sender = CliProcess.StartUnder(_networks.At(machine), ["send", picture, "sip:alice@ims.example", .. As(provider, "bob", address, transport), .. options]);
        return await sender.EndAsync();
    }

    private string[] As(Provider provider, string user, string address, string transport)
    {
        string secret = Path.Combine(_folder.Outer, "secret");
        if (!File.Exists(secret))
        {
            File.WriteAllText(secret, Provider.Password);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }

        return
        [
            "--identity", Provider.AddressOf(user).ToString(), "--register", "sip:ims.example", "--proxy", provider.Edge(transport).ToString(), "--password-file", secret,
            "--bind", address + ":0", "--transport", transport, "--json",
        ];
    }
}
