using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Cli;

/// <summary>The program at both ends with SIP over TLS, certificates in PEM files.</summary>
[TestFixture]
[Category("Processes")]
public sealed class CliTlsTests
{
    private Folder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(true, false)]
    [TestCase(false, false)]
    [TestCase(true, true)]
    [Category("SIPT-010")]
    public async Task An_image_is_shared_over_TLS(bool keyInOwnFile, bool bySipsUri)
    {
        string image = Write("picture.png", TestImage.Png(30_000));
        string trace = Path.Combine(_folder.Path, "trace.txt");
        await using CliProcess bob = Listen(keyInOwnFile, TestCertificates.Loopback);
        string target = (await bob.EventAsync("listening")).GetProperty("sip").GetString()!;
        Assert.That(target, Does.Match(@"^sip:bob@127\.0\.0\.1:\d+;transport=tls$"));
        string[] choice = bySipsUri ? [] : ["--transport", "tls"];
        target = bySipsUri ? "sips" + target[3..].Split(';')[0] : target.Split(';')[0];

        CliResult query = await CliProcess.RunAsync(["query", target, "--identity", "sip:alice@ims.example", "--json", "--tls-trust", Trust(), .. choice]);
        Assert.That(query.Status, Is.Zero, query.Errors);
        CliResult sent = await CliProcess.RunAsync(
            ["send", image, target, "--identity", "sip:alice@ims.example", "--json", "--trace", trace, "--tls-trust", Trust(), .. choice]);
        Assert.That(sent.Status, Is.Zero, sent.Errors);
        JsonElement received = await bob.EventAsync("completed");
        Assert.That(received.GetProperty("verified").GetBoolean(), Is.True);
        Assert.That((await bob.EndAsync()).Status, Is.Zero);
        Assert.That(await File.ReadAllTextAsync(trace), Does.Contain("Via: SIP/2.0/TLS ").And.Not.Contain("SIP/2.0/UDP").And.Not.Contain("SIP/2.0/TCP"));
    }

    [Test]
    [Category("SIPT-010")]
    public async Task A_listener_nobody_vouches_for_is_not_sent_to()
    {
        string image = Write("picture.png", TestImage.Png(3_000));
        await using CliProcess bob = Listen(false, TestCertificates.Loopback);
        string target = (await bob.EventAsync("listening")).GetProperty("sip").GetString()!;
        CliResult sent = await CliProcess.RunAsync("send", image, target, "--identity", "sip:alice@ims.example", "--json");
        Assert.That(sent.Status, Is.EqualTo(1));
        sent.AssertFailed("CertificateNotTrusted");
        Assert.That(sent.Last.GetProperty("message").GetString(), Does.Contain("trusted roots"));
    }

    [TestCase("offered", true)]
    [TestCase("required", true)]
    [TestCase("none", false)]
    [Category("TLS-006")]
    [Category("TLS-010")]
    public async Task An_image_travels_over_TLS_where_that_is_asked_for(string choice, bool isTaken)
    {
        string image = Write("picture.png", TestImage.Png(30_000));
        await using CliProcess bob = CliProcess.Start(
        [
            "listen", "--identity", "sip:bob@ims.example", "--inbox", Path.Combine(_folder.Path, "inbox"), "--accept", "auto", "--count", "1", "--json", "--secure-media", "required",
        ]);
        string target = (await bob.EventAsync("listening")).GetProperty("sip").GetString()!;
        CliResult sent = await CliProcess.RunAsync("send", image, target, "--identity", "sip:alice@ims.example", "--json", "--secure-media", choice);
        if (!isTaken)
        {
            Assert.That(sent.Status, Is.EqualTo(1));
            Assert.That(sent.Last.GetProperty("sipStatus").GetInt32(), Is.EqualTo(488));
            return;
        }

        Assert.That(sent.Status, Is.Zero, sent.Errors);
        Assert.That((await bob.EventAsync("completed")).GetProperty("verified").GetBoolean(), Is.True);
        Assert.That((await bob.EndAsync()).Status, Is.Zero);
    }

    [Test]
    public async Task A_file_that_is_no_certificate_is_wrong_usage()
    {
        string file = Write("noise.pem", "not a certificate"u8.ToArray());
        foreach (string option in (string[])["--tls-cert", "--tls-trust"])
        {
            CliResult result = await CliProcess.RunAsync("listen", "--identity", "sip:bob@ims.example", option, file);
            Assert.That(result.Status, Is.EqualTo(2));
            Assert.That(result.Errors, Does.Contain("noise.pem"));
            result.AssertNoStackTrace();
        }
    }

    private CliProcess Listen(bool keyInOwnFile, X509Certificate2 certificate)
    {
        string key = certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n";
        string cert = certificate.ExportCertificatePem() + "\n";
        string[] files = keyInOwnFile
            ? ["--tls-cert", Write("cert.pem", cert), "--tls-key", Write("key.pem", key)]
            : ["--tls-cert", Write("both.pem", cert + key)];
        return CliProcess.Start(
        [
            "listen", "--identity", "sip:bob@ims.example", "--inbox", Path.Combine(_folder.Path, "inbox"), "--accept", "auto", "--count", "1", "--json", "--transport", "tls",
            .. files,
        ]);
    }

    private string Trust() => Write("trust.pem", TestCertificates.Authority.ExportCertificatePem());

    private string Write(string name, string text) => Write(name, System.Text.Encoding.ASCII.GetBytes(text));

    private string Write(string name, byte[] octets)
    {
        string path = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(path, octets);
        return path;
    }
}
