namespace ImageShare.Core.Tests.Interop;

/// <summary>kamailio as the proxy between two clients, for one test.</summary>
internal sealed class Kamailio : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly ChildProcess _process;

    private Kamailio(DirectoryInfo folder, ChildProcess process, int port)
    {
        _folder = folder;
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>What it logged: each request and response as it passed.</summary>
    public string Log => _process.Output;

    /// <param name="port">Where it listens, UDP and TCP.</param>
    /// <param name="alice">The port of the one client, and how it is reached.</param>
    /// <param name="bob">The port of the other.</param>
    /// <param name="password">What Alice must know; null asks for nothing.</param>
    public static async Task<Kamailio> StartAsync(int port, (int Port, string Transport) alice, (int Port, string Transport) bob, string? password = null)
    {
        string file = Tool.Kamailio.Require();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("imageshare-kamailio-");
        string text = File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Interop", "kamailio.cfg"));
        foreach ((string name, string value) in (ReadOnlySpan<(string, string)>)
            [
                ("auth", password is null ? "WITHOUT_AUTH" : "WITH_AUTH"), ("password", password ?? string.Empty), ("port", $"{port}"),
                ("alice", $"{alice.Port}"), ("to_alice", alice.Transport), ("bob", $"{bob.Port}"), ("to_bob", bob.Transport),
            ])
        {
            text = text.Replace($"@{name}@", value, StringComparison.Ordinal);
        }

        string path = Path.Combine(folder.FullName, "kamailio.cfg");
        File.WriteAllText(path, text);
        var proxy = new Kamailio(
            folder, ChildProcess.Start(file, folder, "-f", path, "-DD", "-E", "-Y", folder.FullName, "-w", folder.FullName, "-m", "16", "-M", "4"), port);
        try
        {
            await proxy._process.ReadyAsync(() => LoopbackPorts.ListensOnUdp(port) && LoopbackPorts.ListensOnTcp(port));
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
