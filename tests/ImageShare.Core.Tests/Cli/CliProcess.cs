using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using ImageShare.Core.Tests.Documentation;

namespace ImageShare.Core.Tests.Cli;

/// <summary>
/// The program as it was built beside these tests, run as a process. What it writes is read as it comes, so tests wait for lines and
/// never for time. Disposing kills it.
/// </summary>
internal sealed class CliProcess : IAsyncDisposable
{
    /// <summary>Only a limit for a machine that is very busy: what is waited for comes in a second.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Lazy<string> Program = new(Find);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly List<string> _seen = [];
    private readonly Task _reading;
    private readonly Task<string> _errors;

    private CliProcess(Process process)
    {
        _process = process;
        _reading = ReadAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The words that start the program.</summary>
    public static string[] Command => [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Program.Value];

    /// <summary>The process id, for signals and /proc.</summary>
    public int Id => _process.Id;

    /// <summary>Waits for the end, for as long as it takes.</summary>
    public Task ExitedAsync() => _process.WaitForExitAsync();

    public static CliProcess Start(params ReadOnlySpan<string> arguments) => StartUnder([], arguments);

    /// <summary>Starts the program by another one that becomes it, such as <c>ip netns exec NAME</c>.</summary>
    public static CliProcess StartUnder(ReadOnlySpan<string> prefix, params ReadOnlySpan<string> arguments)
    {
        string[] command = [.. prefix, .. Command, .. arguments];
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
            UseShellExecute = false,
        };
        foreach (string argument in command[1..])
        {
            start.ArgumentList.Add(argument);
        }

        return new CliProcess(Process.Start(start)!);
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<CliResult> RunAsync(params string[] arguments)
    {
        await using CliProcess process = Start(arguments);
        return await process.EndAsync();
    }

    /// <summary>Reads on to the next event of this name.</summary>
    public Task<JsonElement> EventAsync(string name) => EventAsync($"event '{name}'", json => json.GetProperty("event").GetString() == name);

    /// <summary>Reads on to the next event that fits.</summary>
    /// <param name="what">What it is, for the message of a test that fails.</param>
    /// <param name="fits">Whether this is the one.</param>
    public async Task<JsonElement> EventAsync(string what, Func<JsonElement, bool> fits)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            while (true)
            {
                string line = await _lines.Reader.ReadAsync(limit.Token);
                _seen.Add(line);
                JsonElement json = CliResult.Parse(line);
                if (fits(json))
                {
                    return json;
                }
            }
        }
        catch (Exception e) when (e is ChannelClosedException or OperationCanceledException)
        {
            Assert.Fail($"No {what} came. Output:\n{string.Join('\n', _seen)}\nErrors:\n{(_errors.IsCompleted ? await _errors : "(still running)")}");
            throw;
        }
    }

    /// <summary>Reads on to the next line with these words, of a program that writes for people.</summary>
    public async Task<string> LineAsync(string words)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            string line = await _lines.Reader.ReadAsync(limit.Token);
            _seen.Add(line);
            if (line.Contains(words, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }

    public async Task AnswerAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Gives it all of its standard input.</summary>
    public async Task InputAsync(ReadOnlyMemory<byte> bytes)
    {
        await _process.StandardInput.BaseStream.WriteAsync(bytes);
        _process.StandardInput.Close();
    }

    /// <summary>What Ctrl-C does.</summary>
    public void Interrupt() => Signal(IgnoresInterrupt() ? "TERM" : "INT");

    /// <summary>Sends a signal, by its name without SIG.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        Assert.That(kill.WaitForExit(Patience), Is.True);
        Assert.That(kill.ExitCode, Is.Zero);
    }

    /// <summary>What kill -9 does: the program gets no chance to do anything.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>Waits for the end; all lines since the start.</summary>
    public async Task<CliResult> EndAsync()
    {
        _process.StandardInput.Close();
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail("The program did not end.");
        }

        await _reading.WaitAsync(Patience);
        while (_lines.Reader.TryRead(out string? line))
        {
            _seen.Add(line);
        }

        return new CliResult(_process.ExitCode, [.. _seen], await _errors.WaitAsync(Patience));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }

        await Task.WhenAll(_reading, _errors).WaitAsync(Patience);
        _process.Dispose();
    }

    // The program is in its own folder under the same configuration as these tests.
    private static string Find()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string program = Repository.File("samples", "ImageShare.Cli", "bin", output.Parent!.Name, output.Name, "imageshare.dll");
        Assert.That(program, Does.Exist, "The program is built with the tests.");
        return program;
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _lines.Writer.TryWrite(line);
        }

        _lines.Writer.Complete();
    }

    // Started from a shell's background job or under nohup, tests and their children ignore SIGINT; the program takes SIGTERM for the same wish.
    private bool IgnoresInterrupt()
    {
        string status = $"/proc/{_process.Id}/status";
        string? ignored = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) : null;
        return ignored is not null && (Convert.ToInt64(ignored["SigIgn:".Length..].Trim(), 16) & 2) != 0;
    }
}
