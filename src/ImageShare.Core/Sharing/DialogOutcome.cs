using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.UserAgents;

namespace ImageShare.Core.Sharing;

/// <summary>What the end of the SIP dialog means for the share, and how this side brings it about.</summary>
internal static class DialogOutcome
{
    // The session is over when the BYE is sent, whatever is answered (RFC 3261 §15.1.1): a peer that is gone is not waited for long.
    private static readonly TimeSpan ByeWait = TimeSpan.FromSeconds(4);

    /// <summary>What a BYE of ours says when something failed here (RFC 3326), and an offer that takes out an image; one without it is a user's.</summary>
    public const string FailureReason = "SIP;cause=500;text=\"Transfer Failed\"";

    /// <summary>Null for our own BYE: <see cref="EndAsync"/> says when that one has done its work.</summary>
    public static ShareInput? Of(DialogEnd end) => end.Reason switch
    {
        DialogEndReason.RemoteBye => new ShareInput.PeerEnded(SaysFailure(end.Bye)),
        DialogEndReason.LocalBye => null,
        DialogEndReason.NoAck => new ShareInput.AckMissing(),
        _ => new ShareInput.DialogFailed(ShareOutcome.Failed(ImageShareError.ConnectionLost, "The SIP session broke down; check the network and share the image again.")),
    };

    public static async Task WatchAsync(InviteDialog dialog, ImageShareSession session)
    {
        if (Of(await dialog.Ended.ConfigureAwait(false)) is { } input)
        {
            session.Post(input);
        }
    }

    public static async Task EndAsync(InviteDialog dialog, ShareContext context, bool hasFailed)
    {
        using var wait = new CancellationTokenSource(ByeWait, context.TimeProvider);
        try
        {
            await dialog.ByeAsync(hasFailed ? FailureReason : null, wait.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The BYE is out and nobody answers it: the agent repeats it on its own as long as its timers allow.
        }
    }

    /// <summary>Reason: SIP;cause=4xx or 5xx. Whatever else stands there, of Q.850 above all, says nothing of a failure.</summary>
    public static bool SaysFailure(SipRequest? bye) => bye?.Headers.GetStrings(SipHeaderNames.Reason).Any(static row =>
        row.Split(';', StringSplitOptions.TrimEntries) is ["SIP", .. var parameters]
        && parameters.Any(static p => p.StartsWith("cause=4", StringComparison.OrdinalIgnoreCase) || p.StartsWith("cause=5", StringComparison.OrdinalIgnoreCase))) == true;
}
