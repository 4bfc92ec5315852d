using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Interop.Providers;

/// <summary>kamailio as a provider with registrar, for one test: the users alice, bob and barred of ims.example, each with the password.</summary>
internal sealed class Provider : IAsyncDisposable
{
    public const string Domain = "ims.example";
    public const string Password = "open sesame";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imageshare-provider-");
    private readonly ProviderSettings _settings;
    private readonly int _serving = LoopbackPorts.Free();
    private readonly List<ChildProcess> _servers = [];
    private readonly List<ChildProcess> _ended = [];

    private Provider(ProviderSettings settings) => _settings = settings;

    /// <summary>Where clients reach it by UDP and TCP.</summary>
    public int Port { get; } = LoopbackPorts.Free();

    /// <summary>Where clients reach it by TLS.</summary>
    public int TlsPort { get; } = LoopbackPorts.Free();

    /// <summary>What its servers logged, those that were ended too.</summary>
    public string Log => string.Join('\n', _ended.Concat(_servers).Select(s => s.Output));

    public static async Task<Provider> StartAsync(ProviderSettings settings)
    {
        Tool.RequireKamailioModules(settings.ListensForTls ? ["outbound.so", "stun.so", "tls.so"] : ["outbound.so", "stun.so"]);
        var provider = new Provider(settings);
        try
        {
            if (settings.ListensForTls)
            {
                Kamailio.WriteTlsFiles(provider._folder);
            }

            await provider.RunAsync();
            return provider;
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }

    /// <summary>The first hop of its users.</summary>
    public SipUri Edge(string transport) => SipUri.Parse($"sip:{_settings.Host}:{(transport == "tls" ? TlsPort : Port)};transport={transport};lr");

    public static SipUri AddressOf(string user) => SipUri.Parse($"sip:{user}@{Domain}");

    /// <summary>The options of a client that is one of its users.</summary>
    public ImageShareOptions For(ImageShareOptions options, string transport, string password = Password) => options with
    {
        Route = [Edge(transport)],
        Transport = transport switch { "tls" => SipTransportChoice.Tls, "tcp" => SipTransportChoice.Tcp, _ => SipTransportChoice.BySize },
        SipTls = new TlsOptions { TrustedRoots = [TestCertificates.Authority] },
        Credentials = new SipCredentials(options.Identity.User!, password),
    };

    /// <summary>Ends its servers as a power failure does.</summary>
    public async Task StopAsync()
    {
        foreach (ChildProcess server in _servers)
        {
            await server.DisposeAsync();
        }

        _ended.AddRange(_servers);
        _servers.Clear();
    }

    /// <summary>Starts them anew at the same ports. They have forgotten who was registered.</summary>
    public async Task RunAsync()
    {
        string file = Tool.Kamailio.Require();
        foreach (string role in _settings.IsIms ? (string[])["scscf", "pcscf"] : ["registrar"])
        {
            DirectoryInfo folder = _folder.CreateSubdirectory(role);
            string path = Path.Combine(folder.FullName, "kamailio.cfg");
            await File.WriteAllTextAsync(path, Fill(role));
            string memory = _settings.ListensForTls && role != "scscf" ? "64" : "16";
            string[] command = [.. _settings.Under, file, "-f", path, "-DD", "-E", "-Y", folder.FullName, "-w", folder.FullName, "-m", memory, "-M", "8"];
            ChildProcess server = ChildProcess.Start(command[0], folder, command[1..]);
            _servers.Add(server);
            await server.ReadyAsync(() => server.Output.Contains("STARTED", StringComparison.Ordinal));
        }
    }

    /// <summary>How often something stands in the log.</summary>
    public int Count(string text) => Log.Split(text).Length - 1;

    public Task UntilLoggedAsync(string text, int times = 1) => _servers[0].UntilAsync(() => Count(text) >= times, $"saying \"{text}\" {times} times");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Delete(recursive: true);
    }

    private string Fill(string role)
    {
        string text = File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Interop", "Providers", role + ".cfg"));
        foreach ((string name, string value) in (ReadOnlySpan<(string, string)>)
            [
                ("tls", _settings.ListensForTls ? "WITH_TLS" : "WITHOUT_TLS"), ("hash", _settings.UsesSha256 ? "WITH_SHA256" : "WITH_MD5"),
                ("nat", _settings.HelpsNat ? "WITH_NAT" : "WITHOUT_NAT"), ("outbound", _settings.UsesOutbound ? "WITH_OUTBOUND" : "WITHOUT_OUTBOUND"),
                ("host", _settings.Host), ("port", $"{Port}"), ("tls_port", $"{TlsPort}"), ("scscf", $"{_serving}"), ("folder", _folder.FullName), ("password", Password),
                ("min_expires", $"{_settings.Expiry.Least}"), ("max_expires", $"{_settings.Expiry.Most}"), ("nonce_expire", $"{_settings.NonceExpiry}"),
            ])
        {
            text = text.Replace($"@{name}@", value, StringComparison.Ordinal);
        }

        return text;
    }
}
