using System.Net;

namespace ImageShare.Core.Tests.Interop;

/// <summary>dnsmasq as the name server of one test, with the test's own records; it knows nothing else and asks nobody.</summary>
internal sealed class Dnsmasq : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly ChildProcess _process;

    private Dnsmasq(DirectoryInfo folder, ChildProcess process, int port)
    {
        _folder = folder;
        _process = process;
        EndPoint = new IPEndPoint(IPAddress.Loopback, port);
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>What it logged: each question and answer.</summary>
    public string Log => _process.Output;

    /// <param name="records">Lines of its configuration, such as <c>srv-host=_sip._udp.ims.test,a.ims.test,5060,1,1</c>.</param>
    public static async Task<Dnsmasq> StartAsync(params string[] records)
    {
        string file = Tool.Dnsmasq.Require();
        int port = LoopbackPorts.Free();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("imageshare-dnsmasq-");
        string configuration = Path.Combine(folder.FullName, "dnsmasq.conf");
        string[] settings =
        [
            $"port={port}", "listen-address=127.0.0.1", "bind-interfaces", "no-resolv", "no-hosts", "log-queries", "log-facility=-", "pid-file=", "cache-size=0", "local-ttl=30",
            "local=/test/", "auth-ttl=30",
        ];
        File.WriteAllLines(configuration, [.. settings, .. records]);
        var server = new Dnsmasq(folder, ChildProcess.Start(file, folder, "--keep-in-foreground", $"--conf-file={configuration}"), port);
        try
        {
            await server._process.ReadyAsync(() => LoopbackPorts.ListensOnUdp(port) && LoopbackPorts.ListensOnTcp(port));
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it before the test does.</summary>
    public ValueTask StopAsync() => _process.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
