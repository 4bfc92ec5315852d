using ImageShare.Cli.Reporting;
using ImageShare.Cli.Settings;
using ImageShare.Core;

namespace ImageShare.Cli.Commands;

/// <summary>Runs a command and reports its end, however it ends, as one line or JSON object and an exit status.</summary>
internal static class CommandRunner
{
    public static async Task<int> RunAsync(IReporter reporter, Func<CancellationToken, Task<int>> work)
    {
        using var interrupt = new Interrupt();
        try
        {
            return await work(interrupt.Token);
        }
        catch (ImageShareException e)
        {
            reporter.Failed(e.Error, e.Message, e.SipStatus, e.MsrpStatus);
            return e.Error switch
            {
                ImageShareError.NotCapable => ExitStatus.NotCapable,
                ImageShareError.Cancelled => ExitStatus.Interrupted,
                _ => ExitStatus.Failed,
            };
        }
        catch (UsageException e)
        {
            reporter.WrongUsage(e.Message);
            return ExitStatus.Usage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // File errors outside a share, such as a missing temporary folder or a deleted file.
            reporter.Failed(ImageShareError.SourceUnreadable, $"A file could not be read or written: {e.Message}", null, null);
            return ExitStatus.Failed;
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            reporter.Failed(ImageShareError.Cancelled, "Cancelled.", null, null);
            return ExitStatus.Interrupted;
        }
    }
}
