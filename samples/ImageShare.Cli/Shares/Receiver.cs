using ImageShare.Cli.Commands;
using ImageShare.Cli.Execution;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Terminals;
using ImageShare.Core;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;

namespace ImageShare.Cli.Shares;

/// <summary>Receives invitations, decides, and follows the accepted ones.</summary>
internal sealed class Receiver(IReporter reporter, IImageStore store, string accept, ImageCommand? command) : IDisposable
{
    private readonly Question _question = new(StandardTerminal.Instance);

    public void Dispose() => _question.Dispose();

    public async Task<int> RunAsync(ImageShareClient client, int? count, CancellationToken cancellationToken)
    {
        int status = ExitStatus.Done;
        int ended = 0;
        if (accept == "ask")
        {
            _question.Prepare();
        }

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
            // Enough shares, or Ctrl-C. Running shares are followed to their end below.
        }

        await Task.WhenAll(running);
        return cancellationToken.IsCancellationRequested ? ExitStatus.Interrupted : status;

        async Task HandleAsync(ImageShareInvitation invitation)
        {
            reporter.Invitation(invitation);
            if (await ReceiveAsync(invitation, cancellationToken) is not { } result)
            {
                return;
            }

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

    // Null if it did not become a share: the offer was for the rest of an image that is not stored here, and the sender will offer the whole image. With other images in the invitation it does not.
    private async Task<int?> ReceiveAsync(ImageShareInvitation invitation, CancellationToken cancellationToken)
    {
        try
        {
            if (!await DecideAsync(invitation, cancellationToken))
            {
                await invitation.DeclineAsync(CancellationToken.None);
                reporter.Failed(ImageShareError.Declined, "The invitation was declined here.", 603, null, ShareName.Of(invitation));
                return ExitStatus.Failed;
            }

            await using ImageShareSession session = await invitation.AcceptAsync(store, cancellationToken);
            ImageShareResult result = await reporter.FollowAsync(session, cancellationToken);
            return !result.IsCompleted || (command is not null && result.Stored?.Path is not null && !await command.RunAsync(invitation, result, cancellationToken))
                ? ExitStatus.Failed
                : ExitStatus.Done;
        }
        catch (ImageShareException e) when (e.Error == ImageShareError.NothingToResume && invitation.SameSession.Count == 1)
        {
            return null;
        }
        catch (ImageShareException e)
        {
            // No user declined, so do not report a decline to the sender.
            bool isOfStore = e.Error is ImageShareError.StoreNotWritable or ImageShareError.DiskFull;
            await invitation.DeclineAsync(isOfStore ? DeclineReason.NotStorable : DeclineReason.ByUser, CancellationToken.None);
            reporter.Failed(e.Error, e.Message, e.SipStatus, e.MsrpStatus, ShareName.Of(invitation));
            return ExitStatus.Failed;
        }
        catch (OperationCanceledException) when (invitation.Withdrawn.IsCancellationRequested)
        {
            ImageShareResult over = await invitation.Completion;
            reporter.Failed(over.Error, $"{Shown.Text(invitation.Caller.ToString(), 100)}: {over.Message}", null, null, ShareName.Of(invitation));
            return ExitStatus.Failed;
        }
        catch (OperationCanceledException) when (invitation.Completion.IsCompletedSuccessfully)
        {
            // The image is here; the command that was run for it is not finished.
            return ExitStatus.Interrupted;
        }
        catch (OperationCanceledException)
        {
            await invitation.DeclineAsync(CancellationToken.None);
            reporter.Failed(ImageShareError.Cancelled, "The invitation was declined because this program is exiting.", 603, null, ShareName.Of(invitation));
            return ExitStatus.Interrupted;
        }
    }

    private async Task<bool> DecideAsync(ImageShareInvitation invitation, CancellationToken cancellationToken)
    {
        if (accept != "ask")
        {
            return accept == "auto";
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(invitation.Withdrawn, cancellationToken);
        return await _question.AskAsync($"Accept {What(invitation)}?", Name(invitation), over.Token);
    }

    // As the event of it: session and, if it is not the first image, index.
    private static string Name(ImageShareInvitation invitation) => ShareName.Of(invitation) is { Index: > 0 } one ? $"{one.Session} {one.Index}" : invitation.Id;

    // Put everything needed for the decision into the question: other invitations may be reported while it waits.
    private static string What(ImageShareInvitation invitation)
    {
        InvitedImage image = invitation.Image;
        string type = Shown.Text(image.Type?.Essence ?? "type unknown", 40);
        string size = image.Size is { } bytes ? Shown.Bytes(bytes) : "size unknown";
        return $"{Shown.Text(image.Name ?? "an image without a name", 60)} ({type}, {size}) from {Shown.Text(invitation.Caller.ToString(), 100)}";
    }
}
