using ImageShare.Core;
using ImageShare.Core.Images;
using ImageShare.Core.Sharing;

namespace ImageShare.Cli;

/// <summary>Takes invitations as they come, decides, and follows what was accepted.</summary>
internal sealed class Receiver(IReporter reporter, IImageStore store, string accept)
{
    public async Task<int> RunAsync(ImageShareClient client, int? count, CancellationToken cancellationToken)
    {
        int status = ExitStatus.Done;
        int ended = 0;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task>();
        try
        {
            await foreach (ImageShareInvitation invitation in client.Invitations.WithCancellation(enough.Token))
            {
                running.RemoveAll(t => t.IsCompleted);
                running.Add(HandleAsync(invitation));
            }
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // Enough shares, or Ctrl-C: what runs is followed to its end below.
        }

        await Task.WhenAll(running);
        return cancellationToken.IsCancellationRequested ? ExitStatus.Interrupted : status;

        async Task HandleAsync(ImageShareInvitation invitation)
        {
            reporter.Invitation(invitation);
            int result = await ReceiveAsync(invitation, cancellationToken);
            if (result != ExitStatus.Done)
            {
                status = result;
            }

            if (Interlocked.Increment(ref ended) >= count)
            {
                await enough.CancelAsync();
            }
        }
    }

    private async Task<int> ReceiveAsync(ImageShareInvitation invitation, CancellationToken cancellationToken)
    {
        if (!await DecideAsync(invitation))
        {
            await invitation.DeclineAsync(cancellationToken);
            return ExitStatus.Done;
        }

        try
        {
            await using ImageShareSession session = await invitation.AcceptAsync(store, cancellationToken: cancellationToken);
            ImageShareResult result = await reporter.FollowAsync(session, cancellationToken);
            return result.IsCompleted ? ExitStatus.Done : ExitStatus.Failed;
        }
        catch (ImageShareException e)
        {
            reporter.Failed(e.Error, e.Message, e.SipStatus, e.MsrpStatus);
            await invitation.DeclineAsync(CancellationToken.None);
            return ExitStatus.Failed;
        }
    }

    private async Task<bool> DecideAsync(ImageShareInvitation invitation)
    {
        if (accept != "ask")
        {
            return accept == "auto";
        }

        await Console.Error.WriteAsync("Accept? [y/N] ");
        try
        {
            string? answer = await Task.Run(Console.ReadLine).WaitAsync(invitation.Withdrawn);
            return answer?.Trim().StartsWith("y", StringComparison.OrdinalIgnoreCase) == true;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync();
            return false;
        }
    }
}
