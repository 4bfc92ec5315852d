using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Relays;

namespace ImageShare.Core.Tests.Interop;

/// <summary>kamailio's MSRP relay, for one test. Each user has the password.</summary>
internal sealed class KamailioMsrpRelay : IAsyncDisposable
{
    public const string Realm = "relay.example";
    public const string Password = "open sesame";

    /// <summary>Who knows the password and may not use the relay all the same.</summary>
    public const string BarredUser = "barred";

    private readonly DirectoryInfo _folder;
    private readonly ChildProcess _process;
    private bool _disposed;

    private KamailioMsrpRelay(DirectoryInfo folder, ChildProcess process, string host, int port)
    {
        _folder = folder;
        _process = process;
        Uri = MsrpUri.Parse($"msrps://{host}:{port};tcp");
    }

    public MsrpUri Uri { get; }

    /// <summary>What it logged: each frame as it came.</summary>
    public string Log => _process.Output;

    /// <param name="minExpires">The least seconds it grants a path for.</param>
    /// <param name="maxExpires">The most, and what it grants when nobody asks.</param>
    /// <param name="host">Its address, for which its certificate is.</param>
    /// <param name="under">What starts it on another machine, such as <c>ip netns exec NAME</c>; empty for this one.</param>
    public static async Task<KamailioMsrpRelay> StartAsync(int minExpires = 60, int maxExpires = 3600, string host = "127.0.0.1", params string[] under)
    {
        Tool.RequireKamailioTls();
        string file = Tool.Kamailio.Require();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("imageshare-msrp-relay-");
        int port = LoopbackPorts.Free();
        string text = File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Interop", "kamailio-msrp.cfg"));
        foreach ((string name, string value) in (ReadOnlySpan<(string, string)>)
            [
                ("host", host), ("port", $"{port}"), ("folder", folder.FullName), ("password", Password), ("min_expires", $"{minExpires}"), ("max_expires", $"{maxExpires}"),
            ])
        {
            text = text.Replace($"@{name}@", value, StringComparison.Ordinal);
        }

        string path = Path.Combine(folder.FullName, "kamailio.cfg");
        File.WriteAllText(path, text);
        Kamailio.WriteTlsFiles(folder, host);
        string[] command = [.. under, file, "-f", path, "-DD", "-E", "-Y", folder.FullName, "-w", folder.FullName, "-m", "128", "-M", "8"];
        var relay = new KamailioMsrpRelay(folder, ChildProcess.Start(command[0], folder, command[1..]), host, port);
        try
        {
            await relay._process.ReadyAsync(() => relay.Log.Contains("STARTED", StringComparison.Ordinal));
            return relay;
        }
        catch
        {
            await relay.DisposeAsync();
            throw;
        }
    }

    public MsrpRelay As(string user, string password = Password) => new(Uri, user, password, Realm);

    /// <summary>How often something stands in the log.</summary>
    public int Count(string text) => Log.Split(text).Length - 1;

    public Task UntilLoggedAsync(string text, int times = 1) => _process.UntilAsync(() => Count(text) >= times, $"saying \"{text}\"");

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
