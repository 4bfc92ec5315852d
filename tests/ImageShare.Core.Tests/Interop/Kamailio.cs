using System.Security.Cryptography.X509Certificates;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Interop;

/// <summary>kamailio as the proxy between two clients, for one test.</summary>
internal sealed class Kamailio : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly ChildProcess _process;

    private Kamailio(DirectoryInfo folder, ChildProcess process, int port, int? tlsPort)
    {
        TlsPort = tlsPort;
        _folder = folder;
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Where it listens for TLS, with a certificate for 127.0.0.1; null when it does not.</summary>
    public int? TlsPort { get; }

    /// <summary>What it logged: each request and response as it passed.</summary>
    public string Log => _process.Output;

    /// <param name="port">Where it listens, UDP and TCP.</param>
    /// <param name="alice">The port of the one client, and how it is reached.</param>
    /// <param name="bob">The port of the other.</param>
    /// <param name="password">What Alice must know, or whoever registers; null asks for nothing.</param>
    /// <param name="tlsPort">Where to listen for TLS too; null for nowhere.</param>
    /// <param name="isRegistrar">Whether Bob is looked for where he has registered, and not at his port. Whoever registers must know the password then, and nobody else.</param>
    public static async Task<Kamailio> StartAsync(
        int port, (int Port, string Transport) alice, (int Port, string Transport) bob, string? password = null, int? tlsPort = null, bool isRegistrar = false)
    {
        if (tlsPort is not null)
        {
            Tool.RequireKamailioTls();
        }

        string file = Tool.Kamailio.Require();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("imageshare-kamailio-");
        string text = File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Interop", "kamailio.cfg"));
        foreach ((string name, string value) in (ReadOnlySpan<(string, string)>)
            [
                ("auth", password is null || isRegistrar ? "WITHOUT_AUTH" : "WITH_AUTH"), ("password", password ?? string.Empty), ("port", $"{port}"),
                ("tls", tlsPort is null ? "WITHOUT_TLS" : "WITH_TLS"), ("tls_port", $"{tlsPort}"), ("folder", folder.FullName),
                ("registrar", isRegistrar ? "WITH_REGISTRAR" : "WITHOUT_REGISTRAR"), ("alice", $"{alice.Port}"), ("to_alice", alice.Transport), ("bob", $"{bob.Port}"), ("to_bob", bob.Transport),
            ])
        {
            text = text.Replace($"@{name}@", value, StringComparison.Ordinal);
        }

        string path = Path.Combine(folder.FullName, "kamailio.cfg");
        File.WriteAllText(path, text);
        if (tlsPort is not null)
        {
            WriteTlsFiles(folder);
        }

        string memory = tlsPort is null ? "16" : "64";
        var proxy = new Kamailio(
            folder, ChildProcess.Start(file, folder, "-f", path, "-DD", "-E", "-Y", folder.FullName, "-w", folder.FullName, "-m", memory, "-M", "4"), port, tlsPort);
        try
        {
            await proxy._process.ReadyAsync(() => LoopbackPorts.ListensOnUdp(port) && LoopbackPorts.ListensOnTcp(port) && (tlsPort is not { } tls || LoopbackPorts.ListensOnTcp(tls)));
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    // Verifies us as we verify it: certificates by the test's own authority only.
    internal static void WriteTlsFiles(DirectoryInfo folder, string host = "127.0.0.1")
    {
        X509Certificate2 certificate = host == "127.0.0.1" ? TestCertificates.Loopback : TestCertificates.Make(host);
        foreach ((string name, string text) in (ReadOnlySpan<(string, string)>)
            [
                ("cert.pem", certificate.ExportCertificatePem()), ("key.pem", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
                ("ca.pem", TestCertificates.Authority.ExportCertificatePem()),
                ("tls.cfg", $"""
                    [server:default]
                    method = TLSv1.2+
                    private_key = {folder.FullName}/key.pem
                    certificate = {folder.FullName}/cert.pem
                    ca_list = {folder.FullName}/ca.pem
                    verify_certificate = no

                    [client:default]
                    method = TLSv1.2+
                    ca_list = {folder.FullName}/ca.pem
                    verify_certificate = yes
                    require_certificate = yes

                    """),
            ])
        {
            File.WriteAllText(Path.Combine(folder.FullName, name), text);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
