using System.Text.Json;
using ImageShare.Core.Tests.Cli;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Interop.Providers;

/// <summary>The program at a provider of kamailio.</summary>
[TestFixture]
[Category("Interop")]
public sealed class ProviderCliTests
{
    [TestCase(false, "auto")]
    [TestCase(true, "tls")]
    [Category("REG-001")]
    public async Task Two_programs_register_query_and_share(bool ims, string transport)
    {
        using var folder = new Folder();
        await using Provider provider = await Provider.StartAsync(new ProviderSettings { IsIms = ims, ListensForTls = transport == "tls" });
        string[] alice = ["--account", Account(folder, provider, "alice", transport), "--json"];
        await using CliProcess bob = CliProcess.Start(
            "listen", "--account", Account(folder, provider, "bob", transport), "--inbox", Path.Combine(folder.Outer, "received"), "--accept", "auto", "--count", "1", "--json");
        JsonElement registered = await bob.EventAsync("registration");
        Assert.That(registered.GetProperty("status").GetString(), Is.EqualTo("registered"), provider.Log);
        Assert.That(registered.GetProperty("serviceRoute").GetArrayLength(), Is.EqualTo(ims ? 1 : 0));
        CliResult query = await CliProcess.RunAsync(["query", "sip:bob@ims.example", .. alice]);
        Assert.That(query.Status, Is.Zero, () => query.Errors + provider.Log);
        byte[] image = TestImage.Png(50_000);
        CliResult sent = await CliProcess.RunAsync(["send", folder.File("cat.png", image), "sip:bob@ims.example", .. alice]);
        Assert.That(sent.Status, Is.Zero, () => string.Join('\n', sent.Lines) + provider.Log);
        JsonElement received = await bob.EventAsync("completed");
        Assert.That(await File.ReadAllBytesAsync(received.GetProperty("path").GetString()!), Is.EqualTo(image));
        Assert.That((await bob.EndAsync()).Status, Is.Zero);

        foreach ((string user, string peer) in ((string, string)[])[("bob", "unregistered"), ("nobody", "unknown"), ("carol", "refusing"), ("dave", "refusing")])
        {
            CliResult result = await CliProcess.RunAsync(["query", $"sip:{user}@ims.example", "--once", .. alice]);
            Assert.That((result.Status, result.Last.GetProperty("peer").GetString()), Is.EqualTo((3, peer)), () => string.Join('\n', result.Lines) + provider.Log);
        }
    }

    private static string Account(Folder folder, Provider provider, string user, string transport)
    {
        string path = Path.Combine(folder.Outer, $"{user}.json");
        string trust = Path.Combine(folder.Outer, "trust.pem");
        File.WriteAllText(trust, TestCertificates.Authority.ExportCertificatePem());
        File.WriteAllText(path, $$"""
            {
              "identity": "sip:{{user}}@ims.example", "registrar": "sip:ims.example", "proxy": "{{provider.Edge(transport == "tls" ? "tls" : "udp")}}",
              "password": "{{Provider.Password}}", "transport": "{{transport}}", "tlsTrust": "trust.pem"
            }
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }
}
