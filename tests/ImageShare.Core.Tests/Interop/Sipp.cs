using System.Text.RegularExpressions;

namespace ImageShare.Core.Tests.Interop;

/// <summary>One run of one of the scenarios beside this file by sipp, which judges our side by it.</summary>
internal sealed partial class Sipp : IAsyncDisposable
{
    private static readonly string Scenarios = Path.Combine(TestContext.CurrentContext.TestDirectory, "Interop", "Scenarios");

    private readonly DirectoryInfo _folder;
    private readonly ChildProcess _process;

    private Sipp(DirectoryInfo folder, ChildProcess process, int port)
    {
        _folder = folder;
        _process = process;
        Port = port;
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Plays the scenario once against the client on that port.</summary>
    public static Sipp Call(string scenario, bool tcp, int clientPort, params (string Name, string Value)[] fill) =>
        Start(scenario, tcp, fill, $"127.0.0.1:{clientPort}");

    /// <summary>Waits to be called, and plays the scenario once then. Returns when it listens.</summary>
    public static async Task<Sipp> AwaitCallAsync(string scenario, bool tcp, params (string Name, string Value)[] fill)
    {
        Sipp sipp = Start(scenario, tcp, fill);
        try
        {
            await sipp._process.ReadyAsync(() => tcp ? LoopbackPorts.ListensOnTcp(sipp.Port) : LoopbackPorts.ListensOnUdp(sipp.Port));
            return sipp;
        }
        catch
        {
            await sipp.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for the end of the scenario; fails unless sipp saw all it wanted and nothing else.</summary>
    public async Task SucceedsAsync()
    {
        int exitCode = await _process.ExitAsync();
        Assert.That(exitCode, Is.Zero, () => $"sipp is not content:\n{Read("errors.log")}\n{Read("messages.log")}\n{_process.Output}");
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static Sipp Start(string scenario, bool tcp, (string Name, string Value)[] fill, params string[] target)
    {
        string file = Tool.Sipp.Require();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("imageshare-sipp-");
        string text = File.ReadAllText(Path.Combine(Scenarios, scenario + ".xml"));
        foreach ((string name, string value) in fill.Append(("transport", tcp ? "TCP" : "UDP")))
        {
            text = text.Replace($"@{name}@", value, StringComparison.Ordinal);
        }

        text = Include().Replace(text, m => File.ReadAllText(Path.Combine(Scenarios, m.Groups[1].Value)).TrimEnd());
        string path = Path.Combine(folder.FullName, "scenario.xml");
        File.WriteAllText(path, text);
        int port = LoopbackPorts.Free();
        return new Sipp(
            folder,
            ChildProcess.Start(
                file,
                folder,
                [
                    .. target, "-sf", path, "-m", "1", "-i", "127.0.0.1", "-p", $"{port}", "-bind_local", "-cp", $"{LoopbackPorts.Free()}", "-t", tcp ? "t1" : "u1",
                    "-nostdin", "-timeout", "25", "-timeout_error", "-recv_timeout", "20000", "-trace_err", "-error_file", "errors.log", "-trace_msg",
                    "-message_file", "messages.log",
                ]),
            port);
    }

    private string Read(string name)
    {
        string path = Path.Combine(_folder.FullName, name);
        return File.Exists(path) ? File.ReadAllText(path) : string.Empty;
    }

    [GeneratedRegex("@include ([a-z.-]+)@")]
    private static partial Regex Include();
}
