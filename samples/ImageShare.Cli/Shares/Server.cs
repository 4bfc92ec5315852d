using ImageShare.Cli.Commands;
using ImageShare.Cli.Reporting;
using ImageShare.Core;
using ImageShare.Core.Sharing;

namespace ImageShare.Cli.Shares;

/// <summary>Follows the shares of images that peers fetch. Declines offered images.</summary>
internal sealed class Server(IReporter reporter)
{
    public async Task<int> RunAsync(ImageShareClient client, int? count, CancellationToken cancellationToken)
    {
        int status = ExitStatus.Done;
        int ended = 0;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task declining = DeclineAsync(client, enough.Token);
        var running = new List<Task>();
        try
        {
            await foreach (ImageShareSession session in client.Serving.WithCancellation(enough.Token))
            {
                running.RemoveAll(t => t.IsCompleted);
                running.Add(FollowAsync(session));
            }
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // Enough shares, or Ctrl-C. Running shares are followed to their end below.
        }

        await Task.WhenAll(running);
        await enough.CancelAsync();
        await declining;
        return cancellationToken.IsCancellationRequested ? ExitStatus.Interrupted : status;

        async Task FollowAsync(ImageShareSession session)
        {
            ImageShareResult result = await reporter.FollowAsync(session, cancellationToken);
            if (!result.IsCompleted)
            {
                status = ExitStatus.Failed;
            }

            if (Interlocked.Increment(ref ended) >= count)
            {
                await enough.CancelAsync();
            }
        }
    }

    private static async Task DeclineAsync(ImageShareClient client, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (ImageShareInvitation invitation in client.Invitations.WithCancellation(cancellationToken))
            {
                await invitation.DeclineAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The program is ending.
        }
    }
}
