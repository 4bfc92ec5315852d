using ImageShare.Cli.Commands;
using ImageShare.Core;
using ImageShare.Core.Sharing;

namespace ImageShare.Cli.Shares;

/// <summary>Waits for a share to end. Ctrl-C cancels the share, and then still waits for its end.</summary>
internal static class FollowedShare
{
    public static async Task<ImageShareResult> WaitAsync(ImageShareSession session, CancellationToken cancellationToken)
    {
        try
        {
            return await session.Completion.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return await session.CancelAsync(CancellationToken.None);
        }
    }

    public static int ExitStatusOf(ImageShareResult result, CancellationToken cancellationToken) => result switch
    {
        { IsCompleted: true } => ExitStatus.Done,
        { Error: ImageShare.Core.ImageShareError.NotCapable } => ExitStatus.NotCapable,
        { Error: ImageShare.Core.ImageShareError.CapabilityUnknown } => ExitStatus.Unknown,
        _ when cancellationToken.IsCancellationRequested => ExitStatus.Interrupted,
        _ => ExitStatus.Failed,
    };
}
