using System.Globalization;
using ImageShare.Core.Tests.Faults;

namespace ImageShare.Core.Tests.Nat;

/// <summary>
/// An internet in miniature, of network namespaces: a public machine, and two private networks with one machine each behind routers that masquerade with
/// random ports and let in only what belongs to a connection from inside or is forwarded. Where they may not be made the test is skipped, visibly.
/// </summary>
internal sealed class NatNetworks : IDisposable
{
    public const string PublicAddress = "203.0.113.10";
    public const string AliceAddress = "10.1.0.2";
    public const string AliceRouter = "203.0.113.20";
    public const string BobAddress = "10.2.0.2";
    public const string BobRouter = "203.0.113.30";

    // The set-up of a router; the names are those of its two interfaces.
    private const string Rules = """
        table ip nat {
            chain in { type nat hook prerouting priority -100; }
            chain out { type nat hook postrouting priority 100; oifname "out" masquerade random; }
        }
        table ip filter {
            chain forward { type filter hook forward priority 0; policy drop; ct state established,related accept; iifname "in" accept; ct status dnat accept; }
        }
        """;

    private static readonly string[] Names = ["net", "public", "alice-router", "alice", "bob-router", "bob"];
    private static int _count;

    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"imageshare-nat-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}-");
    private readonly string _rules = Path.GetTempFileName();

    public NatNetworks()
    {
        File.WriteAllText(_rules, Rules);
        string? refused = Names.Select(name => Ip("netns", "add", _prefix + name)).FirstOrDefault(static said => said is not null)
            ?? In("net", "link", "add", "bridge", "type", "bridge") ?? In("net", "link", "set", "bridge", "up")
            ?? PlugIn("public", PublicAddress) ?? PlugIn("alice-router", AliceRouter) ?? PlugIn("bob-router", BobRouter)
            ?? Translate("alice-router", "10.1.0.1", "alice", AliceAddress) ?? Translate("bob-router", "10.2.0.1", "bob", BobAddress);
        if (refused is not null)
        {
            Dispose();
            Assert.Ignore($"Network namespaces with NAT cannot be made here (root, iproute2 and nftables are needed): {refused}");
        }
    }

    /// <summary>What starts a program on that machine.</summary>
    public string[] At(string name) => ["ip", "netns", "exec", _prefix + name];

    /// <summary>Forwards a port of a router to the machine behind it.</summary>
    public void Forward(string name, int port, int to) => AddRule($"{name}-router", "iifname", "out", "meta", "l4proto", "{ tcp, udp }", "th", "dport", Text(port), "dnat", "to", $"{(name == "alice" ? AliceAddress : BobAddress)}:{Text(to)}");

    /// <summary>SIP from alice to the private address of bob finds him, as by a server that both are registered with. Nothing else does.</summary>
    public void CarrySip(int port)
    {
        Forward("bob", port, port);
        AddRule("alice-router", "iifname", "in", "ip", "daddr", BobAddress, "meta", "l4proto", "{ tcp, udp }", "th", "dport", Text(port), "dnat", "to", $"{BobRouter}:{Text(port)}");
    }

    /// <summary>How long a router remembers a TCP connection on which nothing is sent.</summary>
    public void Remember(string name, int seconds) =>
        Assert.That(Run(name + "-router", "sh", "-c", $"echo {Text(seconds)} > /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established"), Is.Null);

    public void Dispose()
    {
        foreach (string name in Names.Where(name => File.Exists($"/run/netns/{_prefix}{name}")))
        {
            Assert.That(Ip("netns", "delete", _prefix + name), Is.Null);
        }

        File.Delete(_rules);
    }

    private string? PlugIn(string name, string address) =>
        In("net", "link", "add", name, "type", "veth", "peer", "name", "out", "netns", _prefix + name) ?? In("net", "link", "set", name, "master", "bridge", "up")
        ?? In(name, "address", "add", address + "/24", "dev", "out") ?? In(name, "link", "set", "out", "up") ?? In(name, "link", "set", "lo", "up");

    private string? Translate(string router, string inside, string machine, string address) =>
        In(router, "link", "add", "in", "type", "veth", "peer", "name", "cable", "netns", _prefix + machine)
        ?? In(router, "address", "add", inside + "/24", "dev", "in") ?? In(router, "link", "set", "in", "up")
        ?? In(machine, "address", "add", address + "/24", "dev", "cable") ?? In(machine, "link", "set", "cable", "up") ?? In(machine, "route", "add", "default", "via", inside)
        ?? Run(router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward") ?? Run(router, "nft", "-f", _rules);

    private void AddRule(string router, params string[] rule) => Assert.That(Run(router, ["nft", "add", "rule", "ip", "nat", "in", .. rule]), Is.Null);

    private string? In(string name, params string[] arguments) => Ip(["-n", _prefix + name, .. arguments]);

    private string? Run(string name, params string[] command) => Ip(["netns", "exec", _prefix + name, .. command]);

    private static string? Ip(params string[] arguments) => ToolRun.Of("ip", arguments);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
