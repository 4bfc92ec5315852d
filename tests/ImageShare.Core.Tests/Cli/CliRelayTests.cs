using System.Text.Json;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Cli;

/// <summary>The program at both ends behind an MSRP relay.</summary>
[TestFixture]
[Category("Processes")]
public sealed class CliRelayTests
{
    [TestCase(RelayServer.Password, true)]
    [TestCase("open barley", false)]
    [Category("TLS-016")]
    public async Task An_image_goes_through_the_relay(string password, bool isRight)
    {
        using var folder = new Folder();
        await using var relay = new RelayServer(SystemNetwork.Instance);
        string image = Path.Combine(folder.Path, "picture.png");
        await File.WriteAllBytesAsync(image, TestImage.Png(30_000));
        string trust = Path.Combine(folder.Path, "trust.pem");
        await File.WriteAllTextAsync(trust, TestCertificates.Authority.ExportCertificatePem());
        string[] through = ["--json", "--msrp-relay", relay.Uri.ToString(), "--user", RelayServer.User, "--tls-trust", trust];
        await using CliProcess bob = CliProcess.Start(
        [
            "listen", "--identity", "sip:bob@ims.example", "--inbox", Path.Combine(folder.Path, "inbox"), "--accept", "auto", "--count", "1", "--password", RelayServer.Password, .. through,
        ]);
        string target = (await bob.EventAsync("listening")).GetProperty("sip").GetString()!;
        CliResult sent = await CliProcess.RunAsync(["send", image, target, "--identity", "sip:alice@ims.example", "--password", password, .. through]);
        if (!isRight)
        {
            Assert.That(sent.Status, Is.EqualTo(1));
            sent.AssertFailed("RelayRefused");
            return;
        }

        Assert.That(sent.Status, Is.Zero, sent.Errors);
        JsonElement received = await bob.EventAsync("completed");
        Assert.That(received.GetProperty("verified").GetBoolean(), Is.True);
        Assert.That((await bob.EndAsync()).Status, Is.Zero);
        Assert.That((relay.Connections, relay.Paths.Count), Is.EqualTo((2, 2)));
    }
}
