using System.Text.Json;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Interop;

namespace ImageShare.Core.Tests.Cli;

/// <summary>The program with names instead of addresses, and dnsmasq as its name server.</summary>
[TestFixture]
[Category("Processes")]
[Category("Interop")]
[Category("DNS-016")]
public sealed class CliNameTests
{
    [Test]
    public async Task An_image_is_sent_to_a_name()
    {
        Tool.Dnsmasq.Require();
        using var folder = new Folder();
        string image = Path.Combine(folder.Path, "picture.png");
        await File.WriteAllBytesAsync(image, TestImage.Png(30_000));
        int port = LoopbackPorts.Free();
        await using Dnsmasq server = await Dnsmasq.StartAsync(
            "naptr-record=ims.test,10,1,S,SIP+D2T,,_sip._tcp.ims.test", $"srv-host=_sip._tcp.ims.test,bob.ims.test,{port}", "host-record=bob.ims.test,127.0.0.1");
        string names = $"{server.EndPoint}";
        await using CliProcess bob = CliProcess.Start(
            "listen", "--identity", "sip:bob@ims.test", "--bind", $"127.0.0.1:{port}", "--accept", "auto", "--count", "1", "--inbox", Path.Combine(folder.Path, "inbox"), "--json");
        await bob.EventAsync("listening");

        CliResult sent = await CliProcess.RunAsync("send", image, "sip:bob@ims.test", "--identity", "sip:alice@ims.test", "--json", "--name-server", names);
        Assert.That(sent.Status, Is.Zero, () => sent.Errors + server.Log);
        JsonElement received = await bob.EventAsync("completed");
        Assert.That(received.GetProperty("verified").GetBoolean(), Is.True);

        CliResult unknown = await CliProcess.RunAsync("query", "sip:bob@nobody.test", "--identity", "sip:alice@ims.test", "--name-server", names);
        Assert.That(unknown.Status, Is.Not.Zero);
        Assert.That(unknown.Errors + string.Join(' ', unknown.Lines), Does.Contain("SRV of _sip._udp.nobody.test: none"));
    }
}
