using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ImageShare.Cli.Reporting;
using ImageShare.Core;
using ImageShare.Core.Sharing;

namespace ImageShare.Cli.Execution;

/// <summary>
/// The command of <c>listen --exec</c>: runs once for each stored image, with what is known of it in environment variables. No shell reads any of that. When this program is interrupted, the
/// commands that run are killed, with the processes below them.
/// </summary>
internal sealed class ImageCommand(IReporter reporter, string program, string[] arguments) : IDisposable
{
    /// <summary>How many run at once; others wait for their turn.</summary>
    public const int MostAtOnce = 4;

    /// <summary>How many may wait, so that a command that never ends does not gather images for ever.</summary>
    public const int MostWaiting = 100;

    // A process that the command has left behind may keep its output open.
    private static readonly TimeSpan LastOutput = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turns = new(MostAtOnce);
    private int _waiting;

    /// <summary>Runs it for an image.</summary>
    /// <returns>Whether it ended with status 0.</returns>
    /// <exception cref="OperationCanceledException">This program is interrupted; the command is gone.</exception>
    public async Task<bool> RunAsync(ImageShareInvitation invitation, ImageShareResult result, CancellationToken cancellationToken)
    {
        string path = result.Stored!.Path!;
        try
        {
            if (Interlocked.Increment(ref _waiting) > MostWaiting + MostAtOnce)
            {
                reporter.Executed(new ExecutedCommand(program, path) { Problem = $"it was not run, because {MostWaiting} others wait already" });
                return false;
            }

            try
            {
                await _turns.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                reporter.Executed(new ExecutedCommand(program, path) { Problem = "it was not run, because this program is exiting" });
                throw;
            }

            try
            {
                ExecutedCommand ended = await RunAsync(path, Variables(invitation, result, path), cancellationToken);
                reporter.Executed(ended);
                return ended.IsSuccess;
            }
            finally
            {
                _turns.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose() => _turns.Dispose();

    private async Task<ExecutedCommand> RunAsync(string path, (string Name, string? Value)[] variables, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The password of this program's user is nobody else's business.
        start.Environment.Remove("IMAGESHARE_PASSWORD");
        foreach ((string name, string? value) in variables)
        {
            start.Environment[name] = (value ?? string.Empty).Replace("\0", string.Empty, StringComparison.Ordinal);
        }

        long begun = Stopwatch.GetTimestamp();
        var command = new ExecutedCommand(program, path);
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return command with { Problem = $"it could not be started: {e.Message}" };
        }

        // Standard input of this program is for answers.
        process.StandardInput.Close();
        Task output = Task.WhenAll(CommandOutput.PassOnAsync(process.StandardOutput), CommandOutput.PassOnAsync(process.StandardError));
        try
        {
            await process.WaitForExitAsync(cancellationToken);
            await Task.WhenAny(output, Task.Delay(LastOutput, cancellationToken));
            return command with { ExitStatus = process.ExitCode, Took = Stopwatch.GetElapsedTime(begun) };
        }
        catch (OperationCanceledException)
        {
            string problem = await KillAsync(process) ? "it was killed, because this program is exiting" : "it could not be killed, and may go on: this program is exiting";
            reporter.Executed(command with { Problem = problem, Took = Stopwatch.GetElapsedTime(begun) });
            throw;
        }
    }

    // One that runs as another user may not be killed by this one. Then this program must end all the same.
    private static async Task<bool> KillAsync(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(LastWait);
            return true;
        }
        catch (Exception e) when (e is AggregateException or Win32Exception or TimeoutException)
        {
            return process.HasExited;
        }
    }

    private static (string Name, string? Value)[] Variables(ImageShareInvitation invitation, ImageShareResult result, string path) =>
    [
        ("IMAGESHARE_PATH", path),
        ("IMAGESHARE_SENDER", invitation.Caller.ToString()),
        ("IMAGESHARE_NAME", invitation.Image.Name),
        ("IMAGESHARE_TYPE", invitation.Image.Type?.Essence),
        ("IMAGESHARE_SIZE", result.BytesTransferred.ToString(CultureInfo.InvariantCulture)),
        ("IMAGESHARE_SHA1", result.Sha1),
        ("IMAGESHARE_VERIFIED", result.IsVerified ? "1" : "0"),
        ("IMAGESHARE_SESSION", invitation.Id),
    ];
}
