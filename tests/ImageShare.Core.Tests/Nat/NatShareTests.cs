using System.Text.Json;
using ImageShare.Core.Tests.Cli;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Nat;

/// <summary>Shares of two programs through real NATs, with SIP directly between the two.</summary>
[TestFixture]
[Platform("Linux", Reason = "network namespaces")]
[Category("Namespaces")]
[Category("REG-105")]
public sealed class NatShareTests
{
    private static readonly string[] Transports = ["udp", "tcp"];

    private NatNetworks _networks = null!;
    private Folder _folder = null!;
    private string _trace = null!;

    [SetUp]
    public void SetUp()
    {
        _networks = new NatNetworks();
        _folder = new Folder();
        _trace = Path.Combine(_folder.Outer, "trace.txt");
    }

    [TearDown]
    public void TearDown()
    {
        _networks?.Dispose();
        _folder?.Dispose();
    }

    [TestCaseSource(nameof(Transports))]
    public async Task A_client_behind_a_NAT_shares_with_a_public_one_and_connects(string transport)
    {
        await using CliProcess listener = Listen("public", NatNetworks.PublicAddress + ":5070");
        await AssertSharedAsync(listener, "alice", NatNetworks.AliceAddress, $"sip:bob@{NatNetworks.PublicAddress}:5070", transport);
        AssertRoles(offered: "active", answered: "passive");
        string trace = await File.ReadAllTextAsync(_trace);
        Assert.That(trace, Does.Contain($"received={NatNetworks.AliceRouter}"), "there was a NAT in between");
    }

    [TestCaseSource(nameof(Transports))]
    public async Task A_public_client_shares_with_one_behind_a_NAT_whose_SIP_port_is_forwarded_and_which_connects(string transport)
    {
        _networks.Forward("alice", 40060, 5070);
        await using CliProcess listener = Listen("alice", NatNetworks.AliceAddress + ":5070", "--advertise", NatNetworks.AliceRouter + ":40060");
        await AssertSharedAsync(listener, "public", NatNetworks.PublicAddress, $"sip:alice@{NatNetworks.AliceRouter}:40060", transport);
        AssertRoles(offered: "actpass", answered: "active");
    }

    [TestCaseSource(nameof(Transports))]
    public async Task A_client_whose_ports_are_all_forwarded_is_called_and_connected_to(string transport)
    {
        _networks.Forward("alice", 40060, 5070);
        _networks.Forward("alice", 42855, 2855);
        await using CliProcess listener = Listen(
            "alice", NatNetworks.AliceAddress + ":5070", "--msrp-port", "2855", "--advertise", NatNetworks.AliceRouter + ":40060", "--advertise-msrp", "42855");
        await AssertSharedAsync(listener, "public", NatNetworks.PublicAddress, $"sip:alice@{NatNetworks.AliceRouter}:40060", transport);
        AssertRoles(offered: "actpass", answered: "passive");
        Assert.That(await File.ReadAllTextAsync(_trace), Does.Contain($"a=path:msrp://{NatNetworks.AliceRouter}:42855/"));
    }

    [TestCaseSource(nameof(Transports))]
    public async Task A_client_behind_one_NAT_shares_with_one_behind_another_whose_ports_are_forwarded(string transport)
    {
        _networks.Forward("bob", 40060, 5070);
        _networks.Forward("bob", 42855, 2855);
        await using CliProcess listener = Listen(
            "bob", NatNetworks.BobAddress + ":5070", "--msrp-port", "2855", "--advertise", NatNetworks.BobRouter + ":40060", "--advertise-msrp", "42855");
        await AssertSharedAsync(listener, "alice", NatNetworks.AliceAddress, $"sip:bob@{NatNetworks.BobRouter}:40060", transport);
        AssertRoles(offered: "active", answered: "passive");
    }

    [TestCaseSource(nameof(Transports))]
    [Category("REG-104")]
    public async Task Two_clients_behind_two_NATs_are_told_to_use_a_relay(string transport)
    {
        _networks.CarrySip(5070);
        await using CliProcess listener = Listen("bob", NatNetworks.BobAddress + ":5070", "--timeout", "10");
        await listener.EventAsync("listening");
        await using CliProcess sender = Send("alice", NatNetworks.AliceAddress, $"sip:bob@{NatNetworks.BobRouter}:5070", transport, "--timeout", "10");
        CliResult sent = await sender.EndAsync();
        sent.AssertFailed("MediaNotConnected");
        AssertAdvice(sent.Last, NatNetworks.AliceAddress, NatNetworks.BobAddress);
        AssertAdvice(await listener.EventAsync("failed"), NatNetworks.BobAddress, NatNetworks.AliceAddress);

        static void AssertAdvice(JsonElement result, string own, string peer) => Assert.That(
            result.GetProperty("message").GetString(), Does.Contain($"both ends offer private addresses ({own} here, {peer} at the peer)").And.Contain("use an MSRP relay"));
    }

    // At this rate a chunk leaves every 12 seconds: the router forgets the connection in between.
    [Test]
    [Category("REG-106")]
    public async Task Keep_alives_keep_the_NAT_binding_of_a_share_that_waits()
    {
        _networks.Remember("alice", seconds: 9);
        await using CliProcess listener = Listen("public", NatNetworks.PublicAddress + ":5070", "--timeout", "20");
        await AssertSharedAsync(
            listener, "alice", NatNetworks.AliceAddress, $"sip:bob@{NatNetworks.PublicAddress}:5070", "udp", "--timeout", "20", "--max-rate", "171", "--msrp-keep-alive", "5");
        Assert.That(File.ReadLines(_trace).Count(static line => line.Contains(" SEND  1-0/0 ", StringComparison.Ordinal)), Is.GreaterThan(3), "the first one opens the session");
    }

    private CliProcess Listen(string machine, string bind, params string[] options) => CliProcess.StartUnder(
        _networks.At(machine), ["listen", "--identity", $"sip:{machine}@ims.example", "--inbox", Path.Combine(_folder.Outer, "received"), "--accept", "auto", "--json", "--bind", bind, .. options]);

    private CliProcess Send(string machine, string address, string target, string transport, params string[] options) => CliProcess.StartUnder(
        _networks.At(machine),
        ["send", _folder.File("picture.png", TestImage.Png(options.Contains("--max-rate") ? 5_000 : 300_000)), target, "--identity", $"sip:{machine}@ims.example", "--bind", address + ":0", "--transport", transport, "--trace", _trace, "--json", .. options]);

    private async Task AssertSharedAsync(CliProcess listener, string machine, string address, string target, string transport, params string[] options)
    {
        string heard = (await listener.EventAsync("listening")).GetProperty("sip").GetString()!;
        Assert.That(heard, Does.EndWith(target[target.IndexOf('@', StringComparison.Ordinal)..]), "what it tells as its address is where it is called");
        await using CliProcess sender = Send(machine, address, target, transport, options);
        CliResult sent = await sender.EndAsync();
        Assert.That(sent.Status, Is.Zero, sent.Errors + string.Join('\n', sent.Lines));
        JsonElement received = await listener.EventAsync("completed");
        Assert.That(received.GetProperty("verified").GetBoolean(), Is.True);
    }

    // In the order of the trace: the invitation, and the 200 to it.
    private void AssertRoles(string offered, string answered) =>
        Assert.That(File.ReadLines(_trace).Where(static line => line.Contains("a=setup:", StringComparison.Ordinal)).Select(static line => line[(line.IndexOf("a=setup:", StringComparison.Ordinal) + 8)..].Trim()), Is.EqualTo(new[] { offered, answered }));
}
