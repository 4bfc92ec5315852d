using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Sharing.Calls;

/// <summary>Maps the end of the SIP dialog to an input of the share, and ends the dialog.</summary>
internal static class DialogOutcome
{
    // A session is over once the BYE is sent, whatever the response (RFC 3261 §15.1.1), so an unreachable peer is not waited for long.
    private static readonly TimeSpan ByeWait = TimeSpan.FromSeconds(4);

    /// <summary>The input for the end of a dialog; null for our own BYE, whose completion <see cref="EndAsync"/> reports.</summary>
    public static ShareInput? Of(DialogEnd end) => end.Reason switch
    {
        DialogEndReason.RemoteBye => new ShareInput.PeerEnded(ReasonHeader.Read(end.Bye)),
        DialogEndReason.LocalBye => null,
        DialogEndReason.NoAck => new ShareInput.AckMissing(),
        _ => new ShareInput.DialogFailed(ShareOutcome.Failed(ImageShareError.ConnectionLost, "The SIP session failed; check the network and try again.")),
    };

    public static async Task WatchAsync(InviteDialog dialog, ShareSession session)
    {
        if (Of(await dialog.Ended.ConfigureAwait(false)) is { } input)
        {
            session.Post(input);
        }
    }

    public static async Task EndAsync(InviteDialog dialog, ShareContext context, ShareEndReason reason)
    {
        using var wait = new CancellationTokenSource(ByeWait, context.TimeProvider);
        try
        {
            await dialog.ByeAsync(ReasonHeader.Write(reason), inPlace: true, wait.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The BYE was sent but not answered. The agent retransmits it as long as its timers allow.
        }
    }
}
