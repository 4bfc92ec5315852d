using System.Collections.Concurrent;
using ImageShare.Core.Sharing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Hosting;

/// <summary>Gives each invitation to a handler in a scope of its own. The limits of the client bound how many there are at a time.</summary>
internal sealed class InvitationDispatcher(IServiceProvider services, ILogger log)
{
    private readonly ConcurrentDictionary<Task, bool> _running = new();

    /// <summary>Runs until there are no more invitations and every handler has ended.</summary>
    public async Task RunAsync(IAsyncEnumerable<IImageShareInvitation> invitations, CancellationToken stopping)
    {
        // Not with the token: the invitations end with the client, and those that are waiting are declined by that.
        await foreach (IImageShareInvitation invitation in invitations.ConfigureAwait(false))
        {
            Task handling = Task.Run(() => HandleAsync(invitation, stopping), CancellationToken.None);
            _running[handling] = true;
            _ = handling.ContinueWith(
                static (ended, running) => ((ConcurrentDictionary<Task, bool>)running!).TryRemove(ended, out _), _running, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        await Task.WhenAll(_running.Keys).ConfigureAwait(false);
    }

    private async Task HandleAsync(IImageShareInvitation invitation, CancellationToken stopping)
    {
        DeclineReason reason = DeclineReason.ByUser;
        try
        {
            AsyncServiceScope scope = services.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                await scope.ServiceProvider.GetRequiredService<IImageShareHandler>().HandleAsync(invitation, stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops, and so does the client.
        }
        catch (Exception e) when (invitation.Withdrawn.IsCancellationRequested && (e is OperationCanceledException or ImageShareException { Error: ImageShareError.InvalidState }))
        {
            // The caller gave up, or waited too long: what the handler was about to do came too late, which is no fault of it.
        }
        catch (Exception e)
        {
            // The application's code: whatever it throws concerns this invitation only.
            HostLog.HandlerFailed(log, invitation.Id, e);
            reason = DeclineReason.NotStorable;
        }

        bool wasOver = invitation.Completion.IsCompleted;

        // Does nothing to an invitation that was decided.
        await invitation.DeclineAsync(reason, CancellationToken.None).ConfigureAwait(false);
        if (!wasOver && invitation.Completion is { IsCompletedSuccessfully: true, Result.State: ImageShareState.Declined })
        {
            HostLog.Undecided(log, invitation.Id);
        }
    }
}
