using System.Globalization;

namespace ImageShare.Core.Tests.Faults;

/// <summary>Two machines in miniature with a cable between them. Where they may not be made the test is skipped, visibly.</summary>
internal sealed class NetworkNamespaces : IDisposable
{
    public const string SenderAddress = "10.79.0.1";
    public const string ReceiverAddress = "10.79.0.2";
    private const string Cable = "cable0";

    private static int _count;

    private readonly string _sender;
    private readonly string _receiver;

    public NetworkNamespaces()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"imageshare-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        _sender = name + "-sender";
        _receiver = name + "-receiver";
        string? refused = Ip("netns", "add", _sender) ?? Ip("netns", "add", _receiver)
            ?? Ip("-n", _sender, "link", "add", Cable, "type", "veth", "peer", "name", Cable, "netns", _receiver)
            ?? Connect(_sender, SenderAddress) ?? Connect(_receiver, ReceiverAddress);
        if (refused is not null)
        {
            Dispose();
            Assert.Ignore($"Network namespaces cannot be made here (root and iproute2 are needed): {refused}");
        }
    }

    /// <summary>What starts a program on the sender's machine.</summary>
    public string[] AtSender => ["ip", "netns", "exec", _sender];

    /// <summary>What starts a program on the receiver's machine.</summary>
    public string[] AtReceiver => ["ip", "netns", "exec", _receiver];

    /// <summary>Pulls the cable, or switches off the sender's interface, which removes its routes as well.</summary>
    public void Cut(bool atSender) => Assert.That(Ip("-n", atSender ? _sender : _receiver, "link", "set", Cable, "down"), Is.Null);

    public void Restore()
    {
        foreach (string side in (string[])[_sender, _receiver])
        {
            Assert.That(Ip("-n", side, "link", "set", Cable, "up"), Is.Null);
        }
    }

    public void Dispose()
    {
        foreach (string side in (string[])[_sender, _receiver])
        {
            if (File.Exists($"/run/netns/{side}"))
            {
                Assert.That(Ip("netns", "delete", side), Is.Null);
            }
        }
    }

    private static string? Connect(string side, string address) =>
        Ip("-n", side, "address", "add", address + "/24", "dev", Cable) ?? Ip("-n", side, "link", "set", Cable, "up");

    private static string? Ip(params string[] arguments) => ToolRun.Of("ip", arguments);
}
