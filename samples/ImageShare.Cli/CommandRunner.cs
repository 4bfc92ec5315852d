using ImageShare.Core;

namespace ImageShare.Cli;

/// <summary>Runs a command's work and turns every way it can end into one line for a person (or a JSON object) and an exit status.</summary>
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
            StandardError.Say(e.Message);
            return ExitStatus.Usage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A temporary folder, a file that went away: nothing a share's own errors speak of.
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
