using System.Diagnostics;
using System.Text;

namespace ImageShare.Core.Tests.Interop;

/// <summary>
/// A program that runs beside a test. Disposing kills it and all it started; should the test host itself die, a time limit of a
/// minute does. What it said is kept for the failure message.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The program that ends others when their time is up.</summary>
    public static readonly Tool TimeLimit = new("timeout", "coreutils");

    private const int MostOutput = 100_000;

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private int _disposed;

    private ChildProcess(string file, DirectoryInfo folder, string[] arguments)
    {
        Name = Path.GetFileName(file);
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(TimeLimit.Find()!, ["--kill-after=2", "60", file, .. arguments])
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
            EnableRaisingEvents = true,
        };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
    }

    public string Name { get; }

    /// <summary>What it wrote so far, the last of it when it is much.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.Length > MostOutput ? "..." + _output.ToString(_output.Length - MostOutput, MostOutput) : _output.ToString();
            }
        }
    }

    public static ChildProcess Start(string file, DirectoryInfo folder, params string[] arguments)
    {
        var child = new ChildProcess(file, folder, arguments);
        child._process.Start();
        child._process.StandardInput.Close();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Waits for its own end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name} did not come to its end in {Patience.TotalSeconds} s:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>Waits until something is so that can only be seen by looking.</summary>
    /// <returns>False when the program ended before.</returns>
    public async Task<bool> UntilAsync(Func<bool> isSo, string what)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (!isSo())
            {
                if (_process.HasExited)
                {
                    return false;
                }

                await look.WaitForNextTickAsync(patience.Token);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name} is not {what} after {Patience.TotalSeconds} s:\n{Output}");
        }
    }

    /// <summary>Waits until it is ready; fails when it ends instead.</summary>
    public async Task ReadyAsync(Func<bool> isReady) =>
        Assert.That(await UntilAsync(isReady, "ready"), Is.True, () => $"{Name} ended before it was ready:\n{Output}");

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }

        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        _process.Dispose();
    }

    private void Take(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
