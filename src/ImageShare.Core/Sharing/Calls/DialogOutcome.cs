using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Sharing.Calls;

/// <summary>What the end of the SIP dialog means for the share, and how this side brings it about.</summary>
internal static class DialogOutcome
{
    // The session is over when the BYE is sent, whatever is answered (RFC 3261 §15.1.1): a peer that is gone is not waited for long.
    private static readonly TimeSpan ByeWait = TimeSpan.FromSeconds(4);

    /// <summary>Null for our own BYE: <see cref="EndAsync"/> says when that one has done its work.</summary>
    public static ShareInput? Of(DialogEnd end) => end.Reason switch
    {
        DialogEndReason.RemoteBye => new ShareInput.PeerEnded(ReasonHeader.Read(end.Bye)),
        DialogEndReason.LocalBye => null,
        DialogEndReason.NoAck => new ShareInput.AckMissing(),
        _ => new ShareInput.DialogFailed(ShareOutcome.Failed(ImageShareError.ConnectionLost, "The SIP session broke down; check the network and share the image again.")),
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
            await dialog.ByeAsync(ReasonHeader.Write(reason), wait.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The BYE is out and nobody answers it: the agent repeats it on its own as long as its timers allow.
        }
    }
}
